import StrongroomCrypto
import StrongroomTestSupport
import TransparencyLog
import VaultStore
import WitnessService

/// A log of our own and a witness that follows it, in a folder that goes with the test.
struct WitnessBench {
  static let time: UInt64 = 1_700_000_000

  let scratch: ScratchDirectory
  let witness: Witness
  let log = BenchLog()

  var folder: String { scratch.path("witness") }

  init(following: Bool = true) async throws {
    scratch = try ScratchDirectory("witness")
    _ = try Witness.create(at: scratch.path("witness"), name: "witness.example/w1")
    witness = try Witness.open(at: scratch.path("witness")) { Self.time }
    if following { try await witness.add(log.key()) }
  }
}

/// A log with entries that tell their index, and forks of it that differ from some entry on.
struct BenchLog {
  var origin = "example.org/strongroom/bench"
  var seed: UInt8 = 1

  func signer() throws -> NoteSigner {
    try NoteSigner(
      name: origin,
      key: Ed25519SigningKey(seed: SecretBytes.copying([UInt8](repeating: seed, count: 32).span.bytes)))
  }

  func key() throws -> VerifierKey { try signer().verifierKey }

  /// - Parameter fork: entries from this index on are others.
  func tree(_ size: Int, fork: Int = .max) -> TreeHashes {
    TreeHashes(
      leafHashes: (0..<size).map {
        MerkleTree.leafHash(Array("entry \($0)\($0 < fork ? "" : " forged")".utf8))
      })
  }

  func checkpoint(_ size: Int, fork: Int = .max) throws -> VerifiedCheckpoint {
    let signer = try signer()
    let root = try tree(size, fork: fork).root(size: UInt64(size))
    let note = try signer.sign(Checkpoint(origin: origin, size: UInt64(size), root: root))
    return try UnverifiedCheckpoint(parsing: note.bytes).verified(by: signer.verifierKey, origin: origin)
  }

  func proof(_ old: Int, _ new: Int, fork: Int = .max) throws -> [SHA256Digest] {
    guard old > 0, old < new else { return [] }
    return try ConsistencyProof.make(
      oldSize: UInt64(old), newSize: UInt64(new), reader: tree(new, fork: fork)
    ).hashes
  }

  /// A request as an honest log makes it for its own tree, or for its fork.
  func request(_ old: Int, _ new: Int, fork: Int = .max) throws -> [UInt8] {
    try AddCheckpointRequest(
      oldSize: UInt64(old), proof: proof(old, new, fork: fork),
      checkpoint: UnverifiedCheckpoint(parsing: checkpoint(new, fork: fork).signedNote)
    ).bytes
  }
}

extension WitnessAnswer {
  var isCosigned: Bool { status == 200 }
}
