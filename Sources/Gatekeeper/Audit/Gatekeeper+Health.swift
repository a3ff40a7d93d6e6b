import AgeFormat
import StrongroomCrypto
import Synchronization
import TransparencyLog
package import VaultStore

extension Gatekeeper {
  package func status() async throws(GateError) -> VaultStatus {
    let state = try await current()
    return VaultStatus(
      vault: state.vault.hex, isExample: state.isExample, me: MemberSummary(try member(in: state)),
      entries: state.size, root: state.range.root, members: state.activeMembers().count,
      children: state.livingChildren.count, records: state.keptRecords.count,
      erasedChildren: state.erasedCount,
      openRequests: state.requests.values.count { $0.release == nil && $0.declined == nil },
      policyName: state.policyName, policyHash: state.policy, origin: keys.origin,
      vkey: keys.logKey.text, keyFingerprint: try await keyChain.firstKey.fingerprint)
  }

  /// Reads every stored byte and compares it with what the ledger says; names what is damaged, missing, swapped or
  /// planted, and repairs nothing. Custodians also open every child's key file.
  ///
  /// - Parameters:
  ///   - part: which of the documents and small files; the journal and all names are looked at each time.
  ///   - progress: bytes read since the last call, and all that there are; from several threads.
  package func check(
    part: VaultPart = .all, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) async throws(GateError) -> CheckReport {
    let state = try await current()
    var findings: [CheckReport.Finding] = []
    var files: [VaultExpectation.File] = [.init(name: .epochIdentity(state.epochs.count))]
    files += state.epochs.map { .init(name: .ledgerKey($0.number)) }
    files += state.epochs.dropLast().map { .init(name: .closedCheckpoint($0.number)) }
    if let register = state.registerKey { files.append(.init(name: .childIdentity(register))) }
    files += state.livingChildren.map { .init(name: .childIdentity($0.key)) }
    files += recoveryFiles(in: state).map { .init(name: $0) }
    let bytes = Counter()
    let gone = state.goneFiles
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
        objects: state.keptRecords.map(\.stored), files: files, leftovers: keyLeftovers(in: state))
      for finding in try await VaultCheck.run(
        storage, expecting: expectation, depth: .everyByte, part: part,
        progress: {
          bytes.add($0)
          progress($0, $1)
        })
      {
        findings.append(
          gone[finding.name].map { .init(isDamage: true, file: finding.name, text: $0) }
            ?? .init(isDamage: finding.isDamage, file: finding.name, text: finding.problem.words))
      }
      var words = description
      words.verifierKeys = state.epochs.map(\.logKey.text)
      if try await storage.files.read(.description) != Array(words.text().utf8) {
        let file = VaultFileName.description.displayName
        let text = "its words for people are not those that this version writes: do not follow them unread"
        findings.append(.init(isDamage: false, file: file, text: text))
      }
      if case .file(let file, let fault)? = try await closingFault(in: state), fault != .missing {
        findings.append(
          .init(isDamage: true, file: file, text: IntegrityFault.file(file, fault).phrase))
      }
      findings += repeatedErasures.map(CheckReport.Finding.init)
      if isCustodian { findings += try await keyFindings(state, part, known: Set(findings.map(\.file))) }
    } catch {
      throw GateError(wrapping: error)
    }
    return CheckReport(
      findings: findings, filesChecked: files.count + state.keptRecords.count + 1,
      bytesChecked: bytes.total, entriesChecked: state.size)
  }

  /// What a change of keys leaves that was interrupted: keys for an epoch that never began, and the identities of those that ended.
  private func keyLeftovers(in state: VaultState) -> Set<VaultFileName> {
    let next = state.epochs.count + 1
    return Set([.epochIdentity(next), .ledgerKey(next)] + (1..<next - 1).map { .epochIdentity($0) })
  }

  /// Key files that do not open, or open and are another's: a child's own box says which.
  private func keyFindings(
    _ state: VaultState, _ part: VaultPart, known: Set<String>
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
    for child in state.livingChildren where !unopenable.contains(child.reference) {
      let file = VaultFileName.childIdentity(child.key).displayName
      guard !known.contains(file), part.contains(file) else { continue }
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

extension VaultState {
  /// Files that entries took away, by their names, and what to say of one that is there all the same.
  fileprivate var goneFiles: [String: String] {
    var gone: [String: String] = [:]
    for child in erasedChildren {
      gone[VaultFileName.childIdentity(child.key).displayName] =
        "the key of \(child.reference), which was erased: put back, and never used"
    }
    for record in records.values where record.disposed != nil || child(record.child)?.erased != nil {
      gone[record.object.relativePath] =
        "\(record.reference), which was \(record.disposed == nil ? "erased" : "disposed of"): put back, and never served"
    }
    return gone
  }
}

extension CheckReport.Finding {
  fileprivate init(_ erasure: RepeatedErasure) {
    self.init(
      isDamage: true, file: erasure.file,
      text:
        "the key of \(erasure.child), which was erased: put back; removed unread when the vault was opened")
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
    case .malformed: "not what a file of this name is made of"
    case .unsigned: "the newest entries are not signed by the vault's key"
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
