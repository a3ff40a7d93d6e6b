package import VaultStore

/// The erasures of one vault, kept outside it, so that an older copy of the vault that is put back does not bring an erased
/// child back. One line each: child, key file's id, and the entry that erased it. Nothing in it identifies anybody.
package struct ErasureList: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    package let child: ChildReference
    package let key: KeyID
    package let entry: UInt64
  }

  /// Bytes at most: some 20,000 lines.
  package static let limitBytes = 1 << 20
  private static let title = "Strongroom erasures"

  package let vault: VaultID
  /// In order of child, each key once.
  package private(set) var lines: [Line] = []

  package init(vault: VaultID) { self.vault = vault }

  /// Adds what is new; the entry first noted for a key stays.
  package mutating func merge(_ more: some Sequence<Line>) {
    var known = Set(lines.map(\.key))
    for line in more where known.insert(line.key).inserted { lines.append(line) }
    lines.sort { ($0.child, $0.key.hex) < ($1.child, $1.key.hex) }
  }

  package var text: String {
    var text = "\(Self.title)\nvault: \(vault.hex)\n"
    for line in lines { text += "\(line.child) \(line.key.hex) \(line.entry)\n" }
    return text
  }

  /// - Throws: `VaultStoreError.malformed` naming the line. A list that is cut in a line is malformed, not shorter.
  package static func parse(_ bytes: [UInt8], name: String) throws(VaultStoreError) -> ErasureList {
    guard bytes.count <= limitBytes else { throw .limitExceeded(name: name, limit: limitBytes) }
    guard bytes.last == UInt8(ascii: "\n"), let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed(name: name, line: 1)
    }
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    guard rows.count >= 2, rows[0] == Self.title, rows[1].hasPrefix("vault: "),
      let vault = VaultID(hex: rows[1].dropFirst(7))
    else { throw .malformed(name: name, line: 1) }
    var list = ErasureList(vault: vault)
    var lines: [Line] = []
    for (number, row) in rows.enumerated().dropFirst(2) {
      let parts = row.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 3, let child = ChildReference(parsing: String(parts[0])),
        let key = KeyID(hex: parts[1]), let entry = UInt64(parts[2])
      else { throw .malformed(name: name, line: number + 1) }
      lines.append(Line(child: child, key: key, entry: entry))
    }
    list.merge(lines)
    return list
  }
}

/// Where the list is kept outside the vault: one small file that its owner alone can read and write.
package protocol ErasureListStorage: Sendable {
  /// nil if there is none yet.
  func read(for vault: VaultID) throws -> [UInt8]?
  /// Durable when it returns.
  func replace(_ bytes: [UInt8], for vault: VaultID) throws
}
