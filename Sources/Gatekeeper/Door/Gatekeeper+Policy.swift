package import DisclosureRules
import StrongroomCrypto
import VaultStore

extension Gatekeeper {
  package func policyInForce() async throws(GateError) -> PolicySet {
    try await policySet(try await current().policy)
  }

  /// Puts another set in force. What was decided before stays decided under the rules of then; what is released from now
  /// on is decided again under these.
  ///
  /// - Returns: the set's hash.
  /// - Throws: `.policy` with every problem found; nothing is written then.
  package func adoptPolicy(_ source: PolicySource) async throws(GateError) -> Answer<String> {
    let rules: PolicySet
    do { rules = try PolicySet.load(source) } catch { throw .policy(error) }
    let hash = SHA256.digest(of: source.canonicalBytes).hex
    return try await act(.adoptPolicy) { gate, draft in
      guard draft.state.policy != hash else { throw GateError.wrongState(.alreadyInForce) }
      guard rules.settingTypes.contains(draft.state.settingType) else {
        throw GateError.invalidInput(.policy, .unknownWord(known: rules.settingTypes))
      }
      _ = try await Gatekeeper.keep(source, in: gate.storage.files)
      var event = try draft.event(.policyAdopted)
      event.policy = hash
      event.fields = ["policy_name": .string(rules.name)]
      return ([event], hash)
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
