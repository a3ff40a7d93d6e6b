import ArgumentParser

/// The root: its groups are the headings of `strongroom --help`.
struct StrongroomCommand: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "strongroom",
    abstract: "Keep confidential records locked away, and let them out only as the law allows.",
    discussion: """
      Strongroom holds education, health and care (EHC) plans and the reports around them. Every opening and every \
      disclosure, allowed or refused, goes into a signed access record first.

      Start with:
        strongroom keygen --name "Jo Patel" --out jo.key
        strongroom init --vault office.vault --name "Jo Patel" --identity jo.key
        strongroom help exit-codes
      """,
    version: "strongroom \(version)",
    groupedSubcommands: [
      CommandGroup(
        name: "Everyday work",
        subcommands: [StoreCommand.self, FindCommand.self, OpenCommand.self, StatusCommand.self]),
      CommandGroup(
        name: "Children and their people",
        subcommands: [ChildCommand.self, ContactCommand.self, RestrictionCommand.self]),
      CommandGroup(name: "Consent", subcommands: [ConsentCommand.self]),
      CommandGroup(
        name: "Sharing outside",
        subcommands: [DiscloseCommand.self, ExplainCommand.self, RecipientCommand.self]),
      CommandGroup(name: "Oversight", subcommands: [AuditCommand.self, WitnessCommand.self]),
      CommandGroup(name: "Rules", subcommands: [PolicyCommand.self]),
      CommandGroup(
        name: "Running the vault",
        subcommands: [
          KeygenCommand.self, InitCommand.self, MemberCommand.self, KeyCommand.self, CheckCommand.self,
          BackupCommand.self, RestoreCommand.self,
        ]),
      CommandGroup(name: "More help", subcommands: [HelpTopicCommand.self]),
    ])
}
