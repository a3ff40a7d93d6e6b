/// A buffer with the numbers of the names used in it.
struct BinaryWriter {
  private(set) var bytes: [UInt8] = []
  /// By name; a snapshot made from another begins with that one's, so that values can be taken over as they are.
  private(set) var names: [String]
  private var numbers: [String: Int]

  init(names: [String] = []) {
    self.names = names
    numbers = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
  }

  mutating func append(_ tag: BinaryTag) { bytes.append(tag.rawValue) }

  mutating func append(_ content: some Collection<UInt8>) { bytes.append(contentsOf: content) }

  mutating func append(word: UInt64) {
    for shift in stride(from: 56, through: 0, by: -8) { append(word, shift) }
  }

  mutating func append(count: Int) {
    for shift in stride(from: 24, through: 0, by: -8) { append(UInt64(count), shift) }
  }

  private mutating func append(_ value: UInt64, _ shift: Int) {
    bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
  }

  mutating func append(varying value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func append(name: String) {
    let number = numbers[name] ?? names.count
    if number == names.count {
      names.append(name)
      numbers[name] = number
    }
    append(varying: UInt64(number))
  }

  /// Takes over the names of a writer that began with this one's.
  mutating func adoptNames(of other: BinaryWriter) {
    guard other.names.count > names.count else { return }
    names = other.names
    numbers = other.numbers
  }

  mutating func append(_ tag: BinaryTag, content: some Collection<UInt8>) {
    append(tag)
    append(count: content.count)
    append(content)
  }

  /// Writes something whose length is known afterwards.
  mutating func append(_ tag: BinaryTag, _ body: (inout BinaryWriter) throws -> Void) rethrows {
    append(tag)
    let place = bytes.count
    append(count: 0)
    try body(&self)
    let length = bytes.count - place - 4
    precondition(length <= UInt32.max, "unreachable: a cache file has at most 1 GiB")
    for (offset, shift) in [24, 16, 8, 0].enumerated() {
      bytes[place + offset] = UInt8(truncatingIfNeeded: length >> shift)
    }
  }
}
