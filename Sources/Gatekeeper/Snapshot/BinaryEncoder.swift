/// Writes a value in `BinaryForm`.
///
/// Nested containers end when their parent's next value begins, which nobody tells; so values are collected as a tree
/// first, and written when it is whole.
struct BinaryEncoder: Encoder {
  /// The snapshot that tables may take their parts from as they are.
  let source: FrozenSource?
  fileprivate let node: Node

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  fileprivate final class Node {
    enum Content {
      case none
      case scalar(any BinaryScalar)
      case table((inout BinaryWriter) throws -> Void)
      case list([Node])
      case object([(name: String, value: Node)])
    }

    var content = Content.none

    func add() -> Node {
      let node = Node()
      guard case .list(var nodes) = content else { return node }
      content = .none
      nodes.append(node)
      content = .list(nodes)
      return node
    }

    func add(_ name: String) -> Node {
      let node = Node()
      guard case .object(var members) = content else { return node }
      content = .none
      members.append((name, node))
      content = .object(members)
      return node
    }

    func write(into writer: inout BinaryWriter) throws {
      switch content {
      case .none: writer.append(.none)
      case .scalar(let scalar): scalar.write(into: &writer)
      case .table(let body): try writer.append(.table, body)
      case .list(let nodes):
        try writer.append(.list) { for node in nodes { try node.write(into: &$0) } }
      case .object(let members):
        try writer.append(.object) {
          for member in members {
            $0.append(name: member.name)
            try member.value.write(into: &$0)
          }
        }
      }
    }
  }

  static func encode(_ value: some Encodable, into writer: inout BinaryWriter, source: FrozenSource?) throws {
    let encoder = BinaryEncoder(source: source)
    try encoder.set(value)
    try encoder.node.write(into: &writer)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .none = node.content { node.content = .object([]) }
    return KeyedEncodingContainer(KeyedBinaryWriting<Key>(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .none = node.content { node.content = .list([]) }
    return UnkeyedBinaryWriting(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleBinaryWriting(encoder: self) }

  /// What a `Table` calls: it writes itself.
  func setTable(_ body: @escaping (inout BinaryWriter) throws -> Void) { node.content = .table(body) }

  fileprivate func set(_ value: some Encodable) throws {
    if let scalar = value as? any BinaryScalar {
      node.content = .scalar(scalar)
    } else {
      try value.encode(to: self)
    }
  }

  fileprivate func inside(_ node: Node) -> BinaryEncoder { BinaryEncoder(source: source, node: node) }

  init(source: FrozenSource?) { self.init(source: source, node: Node()) }

  private init(source: FrozenSource?, node: Node) {
    self.source = source
    self.node = node
  }
}

private struct KeyedBinaryWriting<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: BinaryEncoder
  var codingPath: [any CodingKey] { [] }

  private func member(_ key: any CodingKey) -> BinaryEncoder {
    encoder.inside(encoder.node.add(key.stringValue))
  }

  mutating func encodeNil(forKey key: Key) { _ = member(key) }
  mutating func encode(_ value: some Encodable, forKey key: Key) throws { try member(key).set(value) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { member(key).container(keyedBy: type) }

  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    member(key).unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder { encoder.inside(encoder.node.add("super")) }
  mutating func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct UnkeyedBinaryWriting: UnkeyedEncodingContainer {
  let encoder: BinaryEncoder
  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .list(let nodes) = encoder.node.content { nodes.count } else { 0 } }

  private func element() -> BinaryEncoder { encoder.inside(encoder.node.add()) }

  mutating func encodeNil() { _ = element() }
  mutating func encode(_ value: some Encodable) throws { try element().set(value) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> { element().container(keyedBy: type) }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }
  mutating func superEncoder() -> any Encoder { element() }
}

private struct SingleBinaryWriting: SingleValueEncodingContainer {
  let encoder: BinaryEncoder
  var codingPath: [any CodingKey] { [] }

  mutating func encodeNil() { encoder.node.content = .none }
  mutating func encode(_ value: some Encodable) throws { try encoder.set(value) }
}
