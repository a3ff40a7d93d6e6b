import ArgumentParser
import Gatekeeper
import Glibc
import StrongroomCrypto

/// Where every command starts and ends: harden the process, parse the words, run, turn any error into text and a code.
@main
enum Main {
  static func main() async {
    ProcessHardening.apply()
    Interruption.exitWith130OnInterrupt()
    let asksForJSON = CommandLine.arguments.contains("--json")
    if let topic = HelpTopic(words: CommandLine.arguments.dropFirst()) {
      Output.line(topic.text)
      return
    }
    do {
      var command = try StrongroomCommand.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(Report(error).deliver(asJSON: asksForJSON).rawValue)
    }
  }
}
