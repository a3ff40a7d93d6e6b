import StrongroomCrypto

/// Writes armor piece by piece, in constant memory.
package struct ArmorEncoder {
  private var isStarted = false
  /// Fewer than 48 bytes that do not fill a line yet.
  private var pending: [UInt8] = []

  /// Bytes encoded at a time: 1,024 lines.
  private static let block = 1_024 * Base64Length.lineBytes

  package init() {}

  /// Takes the next bytes of the age file and hands complete lines to the sink.
  package mutating func update<E: Error>(
    _ bytes: RawSpan, _ sink: (RawSpan) throws(E) -> Void
  ) throws(E) {
    try start(sink)
    var offset = 0
    if !pending.isEmpty {
      offset = min(bytes.byteCount, Base64Length.lineBytes - pending.count)
      pending += [UInt8](copying: bytes.extracting(0..<offset))
      guard pending.count == Base64Length.lineBytes else { return }
      try sink(Self.lines(pending.span.bytes).span.bytes)
      pending = []
    }
    while bytes.byteCount - offset >= Base64Length.lineBytes {
      let whole = (bytes.byteCount - offset) / Base64Length.lineBytes * Base64Length.lineBytes
      let taken = min(whole, Self.block)
      try sink(Self.lines(bytes.extracting(offset..<(offset + taken))).span.bytes)
      offset += taken
    }
    pending = [UInt8](copying: bytes.extracting(offset..<bytes.byteCount))
  }

  /// Writes the last, short line if there is one, and the END line.
  package mutating func finish<E: Error>(_ sink: (RawSpan) throws(E) -> Void) throws(E) {
    try start(sink)
    let rest = Self.lines(pending.span.bytes) + Armor.end + [UInt8(ascii: "\n")]
    pending = []
    try sink(rest.span.bytes)
  }

  private mutating func start<E: Error>(_ sink: (RawSpan) throws(E) -> Void) throws(E) {
    guard !isStarted else { return }
    isStarted = true
    let line = Armor.begin + [UInt8(ascii: "\n")]
    try sink(line.span.bytes)
  }

  private static func lines(_ bytes: RawSpan) -> [UInt8] {
    let text = Base64.encodedBytes(bytes, padded: true)
    var lines: [UInt8] = []
    lines.reserveCapacity(text.count + text.count / Base64Length.columns + 1)
    var start = 0
    while start < text.count {
      let stop = min(start + Base64Length.columns, text.count)
      lines += text[start..<stop]
      lines.append(UInt8(ascii: "\n"))
      start = stop
    }
    return lines
  }
}
