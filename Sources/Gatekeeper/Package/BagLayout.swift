import StrongroomCrypto

/// Names and texts that BagIt 1.0 fixes (RFC 8493), and the order in which this program writes and expects
/// them.
///
///     REQ-…/bagit.txt                    version and encoding
///           bag-info.txt                 who, when, how much
///           manifest-sha256.txt          hash of each payload file
///           receipt/HOW-TO-CHECK.txt     and the other receipt files
///           tagmanifest-sha256.txt       hash of each file above
///           data/COVER.txt
///           data/DOC-…-name.pdf ...
///
/// Manifests may come first, since the hashes of documents are known from the ledger; so everything streams
/// in one pass and a reader knows what to expect before it comes.
enum BagLayout {
  static let declarationPath = "bagit.txt"
  static let infoPath = "bag-info.txt"
  static let manifestPath = "manifest-sha256.txt"
  static let tagManifestPath = "tagmanifest-sha256.txt"
  static let coverPath = "data/COVER.txt"

  static let howToCheckPath = "receipt/HOW-TO-CHECK.txt"
  static let decisionPath = "receipt/decision.json"
  static let entryPath = "receipt/entry.bin"
  static let entryKeyPath = "receipt/entry.key"
  static let proofPath = "receipt/receipt.tlog-proof"
  static let verifierKeyPath = "receipt/vkey.txt"

  /// Every tag file that the tag manifest covers, in the order they stand in the archive.
  static let coveredTagPaths = [
    declarationPath, infoPath, manifestPath, howToCheckPath, decisionPath, entryPath, entryKeyPath, proofPath,
    verifierKeyPath,
  ]

  static let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
  static let format = "strongroom-package/v1"
  /// Documents in one package.
  static let maximumDocumentCount = 1000

  struct ManifestEntry: Hashable {
    let sha256: SHA256Digest
    let path: String
  }

  /// One line of a manifest. Paths here never hold the characters that would have to be percent-encoded.
  static func manifestLine(_ sha256: SHA256Digest, _ path: String) -> String { "\(sha256.hex)  \(path)\n" }

  /// Reads a manifest: each line as `manifestLine` writes it, no path twice, every path safe.
  static func parseManifest(_ bytes: [UInt8]) -> [ManifestEntry]? {
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.last == UInt8(ascii: "\n") else {
      return nil
    }
    var entries: [ManifestEntry] = []
    var seen: Set<String> = []
    for line in text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let parts = String(line), parts.utf8.count > 66,
        let sha256 = SHA256Digest(hex: String(decoding: parts.utf8.prefix(64), as: UTF8.self)),
        parts.utf8.dropFirst(64).starts(with: "  ".utf8)
      else { return nil }
      let path = String(decoding: parts.utf8.dropFirst(66), as: UTF8.self)
      guard TarEntry.isSafePath(path), !path.utf8.contains(UInt8(ascii: "%")), seen.insert(path).inserted
      else {
        return nil
      }
      entries.append(ManifestEntry(sha256: sha256, path: path))
    }
    return entries
  }

  /// `Label: value` lines, no label twice.
  static func parseInfo(_ bytes: [UInt8]) -> [String: String]? {
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.last == UInt8(ascii: "\n") else {
      return nil
    }
    var fields: [String: String] = [:]
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      guard let colon = line.firstIndex(of: ":"), line[line.index(after: colon)...].hasPrefix(" ") else {
        return nil
      }
      let value = String(line[line.index(colon, offsetBy: 2)...])
      guard fields.updateValue(value, forKey: String(line[..<colon])) == nil else { return nil }
    }
    return fields
  }
}
