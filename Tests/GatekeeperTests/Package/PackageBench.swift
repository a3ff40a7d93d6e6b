import AgeFormat
import Gatekeeper
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// A small vault's worth of things around one release: filed documents, a log with the decision in it, a
/// recipient.
struct PackageBench {
  static let request = RequestReference(value: 0x1_2345_6789_ABCD)
  static let origin = "strongroom.example/5f0c6c1a"

  let shelf: SealedShelf
  let recipient: X25519Identity
  let logKey: NoteSigner
  let ledgerKey: LedgerKey
  var filed: [SealedShelf.Filed] = []

  init(storage: any ObjectStorage = InMemoryObjects()) throws {
    shelf = try SealedShelf(storage: storage)
    recipient = try X25519Identity.generate()
    logKey = try NoteSigner(name: Self.origin, key: try Ed25519SigningKey.generate())
    ledgerKey = try LedgerKey.generate(epoch: 1)
  }

  static let records = ["DOC-7Q4M1-T9KXB", "DOC-00000-00001", "DOC-ZZZZZ-ZZZZZ"]

  mutating func file(_ inputs: [any DocumentInput]) async throws {
    for (record, input) in zip(Self.records, inputs) {
      filed.append(try await shelf.file(input, record: record, title: "Title of \(input.name)"))
    }
  }

  func plan(
    cover: CoverNote = Self.cover, documents: [PackageDocument]? = nil
  ) throws -> PackagePlan {
    try PackagePlan(
      request: Self.request, documents: documents ?? filed.map { document($0) }, cover: cover,
      madeAt: SealedShelf.sealedAt)
  }

  func document(_ filed: SealedShelf.Filed) -> PackageDocument {
    PackageDocument(
      object: filed.object, expectation: filed.expectation, identity: shelf.identity,
      originalName: filed.meta.originalName, coverText: filed.meta.title ?? "")
  }

  static let cover = CoverNote(
    from: "Example School", to: "First-tier Tribunal (SEND)", about: "Zoë Example (CH-0001)",
    gatewayTitle: "Appeal to the SEND Tribunal",
    authority: "Special Educational Needs and Disability Regulations 2014, regulation 17",
    conditions: [
      "Use for appeal EH123/26/00001 only.", "Destroy when the appeal and any onward appeal are over.",
    ])

  /// The decision's event as the gatekeeper would write it, but for what nobody here looks at.
  static func decision(
    manifest: SHA256Digest?, outcome: String = "allowed", request: RequestReference = Self.request
  ) -> [UInt8] {
    var members: [String: JSONValue] = [
      "kind": "request.decided", "outcome": .string(outcome), "request": .string(request.description), "v": 1,
    ]
    if let manifest { members["manifest"] = .string(manifest.hex) }
    return JSONValue.object(members).canonicalBytes
  }

  /// A log of `size` entries with the decision at `index`, and its receipt.
  func receipt(
    decision: [UInt8], index: UInt64 = 5, size: UInt64 = 9, claiming claimed: [UInt8]? = nil
  ) throws -> PackageReceipt {
    var tree = TreeHashes()
    var sealed: [SealedEntry] = []
    for position in 0..<size {
      let plaintext = position == index ? decision : Array("entry \(position)".utf8)
      let entry = try SealedEntry.seal(
        plaintext, index: position, origin: Self.origin, key: ledgerKey,
        salt: try SecureRandom.bytes(count: 16))
      sealed.append(entry)
      tree.append(MerkleTree.leafHash(entry.bytes))
    }
    let range = try tree.compactRange(size: size)
    let note = try logKey.sign(try Checkpoint(origin: Self.origin, range: range))
    let checkpoint = try UnverifiedCheckpoint(parsing: note.bytes)
      .verified(by: logKey.verifierKey, origin: Self.origin)
    let entry = sealed[Int(index)]
    let proof = try TlogProof(
      inclusion: try InclusionProof.make(index: index, treeSize: size, reader: tree),
      leafHash: MerkleTree.leafHash(entry.bytes), checkpoint: checkpoint)
    return PackageReceipt(
      decision: claimed ?? decision, entry: entry.bytes,
      entryKey: try entry.entryKey(index: index, origin: Self.origin, key: ledgerKey), proof: proof,
      logKey: logKey.verifierKey)
  }

  /// Plans, decides and writes a package to the recipient's key; gives the sealed file.
  func release() async throws -> [UInt8] {
    let plan = try plan()
    let receipt = try receipt(decision: Self.decision(manifest: plan.manifestDigest))
    return try await write(plan, receipt)
  }

  func write(_ plan: PackagePlan, _ receipt: PackageReceipt) async throws -> [UInt8] {
    let output = BytesOutput()
    let written = try await DisclosurePackage.write(
      plan, receipt: receipt, to: [recipient.recipient], from: shelf.storage, into: output)
    guard written.length == output.bytes.count, written.sha256 == SHA256.digest(of: output.bytes),
      !output.isCommitted
    else { throw PackageError.inputChanged }
    return output.bytes
  }

  func verify(_ sealed: [UInt8], trusting key: VerifierKey?) throws -> VerifiedPackage {
    try PackageReader.verify(
      BytesInput(name: "package.age", bytes: sealed), with: [recipient], trusting: key)
  }
}
