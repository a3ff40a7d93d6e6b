import AgeFormat
import DisclosureRules
import StrongroomCrypto
import VaultStore

/// Evidence taken in: what the fold keeps of it, the texts for the box, and the documents to file with it.
struct PreparedEvidence: Sendable {
  var pieces: [EvidenceState] = []
  /// {`id`, `text`} for typed evidence.
  var texts: [JSONValue] = []
  var documents: [FiledDocument] = []
}

extension Gatekeeper {
  /// Hashes and checks evidence against the gateway, and seals documents into the child's file.
  ///
  /// - Parameter isFiled: false only to ask: documents are then hashed and not kept.
  func prepare(
    _ inputs: [EvidenceInput], for child: ChildReference, gateway: String, isFiled: Bool,
    in state: VaultState
  ) async throws(GateError) -> PreparedEvidence {
    guard inputs.count <= DisclosureDraft.evidenceLimit else {
      throw .invalidInput(.evidence, .tooMany(limit: DisclosureDraft.evidenceLimit))
    }
    guard Set(inputs.map(\.id)).count == inputs.count else { throw .invalidInput(.evidence, .twice) }
    let rules = try await policySet(state.policy).gateway(gateway)
    if let rules {
      let known = rules.requires.map(\.id)
      guard inputs.allSatisfy({ known.contains($0.id) }) else {
        throw .invalidInput(.evidence, .unknownWord(known: known))
      }
    } else {
      // An unknown gateway is refused by the rules; words nobody knows must not reach the ledger meanwhile.
      guard inputs.allSatisfy({ Self.isWord($0.id) }) else { throw .invalidInput(.evidence, .malformed) }
    }
    var prepared = PreparedEvidence()
    for input in inputs {
      switch input {
      case .text(let id, let typed):
        let text = try PersonalText(typed, field: .evidence, limitBytes: EvidenceMask.textLimit).text
        prepared.texts.append(["id": .string(id), "text": .string(text)])
        prepared.pieces.append(
          EvidenceState(
            id: id, form: .text, sha256: try await evidenceHash(text, id: id, in: state),
            wellFormed: rules?.isWellFormed(evidence: id, text: text) ?? true, record: nil))
      case .document(let id, let document):
        prepared.pieces.append(
          try await prepare(document, id: id, for: child, isFiled: isFiled, in: state, &prepared.documents))
      }
    }
    return prepared
  }

  private func prepare(
    _ document: any DocumentInput, id: String, for child: ChildReference, isFiled: Bool,
    in state: VaultState, _ documents: inout [FiledDocument]
  ) async throws(GateError) -> EvidenceState {
    guard isFiled else {
      do {
        let inspected = try DocumentSealer.inspect(document)
        return EvidenceState(
          id: id, form: .document, sha256: inspected.sha256, wellFormed: inspected.length > 0,
          record: nil)
      } catch {
        throw GateError(filing: error)
      }
    }
    let filed = try await seal(
      document, for: child, kind: "evidence", dated: nil,
      title: PersonalText(cleaning: "Evidence: \(id)"), in: state)
    documents.append(filed)
    return EvidenceState(
      id: id, form: .document, sha256: filed.sha256, wellFormed: filed.sizeBytes > 0,
      record: filed.reference)
  }

  /// Typed evidence is short and often guessable (a case number), so its hash is keyed: HMAC-SHA-256 under
  /// HKDF-SHA-256(register identity, empty salt, info `strongroom/v1 evidence`), over id || 0x00 || the text in capitals
  /// with single spaces. Equal evidence then gives equal hashes across children, and nothing else is told.
  private func evidenceHash(
    _ text: String, id: String, in state: VaultState
  ) async throws(GateError) -> SHA256Digest {
    let register = try await registerIdentity(in: state)
    let normal = text.uppercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let message = Array(id.utf8) + [0] + Array(normal.utf8)
    do {
      return try register.withSecret { secret in
        let key = try HKDFSHA256.derive(
          count: 32, from: secret, salt: [], info: Array("strongroom/v1 evidence".utf8))
        return try HMACSHA256.authenticate(message, key: key.bytes)
      }
    } catch {
      throw .crypto(.invalidKey)
    }
  }

  /// Lower-case letters, digits and hyphens: what words of a policy look like.
  static func isWord(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
