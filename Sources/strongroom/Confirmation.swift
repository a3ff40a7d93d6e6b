import ArgumentParser
import Gatekeeper

/// Typing a reference back before something that cannot be undone.
struct Confirmation: ParsableArguments {
  @Flag(help: "Do not ask for the reference to be typed back. A second person is needed all the same.")
  var yes = false

  /// - Parameter warning: what is about to happen.
  func ask(for child: ChildReference, warning: String, _ sources: Passphrase.Sources) throws {
    guard !yes else { return }
    guard !sources.noInput else { throw CommandFailure.notConfirmed(word: child.description) }
    Output.note(warning)
    Output.noteWithoutNewline("Type \(child) to go on: ")
    let typed = readLine(strippingNewline: true)
    if !TerminalText.isTerminal(0) { Output.note("") }
    guard typed.flatMap({ ChildReference(parsing: $0) }) == child else {
      throw CommandFailure.notConfirmed(word: child.description)
    }
  }
}
