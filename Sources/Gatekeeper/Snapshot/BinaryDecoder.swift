/// Reads a value in `BinaryForm`. Members are found by name, whatever their order; what the reader does not ask for is passed
/// over, and a member that is not there is told apart from nothing.
struct BinaryDecoder: Decoder {
  let source: FrozenSource
  /// Where the value stands.
  let range: Range<Int>

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from source: FrozenSource, _ range: Range<Int>
  ) throws -> Value {
    try BinaryDecoder(source: source, range: range).value(type)
  }

  fileprivate var reader: BinaryReader { BinaryReader(source, range) }

  fileprivate var isNone: Bool {
    var reader = reader
    return (try? reader.tag()) == BinaryTag.none
  }

  fileprivate func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let scalar = type as? any BinaryScalar.Type {
      var reader = reader
      guard let value = try scalar.init(from: &reader) as? Value else { throw BinaryFault.malformed }
      return value
    }
    return try Value(from: self)
  }

  /// The content of what must be of this kind.
  func content(_ tag: BinaryTag) throws(BinaryFault) -> Range<Int> {
    var reader = reader
    guard try reader.tag() == tag else { throw .malformed }
    return try reader.content()
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    var reader = BinaryReader(source, try content(.object))
    var members: [(name: String, value: Range<Int>)] = []
    while !reader.isAtEnd {
      let name = try reader.name()
      let start = reader.offset
      try reader.skip()
      members.append((name, start..<reader.offset))
    }
    return KeyedDecodingContainer(KeyedBinaryReading<Key>(source: source, members: members))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    var reader = BinaryReader(source, try content(.list))
    var elements: [Range<Int>] = []
    while !reader.isAtEnd {
      let start = reader.offset
      try reader.skip()
      elements.append(start..<reader.offset)
    }
    return UnkeyedBinaryReading(source: source, elements: elements)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { SingleBinaryReading(decoder: self) }
}

private struct KeyedBinaryReading<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let source: FrozenSource
  let members: [(name: String, value: Range<Int>)]

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

  private func found(_ key: any CodingKey) -> BinaryDecoder? {
    let name = key.stringValue
    return members.first { $0.name == name }.map { BinaryDecoder(source: source, range: $0.value) }
  }

  private func member(_ key: any CodingKey) throws -> BinaryDecoder {
    guard let found = found(key) else { throw BinaryFault.malformed }
    return found
  }

  func contains(_ key: Key) -> Bool { found(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).isNone }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try member(key).value(type)
  }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard let member = found(key), !member.isNone else { return nil }
    return try member.value(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try member(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    guard let member = members.first(where: { $0.name == "super" }) else { throw BinaryFault.malformed }
    return BinaryDecoder(source: source, range: member.value)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

private struct UnkeyedBinaryReading: UnkeyedDecodingContainer {
  let source: FrozenSource
  let elements: [Range<Int>]
  private(set) var currentIndex = 0

  init(source: FrozenSource, elements: [Range<Int>]) {
    self.source = source
    self.elements = elements
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  private func element() throws -> BinaryDecoder {
    guard !isAtEnd else { throw BinaryFault.malformed }
    return BinaryDecoder(source: source, range: elements[currentIndex])
  }

  mutating func decodeNil() throws -> Bool {
    let isNone = try element().isNone
    if isNone { currentIndex += 1 }
    return isNone
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try element().value(type)
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let container = try element().container(keyedBy: type)
    currentIndex += 1
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try element().unkeyedContainer()
    currentIndex += 1
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = try element()
    currentIndex += 1
    return decoder
  }
}

private struct SingleBinaryReading: SingleValueDecodingContainer {
  let decoder: BinaryDecoder
  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { decoder.isNone }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.value(type) }
}
