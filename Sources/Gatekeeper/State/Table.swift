/// One kind of thing in the state, by its name: what a snapshot has of it, left where it lies until somebody asks, and what
/// changed since. Copies share both, and a change costs the logarithm of the table's size.
///
/// As a sequence, the values in the order of their keys.
package struct Table<Key: TableKey, Value: Codable & Hashable & Sendable>: Sendable {
  private var base: FrozenTable?
  /// nil stands for what was removed.
  private var changes = PersistentMap<Key, Value?>()
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  package subscript(key: Key) -> Value? {
    get {
      if let change = changes[key] { return change }
      guard let base, let row = base.row(of: key) else { return nil }
      return Self.read(base, row)
    }
    set {
      let isHeld = contains(key)
      guard isHeld || newValue != nil else { return }
      changes.updateValue(newValue, forKey: key)
      count += (newValue == nil ? 0 : 1) - (isHeld ? 1 : 0)
    }
  }

  package subscript(key: Key, default fallback: @autoclosure () -> Value) -> Value {
    get { self[key] ?? fallback() }
    set { self[key] = newValue }
  }

  package func contains(_ key: Key) -> Bool {
    if let change = changes[key] { return change != nil }
    return base?.row(of: key) != nil
  }

  /// In order.
  package var keys: [Key] { rows.map(\.key) }

  /// In the order of the keys. Reads the whole table.
  package var values: [Value] {
    rows.compactMap { row in
      switch row.place {
      case .changed(let value): value
      case .frozen(let number): base.flatMap { Self.read($0, number) }
      }
    }
  }

  private struct Row {
    enum Place {
      case changed(Value)
      case frozen(Int)
    }

    let key: Key
    let place: Place
  }

  /// What the snapshot has and what changed, merged.
  private var rows: [Row] {
    var changed: [(key: Key, value: Value?)] = []
    changes.visit { changed.append(($0, $1)) }
    changed.sort { $0.key.precedes($1.key) }
    var rows: [Row] = []
    rows.reserveCapacity(count)
    var next = 0
    func take(_ change: (key: Key, value: Value?)) {
      if let value = change.value { rows.append(Row(key: change.key, place: .changed(value))) }
    }
    for row in 0..<(base?.count ?? 0) {
      guard let base, let key = Key(words: base.words(row)) else {
        base?.source.noteBroken()
        break
      }
      while next < changed.count, changed[next].key.precedes(key) {
        take(changed[next])
        next += 1
      }
      if next < changed.count, changed[next].key == key { continue }
      rows.append(Row(key: key, place: .frozen(row)))
    }
    for change in changed[next...] { take(change) }
    return rows
  }

  /// nil, and the snapshot noted as broken, if it is not the value that a table of this kind has.
  private static func read(_ base: FrozenTable, _ row: Int) -> Value? {
    guard let range = base.value(row), let value: Value = try? BinaryDecoder.decode(from: base.source, range)
    else {
      base.source.noteBroken()
      return nil
    }
    return value
  }
}

extension Table: Sequence {
  package func makeIterator() -> IndexingIterator<[Value]> { values.makeIterator() }
  package var underestimatedCount: Int { count }
}

extension Table: Hashable {
  package static func == (left: Table, right: Table) -> Bool {
    left.count == right.count && left.keys == right.keys && left.values == right.values
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(count) }
}

extension Table: Codable {
  /// Only in a snapshot's own form.
  package init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? BinaryDecoder else { throw BinaryFault.malformed }
    let base = try FrozenTable(decoder.source, try decoder.content(.table), wordCount: Key.wordCount)
    self.base = base
    count = base.count
    // The rest is read when it is asked for. The form of one value shows whether it is this program's at all.
    if count > 0 {
      guard Key(words: base.words(0)) != nil, Self.read(base, 0) != nil, Self.read(base, count - 1) != nil
      else {
        throw BinaryFault.malformed
      }
    }
  }

  package func encode(to encoder: any Encoder) throws {
    guard let encoder = encoder as? BinaryEncoder else { throw BinaryFault.malformed }
    let source = encoder.source
    encoder.setTable { writer in
      let rows = rows
      try FrozenTable.write(rows.map(\.key), into: &writer) { index, values in
        switch rows[index].place {
        case .changed(let value):
          try BinaryEncoder.encode(value, into: &values, source: source)
        case .frozen(let number):
          guard let base, let range = base.value(number) else { throw BinaryFault.malformed }
          if base.source === source {
            values.append(base.source.bytes[range])
          } else {
            let value: Value = try BinaryDecoder.decode(from: base.source, range)
            try BinaryEncoder.encode(value, into: &values, source: source)
          }
        }
      }
    }
  }
}
