import StrongroomCrypto

/// A small file of a package, wiped when the last reference goes: cover notes are personal, one holds a key.
final class BagFile: Sendable {
  /// Largest such file, bytes. A manifest of 1,000 documents takes a quarter of this.
  static let maximumByteCount = 1 << 20

  /// Below the bag's folder.
  let path: String
  let byteCount: Int
  let sha256: SHA256Digest
  private let content: SecretBytes

  init(path: String, _ content: consuming SecretBytes) throws(PackageError) {
    guard content.count <= Self.maximumByteCount else { throw .limitExceeded(.tagFileSize) }
    self.path = path
    byteCount = content.count
    sha256 = content.withBytes { SHA256.digest(of: $0) }
    self.content = content
  }

  convenience init(path: String, _ bytes: [UInt8]) throws(PackageError) {
    try self.init(path: path, SecretBytes.copying(bytes.span.bytes))
  }

  convenience init(path: String, _ text: String) throws(PackageError) {
    try self.init(path: path, Array(text.utf8))
  }

  func withBytes<R: ~Copyable>(_ body: (RawSpan) throws(PackageError) -> R) throws(PackageError) -> R {
    try content.withBytes(body)
  }
}
