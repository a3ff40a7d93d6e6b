/// Options that commands share may also stand before the command: `strongroom --vault DIR child list`.
enum SharedOptions {
  private static let withValue: Set = ["--vault", "--identity", "--passphrase-file", "--passphrase-fd"]
  private static let flags: Set = ["--json", "--no-input"]

  /// The words with shared options moved from before the command to behind its own words, where the parser looks for them.
  static func behindCommand(_ words: [String]) -> [String] {
    var leading: [String] = []
    var rest = words[...]
    while let word = rest.first {
      if flags.contains(word) || withValue.contains(where: { word.hasPrefix($0 + "=") }) {
        leading.append(rest.removeFirst())
      } else if withValue.contains(word), rest.count > 1 {
        leading += rest.prefix(2)
        rest.removeFirst(2)
      } else {
        break
      }
    }
    guard !rest.isEmpty else { return words }
    // Behind `--` nothing is an option.
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    return Array(rest[..<end]) + leading + Array(rest[end...])
  }
}
