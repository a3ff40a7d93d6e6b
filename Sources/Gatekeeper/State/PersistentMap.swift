/// A dictionary whose copies share what they have in common: a change to a copy costs the logarithm of its size, not the
/// whole of it. So a state can be kept, changed on trial and thrown away for nothing.
///
/// A trie of arrays over the key's hash, four bits a level. An array that only one map refers to is changed in place.
struct PersistentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Pair: Sendable {
    let key: Key
    var value: Value
  }

  private enum Node: Sendable {
    case leaf([Pair])
    case branch([Node])
  }

  private static var bits: Int { 4 }
  private static var leafLimit: Int { 8 }

  private(set) var count = 0
  private var root = Node.leaf([])

  subscript(key: Key) -> Value? {
    var hash = UInt(bitPattern: key.hashValue)
    var node = root
    while true {
      switch node {
      case .leaf(let pairs): return pairs.first { $0.key == key }?.value
      case .branch(let children):
        node = children[Int(hash & 15)]
        hash >>= UInt(Self.bits)
      }
    }
  }

  mutating func updateValue(_ value: Value, forKey key: Key) {
    let hash = UInt(bitPattern: key.hashValue)
    if Self.set(Pair(key: key, value: value), hash, depth: 0, in: &root) { count += 1 }
  }

  /// Every key with its value, in no order.
  func visit(_ body: (Key, Value) throws -> Void) rethrows { try Self.visit(root, body) }

  /// - Returns: whether the key is new.
  private static func set(_ pair: Pair, _ hash: UInt, depth: Int, in node: inout Node) -> Bool {
    // Each payload is taken out of the node, so that it is changed in place where nobody else has it.
    switch node {
    case .branch(var children):
      node = .leaf([])
      let isNew = set(pair, hash >> UInt(bits), depth: depth + 1, in: &children[Int(hash & 15)])
      node = .branch(children)
      return isNew
    case .leaf(var pairs):
      node = .leaf([])
      if let index = pairs.firstIndex(where: { $0.key == pair.key }) {
        pairs[index].value = pair.value
        node = .leaf(pairs)
        return false
      }
      pairs.append(pair)
      // At the last level the hash is used up: then a leaf grows.
      node =
        pairs.count > leafLimit && depth < UInt.bitWidth / bits ? split(pairs, depth: depth) : .leaf(pairs)
      return true
    }
  }

  private static func split(_ pairs: [Pair], depth: Int) -> Node {
    var children = [Node](repeating: .leaf([]), count: 1 << bits)
    for pair in pairs {
      let hash = UInt(bitPattern: pair.key.hashValue) >> UInt(depth * bits)
      _ = set(pair, hash >> UInt(bits), depth: depth + 1, in: &children[Int(hash & 15)])
    }
    return .branch(children)
  }

  private static func visit(_ node: Node, _ body: (Key, Value) throws -> Void) rethrows {
    switch node {
    case .leaf(let pairs): for pair in pairs { try body(pair.key, pair.value) }
    case .branch(let children): for child in children { try visit(child, body) }
    }
  }
}
