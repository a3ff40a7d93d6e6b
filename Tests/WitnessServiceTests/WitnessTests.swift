import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog
import VaultStore
import WitnessService

/// The witness without its socket: what it cosigns, what it refuses, what it remembers.
@Suite struct WitnessTests {
  @Test func anHonestLogIsCosignedEachTime() async throws {
    let bench = try await WitnessBench()
    var old = 0
    for size in [0, 1, 5, 8, 8, 300] {
      let answer = try await bench.witness.answer(bench.log.request(old, size))
      guard case .cosigned(let line) = answer else {
        Issue.record("size \(size): \(answer)")
        return
      }
      let cosigned = try bench.log.checkpoint(size).adding(
        cosignatures: Array(line.utf8), by: [bench.witness.verifierKey])
      #expect(cosigned.cosignatures.map(\.time) == [WitnessBench.time])
      old = size
    }
    let logs = try await bench.witness.logs()
    #expect(logs.map(\.size) == [300])
    #expect(logs.map(\.hasConflict) == [false])
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let request: @Sendable (BenchLog) throws -> [UInt8]
    let answer: WitnessAnswer
  }

  static let refusals: [Row] = [
    Row(
      testDescription: "another log",
      request: { _ in try BenchLog(origin: "example.org/other").request(5, 9) }, answer: .unknownLog),
    Row(
      testDescription: "another key", request: { _ in try BenchLog(seed: 2).request(5, 9) },
      answer: .untrusted),
    Row(testDescription: "old above new", request: { try $0.request(9, 8) }, answer: .sizesOutOfOrder),
    Row(testDescription: "older tree", request: { try $0.request(3, 4) }, answer: .otherSize(5)),
    Row(testDescription: "from nothing", request: { try $0.request(0, 9) }, answer: .otherSize(5)),
    Row(testDescription: "from elsewhere", request: { try $0.request(6, 9) }, answer: .otherSize(5)),
    Row(
      testDescription: "a fork", request: { try $0.request(5, 9, fork: 2) },
      answer: .otherHistory(size: 5, sameSize: false)),
    Row(
      testDescription: "a fork of the same size", request: { try $0.request(5, 5, fork: 4) },
      answer: .otherHistory(size: 5, sameSize: true)),
    Row(testDescription: "no request", request: { _ in Array("hello\n".utf8) }, answer: .malformed),
    Row(testDescription: "nothing", request: { _ in [] }, answer: .malformed),
    Row(
      testDescription: "a sign before the size", request: { try edited($0, "old 5", "old +5") },
      answer: .malformed),
    Row(
      testDescription: "a zero before the size", request: { try edited($0, "old 5", "old 05") },
      answer: .malformed),
    Row(
      testDescription: "no proof", request: { try cut($0, proof: 0) },
      answer: .otherHistory(size: 5, sameSize: false)),
    Row(testDescription: "64 hashes", request: { try cut($0, proof: 64) }, answer: .malformed),
    Row(
      testDescription: "63 hashes", request: { try cut($0, proof: 63) },
      answer: .otherHistory(size: 5, sameSize: false)),
  ]

  private static func edited(_ log: BenchLog, _ from: String, _ to: String) throws -> [UInt8] {
    Array(String(decoding: try log.request(5, 9), as: UTF8.self).replacing(from, with: to).utf8)
  }

  private static func cut(_ log: BenchLog, proof count: Int) throws -> [UInt8] {
    let hash = Base64.encode([UInt8](repeating: 7, count: 32), padded: true)
    let note = String(decoding: try log.checkpoint(9).signedNote, as: UTF8.self)
    return Array(("old 5\n" + String(repeating: hash + "\n", count: count) + "\n" + note).utf8)
  }

  @Test(arguments: refusals)
  func aRefusedRequestLeavesTheMemoryAsItWas(row: Row) async throws {
    let bench = try await WitnessBench()
    #expect(try await bench.witness.answer(bench.log.request(0, 5)).isCosigned)
    #expect(try await bench.witness.answer(row.request(bench.log)) == row.answer)
    #expect(try await bench.witness.logs().map(\.size) == [5])
    #expect(try await bench.witness.answer(bench.log.request(5, 9)).isCosigned)
  }

  @Test func statusesAndTypesAreThoseOfTheSpecification() {
    let rows: [(WitnessAnswer, Int)] = [
      (.cosigned("x\n"), 200), (.malformed, 400), (.sizesOutOfOrder, 400), (.untrusted, 403),
      (.unknownLog, 404), (.otherSize(7), 409), (.otherHistory(size: 7, sameSize: true), 409),
      (.otherHistory(size: 7, sameSize: false), 422),
    ]
    for (answer, status) in rows {
      #expect(answer.status == status)
      #expect((answer.contentType == "text/x.tlog.size") == (status == 409))
    }
    #expect(WitnessAnswer.otherSize(7).body == "7\n")
  }

  @Test func twoTreesOfOneSizeAreKeptAsEvidence() async throws {
    let bench = try await WitnessBench()
    _ = try await bench.witness.answer(bench.log.request(0, 5))
    // A bad proof with a good checkpoint is no evidence: anybody can send that.
    _ = try await bench.witness.answer(bench.log.request(5, 9, fork: 2))
    #expect(try await bench.witness.logs().map(\.hasConflict) == [false])
    _ = try await bench.witness.answer(bench.log.request(5, 5, fork: 4))
    _ = try await bench.witness.answer(bench.log.request(5, 5, fork: 3))
    #expect(try await bench.witness.logs().map(\.hasConflict) == [true])
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/state")
    let conflict = try #require(names.first { $0.hasSuffix(".conflict") })
    let kept = try Data(contentsOf: URL(fileURLWithPath: bench.folder + "/state/" + conflict))
    #expect(try [UInt8](kept) == bench.log.checkpoint(5, fork: 4).signedNote)
  }

  @Test func theMemoryOutlivesTheProcess() async throws {
    let bench = try await WitnessBench()
    _ = try await bench.witness.answer(bench.log.request(0, 5))
    let again = try Witness.open(at: bench.folder) { WitnessBench.time }
    #expect(again.verifierKey == bench.witness.verifierKey)
    #expect(try await again.answer(bench.log.request(0, 9)) == .otherSize(5))
    #expect(try await again.answer(bench.log.request(5, 9)).isCosigned)
    // And the first one, still open, goes on from there.
    #expect(try await bench.witness.answer(bench.log.request(5, 9)) == .otherSize(9))
  }

  /// Real tasks on real threads, and two witnesses over one folder as two processes would be.
  @Test func ofRequestsThatRaceExactlyOneWins() async throws {
    for round in 0..<8 {
      let bench = try await WitnessBench()
      _ = try await bench.witness.answer(bench.log.request(0, 5))
      let other = try Witness.open(at: bench.folder) { WitnessBench.time }
      let requests = try (0..<12).map { number in
        try bench.log.request(5, 9 + number % 3, fork: number % 2 == 0 ? .max : 7)
      }
      let won = try await withThrowingTaskGroup(of: (Int, WitnessAnswer).self) { group in
        for (number, request) in requests.enumerated() {
          let witness = number % 4 < 2 ? bench.witness : other
          group.addTask { (number, try await witness.answer(request)) }
        }
        return try await group.reduce(into: [Int]()) { if $1.1.isCosigned { $0.append($1.0) } }
      }
      // Equal trees may be cosigned twice; of different ones, one.
      let trees = Set(won.map { [9 + $0 % 3, $0 % 2] })
      #expect(trees.count == 1, "round \(round): \(won)")
      #expect(try await bench.witness.logs().map(\.size) == [UInt64(try #require(trees.first)[0])])
    }
  }

  @Test func aLogIsFollowedOnce() async throws {
    let bench = try await WitnessBench()
    let same = try bench.log.key()
    let another = try BenchLog(seed: 2).key()
    for key in [same, another] {
      await #expect(throws: WitnessError.logKnown(origin: bench.log.origin)) {
        try await bench.witness.add(key)
      }
    }
    let cosigner = bench.witness.verifierKey
    await #expect(throws: WitnessError.log(.keyOfWrongKind(name: cosigner.name))) {
      try await bench.witness.add(cosigner)
    }
  }

  @Test func aTamperedRecordIsRefusedAndNotBelieved() async throws {
    let bench = try await WitnessBench()
    _ = try await bench.witness.answer(bench.log.request(0, 5))
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: bench.folder + "/state").first { $0.utf8.count == 64 })
    let path = bench.folder + "/state/" + name
    let good = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    for index in stride(from: 0, to: good.count, by: 3) {
      var bad = good
      bad[index] ^= 1
      try Data(bad).write(to: URL(fileURLWithPath: path))
      await #expect(throws: WitnessError.self, "byte \(index)") {
        try await bench.witness.answer(bench.log.request(5, 9, fork: 2))
      }
    }
    for count in [0, 1, good.count / 2, good.count - 1] {
      try Data(good.prefix(count)).write(to: URL(fileURLWithPath: path))
      await #expect(throws: WitnessError.self, "cut at \(count)") {
        try await bench.witness.answer(bench.log.request(5, 9, fork: 2))
      }
    }
  }

  @Test func aNewKeyIsTakenUpAtTheClosingCheckpointOnly() async throws {
    let bench = try await WitnessBench()
    let next = BenchLog(seed: 2)
    _ = try await bench.witness.answer(bench.log.request(0, 5))
    _ = try await bench.witness.answer(bench.log.request(5, 8))
    let text = try bench.log.checkpoint(8).checkpoint.text
    let both = try bench.log.signer().sign(text).adding(
      try #require(try next.signer().sign(text).signatures.first))
    let closing = try UnverifiedCheckpoint(parsing: both.bytes)

    #expect(try await bench.witness.answer(next.request(8, 9)) == .untrusted)
    let alone = try UnverifiedCheckpoint(parsing: bench.log.checkpoint(8).signedNote)
    await #expect(throws: WitnessError.self) {
      try await bench.witness.succeed(alone, next: next.key(), oldSize: 8, proof: [])
    }
    try await bench.witness.succeed(closing, next: next.key(), oldSize: 8, proof: [])
    let again = try Witness.open(at: bench.folder) { WitnessBench.time }
    #expect(try await again.logs().map(\.epoch) == [2])
    // The old key, stolen or not, is over.
    #expect(try await again.answer(bench.log.request(8, 9)) == .untrusted)
    #expect(try await again.answer(next.request(8, 9)).isCosigned)
  }

  @Test func aFolderThatIsNoWitnessIsRefused() throws {
    let scratch = try ScratchDirectory("no-witness")
    #expect(throws: WitnessError.notAWitness) { try Witness.open(at: scratch.path) { 0 } }
    #expect(throws: WitnessError.notAWitness) { try Witness.open(at: scratch.path("nowhere")) { 0 } }
    try scratch.write([1], to: "full/something")
    #expect(throws: WitnessError.store(.alreadyExists(""))) {
      try Witness.create(at: scratch.path("full"), name: "w")
    }
    for name in ["", "a b", "a+b", "a\n"] {
      #expect(throws: WitnessError.log(.keyNameInvalid)) {
        try Witness.create(at: scratch.path("w"), name: name)
      }
    }
    _ = try Witness.create(at: scratch.path("one"), name: "w")
    _ = try Witness.create(at: scratch.path("two"), name: "w")
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("one/witness.key"))
    #expect(mode[.posixPermissions] as? Int == 0o600)
    #expect(mode[.size] as? Int == 32)
    try FileManager.default.removeItem(atPath: scratch.path("one/witness.key"))
    try FileManager.default.copyItem(
      atPath: scratch.path("two/witness.key"), toPath: scratch.path("one/witness.key"))
    #expect(throws: WitnessError.keyMismatch) { try Witness.open(at: scratch.path("one")) { 0 } }
  }
}
