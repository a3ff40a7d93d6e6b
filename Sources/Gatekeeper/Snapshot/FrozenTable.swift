/// A table as it lies in a snapshot, searched there: opening a vault reads none of its values.
///
///     number of rows u32 || words in a key u8 || keys, sorted, 8 bytes a word ||
///     offsets u32, one a row and one for the end, from where they end || values
struct FrozenTable: Sendable {
  let source: FrozenSource
  let count: Int
  private let wordCount: Int
  private let keys: Int
  private let offsets: Int
  private let values: Int
  private let end: Int

  private static let headByteCount = 5

  init(_ source: FrozenSource, _ range: Range<Int>, wordCount: Int) throws(BinaryFault) {
    guard range.count >= Self.headByteCount else { throw .malformed }
    self.source = source
    self.wordCount = wordCount
    count = source.count(at: range.lowerBound)
    keys = range.lowerBound + Self.headByteCount
    offsets = keys + count * wordCount * 8
    values = offsets + (count + 1) * 4
    end = range.upperBound
    guard source.bytes[range.lowerBound + 4] == UInt8(wordCount), values <= end,
      values + source.count(at: values - 4) == end
    else { throw .malformed }
  }

  func words(_ row: Int) -> [UInt64] {
    (0..<wordCount).map { source.word(at: keys + (row * wordCount + $0) * 8) }
  }

  /// Where the value of a row stands; nil for one that does not lie in the table.
  func value(_ row: Int) -> Range<Int>? {
    let start = values + source.count(at: offsets + row * 4)
    let next = values + source.count(at: offsets + (row + 1) * 4)
    return values <= start && start <= next && next <= end ? start..<next : nil
  }

  /// By bisection; nil if there is no such key.
  func row(of key: some TableKey) -> Int? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if precedes(middle, key) { low = middle + 1 } else { high = middle }
    }
    return low < count && isEqual(low, key) ? low : nil
  }

  private func precedes(_ row: Int, _ key: some TableKey) -> Bool {
    for index in 0..<wordCount {
      let word = source.word(at: keys + (row * wordCount + index) * 8)
      let wanted = key.word(index)
      if word != wanted { return word < wanted }
    }
    return false
  }

  private func isEqual(_ row: Int, _ key: some TableKey) -> Bool {
    (0..<wordCount).allSatisfy { source.word(at: keys + (row * wordCount + $0) * 8) == key.word($0) }
  }

  /// Writes rows that are sorted by key.
  static func write<Key: TableKey>(
    _ keys: [Key], into writer: inout BinaryWriter, value: (Int, inout BinaryWriter) throws -> Void
  ) rethrows {
    writer.append(count: keys.count)
    writer.append([UInt8(Key.wordCount)])
    for key in keys {
      for index in 0..<Key.wordCount { writer.append(word: key.word(index)) }
    }
    var values = BinaryWriter(names: writer.names)
    writer.append(count: 0)
    for row in keys.indices {
      try value(row, &values)
      writer.append(count: values.bytes.count)
    }
    writer.adoptNames(of: values)
    writer.append(values.bytes)
  }
}
