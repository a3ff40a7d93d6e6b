import AgeFormat
import StrongroomCrypto
import StrongroomTestSupport
import Testing

/// The public age test kit (C2SP/CCTV), every file of the folder through every way of reading a file.
@Suite("Public age vectors", .enabled(if: VectorFolder.shouldRun("age"), "no folder of age test vectors"))
struct VectorTests {
  @Test("every file of the folder ends as it says, whichever way it is read")
  func everyVector() throws {
    guard let folder = try VectorFolder.require("age"), let vectors = try AgeVector.all() else { return }
    var counts: [String: Int] = [:]
    var postQuantum = 0
    for vector in vectors {
      #expect(vector.unknownKey == nil, "\(vector.name) has a key this runner does not know")
      if vector.needsPostQuantum {
        try expectNoSuccess(vector)
        postQuantum += 1
      } else {
        try expectOutcome(vector)
        counts[vector.expect, default: 0] += 1
      }
    }
    let known = Set(AgeFailureClass.allCases.map(\.rawValue) + ["success"])
    #expect(Set(counts.keys).isSubset(of: known))
    let ran = counts.values.reduce(postQuantum, +)
    #expect(try ran == AgeVector.fileNames(in: folder).count)
    #expect(ran > 0)
    let lines = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    print(
      "age vectors: \(ran) run: \(lines.joined(separator: ", ")); \(postQuantum) post-quantum: no crash, no success"
    )
  }

  @Test("what parses and opens is written again byte for byte")
  func rewritten() throws {
    guard let vectors = try AgeVector.all() else { return }
    var rewritten = 0
    for vector in vectors where vector.expect == "success" && !vector.needsPostQuantum {
      let file = vector.isArmored ? try Armor.decode(vector.file.span.bytes) : vector.file
      let again = try Rewriting.rewrite(file, fileKey: vector.fileKey, identities: vector.keys())
      #expect(again == file, "\(vector.name)")
      rewritten += 1
    }
    #expect(rewritten > 0)
  }

  @Test("every header that parses is written again byte for byte")
  func headersRewritten() throws {
    guard let vectors = try AgeVector.all() else { return }
    var parsed = 0
    for vector in vectors where !vector.isArmored {
      guard let again = try? Rewriting.headerAgain(vector.file) else { continue }
      #expect(again == Array(vector.file[..<again.count]), "\(vector.name)")
      parsed += 1
    }
    #expect(parsed > 0)
  }

  /// No key here opens it; all that is asked is that it ends in an error.
  private func expectNoSuccess(_ vector: AgeVector) throws {
    let stranger = try X25519Identity.generate()
    let opening = releaseInPieces(vector.file, [stranger], step: 100, armored: vector.isArmored)
    #expect(opening.error != nil && opening.bytes.isEmpty, "\(vector.name)")
    #expect(throws: AgeError.self, "\(vector.name)") { _ = try openWhole(vector, [stranger]) }
    #expect(throws: AgeError.self, "\(vector.name)") { _ = try readSeeking(vector, [stranger]) }
  }

  private func expectOutcome(_ vector: AgeVector) throws {
    let keys = try vector.keys()
    let emptyHash = SHA256.digest(of: []).hex

    // Piece by piece, length unknown: the way the kit's hashes of what was released are defined.
    let steps =
      vector.file.count < 100_000 ? [1, 7, 64, 1_000, vector.file.count + 1] : [4_099, 65_552, 1_000_003]
    for step in steps {
      let opening = releaseInPieces(vector.file, keys, step: step, armored: vector.isArmored)
      #expect(
        outcome(opening.error) == vector.expect, "\(vector.name), pieces of \(step): \(opening.error as Any)")
      #expect(
        SHA256.digest(of: opening.bytes).hex == vector.payload ?? emptyHash,
        "\(vector.name), pieces of \(step)")
    }
    let reference = releaseInPieces(vector.file, keys, step: 65_552, armored: vector.isArmored)

    // At once.
    let whole = capture { try openWhole(vector, keys) }
    #expect(outcome(whole.error) == vector.expect, "\(vector.name), at once: \(whole.error as Any)")
    if whole.error == nil { #expect(whole.bytes == reference.bytes, "\(vector.name), at once") }

    // With a known length, in pieces and by seeking. These are stricter: what they release before they fail may be
    // one chunk less, never other bytes (FORMATS, 1.5).
    guard let binary = binaryFile(of: vector) else { return }
    let known = releaseInPieces(binary, keys, step: 65_552, knownLength: binary.count)
    #expect(outcome(known.error) == vector.expect, "\(vector.name), known length: \(known.error as Any)")
    #expect(reference.bytes.starts(with: known.bytes), "\(vector.name), known length")
    let seeking = capture { try readSeeking(vector, keys) }
    #expect(outcome(seeking.error) == vector.expect, "\(vector.name), seeking: \(seeking.error as Any)")
    if vector.expect == "success" {
      #expect(
        known.bytes.count == reference.bytes.count && seeking.bytes == reference.bytes, "\(vector.name)")
    }
  }

  private func outcome(_ error: AgeError?) -> String {
    guard let error else { return "success" }
    return error.failureClass?.rawValue ?? "\(error)"
  }

  private func capture(_ body: () throws -> [UInt8]) -> Opening {
    do {
      return Opening(bytes: try body())
    } catch {
      return Opening(error: error as? AgeError)
    }
  }

  /// The file inside the armor; nil where the armor is what fails.
  private func binaryFile(of vector: AgeVector) -> [UInt8]? {
    vector.isArmored ? try? Armor.decode(vector.file.span.bytes) : vector.file
  }

  private func openWhole(_ vector: AgeVector, _ keys: [any AgeIdentity]) throws -> [UInt8] {
    let limit = 32 << 20
    if vector.isArmored {
      let opened = try Age.openArmored(vector.file.span.bytes, identities: keys, limit: limit)
      return [UInt8](copying: opened.bytes)
    }
    let opened = try Age.open(vector.file, identities: keys, limit: limit)
    return [UInt8](copying: opened.bytes)
  }

  private func readSeeking(_ vector: AgeVector, _ keys: [any AgeIdentity]) throws -> [UInt8] {
    let file = vector.isArmored ? try Armor.decode(vector.file.span.bytes) : vector.file
    var reader = try SeekableAgeReader.open(fileSize: file.count, identities: keys) { Array(file[$0]) }
    var plaintext: [UInt8] = []
    try reader.read(0..<reader.plaintextSize, fetching: slices(of: file)) {
      plaintext += [UInt8](copying: $0)
    }
    return plaintext
  }
}
