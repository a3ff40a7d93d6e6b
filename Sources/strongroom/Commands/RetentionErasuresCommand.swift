import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import VaultStore

struct RetentionErasuresCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erasures",
    abstract: "Carry the list of erasures from one computer to another.",
    discussion: """
      Each computer that uses a vault remembers, outside it, which children's files were erased. When an older copy of the vault \
      is put back there, they are erased again before anything is opened. A computer that was not used since needs the list: \
      export it where the erasure was carried out, import it where the copy is to be put back. It holds references only.

      Example: strongroom retention erasures --export erasures.txt
               strongroom retention erasures --import erasures.txt
      """)

  @OptionGroup var options: VaultOptions

  @Option(help: ArgumentHelp("Write the list to this new file.", valueName: "file"))
  var export: String?

  @Option(name: .customLong("import"), help: ArgumentHelp("Add the lines of this file.", valueName: "file"))
  var imported: String?

  func run() async throws {
    switch (export, imported) {
    case (let path?, nil): try await write(to: path)
    case (nil, let path?): try await take(from: path)
    default:
      throw CommandFailure.badValue(
        option: "retention erasures", value: "", hint: "give --export FILE or --import FILE")
    }
  }

  private func write(to path: String) async throws {
    let session = try await Session.open(options)
    let list = try await session.gatekeeper.erasureList()
    try SmallFile.create(path, Array(list.text.utf8).span.bytes)
    report("Wrote", list.lines.count, path)
  }

  private func take(from path: String) async throws {
    let bytes = Array(try SmallFile.readText(path).utf8)
    guard let list = try? ErasureList.parse(bytes, name: path) else {
      throw CommandFailure.badValue(
        option: "--import", value: path, hint: "it is no list of erasures, or was cut; export it again")
    }
    // Who may not open the vault puts nothing on its list.
    let vault = try await Session.open(options).gatekeeper.erasureList().vault
    guard list.vault == vault else {
      throw CommandFailure.badValue(option: "--import", value: path, hint: "it is the list of another vault")
    }
    let local = try LocalErasureList()
    var merged = ErasureList(vault: vault)
    if let known = try local.read(for: vault) { merged = try ErasureList.parse(known, name: "erasures") }
    merged.merge(list.lines)
    try local.replace(Array(merged.text.utf8), for: vault)
    // Applied at once, as any opening would.
    _ = try await Session.open(options)
    report("Took", list.lines.count, path)
  }

  private func report(_ verb: String, _ count: Int, _ path: String) {
    if options.output.json {
      Output.json(["erasures": .number(count)])
    } else {
      Output.line(
        "\(verb) \(Words.count(count, "erasure")) \(verb == "Wrote" ? "to" : "from") \(TerminalText.safe(path))."
      )
    }
  }
}
