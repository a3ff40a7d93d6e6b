import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// One entry for a court: checked with the file alone.
@Suite struct EntryProofTests {
  private func proof(_ school: School, _ index: UInt64) async throws -> [UInt8] {
    try await school.visit(school.officerKey).auditProve(index).done()
  }

  private func key(_ school: School) async throws -> VerifierKey {
    try await school.memory(school.officerKey).log.keys.firstKey
  }

  private func fault(_ bytes: [UInt8], _ key: VerifierKey? = nil) -> ProofFault? {
    do throws(ProofFault) {
      _ = try CheckedProof.check(bytes, expecting: key)
      return nil
    } catch {
      return error
    }
  }

  @Test func everyEntryCanBeProvedAndTheActIsAnEntry() async throws {
    let school = try await School.open()
    let size = try #require(try await school.storage.ledger.head()).size
    let officer = try await school.visit(school.officerKey)
    for index in 0..<size {
      let answer = try await officer.auditProve(index)
      let entry = try #require(answer.entry)
      let checked = try CheckedProof.check(answer.done(), expecting: await key(school))
      #expect(checked.index == index)
      #expect(checked.size == entry + 1)
      #expect(checked.event["id"] != nil)
      #expect(checked.event["box"] == nil)
      let made = try await officer.auditShow(entry).seen().event
      #expect(made["kind"]?.string == "audit.proved")
      #expect(made["entry"]?.integer == Int64(index))
    }
    #expect(try await officer.auditVerify().isWhole)
  }

  @Test func nothingSealedIsInTheWords() async throws {
    let school = try await School.open()
    let size = try #require(try await school.storage.ledger.head()).size
    for index in 0..<size {
      let bytes = try await proof(school, index)
      let checked = try CheckedProof.check(bytes)
      let words = checked.eventLines.joined() + String(decoding: checked.event.canonicalBytes, as: UTF8.self)
      for planted in School.planted { #expect(!words.contains(planted) && !holds(bytes, planted)) }
    }
  }

  @Test func onlyWhoMayProveTakesAnEntryOut() async throws {
    let school = try await School.open()
    for key in [school.sencoKey, school.teacherKey, school.dslKey] {
      let answer = try await school.visit(key).auditProve(1)
      #expect(answer.refusal != nil)
    }
    let head = try await school.visit(school.headKey)
    _ = try await head.auditProve(1).done()
    let size = try #require(try await school.storage.ledger.head()).size
    #expect(await failure { _ = try await head.auditProve(size + 5) } == "notFoundOrNotVisible")
    #expect(try await school.storage.ledger.head()?.size == size)
  }

  /// Every byte of the whole file, two bits each: refused, or nothing that is shown changes.
  @Test func everyFlippedByteIsRefusedOrChangesNothingShown() async throws {
    let school = try await School.open()
    let bytes = try await proof(school, 6)
    let key = try await key(school)
    let good = try CheckedProof.check(bytes, expecting: key)
    var refused = 0
    for index in bytes.indices {
      for mask: UInt8 in [0x01, 0x20] {
        var flipped = bytes
        flipped[index] ^= mask
        do throws(ProofFault) {
          let checked = try CheckedProof.check(flipped, expecting: key)
          #expect(checked == good, "byte \(index)")
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused == bytes.count * 2, "no byte of this file is without meaning")
    for count in stride(from: 0, to: bytes.count, by: 37) {
      #expect(fault(Array(bytes[..<count])) != nil)
    }
    #expect(fault(bytes + [0x0A]) != nil)
  }

  /// Without the key a forger can at best make a proof of a log of their own.
  @Test func proofOfAnotherLogIsNotOneOfThis() async throws {
    let school = try await School.open()
    let other = try await School.open()
    let foreign = try await proof(other, 3)
    #expect(fault(foreign, try await key(school)) == .rejected(.otherKey))
    let checked = try CheckedProof.check(foreign)
    #expect(!checked.isKeyKnown)
    #expect(checked.keyFingerprint == (try await key(other)).fingerprint)
  }

  /// The parts of two good proofs, put together otherwise.
  @Test func partsOfOtherProofsAreNotAccepted() async throws {
    let school = try await School.open()
    let one = try await proof(school, 3)
    let two = try await proof(school, 4)
    let first = try TlogProof(parsing: one)
    let second = try TlogProof(parsing: two)
    let extra = try EntryProof(parsing: try #require(first.extra))
    let other = try EntryProof(parsing: try #require(second.extra))
    func text(_ place: TlogProof, _ parts: EntryProof) -> [UInt8] {
      var lines = String(decoding: place.text, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      let line = "extra \(Base64.encode(parts.extra, padded: true))"
      lines[1] = line[...]
      return Array(lines.joined(separator: "\n").utf8)
    }
    #expect(fault(text(first, extra)) == nil)
    #expect(fault(text(first, other)) == .rejected(.notInLog))
    #expect(fault(text(second, extra)) == .rejected(.notInLog))
    let swappedKey = EntryProof(
      firstKey: extra.firstKey, closed: [], consistency: [], entry: extra.entry, key: other.key)
    #expect(fault(text(first, swappedKey)) == .rejected(.seal))
    let surplus = EntryProof(
      firstKey: extra.firstKey, closed: [], consistency: first.hashes, entry: extra.entry, key: extra.key)
    #expect(fault(text(first, surplus)) == .rejected(.keyChain))
    let claimed = EntryProof(
      firstKey: extra.firstKey,
      closed: [.init(note: first.checkpoint.signedNote, next: extra.firstKey, proof: [])], consistency: [],
      entry: extra.entry, key: extra.key)
    #expect(fault(text(first, claimed)) == .rejected(.keyChain))
  }

  @Test func whatIsNoProofOfAnEntryIsNotCalledAltered() async throws {
    let school = try await School.open()
    let bytes = try await proof(school, 2)
    #expect(fault([]) == .notAProof)
    #expect(fault(Array("%PDF-1.7".utf8)) == .notAProof)
    #expect(fault([UInt8](repeating: 0x61, count: TlogProof.maximumBytes + 1)) == .notAProof)
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let bare = ([lines[0]] + lines[2...]).joined(separator: "\n")
    #expect(fault(Array(bare.utf8)) == .entryMissing)
    let newer = #"{"v":2}"#
    let extra = "extra \(Base64.encode(Array(newer.utf8), padded: true))"
    let future = ([lines[0], extra[...]] + lines[2...]).joined(separator: "\n")
    #expect(fault(Array(future.utf8)) == .unsupported)
  }
}
