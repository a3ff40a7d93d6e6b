import TransparencyLog

/// The journal's files: `ledger/NNNNNNNNNN.seg` and, made ahead so that a full disk does not stop the log at once, `ledger/next.seg`.
///
/// Segments are written full of zeros when they are made, not merely allocated: writing into allocated but unwritten blocks changes the
/// file's metadata, which would make each later `fdatasync` wait for the file system's own journal as well.
struct JournalFiles: Sendable {
  static let reserve = "ledger/next.seg"
  private static let zeroBlock = [UInt8](repeating: 0, count: 256 << 10)

  let core: DirectoryCore

  static func path(_ segment: Int) -> String {
    let digits = String(segment)
    return "ledger/" + String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits + ".seg"
  }

  static func segment(_ name: String) -> Int? {
    guard name.hasSuffix(".seg"), name.utf8.count == 14, let number = Int(name.dropLast(4)), number >= 0,
      path(number) == "ledger/" + name
    else { return nil }
    return number
  }

  /// The numbers of all segments.
  ///
  /// - Throws: `.missing` if there is none, or if one is missing between the first and the last.
  func segments() throws(VaultStoreError) -> Range<Int> {
    let entries: [DirectoryEntry]
    do { entries = try core.files.list("ledger") } catch { throw error.storeError("ledger") }
    let numbers = entries.compactMap { Self.segment($0.name) }.sorted()
    for (expected, number) in numbers.enumerated() where expected != number {
      throw .missing(Self.path(expected))
    }
    guard !numbers.isEmpty else { throw .missing(Self.path(0)) }
    return 0..<numbers.count
  }

  /// Makes a segment and gives it its name: from then on it is the open one.
  ///
  /// If power fails before the rename there is at most a leftover in `tmp/` or a reserve that is no longer all zeros, which the next call
  /// mends; after it the segment stands with its start and, if there is a head, a copy of it.
  func make(
    _ start: SegmentStart, head: LedgerHead?, usingReserve: Bool
  ) throws(VaultStoreError) {
    let path = Self.path(start.number)
    var opening = JournalFrame.encoded(.start, start.encoded())
    if let head { JournalFrame.append(.head, JournalHead.encoded(head), to: &opening) }
    var source: DirectoryCore.Temporary?
    if usingReserve { source = try openReserve(size: start.capacity) }
    if source == nil { source = try makeZeroed(for: path, size: start.capacity) }
    guard let source else { return }
    do throws(VaultStoreError) {
      do { try core.files.write(source.file, at: 0, opening.span.bytes) } catch {
        throw error.storeError(path)
      }
      try core.health.flush(path) { () throws(FileSystemError) in try core.files.syncData(source.file) }
    } catch {
      core.files.close(source.file)
      throw error
    }
    try core.publish(source, as: path)
  }

  /// Makes the reserve if there is none. A full disk is no error: the log goes on in the open segment.
  func replenishReserve(size: Int) throws(VaultStoreError) {
    if try core.status(of: Self.reserve) != nil { return }
    do throws(VaultStoreError) {
      try core.publish(try makeZeroed(for: Self.reserve, size: size), as: Self.reserve)
    } catch {
      switch error {
      case .diskFull, .alreadyExists: return
      default: throw error
      }
    }
  }

  /// The reserve, all zeros; nil if there is none of this size.
  private func openReserve(size: Int) throws(VaultStoreError) -> DirectoryCore.Temporary? {
    guard let status = try core.status(of: Self.reserve) else { return nil }
    // After a power cut both names of a rename may stand: then this is a segment, and zeroing it would be the end of it.
    guard status.kind == .file, status.size == size, status.links == 1 else {
      try core.remove(Self.reserve, durably: true)
      return nil
    }
    do throws(FileSystemError) {
      let file = try core.files.open(Self.reserve, writable: true)
      do throws(FileSystemError) {
        let bytes = try core.files.read(file, at: 0, count: size)
        if !Descriptor.isAllZero(bytes.span.bytes) {
          // A crash between writing its start and renaming it.
          try fillWithZeros(file, size: size)
        }
      } catch {
        core.files.close(file)
        throw error
      }
      return DirectoryCore.Temporary(path: Self.reserve, file: file)
    } catch {
      throw error.storeError(Self.reserve)
    }
  }

  private func makeZeroed(for path: String, size: Int) throws(VaultStoreError) -> DirectoryCore.Temporary {
    let temporary = try core.makeTemporary(for: path)
    do throws(VaultStoreError) {
      do throws(FileSystemError) {
        try core.files.allocate(temporary.file, size: size)
        try fillWithZeros(temporary.file, size: size)
      } catch {
        throw error.storeError(path)
      }
      try core.health.flush(path) { () throws(FileSystemError) in try core.files.syncAll(temporary.file) }
      return temporary
    } catch {
      core.discard(temporary)
      core.files.close(temporary.file)
      throw error
    }
  }

  private func fillWithZeros(_ file: OpenFile, size: Int) throws(FileSystemError) {
    let zeros = Self.zeroBlock
    var offset = 0
    while offset < size {
      let count = min(zeros.count, size - offset)
      try core.files.write(file, at: offset, zeros.span.bytes.extracting(0..<count))
      offset += count
    }
  }
}
