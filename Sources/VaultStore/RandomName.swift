package import StrongroomCrypto

/// An identifier of 16 random bytes that names a file in the vault; written as 32 lower-case hexadecimal digits.
/// It carries no meaning: nothing about a child or a document can be read off a directory listing.
package protocol RandomName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// 16 bytes.
  var bytes: [UInt8] { get }
  /// For `init?(_:)` only: the bytes have been checked.
  init(checkedBytes: [UInt8])
}

extension RandomName {
  package static var byteCount: Int { 16 }

  /// Takes exactly 16 bytes; nil otherwise.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(checkedBytes: bytes)
  }

  /// Takes exactly 32 lower-case hexadecimal digits; nil otherwise.
  package init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: String(hex)) else { return nil }
    self.init(bytes)
  }

  package static func random() throws(CryptoError) -> Self {
    Self(checkedBytes: try SecureRandom.bytes(count: byteCount))
  }

  package var hex: String { bytes.hex }
  package var description: String { hex }

  package static func < (left: Self, right: Self) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// Names one stored document: `records/ab/cd/<id>.age`.
package struct ObjectID: RandomName {
  package let bytes: [UInt8]
  package init(checkedBytes: [UInt8]) { bytes = checkedBytes }
}

/// Names one child's key file: `keys/ab/<id>.age`.
package struct KeyID: RandomName {
  package let bytes: [UInt8]
  package init(checkedBytes: [UInt8]) { bytes = checkedBytes }
}

/// Names one vault, in STRONGROOM and in every event.
package struct VaultID: RandomName {
  package let bytes: [UInt8]
  package init(checkedBytes: [UInt8]) { bytes = checkedBytes }
}
