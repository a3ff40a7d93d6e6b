/// The keys of a published log, beside its tiles: `keys/NNNN`, the vkey of each epoch and LF, and `closed/NNNN`, the checkpoint
/// that ended it. They are written once for good, like tiles, and prove themselves: `PublishedLog.keys(from:)`.
package enum PublishedKeys {
  /// Numbers have four digits.
  package static let maximumEpochs = 9999
  /// Bytes of a vkey's file: the longest name, its key ID and key.
  static let vkeyLimitBytes = 2048

  package static func vkeyPath(_ epoch: Int) -> String { "keys/" + digits(epoch) }
  package static func closingPath(_ epoch: Int) -> String { "closed/" + digits(epoch) }

  private static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 4 - text.utf8.count)) + text
  }

  /// Writes the files of a whole chain.
  package static func write(_ chain: LogKeyChain, to writer: inout some TileWriter) throws {
    for (index, key) in chain.keys.enumerated() {
      try writer.write(path: vkeyPath(index + 1), bytes: Array("\(key.text)\n".utf8))
    }
    for (index, epoch) in chain.closedEpochs.enumerated() {
      try writer.write(path: closingPath(index + 1), bytes: epoch.closing.signedNote)
    }
  }
}

extension PublishedLog {
  /// Walks from the first key, which the caller knows by another way, to the one that signs now.
  ///
  /// Says who signed, and not yet that the closed epochs are one history with the checkpoint: `verify(_:under:)` does, while it
  /// recomputes the tree. A log that was never published with its keys has the first one alone.
  ///
  /// - Throws: `TransparencyLogError.originMismatch` or what `LogKeyChain` throws if a closing checkpoint or key does not follow;
  ///   `.tileMissing` naming a closing checkpoint that is not there; what the reader throws.
  package func keys(from first: VerifierKey) throws -> LogKeyChain {
    var remembered: [(closing: UnverifiedCheckpoint, next: VerifierKey)] = []
    var number = 1
    while number < PublishedKeys.maximumEpochs, let next = try vkey(number + 1) {
      let path = PublishedKeys.closingPath(number)
      guard let note = try read(path: path, limitBytes: UnverifiedNote.maximumBytes) else {
        throw TransparencyLogError.tileMissing(path: path)
      }
      remembered.append((try UnverifiedCheckpoint(parsing: note), next))
      number += 1
    }
    return try LogKeyChain(origin: first.name, firstKey: first, remembered: remembered)
  }

  private func vkey(_ epoch: Int) throws -> VerifierKey? {
    let path = PublishedKeys.vkeyPath(epoch)
    guard let bytes = try read(path: path, limitBytes: PublishedKeys.vkeyLimitBytes) else { return nil }
    guard bytes.last == LogText.newline, let text = String(validating: bytes.dropLast(), as: UTF8.self) else {
      throw TransparencyLogError.verifierKeyMalformed
    }
    return try VerifierKey(parsing: text)
  }
}
