/// The text of a policy folder, before anything is believed about it.
package struct PolicySource: Hashable, Sendable {
  /// Path inside the folder, with forward slashes (`gateways/appeal.yaml`), to UTF-8 text.
  package let files: [String: String]

  package init(files: [String: String]) { self.files = files }

  /// The set as one unambiguous run of bytes, for the caller to hash: for each file in order of its path's bytes, the
  /// path, a zero byte, the decimal length of the text, a zero byte, the text. Paths hold no zero byte (load refuses them).
  package var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(files.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 12 })
    for (path, text) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      bytes.append(contentsOf: path.utf8)
      bytes.append(0)
      bytes.append(contentsOf: String(text.utf8.count).utf8)
      bytes.append(0)
      bytes.append(contentsOf: text.utf8)
    }
    return bytes
  }
}
