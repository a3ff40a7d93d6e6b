import AgeFormat
import StrongroomCrypto
import Synchronization
import TransparencyLog
import VaultStore

extension Gatekeeper {
  package func status() async throws(GateError) -> VaultStatus {
    let state = try await current()
    return VaultStatus(
      vault: state.vault.hex, isExample: state.isExample, me: MemberSummary(try member(in: state)),
      entries: state.size, root: state.range.root, members: state.activeMembers().count,
      children: state.children.count, records: state.records.count,
      openRequests: state.requests.values.count { $0.release == nil && $0.declined == nil },
      policyName: state.policyName, policyHash: state.policy, origin: keys.origin,
      vkey: keys.logKey.text, keyFingerprint: try await keyChain.firstKey.fingerprint)
  }

  /// Reads every stored byte and compares it with what the ledger says; names what is damaged, missing, swapped or
  /// planted, and repairs nothing. Custodians also open every child's key file.
  package func check() async throws(GateError) -> CheckReport {
    let state = try await current()
    var findings: [CheckReport.Finding] = []
    var files: [VaultExpectation.File] = [.init(name: .epochIdentity(state.epochs.count))]
    files += state.epochs.map { .init(name: .ledgerKey($0.number)) }
    files += state.epochs.dropLast().map { .init(name: .closedCheckpoint($0.number)) }
    if let register = state.registerKey { files.append(.init(name: .childIdentity(register))) }
    files += state.children.map { .init(name: .childIdentity($0.key)) }
    let bytes = Counter()
    do {
      for hash in state.policies.keys.sorted() {
        files += try await storage.files.list(.policySet(hash)).map { .init(name: $0) }
        policySets[hash] = nil
        do { _ = try await policySet(hash) } catch {
          guard case .integrity(let fault) = error else { throw error }
          findings.append(.init(isDamage: true, file: "policies/\(hash)", text: fault.phrase))
        }
      }
      let expectation = VaultExpectation(
        objects: state.records.values.map(\.stored), files: files, leftovers: keyLeftovers(in: state))
      for finding in try await VaultCheck.run(
        storage, expecting: expectation, depth: .everyByte, progress: { bytes.add($0) })
      {
        findings.append(
          .init(isDamage: finding.isDamage, file: finding.name, text: finding.problem.words))
      }
      if case .file(let file, let fault)? = try await closingFault(in: state), fault != .missing {
        findings.append(
          .init(isDamage: true, file: file, text: IntegrityFault.file(file, fault).phrase))
      }
      if isCustodian { findings += try await keyFindings(state, known: Set(findings.map(\.file))) }
    } catch {
      throw GateError(wrapping: error)
    }
    return CheckReport(
      findings: findings, filesChecked: files.count + state.records.count + 1,
      bytesChecked: bytes.total, entriesChecked: state.size)
  }

  /// What a change of keys leaves that was interrupted: keys for an epoch that never began, and the identities of those that ended.
  private func keyLeftovers(in state: VaultState) -> Set<VaultFileName> {
    let next = state.epochs.count + 1
    return Set([.epochIdentity(next), .ledgerKey(next)] + (1..<next - 1).map { .epochIdentity($0) })
  }

  /// Key files that do not open, or open and are another's: a child's own box says which.
  private func keyFindings(
    _ state: VaultState, known: Set<String>
  ) async throws(GateError) -> [CheckReport.Finding] {
    var findings: [CheckReport.Finding] = []
    if let register = state.registerKey {
      let file = VaultFileName.childIdentity(register).displayName
      if !known.contains(file) {
        registerKey = nil
        do {
          _ = try await registerIdentity(in: state)
        } catch {
          guard case .integrity(let fault) = error else { throw error }
          findings.append(.init(isDamage: true, file: file, text: fault.phrase))
        }
      }
    }
    for child in state.children {
      let file = VaultFileName.childIdentity(child.key).displayName
      guard !known.contains(file) else { continue }
      childKeys[child.reference] = nil
      do {
        _ = try await key(of: child.reference, in: state)
      } catch {
        guard case .integrity(let fault) = error else { throw error }
        findings.append(.init(isDamage: true, file: file, text: fault.phrase))
      }
    }
    return findings
  }
}

extension IntegrityFault {
  /// What is wrong, for a line that already names the file.
  fileprivate var phrase: String {
    guard case .file(_, let fault) = self else { return word }
    return switch fault {
    case .missing: "missing"
    case .damaged: "damaged or altered"
    case .swapped: "whole, but not the one that belongs here"
    case .differsFromLedger: "not the rules that were adopted: a file was changed, removed or added"
    case .malformed: "not in the vault's format"
    }
  }
}

extension VaultFinding.Problem {
  /// A short phrase.
  var words: String {
    switch self {
    case .missing: "missing"
    case .length(let expected, let actual): "has \(actual) bytes; \(expected) were filed"
    case .content: "altered, swapped or an older copy"
    case .unreadable: "cannot be read"
    case .orphan: "no entry names it: left by a crash, or put there; never served"
    case .planted: "belongs to no vault, or not to this one"
    case .leftover: "an unfinished write; may be deleted"
    case .notAnOrdinaryFile: "a link, device or folder where none belongs"
    case .journal(let damage):
      switch damage.place {
      case .wholeFile: "damaged"
      case .record(_, let offset, let entry): "damaged at byte \(offset), entry \(entry)"
      }
    case .unsignedEntries(let count): "\(count) entries after a crash; the next act signs them"
    }
  }
}

/// Bytes seen so far. A class, because the store reports progress through a closure.
private final class Counter: Sendable {
  private let value = Mutex(0)
  func add(_ count: Int) { value.withLock { $0 += count } }
  var total: Int { value.withLock { $0 } }
}
