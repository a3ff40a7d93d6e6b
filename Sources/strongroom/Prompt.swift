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
}
