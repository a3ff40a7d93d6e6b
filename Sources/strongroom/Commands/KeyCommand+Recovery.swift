import AgeFormat
import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import VaultStore

extension KeyCommand {
  /// Shares and the files they open.
  struct Shares: ParsableArguments {
    @Option(
      help: ArgumentHelp("A share's sheet as a text file. Give as many as are needed.", valueName: "file"))
    var share: [String] = []

    @Option(
      help: ArgumentHelp(
        "A file of the recovery set, or the folder of them, if not the vault's own.",
        valueName: "file-or-folder"))
    var set: String?

    func combine(vault: String?) throws -> X25519Identity {
      guard !share.isEmpty else {
        throw CommandFailure.badValue(
          option: "--share", value: "", hint: "give each share's file: --share FILE --share FILE")
      }
      guard let folder = set ?? vault.map({ $0 + "/" + RecoveryFiles.setFolder }) else {
        throw CommandFailure.vaultNotNamed
      }
      return try RecoveryFiles.combine(shares: share, set: folder)
    }
  }

  struct ExportRecovery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export-recovery",
      abstract: "Make recovery shares: some of them together open the vault when every key is lost.",
      discussion: """
        Writes one sheet a share, to be printed and given to different people, and the sealed files that the shares open, which \
        also lie in the vault. An earlier set, and recovery keys named when the vault was made, stop opening what is sealed from \
        now on. Nothing secret is shown on the screen. At most 10 shares.

        Example: strongroom key export-recovery --shares 2-of-3 --out recovery-sheets
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: ArgumentHelp("How many shares are needed, of how many: 2-of-3.", valueName: "m-of-n"))
    var shares: String

    @Option(help: ArgumentHelp("A folder that does not exist yet.", valueName: "folder"))
    var out: String

    func run() async throws {
      guard let shape = RecoveryShape(shares) else {
        throw CommandFailure.badValue(
          option: "--shares", value: shares,
          hint: "write it like 2-of-3: at least 2 needed, at most 10 in all")
      }
      let session = try await Session.open(options)
      _ = try Answers.value(of: try await session.gatekeeper.mayChangeRecovery(), options.output)
      let set = try RecoverySet.make(shape, at: Effects.system.now())
      let status = try await session.gatekeeper.status()
      let before = try await session.gatekeeper.recoveryKeyCount()
      // On the disk first: a vault must never rest on a set that nobody has.
      try RecoveryFiles.write(set, vault: status.vault, to: out)
      let answer = try await session.gatekeeper.changeRecovery(to: set)
      let entry = try Answers.value(of: answer, options.output).entry
      let sheets = (1...shape.count).map { "\(out)/share-\($0)-of-\(shape.count).txt" }
      if options.output.json {
        Output.json([
          "shares": .string(shape.description), "sheets": .strings(sheets),
          "recovery_key": .string(set.key.recipient.text),
          "fingerprint": .string(RecoverySheet.fingerprint(set.key.recipient)), "replaced": .number(before),
          "entry": .number(entry),
        ])
        return
      }
      Output.line(
        "Made \(shape.count) shares; any \(shape.needed) of them open the vault (entry \(Words.grouped(entry))). Set \(RecoverySheet.fingerprint(set.key.recipient))."
      )
      for (index, sheet) in sheets.enumerated() {
        Output.line(
          "  \(TerminalText.safe(sheet))  share \(RecoverySheet.fingerprint(set.shares[index].recipient))")
      }
      if before > 0 {
        Output.line(
          "\(Words.count(before, "earlier recovery key")) will not open what is sealed from now on; copies made before still open with it. If one may be in wrong hands: strongroom key rotate."
        )
      }
      Output.line("Next:")
      Output.line("  1. print each sheet and give it to another person; then destroy these files")
      Output.line("  2. make a backup, so that the sealed files lie in another place too")
      Output.line("  3. try it out: strongroom key drill --share FILE --share FILE")
    }
  }

  struct CombineRecovery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "combine-recovery",
      abstract: "Put the recovery key together from shares.",
      discussion: """
        Writes one key file that opens everything in the vault, also with the stock age command. Use it on a computer that is not \
        in a network if you can, and destroy it when it has served. To see that the shares work, use 'strongroom key drill': that \
        leaves no key behind.

        Example: strongroom key combine-recovery --share one.txt --share three.txt --out recovery.key
        """)

    @Option(
      help: ArgumentHelp(
        "The vault's folder (or STRONGROOM_VAULT), where the set's files lie.", valueName: "dir"))
    var vault: String?

    @OptionGroup var shares: Shares

    @Option(help: ArgumentHelp("Where to write the recovery key.", valueName: "file"))
    var out: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
      try SmallFile.checkFree(out)
      let key = try shares.combine(vault: try? VaultOptions.vaultPath(vault))
      let member = try MemberIdentity(key)
      let file = member.identityFile(created: Effects.system.now())
      try SmallFile.create(out, file.bytes)
      if output.json {
        Output.json([
          "identity": .string(out), "recipient": .string(key.recipient.text),
          "fingerprint": .string(RecoverySheet.fingerprint(key.recipient)),
        ])
        return
      }
      Output.line(
        "Wrote \(TerminalText.safe(out)): it opens everything. Set \(RecoverySheet.fingerprint(key.recipient))."
      )
      Output.line("To give the vault a new SENCo, headteacher or DSL, who makes a key and brings the card:")
      Output.line(
        "  strongroom key take-over --identity \(TerminalText.safe(out)) --card FILE --role senco")
      Output.line("To open documents without Strongroom: the file STRONGROOM in the vault says how.")
      Output.line("Then destroy this file, and make new shares: strongroom key export-recovery")
    }
  }

  struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prove that the recovery shares still open the vault.",
      discussion: """
        Puts the recovery key together in memory, opens the vault and some documents with it, and forgets it. Nothing is \
        written but, if your own key is given too, an entry that says the drill was held.

        Example: strongroom key drill --share one.txt --share three.txt
        """)

    @OptionGroup var options: VaultOptions
    @OptionGroup var shares: Shares

    func run() async throws {
      let path = try options.vaultPath()
      let key = try shares.combine(vault: path)
      var drill = try await Gatekeeper.drill(
        try VaultDirectory.open(at: path, mode: .readOnly), with: key, effects: .system)
      if (try? options.identityPath()) != nil {
        let session = try await Session.open(options)
        drill.entry = try Answers.value(of: try await session.gatekeeper.recordDrill(), options.output).entry
      }
      if options.output.json {
        Output.json([
          "shares": .string(drill.shape), "documents": .number(drill.documents),
          "entry": drill.entry.map { .number($0) } ?? .null,
        ])
        return
      }
      Output.line(
        "The shares open the vault: its keys, its access record and \(Words.count(drill.documents, "document")) on trial."
      )
      if let entry = drill.entry {
        Output.line("Recorded as entry \(Words.grouped(entry)).")
      } else {
        Output.line("Not recorded: give your own key with --identity to have the drill in the access record.")
      }
      Output.line("The recovery key was forgotten. Lock the sheets away again, each in its own place.")
    }
  }

  struct TakeOver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "take-over",
      abstract:
        "Give the vault a new SENCo, headteacher or DSL by the recovery key, when nobody is left who could.",
      discussion: """
        The recovery key is what 'strongroom key combine-recovery' writes. The entry is signed by it and stands out in the access \
        record: the compliance officer will ask who held the shares. Whoever lost their key stays a member until the new one \
        removes them, which also changes the vault's keys.

        Example: strongroom key take-over --identity recovery.key --card new.card --role senco
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: ArgumentHelp("The new person's card file.", valueName: "file"))
    var card: String

    @Option(help: "Their role: senco, headteacher or dsl.")
    var role: String

    func run() async throws {
      let key = try Session.loadIdentity(at: options.identityPath(), passphrase: options.passphrase)
      let card = try MemberCard(parsing: SmallFile.readText(card))
      let (member, entry) = try await Gatekeeper.takeOver(
        try VaultDirectory.open(at: options.vaultPath()), with: key.identity, card: card, role: role,
        effects: .system)
      if options.output.json {
        Output.json(["member": .string(member.description), "entry": .number(entry)])
        return
      }
      Output.line(
        "\(TerminalText.safe(card.name)) is \(role) now: \(member) (entry \(Words.grouped(entry))), by the recovery set."
      )
      Output.line("Fingerprint \(card.fingerprint): check it with the person.")
      Output.line("Next, with the new key:")
      Output.line("  1. strongroom member remove, for each person whose key is lost")
      Output.line("  2. strongroom key export-recovery: these shares were opened and are used up")
      Output.line("  3. destroy the recovery key's file, and tell the compliance officer")
    }
  }
}
