import Gatekeeper
import StrongroomCrypto

/// The access record in words and as JSON.
extension AuditLine {
  var json: JSONValue {
    [
      "entry": .number(index), "at": .string(at.text), "member": .string(actor.description),
      "role": .string(actorRole), "kind": .string(kind), "outcome": .optional(outcome),
      "gateway": .optional(gateway), "reasons": .strings(reasons), "child": .optional(child?.description),
      "record": .optional(record?.description), "request": .optional(request?.description),
    ]
  }
}

extension AuditEntry {
  var json: JSONValue {
    [
      "entry": .number(line.index), "event": event, "tree_size": .number(treeSize), "root": .string(root.hex),
      "proof": .string(String(decoding: proof, as: UTF8.self)),
    ]
  }
}

extension VerifyReport {
  /// The report for a person: what was checked, what was found, what to do.
  var words: [String] {
    var lines = depths.map { "  checked  \($0)" }
    for finding in findings {
      lines.append("  ALTERED  \(Report.words(finding.fault))")
    }
    lines.append(
      isWhole
        ? "The access record is complete and unaltered: \(Words.count(Int(size), "entry", "entries"))."
        : "The access record is NOT as it was signed.")
    if isWhole {
      lines.append("Keep this outside the vault for the next time: --seen \(size):\(root.hex)")
    } else {
      lines.append("Size \(size), root \(root.hex)")
      lines.append("Stop here: keep the vault as it is, and tell the data protection officer.")
    }
    return lines
  }

  var json: JSONValue {
    [
      "whole": .bool(isWhole), "size": .number(size), "root": .string(root.hex), "checked": .strings(depths),
      "findings": .array(
        findings.map {
          ["entry": $0.entry.map { .number($0) } ?? .null, "text": .string(Report.words($0.fault))]
        }),
      "entry": entry.map { .number($0) } ?? .null,
    ]
  }
}

extension AuditPublication {
  var json: JSONValue {
    [
      "entries": .number(entries), "root": .string(root.hex), "origin": .string(origin),
      "vkey": .string(vkey),
    ]
  }
}

extension CheckReport {
  var json: JSONValue {
    [
      "whole": .bool(!findings.contains(where: \.isDamage)), "files": .number(filesChecked),
      "bytes": .number(bytesChecked), "entries": .number(entriesChecked),
      "not_checked": .strings(notChecked),
      "findings": .array(
        findings.map {
          ["file": .string($0.file), "text": .string($0.text), "damage": .bool($0.isDamage)]
        }),
    ]
  }
}
