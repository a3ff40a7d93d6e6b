/// A place in a decrypted snapshot.
struct BinaryReader {
  let source: FrozenSource
  private(set) var offset: Int
  let end: Int

  init(_ source: FrozenSource, _ range: Range<Int>) {
    self.source = source
    offset = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { offset >= end }

  mutating func byte() throws(BinaryFault) -> UInt8 {
    guard offset < end else { throw .malformed }
    defer { offset += 1 }
    return source.bytes[offset]
  }

  mutating func tag() throws(BinaryFault) -> BinaryTag {
    guard let tag = BinaryTag(rawValue: try byte()) else { throw .malformed }
    return tag
  }

  mutating func varying() throws(BinaryFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let next = try byte()
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
    }
    throw .malformed
  }

  mutating func count() throws(BinaryFault) -> Int {
    guard end - offset >= 4 else { throw .malformed }
    defer { offset += 4 }
    return source.count(at: offset)
  }

  mutating func name() throws(BinaryFault) -> String {
    let number = try varying()
    guard number < UInt64(source.names.count) else { throw .malformed }
    return source.names[Int(number)]
  }

  /// The content of what has a length.
  mutating func content() throws(BinaryFault) -> Range<Int> {
    try take(try count())
  }

  mutating func take(_ count: Int) throws(BinaryFault) -> Range<Int> {
    guard count <= end - offset else { throw .malformed }
    defer { offset += count }
    return offset..<offset + count
  }

  /// Passes over one value.
  mutating func skip() throws(BinaryFault) {
    switch try tag() {
    case .none, .no, .yes: return
    case .natural, .negative: _ = try varying()
    case .text, .bytes, .list, .object, .table: _ = try content()
    }
  }
}
