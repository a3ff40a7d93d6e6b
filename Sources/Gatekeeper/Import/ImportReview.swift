package import StrongroomCrypto

/// Says of each row of a list, in order, whether its document is new, filed already, or an earlier row's over again.
///
/// A document is recognised by the SHA-256 of its bytes, among those of the same child and kind: the vault's come from the children's
/// boxes, the list's from the files. Files of a size nothing else has are new without being read.
package struct ImportReview {
  private struct Seen {
    let line: Int
    let hash: () throws -> SHA256Digest
    var sha256: SHA256Digest?
  }
  private struct Bucket: Hashable {
    let place: FilingPlace
    let sizeBytes: Int
  }

  private let known: ImportKnowledge
  private var seen: [Bucket: [Seen]] = [:]

  package init(_ known: ImportKnowledge) { self.known = known }

  /// - Parameters:
  ///   - sizeBytes: of the document.
  ///   - hash: reads the document; called only where another of this size is there.
  /// - Returns: nil for a new document, else why it is none.
  /// - Throws: what `hash` throws.
  package mutating func fault(
    of row: ImportRow, child: ChildReference, sizeBytes: Int, hash: @escaping () throws -> SHA256Digest
  ) throws -> ImportFault? {
    let place = FilingPlace(child: child, kind: row.kind)
    let bucket = Bucket(place: place, sizeBytes: sizeBytes)
    let before = (known.filed[place] ?? []).filter { $0.sizeBytes == sizeBytes }
    var rows = seen[bucket] ?? []
    // What was hashed on the way is kept whatever comes of it.
    defer { seen[bucket] = rows }
    var own: SHA256Digest?
    if !before.isEmpty || !rows.isEmpty {
      let sha256 = try hash()
      if let filed = before.first(where: { $0.sha256 == sha256 }) { return .filedAlready(filed.record) }
      for index in rows.indices {
        let other = try rows[index].sha256 ?? rows[index].hash()
        rows[index].sha256 = other
        if other == sha256 { return .twice(line: rows[index].line) }
      }
      own = sha256
    }
    rows.append(Seen(line: row.line, hash: hash, sha256: own))
    return nil
  }
}
