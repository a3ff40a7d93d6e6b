import Foundation
import NIOCore
import NIOPosix
import StrongroomTestSupport
import Testing
import TransparencyLog
import WitnessService

/// The witness behind its socket, on loopback.
@Suite struct ServerTests {
  private func serve(
    _ witness: Witness, limits: WitnessLimits = WitnessLimits(),
    _ body: (WitnessServer, WitnessURL) async throws -> Void
  ) async throws {
    let server = try await WitnessServer.start(
      witness, on: ListenAddress(parsing: "127.0.0.1:0"), limits: limits)
    let result: Result<Void, any Error>
    do {
      try await body(server, WitnessURL(parsing: "http://" + server.address))
      result = .success(())
    } catch {
      result = .failure(error)
    }
    server.stop()
    try await server.waitUntilClosed()
    try result.get()
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

  /// The nine public requests in order. One departure: its source answers an unknown log with 403, the specification with 404.
  @Test(.enabled(if: VectorFolder.shouldRun("tlog/torchwood"), "needs the vectors of tlog/torchwood"))
  func theNineRequestsAreAnsweredAsPublished() async throws {
    let file = try #require(try VectorFolder.require("tlog/torchwood/witness-conversation.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let conversation = try decoder.decode(Conversation.self, from: Data(contentsOf: file))
    #expect(conversation.requests.count == 9)
    let scratch = try ScratchDirectory("conversation")
    _ = try Witness.create(at: scratch.path("w"), name: "example.com/witness")
    let witness = try Witness.open(at: scratch.path("w")) { WitnessBench.time }
    let key = try VerifierKey(parsing: conversation.logVkey)
    try await witness.add(key)
    try await serve(witness) { _, url in
      for (number, request) in conversation.requests.enumerated() {
        let answer = try await WitnessClient(url).post(Array(request.body.utf8))
        let body = String(decoding: answer.body, as: UTF8.self)
        let isUnknown = request.asserts.contains(#"body contains "unknown log""#)
        #expect(answer.status == (isUnknown ? 404 : request.status), "request \(number)")
        #expect((answer.contentType == "text/x.tlog.size") == (request.status == 409), "request \(number)")
        for expected in request.asserts {
          if expected.hasPrefix("body == ") {
            #expect("body == \(body.debugDescription)" == expected, "request \(number)")
          } else {
            let words = expected.dropFirst("body contains \"".count).dropLast()
            #expect(body.contains(words), "request \(number): \(body)")
          }
        }
        if request.status == 200 {
          let note = try UnverifiedCheckpoint(
            parsing: Array(request.body[try #require(request.body.range(of: "\n\n")).upperBound...].utf8))
          let checkpoint = try note.verified(by: key, origin: key.name)
          let cosigned = try checkpoint.adding(cosignatures: answer.body, by: [witness.verifierKey])
          #expect(cosigned.cosignatures.map(\.time) == [WitnessBench.time])
        }
      }
    }
    #expect(try await witness.logs().map(\.size) == [5])
  }

  @Test func aLogHasItselfCosignedWhereverTheWitnessStands() async throws {
    let bench = try await WitnessBench()
    try await serve(bench.witness) { _, url in
      let client = WitnessClient(url)
      for (size, guess) in [(5, 0), (9, 0), (9, 9), (20, 3), (21, 500)] {
        let cosigned = try await client.cosign(
          bench.log.checkpoint(size), by: [bench.witness.verifierKey], startingAt: UInt64(guess)
        ) { (old) throws(WitnessError) in
          do { return try bench.log.proof(Int(old), size) } catch { throw .answerMalformed }
        }
        #expect(cosigned.cosignatures.count == 1)
        #expect(cosigned.checkpoint.size == UInt64(size))
      }
      await #expect(throws: WitnessError.declined(.seenMore(size: 21))) { try await ask(client, bench, 12) }
      await #expect(throws: WitnessError.declined(.otherHistory(size: 21))) {
        try await ask(client, bench, 21, fork: 4)
      }
      await #expect(throws: WitnessError.declined(.otherHistory(size: 21))) {
        try await ask(client, bench, 30, fork: 4)
      }
      await #expect(throws: WitnessError.declined(.unknownLog)) {
        try await ask(client, bench, 3, of: BenchLog(origin: "example.org/other"))
      }
      await #expect(throws: WitnessError.declined(.untrustedKey)) {
        try await ask(client, bench, 30, of: BenchLog(seed: 2))
      }
      // Somebody else's key is not the witness's.
      let stranger = try await WitnessBench().witness.verifierKey
      await #expect(throws: WitnessError.log(.witnessAnswerMalformed)) {
        try await client.cosign(bench.log.checkpoint(22), by: [stranger], startingAt: 21) {
          (old) throws(WitnessError) in
          do { return try bench.log.proof(Int(old), 22) } catch { throw .answerMalformed }
        }
      }
    }
  }

  private func ask(
    _ client: WitnessClient, _ bench: WitnessBench, _ size: Int, fork: Int = .max, of log: BenchLog? = nil
  ) async throws {
    let log = log ?? bench.log
    _ = try await client.cosign(
      log.checkpoint(size, fork: fork), by: [bench.witness.verifierKey], startingAt: 0
    ) { (old) throws(WitnessError) in
      do { return try log.proof(Int(old), size, fork: fork) } catch { throw .answerMalformed }
    }
  }

  @Test func racingConnectionsHaveOneWinner() async throws {
    let bench = try await WitnessBench()
    try await serve(bench.witness) { _, url in
      _ = try await WitnessClient(url).post(bench.log.request(0, 5))
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<16 {
          let request = try bench.log.request(5, 6 + number)
          group.addTask { try await WitnessClient(url).post(request).status }
        }
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(statuses.count { $0 == 200 } == 1, "\(statuses)")
      #expect(statuses.count { $0 == 409 } == 15, "\(statuses)")
    }
  }

  // MARK: Limits

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let status: Int
  }

  static let refusals: [Refusal] = [
    Refusal(
      testDescription: "another path", text: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
      status: 404),
    Refusal(
      testDescription: "a query",
      text: "POST /add-checkpoint?x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", status: 404),
    Refusal(testDescription: "GET", text: "GET /add-checkpoint HTTP/1.1\r\nHost: h\r\n\r\n", status: 405),
    Refusal(testDescription: "no HTTP", text: "hello there\r\n\r\n", status: 400),
    Refusal(
      testDescription: "an empty body",
      text: "POST /add-checkpoint HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", status: 400),
    Refusal(
      testDescription: "two lengths",
      text: "POST /add-checkpoint HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      status: 400),
    Refusal(
      testDescription: "length and chunks",
      text:
        "POST /add-checkpoint HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      status: 400),
    Refusal(
      testDescription: "a large body announced",
      text: "POST /add-checkpoint HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n", status: 413),
    Refusal(
      testDescription: "a large body in chunks",
      text: "POST /add-checkpoint HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        + String(repeating: "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n", count: 17), status: 413
    ),
    Refusal(
      testDescription: "one long header",
      text: "POST /add-checkpoint HTTP/1.1\r\nX: " + String(repeating: "x", count: 17_000) + "\r\n\r\n",
      status: 431),
    Refusal(
      testDescription: "many headers",
      text: "POST /add-checkpoint HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 65) + "\r\n",
      status: 431),
    Refusal(
      testDescription: "a long address",
      text: "POST /" + String(repeating: "x", count: 90_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", status: 431),
  ]

  @Test(arguments: refusals)
  func whatIsTooMuchOrOddIsAnsweredSo(refusal: Refusal) async throws {
    let bench = try await WitnessBench()
    try await serve(bench.witness) { server, _ in
      let answer = try await RawConnection.exchange(server.address, refusal.text)
      #expect(answer.hasPrefix("HTTP/1.1 \(refusal.status) "), "\(answer.prefix(200))")
    }
  }

  @Test func aSlowSenderIsCutOff() async throws {
    let bench = try await WitnessBench()
    var limits = WitnessLimits()
    limits.seconds = 1
    try await serve(bench.witness, limits: limits) { server, _ in
      let answer = try await RawConnection.exchange(
        server.address, "POST /add-checkpoint HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
      #expect(answer.isEmpty)
    }
  }

  @Test func oneConnectionTooManyIsClosedUnread() async throws {
    let bench = try await WitnessBench()
    var limits = WitnessLimits()
    limits.connections = 3
    limits.seconds = 30
    try await serve(bench.witness, limits: limits) { server, url in
      let idle = try await RawConnection.open(server.address, count: 3)
      // The server counts a connection when it takes it up, a moment after the client has it.
      var refused = false
      for _ in 0..<50 where !refused {
        do { _ = try await WitnessClient(url, seconds: 2).post([]) } catch WitnessError.unreachable {
          refused = true
        }
        if !refused { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(refused)
      try await idle.close()
      var answered = false
      for _ in 0..<100 where !answered {
        if let answer = try? await WitnessClient(url, seconds: 2).post([]) { answered = answer.status == 400 }
        if !answered { try await Task.sleep(for: .milliseconds(20)) }
      }
      #expect(answered)
    }
  }

  @Test func aPortThatIsTakenIsSaid() async throws {
    let bench = try await WitnessBench()
    try await serve(bench.witness) { server, _ in
      let address = try ListenAddress(parsing: server.address)
      await #expect(throws: WitnessError.cannotListen(server.address)) {
        try await WitnessServer.start(bench.witness, on: address)
      }
    }
  }

  @Test func nobodyThereAndNobodyAnswering() async throws {
    let bench = try await WitnessBench()
    var gone = try WitnessURL(parsing: "http://127.0.0.1:1")
    try await serve(bench.witness) { _, url in gone = url }
    await #expect(throws: WitnessError.unreachable(gone.description)) {
      try await WitnessClient(gone).post([])
    }
    // A listener that takes connections and never says anything.
    let mute = try await RawConnection.listen()
    await #expect(throws: WitnessError.timedOut(seconds: 1)) {
      try await WitnessClient(WitnessURL(parsing: mute.url), seconds: 1).post([])
    }
    try await mute.close()
  }
}
