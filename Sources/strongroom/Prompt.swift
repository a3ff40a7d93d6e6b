/// Asking for a value that should not stand on a command line.
enum Prompt {
  /// The value as given, or, for `-`, one line of standard input.
  static func value(_ given: String, asking question: String) throws -> String {
    guard given == "-" else { return given }
    if TerminalText.isTerminal(0) { Output.noteWithoutNewline(question) }
    guard let line = readLine(strippingNewline: true) else {
      throw CommandFailure.badValue(
        option: "the value", value: "-", hint: "standard input ended; type it, or give it")
    }
    return line
  }

  /// Asks for a word to be typed back before an act that is not undone.
  ///
  /// - Parameters:
  ///   - isGiven: `--yes`: nothing is asked.
  ///   - noInput: nobody is there to ask.
  static func typedBack(_ word: String, asking question: String, isGiven: Bool, noInput: Bool) throws {
    guard !isGiven else { return }
    if !noInput, TerminalText.isTerminal(0) { Output.noteWithoutNewline(question) }
    guard !noInput, let line = readLine(strippingNewline: true), line == word else {
      throw CommandFailure.notConfirmed(word: word)
    }
  }
}
