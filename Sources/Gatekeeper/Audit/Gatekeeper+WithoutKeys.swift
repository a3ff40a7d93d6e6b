import DisclosureRules
import StrongroomCrypto
package import TransparencyLog
package import VaultStore

extension Gatekeeper {
  /// What somebody who holds no key can tell of a vault: names, the form of every age file, the journal's checksums and tree, the
  /// signature on its newest head, the rules against their fingerprints. Reads every byte; writes nothing.
  ///
  /// - Parameters:
  ///   - key: the vault's signing key as the caller knows it; nil takes the one that the vault names itself.
  ///   - part, progress: as for `check`.
  package static func checkWithoutKeys(
    _ storage: VaultStorage, key: VerifierKey?, part: VaultPart = .all,
    progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) async throws(GateError) -> CheckReport {
    do {
      let outside = try await VaultCheck.withoutKeys(storage, key: key, part: part, progress: progress)
      var findings = outside.findings.map {
        CheckReport.Finding(isDamage: $0.isDamage, file: $0.name, text: $0.problem.words)
      }
      findings += try await alteredRules(storage)
      return CheckReport(
        findings: findings.sorted { $0.file < $1.file }, filesChecked: outside.files,
        bytesChecked: outside.bytes, entriesChecked: outside.entries, notChecked: unknown(key))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  private static func unknown(_ key: VerifierKey?) -> [String] {
    var unknown = [
      "whether each document and key is the one that was filed, and none is missing: the list is sealed",
      "what the entries say, and who signed them",
    ]
    if key == nil {
      unknown.append(
        "whether the signing key is the vault's: it was read from the vault itself (give it with --vkey)")
    }
    return unknown
  }

  /// Sets of rules whose files do not give the fingerprint that names their folder.
  private static func alteredRules(_ storage: VaultStorage) async throws -> [CheckReport.Finding] {
    var sets: [String: [String: String]] = [:]
    for name in try await storage.files.list(.policies) {
      guard case .policyFile(let set, let path) = name, let bytes = try await storage.files.read(name) else {
        continue
      }
      // Text that is no text has another fingerprint than any.
      sets[set, default: [:]][path] = String(validating: bytes, as: UTF8.self) ?? ""
    }
    return sets.sorted { $0.key < $1.key }.compactMap { set, files in
      guard SHA256.digest(of: PolicySource(files: files).canonicalBytes).hex != set else { return nil }
      return CheckReport.Finding(
        isDamage: true, file: "policies/\(set)", text: "not the rules that its name stands for")
    }
  }
}
