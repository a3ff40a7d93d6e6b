import StrongroomCrypto

/// Which logs and witnesses somebody relies on, and how many of the witnesses must have cosigned.
///
/// Text form and rules: C2SP tlog-policy. A name is defined on a line before it is used, and is a member of at most one group, so
/// that no witness counts twice; two lines with the same public key are refused for the same reason.
package struct WitnessPolicy: Hashable, Sendable {
  /// Longest text read, in bytes.
  package static let maximumBytes = 256 * 1024
  /// Most logs, most witnesses and most groups; the specification asks for 32 of each.
  package static let maximumOfEach = 256

  package let logs: [VerifierKey]
  package let witnesses: [Witness]
  private let groups: [Group]
  /// nil: no cosignature is asked for.
  private let quorum: Member?

  package struct Witness: Hashable, Sendable {
    /// As the policy calls it; opaque bytes.
    package let name: [UInt8]
    package let key: VerifierKey
  }

  private struct Group: Hashable, Sendable {
    let threshold: Int
    let members: [Member]
  }

  private enum Member: Hashable, Sendable {
    case witness(Int)
    /// Always earlier in `groups` than the group it is in.
    case group(Int)
  }

  /// Whether a checkpoint of these logs needs no witness at all (`quorum none`).
  package var asksForNobody: Bool { quorum == nil }

  /// Whether enough of the witnesses are among those whose cosignatures were checked.
  package func isSatisfied(by keys: some Sequence<VerifierKey>) -> Bool {
    guard let quorum else { return true }
    let signed = Set(keys.map(\.publicKey))
    var groupsActing: [Bool] = []
    func acts(_ member: Member) -> Bool {
      switch member {
      case .witness(let index): signed.contains(witnesses[index].key.publicKey)
      case .group(let index): groupsActing[index]
      }
    }
    // A group refers to earlier ones only, so one pass in their order is enough, and no text makes the stack deep.
    for group in groups { groupsActing.append(group.members.count(where: acts) >= group.threshold) }
    return acts(quorum)
  }

  /// Reads a policy.
  ///
  /// - Throws: `.policyTooLarge`; `.policyMalformed` with the number of the first line that is wrong, or 0 for what is missing from
  ///   the whole.
  package init(parsing text: [UInt8]) throws(TransparencyLogError) {
    guard text.count <= Self.maximumBytes else { throw .policyTooLarge(limitBytes: Self.maximumBytes) }
    var reader = PolicyReader()
    // The last line ends in a newline, as every line does; what would follow is no line.
    var lines = text.split(separator: LogText.newline, omittingEmptySubsequences: false)
    guard let last = lines.popLast(), last.isEmpty else {
      throw .policyMalformed(line: lines.count + 1, .noFinalNewline)
    }
    for (number, line) in lines.enumerated() {
      do throws(PolicyFlawFound) { try reader.read(line) } catch {
        throw .policyMalformed(line: number + 1, error.flaw)
      }
    }
    guard reader.hasQuorum else { throw .policyMalformed(line: 0, .quorumMissing) }
    logs = reader.logs
    witnesses = reader.witnesses
    groups = reader.groups
    quorum = reader.quorum
  }

  private struct PolicyFlawFound: Error {
    let flaw: PolicyFlaw
  }

  private struct PolicyReader {
    var logs: [VerifierKey] = []
    var witnesses: [Witness] = []
    var groups: [Group] = []
    var quorum: Member?
    var hasQuorum = false
    private var names: [[UInt8]: Member] = [:]
    private var grouped: Set<Member> = []

    mutating func read(_ line: ArraySlice<UInt8>) throws(PolicyFlawFound) {
      guard line.allSatisfy({ $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F }) else {
        throw PolicyFlawFound(flaw: .controlByte)
      }
      let items = line.split { $0 == 0x20 || $0 == 0x09 }
      guard let word = items.first, word.first != UInt8(ascii: "#") else { return }
      switch String(decoding: word, as: UTF8.self) {
      case "log": try readLog(items)
      case "witness": try readWitness(items)
      case "group": try readGroup(items)
      case "quorum": try readQuorum(items)
      default: throw PolicyFlawFound(flaw: .unknownWord)
      }
    }

    private mutating func readLog(_ items: [ArraySlice<UInt8>]) throws(PolicyFlawFound) {
      guard (2...3).contains(items.count) else { throw PolicyFlawFound(flaw: .itemCount) }
      let key = try key(items[1], .ed25519)
      guard !logs.contains(where: { $0.publicKey == key.publicKey }) else {
        throw PolicyFlawFound(flaw: .keyTwice)
      }
      guard logs.count < WitnessPolicy.maximumOfEach else { throw PolicyFlawFound(flaw: .tooMany) }
      logs.append(key)
    }

    private mutating func readWitness(_ items: [ArraySlice<UInt8>]) throws(PolicyFlawFound) {
      guard (3...4).contains(items.count) else { throw PolicyFlawFound(flaw: .itemCount) }
      let key = try key(items[2], .cosignature)
      guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
        throw PolicyFlawFound(flaw: .keyTwice)
      }
      guard witnesses.count < WitnessPolicy.maximumOfEach else { throw PolicyFlawFound(flaw: .tooMany) }
      try define(items[1], as: .witness(witnesses.count))
      witnesses.append(Witness(name: Array(items[1]), key: key))
    }

    private mutating func readGroup(_ items: [ArraySlice<UInt8>]) throws(PolicyFlawFound) {
      guard items.count >= 4 else { throw PolicyFlawFound(flaw: .itemCount) }
      var members: [Member] = []
      for name in items[3...] {
        let member = try member(name)
        guard grouped.insert(member).inserted else { throw PolicyFlawFound(flaw: .memberTwice) }
        members.append(member)
      }
      let threshold: Int
      switch String(decoding: items[2], as: UTF8.self) {
      case "any": threshold = 1
      case "all": threshold = members.count
      default:
        guard let number = LogText.parseDecimal(items[2]), (1...UInt64(members.count)).contains(number) else {
          throw PolicyFlawFound(flaw: .threshold)
        }
        threshold = Int(number)
      }
      guard groups.count < WitnessPolicy.maximumOfEach else { throw PolicyFlawFound(flaw: .tooMany) }
      try define(items[1], as: .group(groups.count))
      groups.append(Group(threshold: threshold, members: members))
    }

    private mutating func readQuorum(_ items: [ArraySlice<UInt8>]) throws(PolicyFlawFound) {
      guard items.count == 2 else { throw PolicyFlawFound(flaw: .itemCount) }
      guard !hasQuorum else { throw PolicyFlawFound(flaw: .quorumTwice) }
      quorum = items[1].elementsEqual("none".utf8) ? nil : try member(items[1])
      hasQuorum = true
    }

    private mutating func define(_ name: ArraySlice<UInt8>, as member: Member) throws(PolicyFlawFound) {
      guard !name.elementsEqual("none".utf8), names.updateValue(member, forKey: Array(name)) == nil else {
        throw PolicyFlawFound(flaw: .nameTwice)
      }
    }

    private func member(_ name: ArraySlice<UInt8>) throws(PolicyFlawFound) -> Member {
      guard let member = names[Array(name)] else { throw PolicyFlawFound(flaw: .unknownName) }
      return member
    }

    private func key(
      _ text: ArraySlice<UInt8>, _ algorithm: VerifierKey.Algorithm
    ) throws(PolicyFlawFound) -> VerifierKey {
      guard let text = String(validating: text, as: UTF8.self), let key = try? VerifierKey(parsing: text)
      else {
        throw PolicyFlawFound(flaw: .key)
      }
      guard key.algorithm == algorithm else { throw PolicyFlawFound(flaw: .keyOfWrongKind) }
      return key
    }
  }
}
