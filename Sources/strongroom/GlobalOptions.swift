import ArgumentParser
import Glibc

/// Options that most commands share.
struct VaultOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The vault's folder (or STRONGROOM_VAULT).", valueName: "dir"))
  var vault: String?

  @Option(help: ArgumentHelp("Your identity file (or STRONGROOM_IDENTITY).", valueName: "file"))
  var identity: String?

  @OptionGroup var passphrase: Passphrase.Sources

  @OptionGroup var output: OutputOptions

  func vaultPath() throws -> String { try Self.vaultPath(vault) }

  /// The folder given, else that of the environment.
  static func vaultPath(_ given: String?) throws -> String {
    guard let path = given ?? Self.environment("STRONGROOM_VAULT") else {
      throw CommandFailure.vaultNotNamed
    }
    return path
  }

  func identityPath() throws -> String { try Self.identityPath(identity) }

  static func identityPath(_ given: String?) throws -> String {
    guard let path = given ?? environment("STRONGROOM_IDENTITY") else {
      throw CommandFailure.identityNotNamed
    }
    return path
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}

struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object (or one a line) for other programs.")
  var json = false
}
