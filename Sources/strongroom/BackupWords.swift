import Gatekeeper
import StrongroomCrypto
import VaultStore

/// What backups hold and lack, in words and as JSON.
extension BackupFinding {
  var words: String {
    let what =
      switch problem {
      case .missing: "missing"
      case .differs: "not what the access record says was filed"
      case .notAKey: "damaged: not a key file of this vault"
      }
    return what + (isKept ? "; the backup keeps its earlier, good copy" : "")
  }

  var json: JSONValue {
    ["file": .string(path), "text": .string(words), "kept": .bool(isKept)]
  }
}

extension BackupReport {
  var words: [String] {
    var lines = [
      "Backed up \(Words.count(filesTotal, "file")), \(Words.size(bytesTotal)), with \(Words.count(Int(run.size), "entry", "entries")) of the access record.",
      filesCopied == 0
        ? "Nothing was new."
        : "New or changed: \(Words.count(filesCopied, "file")), \(Words.size(bytesCopied)).",
    ]
    if keysRemoved > 0 {
      lines.append(
        "Taken out of this backup, since it was erased in the vault: \(Words.count(keysRemoved, "key file")). Other copies still have it."
      )
    }
    if documentsRemoved > 0 {
      lines.append("Documents taken out, since the vault gave them up: \(Words.grouped(documentsRemoved)).")
    }
    for finding in findings { lines.append("DAMAGED  \(finding.path): \(finding.words)") }
    if !findings.isEmpty {
      lines.append(
        "The backup is finished but for \(Words.count(findings.count, "file")) that the vault itself lacks. Run 'strongroom check'."
      )
    }
    return lines
  }

  func json(entry: UInt64) -> JSONValue {
    [
      "size": .number(run.size), "root": .string(run.root.hex), "at": .string(run.at),
      "files": .number(filesTotal), "bytes": .number(bytesTotal), "files_copied": .number(filesCopied),
      "bytes_copied": .number(bytesCopied), "keys_removed": .number(keysRemoved),
      "documents_removed": .number(documentsRemoved), "findings": .array(findings.map(\.json)),
      "entry": .number(entry),
    ]
  }
}

extension BackupCopy {
  var json: JSONValue {
    [
      "vault": .string(vault.hex), "same_run": .bool(isOfOneRun),
      "data": dataManifest.json, "keys": keysManifest.json,
    ]
  }
}

extension BackupManifest {
  var json: JSONValue {
    [
      "files": .number(files.count), "bytes": .number(byteCount),
      "runs": .array(
        runs.map { ["at": .string($0.at), "size": .number($0.size), "root": .string($0.root.hex)] }),
    ]
  }
}
