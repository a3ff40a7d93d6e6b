package import AgeFormat
import StrongroomCrypto
package import TransparencyLog

/// Checks a disclosure package as it streams by: every file against its manifest, the receipt against the
/// log's key.
///
/// Constant memory but for the small files, each at most 1 MiB. Stricter than BagIt: files come in the order
/// of `BagLayout`, none may be added, and only what `DisclosurePackage` writes is a package.
package struct PackageReader: ~Copyable {
  private var tar = TarReader(
    limits: .init(
      entryCount: BagLayout.maximumDocumentCount + BagLayout.coveredTagPaths.count + 2,
      entrySize: DocumentSealer.maximumDocumentByteCount))
  /// The bag's folder, from the first file's path.
  private var folder = ""
  private var tagFiles: [String: [UInt8]] = [:]
  private var manifest: [BagLayout.ManifestEntry] = []
  private var payload: [VerifiedPackage.PayloadFile] = []
  /// Files begun so far.
  private var position = 0
  private var current: TarEntry?
  private var hash = SHA256()
  private var content: [UInt8] = []

  package init() {}

  /// Reads and checks a whole package file.
  ///
  /// - Parameters:
  ///   - identities: the recipient's.
  ///   - logKey: the key that the recipient knows to be the log's; nil takes the package's own word for it,
  ///     and the result
  ///     says so.
  /// - Throws: `.age` for a wrong key or damage, `.malformedTar`, `.packageRejected`, `.outside` for the
  ///   input's own errors.
  package static func verify(
    _ input: any DocumentInput, with identities: [any AgeIdentity], trusting logKey: VerifierKey?
  ) throws(PackageError) -> VerifiedPackage {
    var age = AgeDecryptor(identities: identities, knownLength: input.sizeBytes)
    var reader = PackageReader()
    do {
      try input.forEachChunk { sealed in
        try age.update(sealed) { (archive) throws(PackageError) in try reader.update(archive) }
      }
      try age.finish { (archive) throws(PackageError) in try reader.update(archive) }
    } catch {
      throw PackageError(wrapping: error)
    }
    return try reader.finish(trusting: logKey)
  }

  /// Takes the next bytes of the archive inside the age file.
  package mutating func update(_ archive: RawSpan) throws(PackageError) {
    // A copy, since the steps need the rest of `self` while the reader is being changed.
    var tar = self.tar
    try tar.update(archive) { (step, bytes) throws(PackageError) in try take(step, bytes) }
    self.tar = tar
  }

  /// Says that the archive ended; everything has been checked when this returns.
  package mutating func finish(trusting logKey: VerifierKey?) throws(PackageError) -> VerifiedPackage {
    try tar.finish()
    guard position >= tagPaths.count else { throw .packageRejected(.tagFileMissing(tagPaths[position])) }
    guard payload.count == manifest.count else {
      throw .packageRejected(.payloadMissing(line: payload.count + 1))
    }
    let info = try checkInfo()
    let receipt = try receipt(trusting: logKey)
    let inclusion = try receipt.check()
    guard info["Strongroom-Entry"] == String(inclusion.index), info["Strongroom-Log"] == receipt.logKey.name
    else {
      throw .packageRejected(.tagFileMalformed(BagLayout.infoPath))
    }
    let (request, bindsPayload) = try checkDecision(receipt.decision)
    return VerifiedPackage(
      request: request, decision: receipt.decision, entryIndex: inclusion.index,
      checkpoint: inclusion.checkpoint.checkpoint, logKey: receipt.logKey, isLogKeyTrusted: logKey != nil,
      bindsPayload: bindsPayload, payload: payload)
  }

  private var tagPaths: [String] { BagLayout.coveredTagPaths + [BagLayout.tagManifestPath] }

  private mutating func take(_ step: TarReader.Step, _ bytes: RawSpan) throws(PackageError) {
    switch step {
    case .begin(let entry): try begin(entry)
    case .data:
      hash.update(bytes)
      if position < tagPaths.count { content += [UInt8](copying: bytes) }
    case .end: try end()
    }
  }

  private mutating func begin(_ entry: TarEntry) throws(PackageError) {
    if position == 0 { folder = try Self.folder(of: entry.path) }
    if position < tagPaths.count {
      let expected = tagPaths[position]
      guard entry.path == folder + "/" + expected else { throw .packageRejected(.tagFileMissing(expected)) }
      guard entry.size <= BagFile.maximumByteCount else {
        throw .packageRejected(.tagFileMalformed(expected))
      }
    } else {
      let index = position - tagPaths.count
      guard index < manifest.count else { throw .packageRejected(.unexpectedFile) }
      guard entry.path == folder + "/" + manifest[index].path else {
        throw .packageRejected(.payloadMissing(line: index + 1))
      }
    }
    current = entry
    hash = SHA256()
    content = []
  }

  private mutating func end() throws(PackageError) {
    guard let entry = current else { preconditionFailure("an end without a begin") }
    let digest = hash.digestSoFar()
    if position < tagPaths.count {
      tagFiles[tagPaths[position]] = content
      if position == tagPaths.count - 1 { try checkTagFiles() }
    } else {
      let line = position - tagPaths.count
      guard digest == manifest[line].sha256 else { throw .packageRejected(.payloadDiffers(line: line + 1)) }
      payload.append(.init(path: manifest[line].path, length: entry.size, sha256: digest))
    }
    position += 1
    content = []
  }

  private static func folder(of path: String) throws(PackageError) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == BagLayout.declarationPath[...] else {
      throw .packageRejected(.notABag)
    }
    return String(parts[0])
  }

  /// Everything in front of the payload is there: compare it with the tag manifest and learn what must
  /// follow.
  private mutating func checkTagFiles() throws(PackageError) {
    guard tagFiles[BagLayout.declarationPath] == Array(BagLayout.declaration.utf8) else {
      throw .packageRejected(.notABag)
    }
    guard let tagManifest = BagLayout.parseManifest(tagFiles[BagLayout.tagManifestPath] ?? []),
      tagManifest.map(\.path) == BagLayout.coveredTagPaths
    else { throw .packageRejected(.tagFileMalformed(BagLayout.tagManifestPath)) }
    for entry in tagManifest {
      guard SHA256.digest(of: tagFiles[entry.path] ?? []) == entry.sha256 else {
        throw .packageRejected(.tagFileDiffers(entry.path))
      }
    }
    guard let manifest = BagLayout.parseManifest(tagFiles[BagLayout.manifestPath] ?? []),
      manifest.first?.path == BagLayout.coverPath, manifest.allSatisfy({ $0.path.hasPrefix("data/") })
    else { throw .packageRejected(.tagFileMalformed(BagLayout.manifestPath)) }
    self.manifest = manifest
  }

  private func checkInfo() throws(PackageError) -> [String: String] {
    guard let info = BagLayout.parseInfo(tagFiles[BagLayout.infoPath] ?? []),
      info["Strongroom-Format"] == BagLayout.format, info["External-Identifier"] == folder
    else { throw .packageRejected(.tagFileMalformed(BagLayout.infoPath)) }
    let byteCount = payload.reduce(0) { $0 + $1.length }
    guard info["Payload-Oxum"] == "\(byteCount).\(payload.count)" else {
      throw .packageRejected(.payloadOxum)
    }
    return info
  }

  private func receipt(trusting logKey: VerifierKey?) throws(PackageError) -> PackageReceipt {
    guard let line = String(validating: tagFiles[BagLayout.verifierKeyPath] ?? [], as: UTF8.self),
      line.utf8.last == UInt8(ascii: "\n"), let ownKey = try? VerifierKey(parsing: String(line.dropLast())),
      ownKey.algorithm == .ed25519
    else { throw .packageRejected(.tagFileMalformed(BagLayout.verifierKeyPath)) }
    guard let key = Self.entryKey(tagFiles[BagLayout.entryKeyPath] ?? []) else {
      throw .packageRejected(.tagFileMalformed(BagLayout.entryKeyPath))
    }
    let proof: TlogProof
    do throws(TransparencyLogError) {
      proof = try TlogProof(parsing: tagFiles[BagLayout.proofPath] ?? [])
    } catch {
      throw .packageRejected(.proof(error))
    }
    return PackageReceipt(
      decision: tagFiles[BagLayout.decisionPath] ?? [], entry: tagFiles[BagLayout.entryPath] ?? [],
      entryKey: key,
      proof: proof, logKey: logKey ?? ownKey)
  }

  /// This key was given away with the package, so its text may lie in ordinary memory here.
  private static func entryKey(_ line: [UInt8]) -> SecretBytes? {
    guard line.count == 65, line.last == UInt8(ascii: "\n"),
      let bytes = [UInt8](hex: String(decoding: line.dropLast(), as: UTF8.self))
    else { return nil }
    return SecretBytes.copying(bytes.span.bytes)
  }

  /// The decision must allow the release of this request, and of these files where it names them.
  private func checkDecision(
    _ bytes: [UInt8]
  ) throws(PackageError) -> (request: RequestReference, bindsPayload: Bool) {
    guard let json = try? JSONValue(canonical: bytes, limits: .event) else {
      throw .packageRejected(.tagFileMalformed(BagLayout.decisionPath))
    }
    guard json["kind"]?.string == EventKind.requestDecided.rawValue,
      json["outcome"]?.string == EventOutcome.allowed.rawValue, json["request"]?.string == folder,
      let request = RequestReference(parsing: folder), request.description == folder
    else { throw .packageRejected(.notAllowed) }
    guard let named = json["manifest"] else { return (request, false) }
    guard named.string == SHA256.digest(of: tagFiles[BagLayout.manifestPath] ?? []).hex else {
      throw .packageRejected(.payloadNotDecided)
    }
    return (request, true)
  }
}
