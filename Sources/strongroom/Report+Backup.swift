import Gatekeeper
import VaultStore

/// What goes wrong with backups, in words.
extension Report {
  init(_ error: BackupError) {
    switch error {
    case .vault(let error): self.init(error)
    case .folder(.busy):
      self.init(
        status: .busy, id: "busy", message: "another process is making this backup",
        hints: ["wait for it, or look at it with 'strongroom backup list DIR'"])
    case .folder(let error):
      self.init(error, in: "the backup", after: "the last finished backup is as it was")
    case .target(let error):
      self.init(
        error, in: "the new vault", after: "run the same command again: it begins anew in that folder")
    case .notABackup:
      self.init(
        status: .usage, id: "not-a-backup", message: "that folder is no backup, and it is not empty",
        hints: ["nothing was written there; name a folder that does not exist yet, or an earlier backup"])
    case .anothersBackup:
      self.init(
        status: .usage, id: "anothers-backup",
        message: "that folder holds another vault's backup, or the other part of this one",
        hints: ["nothing was written there; give each vault a backup folder of its own"])
    case .notAManifest(let line):
      self.init(
        status: .integrity, id: "manifest", message: "the backup's list of files is damaged at line \(line)",
        hints: ["make a new backup in another folder, and keep this one until that is done"])
    case .newerFormat(let format):
      self.init(
        status: .configuration, id: "format",
        message: "the backup has format \(format), newer than this program",
        hints: ["use the newer program that wrote it"])
    case .neverFinished:
      self.init(
        status: .couldNotCheck, id: "never-finished", message: "this backup has never come to its end",
        hints: ["run 'strongroom backup create DIR' again: it goes on where it stopped"])
    case .rolledBack(let backup, let vault):
      self.init(
        status: .integrity, id: "rolled-back",
        message:
          "the vault's access record has \(Words.count(Int(vault), "entry", "entries")), the backup has \(backup)",
        hints: Self.divergedHints)
    case .forked(let size):
      self.init(
        status: .integrity, id: "forked",
        message:
          "the vault's access record is another one than the backup's, which has \(Words.count(Int(size), "entry", "entries"))",
        hints: Self.divergedHints)
    case .insideVault:
      self.init(
        status: .usage, id: "inside-vault", message: "a backup cannot lie inside the vault it is of",
        hints: ["name a folder on another disk"])
    case .keysKeepChanging:
      self.init(
        status: .busy, id: "busy", message: "the vault's keys changed again and again while they were copied",
        hints: ["the last finished backup is as it was; try again when nobody adds or removes members"])
    case .targetNotEmpty:
      self.init(
        status: .usage, id: "exists", message: "the folder to restore into is not empty",
        hints: ["nothing was changed; name a folder that does not exist yet"])
    case .unusable(let path):
      self.init(
        status: .integrity, id: "unusable",
        message:
          "\(Self.quoted(path)) is missing from the backup or damaged there; no vault opens without it",
        hints: ["nothing was restored; use another copy of this backup"])
    }
  }

  private static let divergedHints = [
    "nothing was copied; keep the vault and the backup as they are and tell the data protection officer",
    "if this vault was restored from an older backup on purpose, begin a new backup in another folder",
  ]

  /// A full or failing disk under a folder that is not the vault's.
  private init(_ error: VaultStoreError, in place: String, after: String) {
    switch error {
    case .diskFull:
      self.init(
        status: .disk, id: "disk-full", message: "there is no room left for \(place)",
        hints: [after, "free some space, or use a larger disk"])
    case .io(let operation, _, let code):
      let isMistaken = Self.isMistaken(code)
      self.init(
        status: isMistaken ? .usage : .disk, id: isMistaken ? "cannot-write" : "disk",
        message: "\(operation.rawValue) failed in the folder of \(place): \(Self.system(code))",
        hints: [after])
    case .stopped(let operation, _, let code):
      self.init(
        status: .disk, id: "disk-stopped",
        message:
          "\(operation.rawValue) failed in the folder of \(place): \(Self.system(code)); stopped at once",
        hints: [after, "that disk may not keep what it is given: check it before anything else"])
    default: self.init(error)
    }
  }
}
