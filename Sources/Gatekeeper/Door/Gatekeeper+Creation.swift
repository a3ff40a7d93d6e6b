package import AgeFormat
package import DisclosureRules
import StrongroomCrypto
import TransparencyLog
package import VaultStore

extension Gatekeeper {
  /// Makes a vault in empty storage; the creator becomes its first SENCo.
  ///
  /// What exists when power fails in between: key files without a `STRONGROOM` file or a ledger head, which opens as
  /// `.notAVault`. The description is written last, after the first entry is durable.
  ///
  /// - Parameters:
  ///   - policy: refused with `.policy` unless it loads without a problem.
  ///   - settingType: a word of the policy's `setting_types`; nil takes the first.
  ///   - recovery: recipients whose identities lie offline.
  package static func createVault(
    in storage: VaultStorage, name: String, creator: MemberIdentity, policy: PolicySource,
    settingType: String?, recovery: [X25519Recipient], effects: Effects
  ) async throws(GateError) -> CreatedVault {
    let card = try creator.card(name: name)
    let rules: PolicySet
    do { rules = try PolicySet.load(policy) } catch { throw .policy(error) }
    guard let setting = settingType ?? rules.settingTypes.first, rules.settingTypes.contains(setting) else {
      throw .invalidInput(.settingType, .unknownWord(known: rules.settingTypes))
    }
    do {
      if try await storage.files.read(.description) != nil { throw GateError.wrongState(.vaultExists) }
      if try await storage.ledger.head() != nil { throw GateError.wrongState(.vaultExists) }
      return try await create(
        in: storage, card: card, creator: creator, policy: policy, rules: rules, setting: setting,
        recovery: recovery, effects: effects)
    } catch {
      throw GateError(wrapping: error)
    }
  }

  private static func create(
    in storage: VaultStorage, card: MemberCard, creator: MemberIdentity, policy: PolicySource,
    rules: PolicySet, setting: String, recovery: [X25519Recipient], effects: Effects
  ) async throws -> CreatedVault {
    let at = effects.now()
    guard let vault = VaultID(try effects.randomBytes(16)),
      let registerID = KeyID(try effects.randomBytes(16)),
      let eventID = EventID(try effects.randomBytes(16))
    else { throw GateError.crypto(.invalidKey) }
    let member = MemberReference(randomBytes: try effects.randomBytes(8))
    // Proofs are checked against a key whose name is the origin.
    let origin = VaultDescription.origin(of: vault)
    let isExample =
      ExampleKeys.contains(creator.recipient) || recovery.contains(where: ExampleKeys.contains)

    let epoch = try X25519Identity.generate()
    let register = try X25519Identity.generate()
    let seed = try SecretBytes.random(count: Ed25519SigningKey.seedByteCount)
    let signer = try NoteSigner(name: origin, key: try Ed25519SigningKey(seed: seed.duplicate()))
    let ledgerKey = try LedgerKey.generate(epoch: 1)
    let keyFile = LedgerKeyFile(key: ledgerKey, origin: origin, signingSeed: seed)

    let files = storage.files
    try await files.create(
      .epochIdentity(1),
      try KeyFiles.seal(epoch, to: [creator.recipient] + recovery, at: at))
    try await files.create(
      .childIdentity(registerID), try KeyFiles.seal(register, to: [epoch.recipient], at: at))
    try await files.create(
      .ledgerKey(1), try KeyFiles.seal(keyFile, to: [epoch.recipient]))
    let hash = try await keep(policy, in: files)

    var state = VaultState(vault: vault)
    var event = Event(
      id: eventID, vault: vault, seen: state.head, kind: .vaultCreated, at: at,
      actor: EventActor(member: member, role: "senco"), policy: hash)
    event.fields = [
      "member": .string(member.description), "name": .string(card.name),
      "card_recipient": .string(card.recipient.text), "card_key": .string(card.signingKey.text),
      "role": "senco", "setting": .string(setting), "example": .bool(isExample),
      "register_key": .string(registerID.hex), "log_key": .string(signer.verifierKey.text),
      "origin": .string(origin), "recovery": .array(recovery.map { .string($0.text) }),
      "policy_name": .string(rules.name),
    ]
    // Whoever can write key files could put an epoch of their own in place of this one, and be given the key of every
    // child filed from then on. So the first entry says which it is, under a key that only the epoch opens.
    event.box = try SealedBox(
      sealing: ["epoch": .string(epoch.recipient.text)], scope: .register, identity: register, vault: vault,
      event: event.id, kind: event.kind)
    try event.sign(with: creator.signingKey)
    let first = EpochKeys(
      number: 1, firstEntry: 0, ledger: ledgerKey, logKey: signer.verifierKey, signer: signer)
    let codec = LedgerCodec(keys: VaultKeys(origin: origin, epochs: [first], identities: [1: epoch]))
    let entry = try codec.seal(event, at: 0, salt: try effects.randomBytes(SealedEntry.saltByteCount))
    do { try state.apply(event, leafHash: MerkleTree.leafHash(entry)) } catch {
      throw GateError.integrity(.entry(0, error))
    }
    _ = try await storage.ledger.append([entry], ifSize: 0, sign: codec.signer(expecting: state.range))
    let description = VaultDescription(
      vault: vault, origin: origin, verifierKeys: [signer.verifierKey.text], isExample: isExample)
    try await files.create(.description, Array(description.text().utf8))
    return CreatedVault(
      vault: vault.hex, member: member, origin: origin, vkey: signer.verifierKey.text,
      isExample: isExample)
  }

  /// Writes a policy set under its hash, unless it is there already; returns the hash.
  static func keep(_ policy: PolicySource, in files: any NamedFileStorage) async throws -> String {
    let hash = SHA256.digest(of: policy.canonicalBytes).hex
    for (path, text) in policy.files {
      let name = VaultFileName.policyFile(set: hash, path: path)
      if let kept = try await files.read(name) {
        guard kept == Array(text.utf8) else { throw GateError.integrity(.file(name.displayName, .damaged)) }
      } else {
        try await files.create(name, Array(text.utf8))
      }
    }
    return hash
  }
}
