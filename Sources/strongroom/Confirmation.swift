import ArgumentParser
import Gatekeeper

/// Typing a word back before something that cannot be undone.
struct Confirmation: ParsableArguments {
  @Flag(help: "Do not ask for a word to be typed back. Where a second person is needed, one still is.")
  var yes = false

  /// - Parameter warning: what is about to happen.
  func ask(for child: ChildReference, warning: String, _ sources: Passphrase.Sources) throws {
    try ask(for: child.description, warning: warning, sources) { ChildReference(parsing: $0) == child }
  }

  func ask(for word: String, warning: String, _ sources: Passphrase.Sources) throws {
    try ask(for: word, warning: warning, sources) { $0 == word }
  }

  private func ask(
    for word: String, warning: String, _ sources: Passphrase.Sources, isWord: (String) -> Bool
  ) throws {
    guard !yes else { return }
    guard !sources.noInput else { throw CommandFailure.notConfirmed(word: word) }
    Output.note(warning)
    Output.noteWithoutNewline("Type \(word) to go on: ")
    let typed = readLine(strippingNewline: true)
    if !TerminalText.isTerminal(0) { Output.note("") }
    guard let typed, isWord(typed) else { throw CommandFailure.notConfirmed(word: word) }
  }
}
