import AgeFormat

/// An archive inside an age file: files go in, sealed pieces come out, in constant memory.
///
/// Call `start`, then `begin`, `write`, `end` for each file, then `finish`. Sealed bytes go to the `write`
/// given with each call; what it throws arrives as `PackageError`.
struct SealingStream: ~Copyable {
  typealias Write = (RawSpan) throws -> Void

  private var tar = TarWriter()
  private var age: AgeEncryptor

  init(to recipients: [any AgeRecipient]) throws(PackageError) {
    age = try packageCall { try AgeEncryptor(to: recipients) }
  }

  /// Writes the age header. Comes first.
  mutating func start(_ write: Write) throws(PackageError) {
    let header = age.header
    try packageCall { try write(header.span.bytes) }
  }

  mutating func begin(_ entry: TarEntry, _ write: Write) throws(PackageError) {
    // A copy, here and below, since the sink needs the rest of `self` while the writer is being changed.
    var tar = self.tar
    try tar.begin(entry) { (piece) throws(PackageError) in try seal(piece, write) }
    self.tar = tar
  }

  mutating func content(_ bytes: RawSpan, _ write: Write) throws(PackageError) {
    var tar = self.tar
    try tar.write(bytes) { (piece) throws(PackageError) in try seal(piece, write) }
    self.tar = tar
  }

  mutating func end(_ write: Write) throws(PackageError) {
    var tar = self.tar
    try tar.end { (piece) throws(PackageError) in try seal(piece, write) }
    self.tar = tar
  }

  /// A whole small file.
  mutating func file(_ entry: TarEntry, _ bytes: [UInt8], _ write: Write) throws(PackageError) {
    try begin(entry, write)
    try content(bytes.span.bytes, write)
    try end(write)
  }

  /// Ends the archive with zeros up to `archiveByteCount`, and the age file with its final chunk.
  mutating func finish(archiveByteCount: Int, _ write: Write) throws(PackageError) {
    var tar = self.tar
    try tar.finish(totalByteCount: archiveByteCount) { (piece) throws(PackageError) in try seal(piece, write)
    }
    self.tar = tar
    do { try age.finish(write) } catch { throw PackageError(wrapping: error) }
  }

  private mutating func seal(_ piece: RawSpan, _ write: Write) throws(PackageError) {
    do { try age.update(piece, write) } catch { throw PackageError(wrapping: error) }
  }
}
