import StrongroomCrypto

/// The bytes of one object on their way into its temporary file: each once, in any order, hashed.
///
/// What comes in order is hashed as it comes. From the first byte that comes out of order on, the file is read back and hashed at the
/// end; it is in memory still, and meanwhile the disk is being written.
struct ObjectWriting: ~Copyable {
  /// So much at a time is read back, bytes.
  private static let pieceByteCount = 1 << 20
  /// So much is written before the disk is told to begin, bytes.
  private static let hintByteCount = 8 << 20

  private let core: DirectoryCore
  private let temporary: DirectoryCore.Temporary
  private let path: String
  private let exactSize: Int
  private var hash = SHA256()
  /// Bytes from the start that are in `hash`.
  private var hashedCount = 0
  /// What was written, in order and joined: two or three ranges at most in practice.
  private var written: [Range<Int>] = []
  /// Bytes since the disk was last told to begin.
  private var waiting: Range<Int> = 0..<0

  /// - Parameter path: the name it is going to have; for errors.
  init(
    _ temporary: DirectoryCore.Temporary, for path: String, exactSize: Int, in core: DirectoryCore
  ) throws(VaultStoreError) {
    if exactSize > 0 {
      do throws(FileSystemError) { try core.files.allocate(temporary.file, size: exactSize) } catch {
        throw error.storeError(path)
      }
    }
    self.core = core
    self.temporary = temporary
    self.path = path
    self.exactSize = exactSize
  }

  mutating func write(_ piece: RawSpan, at offset: Int) throws(VaultStoreError) {
    guard piece.byteCount > 0 else { return }
    guard offset >= 0, offset <= exactSize, piece.byteCount <= exactSize - offset else {
      throw .sizeMismatch(expected: exactSize, actual: offset + piece.byteCount)
    }
    let range = offset..<offset + piece.byteCount
    take(range)
    do throws(FileSystemError) { try core.files.write(temporary.file, at: offset, piece) } catch {
      throw error.storeError(path)
    }
    if hashedCount == offset {
      hash.update(piece)
      hashedCount = range.upperBound
    }
    hint(range)
  }

  /// The hash of the whole; every byte must have been written.
  mutating func finish() throws(VaultStoreError) -> SHA256Digest {
    let count = written.reduce(0) { $0 + $1.count }
    guard count == exactSize else { throw .sizeMismatch(expected: exactSize, actual: count) }
    if hashedCount < exactSize { try readBack() }
    return hash.digestSoFar()
  }

  /// Two buffers: one is read while the other is hashed.
  private mutating func readBack() throws(VaultStoreError) {
    core.files.beginWriting(temporary.file, waiting)
    var reading = PlaintextBuffer(capacity: Self.pieceByteCount)
    var hashing = PlaintextBuffer(capacity: Self.pieceByteCount)
    try read(at: hashedCount, into: &hashing)
    while hashedCount < exactSize {
      let next = hashedCount + hashing.count
      var failure: VaultStoreError?
      AllCores.run(2) { job in
        if job == 0 {
          hash.update(hashing.bytes)
        } else {
          do throws(VaultStoreError) { try read(at: next, into: &reading) } catch { failure = error }
        }
      }
      if let failure { throw failure }
      hashedCount = next
      swap(&reading, &hashing)
    }
  }

  private func read(at offset: Int, into buffer: inout PlaintextBuffer) throws(VaultStoreError) {
    let count = min(buffer.capacity, exactSize - offset)
    try buffer.overwrite(count: count) { (room) throws(VaultStoreError) in
      let found: Int
      do throws(FileSystemError) {
        found = try core.files.read(temporary.file, at: offset, into: &room)
      } catch {
        throw error.storeError(path)
      }
      guard found == count else { throw .damaged(Damage(file: path, problem: .truncated)) }
    }
  }

  private mutating func take(_ range: Range<Int>) {
    precondition(!written.contains { $0.overlaps(range) }, "each byte is written once")
    if let place = written.firstIndex(where: { $0.upperBound == range.lowerBound }) {
      written[place] = written[place].lowerBound..<range.upperBound
    } else {
      written.append(range)
    }
  }

  private mutating func hint(_ range: Range<Int>) {
    if range.lowerBound == waiting.upperBound {
      waiting = waiting.lowerBound..<range.upperBound
    } else {
      core.files.beginWriting(temporary.file, waiting)
      waiting = range
    }
    guard waiting.count >= Self.hintByteCount else { return }
    core.files.beginWriting(temporary.file, waiting)
    waiting = waiting.upperBound..<waiting.upperBound
  }
}
