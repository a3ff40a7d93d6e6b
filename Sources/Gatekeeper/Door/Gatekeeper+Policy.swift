package import DisclosureRules
import StrongroomCrypto
import VaultStore

extension Gatekeeper {
  package func policyInForce() async throws(GateError) -> PolicySet {
    try await policySet(try await current().policy)
  }

  /// Signs for another set. The first person's signature proposes it, the second's puts it in force; what was decided
  /// before stays decided under the rules of then, and what is released from now on is decided again under these.
  ///
  /// - Throws: `.policy` with every problem found; nothing is written then. `.wrongState(.needsAnotherSignature)` if the
  ///   same person signs twice.
  package func adoptPolicy(_ source: PolicySource) async throws(GateError) -> Answer<PolicyAdoption> {
    let rules: PolicySet
    do { rules = try PolicySet.load(source) } catch { throw .policy(error) }
    let hash = SHA256.digest(of: source.canonicalBytes).hex
    return try await act(.adoptPolicy) { gate, draft in
      guard draft.state.policy != hash else { throw GateError.wrongState(.alreadyInForce) }
      guard rules.settingTypes.contains(draft.state.settingType) else {
        throw GateError.invalidInput(.policy, .unknownWord(known: rules.settingTypes))
      }
      let isSecond: Bool
      if let proposal = draft.state.proposedPolicy, proposal.policy == hash,
        draft.state.members[proposal.by.member]?.isActive == true
      {
        guard !draft.state.isSamePerson(proposal.by.member, draft.me.reference) else {
          throw GateError.wrongState(.needsAnotherSignature)
        }
        isSecond = true
      } else {
        isSecond = false
      }
      // Kept before the entry that names it, so that whoever signs second can read what was proposed.
      _ = try await Gatekeeper.keep(source, in: gate.storage.files)
      var event = try draft.event(isSecond ? .policyAdopted : .policyProposed)
      event.policy = hash
      event.fields = ["policy_name": .string(rules.name)]
      return ([event], PolicyAdoption(policy: hash, isInForce: isSecond))
    }
  }

  /// The rules that wait for a second signature, and who signed first; nil if there are none.
  package func proposedPolicy() async throws(GateError) -> (
    rules: PolicySet, by: MemberSummary, at: Timestamp
  )? {
    let state = try await current()
    guard let proposal = state.proposedPolicy, let member = state.members[proposal.by.member] else {
      return nil
    }
    return (try await policySet(proposal.policy), MemberSummary(member), proposal.at)
  }

  /// What the rules saw of each request at its last decision, in order of the requests: for asking other rules the same.
  /// Holds no names, and is shown to whoever sees the whole access record or may change the rules.
  package func pastRequests() async throws(GateError) -> Look<[(RequestReference, DisclosureFacts)]> {
    try await look(.adoptPolicy) { _, state in
      state.requests.values.sorted { $0.entry < $1.entry }.compactMap { request in
        request.lastDecision.map { (request.reference, $0.facts) }
      }
    }
  }

  /// A set the vault has kept, checked against its hash.
  ///
  /// - Throws: `.integrity` naming the folder.
  func policySet(_ hash: String) async throws(GateError) -> PolicySet {
    if let known = policySets[hash] { return known }
    let folder = "policies/\(hash)"
    var files: [String: String] = [:]
    do {
      for name in try await storage.files.list(.policySet(hash)) {
        guard case .policyFile(_, let path) = name, let bytes = try await storage.files.read(name),
          let text = String(validating: bytes, as: UTF8.self)
        else { throw GateError.integrity(.file(name.displayName, .malformed)) }
        files[path] = text
      }
    } catch {
      throw GateError(wrapping: error)
    }
    guard !files.isEmpty else { throw .integrity(.file(folder, .missing)) }
    let source = PolicySource(files: files)
    guard SHA256.digest(of: source.canonicalBytes).hex == hash else {
      throw .integrity(.file(folder, .differsFromLedger))
    }
    let set: PolicySet
    do { set = try PolicySet.load(source) } catch { throw .policy(error) }
    policySets[hash] = set
    return set
  }
}

/// What signing for a set of rules came to.
package struct PolicyAdoption: Hashable, Sendable {
  /// Hash of the set, 64 hexadecimal digits.
  package let policy: String
  /// False: proposed, and waiting for another person's signature.
  package let isInForce: Bool
}
