import Glibc
import VaultStore

/// The folder outside every vault where a person's own side keeps small files: the checkpoints it accepted, the erasures it saw.
///
/// It is what shows that a vault was put back to an older copy, so it must not lie where whoever can write to the vault can write too;
/// `PrivateFolder` refuses one that others may write to. `STRONGROOM_STATE_HOME` names it, else it is `strongroom` in
/// `XDG_STATE_HOME`, else `~/.local/state/strongroom` (XDG Base Directory Specification).
struct StateFolder: Sendable {
  let path: String
  private let folder: PrivateFolder

  /// Opens the folder; makes it with mode 0700 if it is not there.
  static func open() throws(CommandFailure) -> StateFolder {
    guard let path else { throw .stateFolderNotNamed }
    return try StateFolder(path: path)
  }

  /// The folder if there is one; nil, and nothing made, if nobody has kept anything yet.
  static func openIfThere() throws(CommandFailure) -> StateFolder? {
    guard let path, access(path, F_OK) == 0 else { return nil }
    return try StateFolder(path: path)
  }

  init(path: String) throws(CommandFailure) {
    self.path = path
    do { folder = try PrivateFolder.open(at: path) } catch {
      throw .stateFolder(path: path, error)
    }
  }

  /// The whole file, at most 1 MiB unless the caller says more; nil if it is not there.
  func read(
    _ name: String, limit: Int = PrivateFolder.maximumFileBytes
  ) throws(CommandFailure) -> [UInt8]? {
    do { return try folder.read(name, limit: limit) } catch {
      throw .stateFolder(path: path(of: name), error)
    }
  }

  /// Puts the content in place of the old one; durable when it returns, and never half written.
  func replace(
    _ name: String, _ bytes: [UInt8], limit: Int = PrivateFolder.maximumFileBytes
  ) throws(CommandFailure) {
    do { try folder.replace(name, bytes, limit: limit) } catch {
      throw .stateFolder(path: path(of: name), error)
    }
  }

  /// The same if the file still holds `old` (nil: is not there); false if another process was faster.
  func replace(_ name: String, _ bytes: [UInt8], ifStill old: [UInt8]?) throws(CommandFailure) -> Bool {
    do { return try folder.replace(name, bytes, ifStill: old) } catch {
      throw .stateFolder(path: path(of: name), error)
    }
  }

  /// Removes the file durably. One that is not there is no error.
  func remove(_ name: String) throws(CommandFailure) {
    do { try folder.remove(name) } catch { throw .stateFolder(path: path(of: name), error) }
  }

  /// The files in a folder of this one, as names for `read`.
  func list(_ name: String) throws(CommandFailure) -> [String] {
    do { return try folder.list(name) } catch { throw .stateFolder(path: path(of: name), error) }
  }

  /// For messages.
  func path(of name: String) -> String { path + "/" + name }

  private static var path: String? {
    if let named = environment("STRONGROOM_STATE_HOME") { return named }
    // The specification has relative paths ignored.
    if let home = environment("XDG_STATE_HOME"), home.hasPrefix("/") { return home + "/strongroom" }
    return environment("HOME").map { $0 + "/.local/state/strongroom" }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
