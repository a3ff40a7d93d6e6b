import StrongroomCrypto
import TransparencyLog
import VaultStore

/// The event's text form. Common keys: `v`, `id`, `vault`, `seen` {`size`, `root`}, `kind`, `at`, `actor` {`member`,
/// `role`}, `child`, `record`, `request`, `outcome`, `gateway`, `reasons`, `policy`, `facts`, `box` {`scope`, `data`},
/// `sig`. Absent values are left out, never null. All other keys belong to the kind.
extension Event {
  private static let commonKeys: Set<String> = [
    "v", "id", "vault", "seen", "kind", "at", "actor", "child", "record", "request", "outcome", "gateway",
    "reasons", "policy", "facts", "box", "sig",
  ]

  /// The canonical bytes that are signed: everything but `sig`.
  package var signedBytes: [UInt8] { JSONValue.object(members).canonicalBytes }

  /// The canonical bytes that go into the sealed entry.
  package var bytes: [UInt8] {
    var members = members
    members["sig"] = .string(Base64.encode(signature, padded: true))
    return JSONValue.object(members).canonicalBytes
  }

  private var members: [String: JSONValue] {
    var members = fields
    members["v"] = .integer(Self.version)
    members["id"] = .string(id.hex)
    members["vault"] = .string(vault.hex)
    members["seen"] = ["size": .integer(Int64(seen.size)), "root": .string(seen.root.hex)]
    members["kind"] = .string(kind.rawValue)
    members["at"] = .string(at.text)
    members["actor"] = ["member": .string(actor.member.description), "role": .string(actor.role)]
    members["child"] = child.map { .string($0.description) }
    members["record"] = record.map { .string($0.description) }
    members["request"] = request.map { .string($0.description) }
    members["outcome"] = outcome.map { .string($0.rawValue) }
    members["gateway"] = gateway.map { .string($0) }
    if !reasons.isEmpty { members["reasons"] = .array(reasons.map { .string($0) }) }
    members["policy"] = policy.map { .string($0) }
    members["facts"] = facts
    members["box"] = box?.json
    return members
  }

  /// Reads the plaintext of one entry; the signature is not checked here.
  ///
  /// Anything but the canonical form is refused, so a signature covers every byte that is read.
  package init(parsing bytes: [UInt8]) throws(EntryFault) {
    guard let json = try? JSONValue(canonical: bytes, limits: .event), let members = json.object else {
      throw .malformed
    }
    guard members["v"]?.integer == Self.version,
      let id = members["id"]?.string.flatMap({ EventID(hex: $0) }),
      let vault = members["vault"]?.string.flatMap({ VaultID(hex: $0) }),
      let seenSize = members["seen"]?["size"]?.integer, seenSize >= 0,
      let seenRoot = members["seen"]?["root"]?.string.flatMap({ SHA256Digest(hex: $0) }),
      let at = members["at"]?.string.flatMap({ Timestamp(parsing: $0) }),
      let member = members["actor"]?["member"]?.string.flatMap({ MemberReference(parsing: $0) }),
      let role = members["actor"]?["role"]?.string,
      let signature = members["sig"]?.string.flatMap({ Base64.decode($0.utf8, padded: true) })
    else { throw .malformed }
    guard let word = members["kind"]?.string else { throw .malformed }
    guard let kind = EventKind(rawValue: word) else { throw .unknownKind }
    self.init(
      id: id, vault: vault, seen: SeenHead(size: UInt64(seenSize), root: seenRoot), kind: kind, at: at,
      actor: EventActor(member: member, role: role),
      child: try Self.optional(members["child"]) { ChildReference(parsing: $0) },
      record: try Self.optional(members["record"]) { RecordReference(parsing: $0) },
      request: try Self.optional(members["request"]) { RequestReference(parsing: $0) },
      outcome: try Self.optional(members["outcome"]) { EventOutcome(rawValue: $0) },
      gateway: try Self.optional(members["gateway"]) { $0 },
      reasons: try Self.texts(members["reasons"]),
      policy: try Self.optional(members["policy"]) { $0 },
      facts: members["facts"],
      box: try Self.box(members["box"]),
      fields: members.filter { !Self.commonKeys.contains($0.key) },
      signature: signature)
    // References are read without regard to case; here only their one written form is an event's.
    guard self.bytes == bytes else { throw .malformed }
  }

  private static func optional<T>(
    _ json: JSONValue?, _ read: (String) -> T?
  ) throws(EntryFault) -> T? {
    guard let json else { return nil }
    guard let text = json.string, let value = read(text) else { throw .malformed }
    return value
  }

  private static func texts(_ json: JSONValue?) throws(EntryFault) -> [String] {
    guard let json else { return [] }
    guard let elements = json.array, !elements.isEmpty else { throw .malformed }
    var texts: [String] = []
    for element in elements {
      guard let text = element.string else { throw .malformed }
      texts.append(text)
    }
    return texts
  }

  private static func box(_ json: JSONValue?) throws(EntryFault) -> SealedBox? {
    guard let json else { return nil }
    guard let box = SealedBox(json: json) else { throw .malformed }
    return box
  }

  /// Signs in place. Refuses fields this kind does not have: what no reader understands must not be written.
  mutating func sign(with key: Ed25519SigningKey) throws(CryptoError) {
    precondition(kind.fieldNames.isSuperset(of: fields.keys), "an event has a field its kind does not know")
    signature = try key.signature(for: signedBytes)
  }

  func isSigned(by key: VerifierKey) -> Bool {
    key.publicKey.isValidSignature(signature, for: signedBytes)
  }
}

extension Event: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "Event(\(kind.rawValue), \(id))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
