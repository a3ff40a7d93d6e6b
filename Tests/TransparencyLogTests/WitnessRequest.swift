import Foundation
import StrongroomCrypto

/// The body of an add-checkpoint request: `old <size>`, proof hashes, a blank line, a signed checkpoint (C2SP tlog-witness).
struct WitnessRequest {
  struct Malformed: Error {}

  let oldSize: UInt64
  let proof: [SHA256Digest]
  let checkpoint: [UInt8]

  init(_ body: String) throws {
    guard let blank = body.range(of: "\n\n") else { throw Malformed() }
    let head = body[..<blank.lowerBound].split(separator: "\n")
    guard let first = head.first, first.hasPrefix("old "), let size = UInt64(first.dropFirst(4)) else {
      throw Malformed()
    }
    oldSize = size
    proof = try head.dropFirst().map {
      guard let bytes = Base64.decode($0.utf8, padded: true), let hash = SHA256Digest(bytes) else {
        throw Malformed()
      }
      return hash
    }
    checkpoint = Array(body[blank.upperBound...].utf8)
  }
}
