import StrongroomCrypto

/// Reads a pax archive that comes in pieces of any size, strictly: what `TarWriter` would not write is
/// refused.
///
/// Constant memory: one block, one pax header (8 KiB at most) and the current entry. Nothing an archive says
/// is believed before it is checked: checksum, type, safe name, size within `limits`; all padding must be
/// zero.
package struct TarReader {
  /// What the archive may hold.
  package struct Limits: Hashable, Sendable {
    /// Number of files.
    package var entryCount: Int
    /// Bytes of one file.
    package var entrySize: Int

    package init(entryCount: Int, entrySize: Int) {
      self.entryCount = entryCount
      self.entrySize = entrySize
    }
  }

  /// A step through the archive. Content comes with `.data`, the span is empty otherwise.
  package enum Step: Hashable, Sendable {
    case begin(TarEntry)
    case data
    case end
  }

  package typealias Body = (Step, RawSpan) throws(PackageError) -> Void

  private enum State {
    case header
    case pax(remaining: Int)
    case content(remaining: Int)
    /// Zeros up to the next block.
    case padding(remaining: Int)
    /// All further bytes must be zero.
    case ended
  }

  /// Bytes read so far.
  package private(set) var byteCount = 0
  /// Position of the first end block; what comes before is the archive proper.
  package private(set) var endOffset: Int?
  private let limits: Limits
  private var state = State.header
  private var block: [UInt8] = []
  private var paxRecords: [UInt8] = []
  private var entryCount = 0
  private var failure: PackageError?

  package init(limits: Limits) {
    self.limits = limits
    block.reserveCapacity(TarWriter.blockByteCount)
  }

  /// Reads the next piece. After an error the reader stays failed with it.
  package mutating func update(_ bytes: RawSpan, _ body: Body) throws(PackageError) {
    if let failure { throw failure }
    do {
      var rest = bytes
      while rest.byteCount > 0 {
        let used = try step(rest, body)
        byteCount += used
        rest = rest.extracting(droppingFirst: used)
      }
    } catch {
      failure = error
      throw error
    }
  }

  /// Says that no more bytes come. Throws unless the archive ended with its two zero blocks, on a block's
  /// edge.
  package mutating func finish() throws(PackageError) {
    if let failure { throw failure }
    guard case .ended = state, let endOffset, byteCount - endOffset >= TarWriter.endByteCount,
      byteCount % TarWriter.blockByteCount == 0
    else {
      failure = .malformedTar(.truncated)
      throw .malformedTar(.truncated)
    }
  }

  /// Handles what one state can take of `bytes` and returns how many bytes that was, at least one.
  private mutating func step(_ bytes: RawSpan, _ body: Body) throws(PackageError) -> Int {
    switch state {
    case .header:
      let count = min(bytes.byteCount, TarWriter.blockByteCount - block.count)
      block += [UInt8](copying: bytes.extracting(first: count))
      if block.count == TarWriter.blockByteCount { try header(body) }
      return count
    case .pax(let remaining):
      let count = min(bytes.byteCount, remaining)
      paxRecords += [UInt8](copying: bytes.extracting(first: count))
      state = .pax(remaining: remaining - count)
      if count == remaining { state = afterContent(size: paxRecords.count) }
      return count
    case .content(let remaining):
      let count = min(bytes.byteCount, remaining)
      try body(.data, bytes.extracting(first: count))
      state = .content(remaining: remaining - count)
      if count == remaining { try endContent(body) }
      return count
    case .padding(let remaining):
      let count = min(bytes.byteCount, remaining)
      try requireZeros(bytes.extracting(first: count))
      state = count == remaining ? .header : .padding(remaining: remaining - count)
      return count
    case .ended:
      try requireZeros(bytes)
      return bytes.byteCount
    }
  }

  private var contentPadding = 0

  private mutating func header(_ body: Body) throws(PackageError) {
    defer { block.removeAll(keepingCapacity: true) }
    if block.allSatisfy({ $0 == 0 }) {
      guard paxRecords.isEmpty else { throw .malformedTar(.truncated) }
      // The block's last byte is counted by the caller after this step.
      endOffset = (byteCount / TarWriter.blockByteCount) * TarWriter.blockByteCount
      state = .ended
      return
    }
    var decoded = try TarHeader.decode(block)
    if decoded.type == TarHeader.paxHeader {
      guard paxRecords.isEmpty, (1...TarHeader.maximumPaxByteCount).contains(decoded.size) else {
        throw .malformedTar(.paxRecord)
      }
      state = .pax(remaining: decoded.size)
      return
    }
    if !paxRecords.isEmpty { try TarHeader.apply(paxRecords: paxRecords, to: &decoded) }
    paxRecords.removeAll()
    try begin(decoded, body)
  }

  private mutating func begin(_ decoded: TarHeader.Decoded, _ body: Body) throws(PackageError) {
    guard let path = String(validating: decoded.path, as: UTF8.self), TarEntry.isSafePath(path) else {
      throw .malformedTar(.unsafeName)
    }
    entryCount += 1
    guard entryCount <= limits.entryCount else { throw .malformedTar(.tooManyEntries) }
    guard decoded.size <= limits.entrySize else { throw .malformedTar(.entryTooLarge) }
    let entry = TarEntry(path: path, size: decoded.size, modifiedSeconds: decoded.modifiedSeconds)
    contentPadding = TarWriter.roundedToBlock(entry.size) - entry.size
    try body(.begin(entry), RawSpan())
    state = .content(remaining: entry.size)
    if entry.size == 0 { try endContent(body) }
  }

  private mutating func endContent(_ body: Body) throws(PackageError) {
    try body(.end, RawSpan())
    state = contentPadding == 0 ? .header : .padding(remaining: contentPadding)
  }

  private func afterContent(size: Int) -> State {
    let padding = TarWriter.roundedToBlock(size) - size
    return padding == 0 ? .header : .padding(remaining: padding)
  }

  private func requireZeros(_ bytes: RawSpan) throws(PackageError) {
    let span = Span<UInt8>(_bytes: bytes)
    var union: UInt8 = 0
    for index in span.indices { union |= span[index] }
    guard union == 0 else { throw .malformedTar(.padding) }
  }
}
