import AgeFormat
import Foundation
import Gatekeeper
import StrongroomCrypto

/// A recovery set's sheets and files, on their way out and back.
enum RecoveryFiles {
  static let setFolder = "recovery"

  /// Writes a set into a new folder: a sheet for each share, and `recovery/` with the sealed files. Each readable by its owner only.
  ///
  /// - Throws: `.outputExists` if there is anything of that name, before anything is written.
  static func write(_ set: RecoverySet, vault: String, to folder: String) throws {
    let at = Effects.system.now()
    try makeFolder(folder)
    try makeFolder(folder + "/" + setFolder)
    for (choice, bytes) in set.files {
      try SmallFile.create("\(folder)/\(setFolder)/\(choice).age", bytes.span.bytes)
    }
    let sheet = RecoverySheet(set, vault: vault, at: at)
    for (index, share) in set.shares.enumerated() {
      let text = sheet.text(index + 1, share)
      try SmallFile.create("\(folder)/share-\(index + 1)-of-\(set.shape.count).txt", text.bytes)
    }
  }

  private static func makeFolder(_ path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else { throw CommandFailure.outputExists(path: path) }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure.cannotWrite(path: path, errno: ENOENT)
    }
  }

  /// Puts the recovery key together from shares.
  ///
  /// - Parameters:
  ///   - shares: files as they were printed or typed.
  ///   - set: a set's file, or a folder of them; each is tried.
  static func combine(shares: [String], set: String) throws -> X25519Identity {
    guard shares.count <= RecoveryShape.largestCount else { throw GateError.recovery(.sharesDoNotFit) }
    let identities = try shares.map { path in
      let text = try SmallFile.readSecret(path)
      return try RecoverySet.readShare(text.bytes)
    }
    guard Set(identities.map(\.recipient)).count == identities.count else {
      throw GateError.recovery(.sameShareTwice)
    }
    var fault = GateError.recovery(.sharesDoNotFit)
    for path in try setFiles(set) {
      let file = try SmallFile.readSecret(path)
      do throws(GateError) {
        if let key = try RecoverySet.open([UInt8](copying: file.bytes), with: identities) { return key }
      } catch {
        // Another choice's file may still be whole.
        fault = error
      }
    }
    throw fault
  }

  private static func setFiles(_ path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure.cannotRead(path: path, errno: ENOENT)
    }
    guard isFolder.boolValue else { return [path] }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".age") }
      .sorted()
    guard names.count <= 252 else { throw GateError.recovery(.sharesDoNotFit) }
    return names.map { path + "/" + $0 }
  }
}
