import StrongroomCrypto
import Synchronization
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// Verification says how far it went, goes on from where it was, and misses nothing for it.
@Suite struct VerifyDepthTests {
  /// Collects what a verification hands out to be kept.
  private final class Keeper: Sendable {
    private let parts = Mutex<[[UInt8]]>([])
    var all: [[UInt8]] { parts.withLock { $0 } }
    var last: [UInt8]? { all.last }
    func keep(_ bytes: [UInt8]) { parts.withLock { $0.append(bytes) } }
  }

  private func verify(
    _ school: School, _ options: VerifyOptions, as key: MemberIdentity? = nil
  ) async throws -> (report: VerifyReport, kept: Keeper) {
    let keeper = Keeper()
    let gate = try await school.visit(key ?? school.teacherKey)
    let report = try await gate.auditVerify(options, keep: { keeper.keep($0) })
    return (report, keeper)
  }

  @Test(arguments: VerifyDepth.allCases)
  func depthSaysWhatItDidAndWhatItDidNot(depth: VerifyDepth) async throws {
    let school = try await School.open()
    let number = try #require(VerifyDepth.allCases.firstIndex(of: depth))
    let report = try await verify(school, VerifyOptions(depth: depth)).report
    #expect(report.isWhole)
    #expect(report.depth == depth)
    #expect(report.depths.count == number + 1)
    #expect(report.notChecked.count == 3 - number)
    let officer = try await school.visit(school.officerKey)
    let entry = try #require(try await officer.auditVerify(VerifyOptions(depth: depth)).entry)
    #expect(try await officer.auditShow(entry).seen().event["depth"]?.string == depth.rawValue)
  }

  /// One core and all of them find the same, for whole records and altered ones.
  @Test(arguments: [false, true])
  func oneCoreAndAllFindTheSame(isAltered: Bool) async throws {
    let school = try await School.open()
    try await school.goOn(150)
    let gate = try await school.visit(school.teacherKey)
    if isAltered {
      for index: UInt64 in [7, 90] {
        var entry = try #require(try await school.storage.ledger.entries(from: index, to: index + 1).first)
        entry[60] ^= 1
        await school.ledger.replace(index, with: entry)
      }
    }
    for depth in VerifyDepth.allCases {
      var options = VerifyOptions(depth: depth)
      let parallel = try await gate.auditVerify(options)
      options.isParallel = false
      let sequential = try await gate.auditVerify(options)
      #expect(parallel.findings == sequential.findings, "\(depth)")
      #expect(parallel.findings.isEmpty == !isAltered)
      #expect(parallel.size == sequential.size)
    }
  }

  /// An entry that was forged with the ledger's key opens and hashes; only its signature and its decision tell.
  @Test func eachDepthFindsWhatTheOneBeforeCannot() async throws {
    let school = try await School.open()
    let gate = try await school.visit(school.officerKey)
    let index: UInt64 = 6
    let entry = try #require(try await school.storage.ledger.entries(from: index, to: index + 1).first)
    var event = try await gate.codec.open(entry, at: index)
    event.signature[3] ^= 1
    let forged = try await gate.codec.seal(event, at: index, salt: [UInt8](repeating: 1, count: 16))
    await school.ledger.replace(index, with: forged)
    func faults(_ depth: VerifyDepth) async throws -> Set<IntegrityFault> {
      Set(try await gate.auditVerify(VerifyOptions(depth: depth)).findings.map(\.fault))
    }
    #expect(try await faults(.tree) == [.ledgerHead(.root)])
    #expect(try await faults(.entries) == [.ledgerHead(.root)])
    #expect(try await faults(.signatures).contains(.entry(index, .signature)))
    #expect(try await faults(.decisions).contains(.entry(index, .signature)))
  }

  // MARK: Going on from an earlier verification

  @Test func verificationGoesOnWhereItWas() async throws {
    let school = try await School.open()
    try await school.goOn(20)
    var options = VerifyOptions()
    let first = try await verify(school, options)
    #expect(first.report.earlier == nil)
    try await school.goOn(10)
    options.earlier = first.kept.last
    let second = try await verify(school, options)
    #expect(second.report.isWhole)
    #expect(second.report.earlier?.size == first.report.size)
    #expect(second.report.size == first.report.size + 10)
    // To a lesser depth too, and not to a greater one.
    options.depth = .entries
    #expect(try await verify(school, options).report.earlier != nil)
    let shallow = try await verify(school, VerifyOptions(depth: .signatures)).kept.last
    options.depth = .decisions
    options.earlier = shallow
    #expect(try await verify(school, options).report.earlier == nil)
  }

  /// Whatever ends the process, the part that was kept last is there.
  @Test func interruptedVerificationIsTakenUpAgain() async throws {
    let school = try await School.open()
    try await school.goOn(60)
    var options = VerifyOptions()
    options.pieceSize = 8
    options.keepEvery = 16
    let (report, kept) = try await verify(school, options)
    #expect(kept.all.count == Int(report.size / 16) + (report.size.isMultiple(of: 16) ? 0 : 1))
    for (number, part) in kept.all.dropLast().enumerated() {
      options.earlier = part
      let again = try await verify(school, options)
      #expect(again.report.isWhole)
      #expect(again.report.earlier?.size == UInt64(number + 1) * 16)
      #expect(again.report.root == report.root)
    }
  }

  /// What was checked once and then altered is found, though it is not checked again.
  @Test(arguments: [UInt64(3), 12, 24])
  func alterationOfWhatWasCheckedBeforeIsFound(index: UInt64) async throws {
    let school = try await School.open()
    try await school.goOn(20)
    var options = VerifyOptions()
    options.earlier = try await verify(school, options).kept.last
    let gate = try await school.visit(school.teacherKey)
    var entry = try #require(try await school.storage.ledger.entries(from: index, to: index + 1).first)
    entry[70] ^= 4
    await school.ledger.replace(index, with: entry)
    let report = try await gate.auditVerify(options)
    #expect(report.earlier == nil)
    #expect(report.findings.map(\.entry).contains(index))
  }

  @Test func nobodyElseCanSayThatACheckWasMade() async throws {
    let school = try await School.open()
    try await school.goOn(5)
    let own = try #require(try await verify(school, VerifyOptions()).kept.last)
    let colleagues = try #require(
      try await verify(school, VerifyOptions(), as: school.officerKey).kept.last)
    let other = try await School.open()
    var options = VerifyOptions()
    options.earlier = own
    #expect(try await verify(school, options).report.earlier != nil)
    #expect(try await verify(other, options, as: other.teacherKey).report.earlier == nil)
    var flipped = own
    flipped[own.count / 2] ^= 1
    // The cache of the same member stands for less and is another thing.
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    _ = try await school.visit(school.teacherKey)
    let snapshot = try #require(
      try await school.storage.files.read(Snapshot.name(for: school.teacherKey)))
    for bytes in [[], Array(own.prefix(30)), Array(own.dropLast()), flipped, colleagues, snapshot] {
      options.earlier = bytes
      let report = try await verify(school, options).report
      #expect(report.isWhole)
      #expect(report.earlier == nil)
    }
    // A custodian checks more than others, so what others checked does not do.
    options.earlier = try await verify(
      school, VerifyOptions(depth: .signatures), as: school.headKey
    ).kept.last
    #expect(try await verify(school, options, as: school.headKey).report.earlier == nil)
  }

  @Test func nothingIsKeptOfARecordWithAFinding() async throws {
    let school = try await School.open()
    let gate = try await school.visit(school.teacherKey)
    await school.ledger.replace(4, with: [1, 2, 3])
    let keeper = Keeper()
    let report = try await gate.auditVerify(VerifyOptions(), keep: { keeper.keep($0) })
    #expect(!report.isWhole)
    #expect(keeper.all.isEmpty)
  }

  @Test func progressCountsUpToTheEnd() async throws {
    let school = try await School.open()
    try await school.goOn(30)
    let steps = Mutex<[(UInt64, UInt64)]>([])
    let gate = try await school.visit(school.teacherKey)
    let report = try await gate.auditVerify(VerifyOptions()) { done, total in
      steps.withLock { $0.append((done, total)) }
    }
    let seen = steps.withLock { $0 }
    #expect(seen.last?.0 == report.size)
    #expect(seen.allSatisfy { $0.1 == report.size })
    #expect(seen.map(\.0) == seen.map(\.0).sorted())
  }
}
