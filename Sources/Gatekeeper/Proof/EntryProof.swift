import StrongroomCrypto
package import TransparencyLog
import VaultStore

/// One entry for somebody outside: a `c2sp.org/tlog-proof@v1` whose `extra` line carries the sealed entry and what opens it.
///
/// `extra` is canonical JSON: `v` (1), `vkey` (the log's first key), `closed` (for each epoch that had ended before the checkpoint:
/// `next` vkey, the closing checkpoint's `note`, and the `proof` that it extends the one before), `consistency` (that the checkpoint
/// extends the last of them), `entry` (sealed) and `key` (K, which opens this entry and no other, and is a secret no more once the
/// file is handed on). Nothing in it is believed: each part is checked against the checkpoint's signature.
struct EntryProof {
  static let version: Int64 = 1
  static let limits = JSONValue.Limits(byteCount: TlogProof.maximumBytes, depth: 4)

  /// An epoch that had ended.
  struct Closed {
    let note: [UInt8]
    let next: VerifierKey
    let proof: [SHA256Digest]
  }

  let firstKey: VerifierKey
  let closed: [Closed]
  let consistency: [SHA256Digest]
  let entry: [UInt8]
  /// K, 32 bytes.
  let key: [UInt8]

  var extra: [UInt8] {
    let value: JSONValue = [
      "v": .integer(Self.version), "vkey": .string(firstKey.text),
      "closed": .array(
        closed.map {
          [
            "next": .string($0.next.text), "note": Self.base64($0.note),
            "proof": .array($0.proof.map { Self.base64($0.bytes) }),
          ]
        }),
      "consistency": .array(consistency.map { Self.base64($0.bytes) }), "entry": Self.base64(entry),
      "key": .string(key.hex),
    ]
    return value.canonicalBytes
  }

  /// - Throws: `.unsupported` for another version; `.rejected(.form)`.
  init(parsing extra: [UInt8]) throws(ProofFault) {
    guard let json = try? JSONValue(canonical: extra, limits: Self.limits), let version = json["v"]?.integer
    else { throw .rejected(.form) }
    guard version == Self.version else { throw .unsupported }
    guard let members = json.object, members.count == 6,
      let firstKey = json["vkey"]?.string.flatMap({ try? VerifierKey(parsing: $0) }),
      let closed = json["closed"]?.array.flatMap(Self.closed),
      let consistency = json["consistency"]?.array.flatMap(Self.hashes),
      let entry = Self.bytes(json["entry"]), let key = json["key"]?.string.flatMap({ [UInt8](hex: $0) }),
      key.count == 32
    else { throw .rejected(.form) }
    self.init(firstKey: firstKey, closed: closed, consistency: consistency, entry: entry, key: key)
  }

  init(
    firstKey: VerifierKey, closed: [Closed], consistency: [SHA256Digest], entry: [UInt8], key: [UInt8]
  ) {
    self.firstKey = firstKey
    self.closed = closed
    self.consistency = consistency
    self.entry = entry
    self.key = key
  }

  private static func closed(_ elements: [JSONValue]) -> [Closed]? {
    var closed: [Closed] = []
    for element in elements {
      guard element.object?.count == 3, let note = bytes(element["note"]),
        let next = element["next"]?.string.flatMap({ try? VerifierKey(parsing: $0) }),
        let proof = element["proof"]?.array.flatMap(hashes)
      else { return nil }
      closed.append(Closed(note: note, next: next, proof: proof))
    }
    return closed
  }

  private static func hashes(_ elements: [JSONValue]) -> [SHA256Digest]? {
    var hashes: [SHA256Digest] = []
    for element in elements {
      guard let hash = bytes(element).flatMap({ SHA256Digest($0) }) else { return nil }
      hashes.append(hash)
    }
    return hashes
  }

  private static func bytes(_ json: JSONValue?) -> [UInt8]? {
    json?.string.flatMap { Base64.decode($0.utf8, padded: true) }
  }

  private static func base64(_ bytes: [UInt8]) -> JSONValue {
    .string(Base64.encode(bytes, padded: true))
  }
}

/// Why a proof shows nothing.
package enum ProofFault: Error, Hashable, Sendable {
  /// It is no proof of an entry of such a vault, so nothing can be said about it.
  case notAProof
  /// A tlog-proof, but without the entry in it.
  case entryMissing
  /// Made by a newer program.
  case unsupported
  /// It is one, and is wrong.
  case rejected(Flaw)

  package enum Flaw: String, Hashable, Sendable {
    /// A part is not in its one written form.
    case form
    /// It begins with another log key than the one that was named.
    case otherKey = "other-key"
    /// The log's keys do not follow one another as they must.
    case keyChain = "key-chain"
    /// The checkpoint is not signed by the log.
    case signature
    /// The entry is not in the tree that was signed.
    case notInLog = "not-in-log"
    /// The entry does not open with its key at its place.
    case seal
    /// What it opens to is no event of this log.
    case event
  }
}

/// What a proof was found to show.
package struct CheckedProof: Hashable, Sendable {
  package let index: UInt64
  package let size: UInt64
  package let origin: String
  /// The key that the log began with.
  package let vkey: String
  package let keyFingerprint: String
  /// Whether that key was named by whoever checks.
  package let isKeyKnown: Bool
  /// Times the log's key was changed before this checkpoint.
  package let keyChanges: Int
  /// The event in plain words.
  package let eventLines: [String]
  package let event: JSONValue

  /// Checks a proof. Needs nothing but its bytes.
  ///
  /// - Parameter key: the log's first key, if it is known by another way.
  package static func check(
    _ bytes: [UInt8], expecting key: VerifierKey? = nil
  ) throws(ProofFault) -> CheckedProof {
    let proof: TlogProof
    do { proof = try TlogProof(parsing: bytes) } catch {
      switch error {
      case .proofTextTooLarge, .proofTextMalformed(line: 1): throw .notAProof
      default: throw .rejected(.form)
      }
    }
    guard let extra = proof.extra else { throw .entryMissing }
    let parts = try EntryProof(parsing: extra)
    if let key, key != parts.firstKey { throw .rejected(.otherKey) }
    let chain = try chain(parts)
    let checkpoint: VerifiedCheckpoint
    do {
      checkpoint = try chain.verified(proof.checkpoint)
    } catch {
      throw .rejected(.signature)
    }
    do { try chain.checkConsistency(of: checkpoint, proof: parts.consistency) } catch {
      throw .rejected(.keyChain)
    }
    do {
      try InclusionProof(index: proof.index, treeSize: checkpoint.checkpoint.size, hashes: proof.hashes)
        .verify(leafHash: MerkleTree.leafHash(parts.entry), root: checkpoint.checkpoint.root)
    } catch {
      throw .rejected(.notInLog)
    }
    let event = try event(parts, index: proof.index, origin: chain.origin)
    return CheckedProof(
      index: proof.index, size: checkpoint.checkpoint.size, origin: chain.origin,
      vkey: parts.firstKey.text, keyFingerprint: parts.firstKey.fingerprint, isKeyKnown: key != nil,
      keyChanges: parts.closed.count,
      eventLines: EventWords.lines(event, index: proof.index, name: nil), event: EventWords.json(event))
  }

  private static func chain(_ parts: EntryProof) throws(ProofFault) -> LogKeyChain {
    do {
      var chain = try LogKeyChain(origin: parts.firstKey.name, firstKey: parts.firstKey)
      for epoch in parts.closed {
        try chain.close(UnverifiedCheckpoint(parsing: epoch.note), next: epoch.next, proof: epoch.proof)
      }
      return chain
    } catch {
      throw .rejected(.keyChain)
    }
  }

  private static func event(
    _ parts: EntryProof, index: UInt64, origin: String
  ) throws(ProofFault) -> Event {
    let plaintext: [UInt8]
    do {
      plaintext = try SealedEntry(parsing: parts.entry, index: index).open(
        index: index, origin: origin, entryKey: SecretBytes.copying(parts.key.span.bytes))
    } catch {
      throw .rejected(.seal)
    }
    guard let event = try? Event(parsing: plaintext), origin == VaultDescription.origin(of: event.vault)
    else { throw .rejected(.event) }
    return event
  }
}
