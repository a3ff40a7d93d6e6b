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
      try checkHelpTopic(CommandLine.arguments.dropFirst())
      var command = try parse()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      if Output.hasLostResults { throw CommandFailure.resultsLost }
    } catch {
      exit(Report(error).deliver(asJSON: asksForJSON).rawValue)
    }
  }

  /// The parser answers `help` on a word it does not know with its first screen; a typing mistake should be named.
  private static func checkHelpTopic(_ words: ArraySlice<String>) throws {
    guard words.count == 2, words.first == "help", let topic = words.last, !topic.hasPrefix("-") else {
      return
    }
    let commands = StrongroomCommand.configuration.groupedSubcommands.flatMap(\.subcommands)
    guard !commands.contains(where: { $0.configuration.commandName == topic }) else { return }
    throw CommandFailure.unknownTopic(topic)
  }

  /// The command that was typed. A word that is no command is named even where `--json` would be found unknown first.
  private static func parse() throws -> any ParsableCommand {
    let words = SharedOptions.behindCommand(Array(CommandLine.arguments.dropFirst()))
    do {
      return try StrongroomCommand.parseAsRoot(words)
    } catch {
      let plain = words.filter { $0 != "--json" }
      if plain.count < words.count { _ = try StrongroomCommand.parseAsRoot(plain) }
      throw error
    }
  }
}
