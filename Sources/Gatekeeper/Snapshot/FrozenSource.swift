import Synchronization

/// What a snapshot holds, decrypted; its tables read it where it lies. Never changes.
final class FrozenSource: Sendable {
  let bytes: [UInt8]
  let names: [String]
  private let broken = Atomic(false)

  init(bytes: [UInt8], names: [String]) {
    self.bytes = bytes
    self.names = names
  }

  /// Whether something in it could not be read as what it should be: then nothing rests on it any more.
  var isBroken: Bool { broken.load(ordering: .relaxed) }
  func noteBroken() { broken.store(true, ordering: .relaxed) }

  func count(at offset: Int) -> Int {
    Int(bytes[offset]) << 24 | Int(bytes[offset + 1]) << 16 | Int(bytes[offset + 2]) << 8
      | Int(bytes[offset + 3])
  }

  func word(at offset: Int) -> UInt64 { UInt64(count(at: offset)) << 32 | UInt64(count(at: offset + 4)) }
}
