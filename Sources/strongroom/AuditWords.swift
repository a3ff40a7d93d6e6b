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
    if closedBoxes > 0 {
      lines.append(
        "  closed   \(Words.count(closedBoxes, "sealed part")) of children whose files were erased: their keys are destroyed, so nobody can open them"
      )
    }
    if let earlier {
      lines.append(
        "  checked  that the first \(Words.count(Int(earlier.size), "entry", "entries")) are the same, byte for byte, as on \(earlier.at.dateText), when they were checked to this depth"
      )
    }
    if let quorum {
      lines.append(
        "  checked  that \(Words.count(Int(quorum.size), "entry", "entries")) have the cosignatures the policy asks for; \(Words.count(Int(quorum.newer), "entry is", "entries are")) newer"
      )
    }
    lines += notChecked.map { "  not checked  \($0)" }
    for finding in findings {
      lines.append("  ALTERED  \(Report.words(finding.fault))")
    }
    lines.append(
      isWhole
        ? "The access record is complete and unaltered\(notChecked.isEmpty ? "" : ", as far as it was checked"): \(Words.count(Int(size), "entry", "entries"))."
        : "The access record is NOT as it should be.")
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
      "whole": .bool(isWhole), "size": .number(size), "root": .string(root.hex),
      "depth": .string(depth.rawValue), "checked": .strings(depths), "not_checked": .strings(notChecked),
      "closed_boxes": .number(closedBoxes),
      "earlier": earlier.map { ["size": .number($0.size), "at": .string($0.at.text)] } ?? .null,
      "quorum": quorum.map {
        ["size": .number($0.size), "newer": .number($0.newer), "cosigners": .strings($0.cosigners)]
      } ?? .null,
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

extension CheckedProof {
  /// The proof for somebody who has nothing else: what happened, what is proved, and what is not.
  var words: [String] {
    var lines = eventLines
    lines += [
      "", "Proved",
      "  This is entry \(index) of the \(Words.count(Int(size), "entry", "entries")) that the access record of \(origin) had when the proof was made.",
      "  It was sealed for that place, and has not been changed since.",
      "  The record's own key signed those entries. Its fingerprint: \(keyFingerprint)",
    ]
    if isKeyKnown { lines.append("  That is the key you named.") }
    if keyChanges > 0 {
      lines.append(
        "  The record changed its key \(Words.count(keyChanges, "time")) since, each time signed by the old and the new one."
      )
    }
    lines += ["", "Not proved"]
    if !isKeyKnown {
      lines += [
        "  That the key is that of the vault you think of: compare the fingerprint with the people who keep it, or give --vkey."
      ]
    }
    lines += [
      "  That the person named did it: their own signature is in the entry, and checking it takes their card.",
      "  What came before or after, and what is in the part that is sealed.",
    ]
    return lines
  }

  var json: JSONValue {
    [
      "proved": .bool(true), "entry": .number(index), "size": .number(size), "origin": .string(origin),
      "vkey": .string(vkey), "key_fingerprint": .string(keyFingerprint), "key_named": .bool(isKeyKnown),
      "key_changes": .number(keyChanges), "event": event,
    ]
  }
}
