import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Look after the vault's keys.",
    subcommands: [ExportRecovery.self, CombineRecovery.self, Drill.self, TakeOver.self])
}
