import Foundation
import StrongroomTestSupport
import Testing
import TransparencyLog

@Suite struct NoteVectorTests {
  private struct Notes: Decodable {
    struct Vector: Decodable {
      let desc: String
      let note: String
      let vkeys: [String]
      let want: String
    }

    let vectors: [Vector]
    let goodVkey: String?
    let badVkeys: [String]?
  }

  private struct Conversation: Decodable {
    struct Request: Decodable {
      let body: String
      let status: Int
      let asserts: [String]
    }

    let logVkey: String
    let requests: [Request]
  }

  @Test(
    .enabled(if: VectorFolder.shouldRun("tlog/gomod"), Vectors.why),
    arguments: [("gomod/notes.json", 12), ("c2sp-spec/notes.json", 1)])
  func everyNote(file: String, count: Int) throws {
    let notes = try Vectors.decode(Notes.self, Vectors.folder(file))
    #expect(notes.vectors.count >= count)
    for vector in notes.vectors {
      let keys = try vector.vkeys.map { try VerifierKey(parsing: $0) }
      let result = Result { try UnverifiedNote(parsing: Array(vector.note.utf8)).verified(by: keys) }
      switch result {
      case .success(let note): #expect(vector.want == "ok:\(note.signatures.count)", "\(vector.desc)")
      case .failure(let error):
        #expect(error is TransparencyLogError)
        #expect(vector.want == "reject", "\(vector.desc)")
      }
    }
  }

  @Test(.enabled(if: VectorFolder.shouldRun("tlog/gomod"), Vectors.why))
  func everyDamagedVerifierKeyIsRefused() throws {
    let notes = try Vectors.decode(Notes.self, Vectors.folder("gomod/notes.json"))
    let good = try #require(notes.goodVkey)
    #expect(try VerifierKey(parsing: good).text == good)
    let bad = try #require(notes.badVkeys)
    #expect(bad.count == 2)
    for vkey in bad { #expect(throws: TransparencyLogError.self) { try VerifierKey(parsing: vkey) } }

    let bytes = Array(good.utf8)
    for start in bytes.indices {
      for end in start..<bytes.count where start > 0 || end < bytes.count {
        let part = String(decoding: bytes[start..<end], as: UTF8.self)
        #expect(throws: TransparencyLogError.self, "\(part)") { try VerifierKey(parsing: part) }
      }
      var changed = bytes
      changed[start] += 1
      let vkey = String(decoding: changed, as: UTF8.self)
      #expect(throws: TransparencyLogError.self, "\(vkey)") { try VerifierKey(parsing: vkey) }
    }
  }

  /// A production checkpoint: its origin is not the name of the key that signed it.
  @Test(.enabled(if: VectorFolder.shouldRun("tlog/torchwood"), Vectors.why))
  func checkpointOfTheGoChecksumDatabase() throws {
    let file = try Vectors.decode(Conversation.self, Vectors.folder("torchwood/sumdb-checkpoint.json"))
    let key = try VerifierKey(parsing: file.logVkey)
    let request = try WitnessRequest(try #require(file.requests.first).body)
    let verified = try UnverifiedCheckpoint(parsing: request.checkpoint).verified(
      by: key, origin: "go.sum database tree")
    #expect(verified.checkpoint.size == 35_225_469)
    #expect(
      throws: TransparencyLogError.originMismatch(expected: "sum.golang.org", actual: "go.sum database tree")
    ) {
      try UnverifiedCheckpoint(parsing: request.checkpoint).verified(by: key, origin: key.name)
    }
  }

  /// Nine requests to one witness in order. The server is not ours (yet); what decides each answer is: signature, origin, remembered
  /// size, consistency. One quirk of the source: it answers an unknown origin with 403, where the specification now says 404.
  @Test(.enabled(if: VectorFolder.shouldRun("tlog/torchwood"), Vectors.why))
  func conversationWithAWitness() throws {
    let file = try Vectors.decode(Conversation.self, Vectors.folder("torchwood/witness-conversation.json"))
    #expect(file.requests.count == 9)
    let key = try VerifierKey(parsing: file.logVkey)
    let witness = try TestLog.cosigner(5, name: "example.com/witness")
    var log = try FollowedLog(keys: LogKeyChain(origin: key.name, firstKey: key))
    for (number, request) in file.requests.enumerated() {
      let before = log
      let answer = try self.answer(WitnessRequest(request.body), &log, witness)
      #expect(answer.status == request.status, "request \(number)")
      if request.status == 200 {
        #expect(answer.body.hasPrefix("\u{2014} example.com/witness "))
      } else {
        #expect(log == before, "a refused request leaves the memory as it was")
      }
      for expected in request.asserts where expected.hasPrefix("body == ") {
        #expect("body == \(answer.body.debugDescription)" == expected, "request \(number)")
      }
    }
    #expect(log.latest?.checkpoint.size == 5)
  }

  private func answer(
    _ request: WitnessRequest, _ log: inout FollowedLog, _ witness: Cosigner
  ) throws -> (status: Int, body: String) {
    do {
      let checkpoint = try log.advance(
        to: UnverifiedCheckpoint(parsing: request.checkpoint), oldSize: request.oldSize, proof: request.proof)
      return (200, try witness.cosign(checkpoint, time: 1_700_000_000).line)
    } catch {
      switch error {
      // The forged line of the second request is not canonical base64 either, so it falls before its signature is tried.
      case .noteMalformed(.signatureLine), .originMismatch, .signatureInvalid, .noKnownSignature:
        return (403, "")
      case .proofStartsElsewhere(let remembered, _), .rolledBack(let remembered, _):
        return (409, "\(remembered)\n")
      case .consistencyRejected, .forked: return (422, "")
      default: return (400, "")
      }
    }
  }
}
