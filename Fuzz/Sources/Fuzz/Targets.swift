import DisclosureRules
import StrongroomCrypto

@testable import AgeFormat
@testable import Gatekeeper
@testable import TransparencyLog
@testable import VaultStore

/// Everything an outsider can hand to Strongroom. A target never traps on any bytes, and where there is a writer, what was accepted is
/// written again to the same bytes: whatever parses has one form only.
enum Targets {
  static let all: [String: @Sendable ([UInt8]) -> Void] = [
    "age-header": ageHeader, "age-file": ageFile, "armor": armor, "bech32": bech32,
    "identity-file": identityFile,
    "protected-identity": protectedIdentity, "recipient-file": recipientFile,
    "note": note, "checkpoint": checkpoint, "verifier-key": verifierKey, "tlog-proof": tlogProof,
    "tile-path": tilePath, "entry-bundle": entryBundle, "compact-range": compactRange,
    "journal-record": journalRecord, "journal-segment": journalSegment, "journal-head": journalHead,
    "sealed-entry": sealedEntry, "ledger-key": ledgerKey, "description": description,
    "json": json, "event": event, "meta": meta, "card": card, "reference": reference, "timestamp": timestamp,
    "policy": policy, "policy-set": policySet, "tar": tar, "package": package,
  ]

  static func require(_ condition: Bool, _ message: StaticString) {
    if !condition { fatalError("\(message)") }
  }

  /// The text of a file, if it is text.
  static func text(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }

  // MARK: age

  @Sendable static func ageHeader(_ bytes: [UInt8]) {
    var parser = HeaderParser()
    guard let taken = try? parser.absorb(bytes.span.bytes), let header = parser.header else { return }
    require(header.byteCount == taken, "a header's length is not what was read")
    let written = AgeHeader.authenticatedBytes(of: header.stanzas)
    require(written == header.authenticatedBytes, "a header has two forms")
    require(
      written + Array(" \(Base64.encode(header.mac, padded: false))\n".utf8) == Array(bytes.prefix(taken)),
      "a MAC has two forms")
    // Byte by byte is the same as at once.
    var slow = HeaderParser()
    for byte in bytes.prefix(taken) { _ = try? slow.absorb([byte].span.bytes) }
    require(slow.header == header, "pieces give another header")
  }

  private static let identity: X25519Identity? = {
    let seed = [UInt8](repeating: 9, count: 32)
    return try? X25519Identity(secret: SecretBytes.copying(seed.span.bytes))
  }()

  /// With a key to hand, so that what is behind the header's MAC is reached by seeds sealed to it.
  @Sendable static func ageFile(_ bytes: [UInt8]) {
    guard let identity else { fatalError("the fixed identity cannot be made") }
    _ = try? Age.open(bytes, identities: [identity], limit: 1 << 20)
    _ = try? Age.openArmored(bytes.span.bytes, identities: [identity], limit: 1 << 20)
    _ = try? Age.stanzas(ofHeader: bytes.span.bytes)
  }

  @Sendable static func armor(_ bytes: [UInt8]) {
    guard let file = try? Armor.decode(bytes.span.bytes) else { return }
    let again = Armor.encode(file)
    guard let decoded = try? Armor.decode(again.span.bytes) else { fatalError("our own armor is refused") }
    require(decoded == file, "armor changes what it carries")
    // Blank lines around it and CR LF are allowed; nothing else may differ.
    func plain(_ text: [UInt8]) -> [UInt8] { text.filter { !Armor.isWhitespace($0) } }
    require(plain(again) == plain(bytes), "armor has two forms")
  }

  @Sendable static func bech32(_ bytes: [UInt8]) {
    guard let layout = Bech32.layout(of: bytes.span.bytes) else { return }
    var data = [UInt8](repeating: 0, count: layout.byteCount)
    var dataSpan = data.mutableSpan
    var target = dataSpan.mutableBytes
    Bech32.decode(bytes.span.bytes, layout, into: &target)
    let prefix = Array(bytes.prefix(layout.prefixLength))
    let count = Bech32.encodedLength(prefixLength: layout.prefixLength, byteCount: layout.byteCount)
    require(count == bytes.count, "a Bech32 text has another length")
    var again = [UInt8](repeating: 0, count: count)
    var againSpan = again.mutableSpan
    var output = againSpan.mutableBytes
    Bech32.encode(data.span.bytes, prefix: prefix, upperCase: layout.isUpperCase, into: &output)
    require(again == bytes, "a Bech32 text has two forms")
  }

  @Sendable static func identityFile(_ bytes: [UInt8]) {
    guard let identities = try? IdentityFile.parse(bytes.span.bytes) else { return }
    for identity in identities {
      let written = IdentityFile.write(identity, createdAt: "2026-11-22T00:00:00Z")
      let again = try? IdentityFile.parse(written.bytes)
      require(
        again?.count == 1 && again?[0].recipient == identity.recipient, "our own identity file is refused")
    }
  }

  @Sendable static func protectedIdentity(_ bytes: [UInt8]) {
    // The work factor is refused above its limit before any work is done; the passphrase is wrong.
    guard bytes.count < 4096 else { return }
    _ = try? Age.stanzas(ofHeader: bytes.span.bytes)
    _ = IdentityFile.isEncrypted(bytes.span.bytes)
  }

  @Sendable static func recipientFile(_ bytes: [UInt8]) {
    guard let recipients = try? RecipientFile.parse(bytes) else { return }
    for recipient in recipients {
      require((try? X25519Recipient(parsing: recipient.text)) == recipient, "a recipient is not read back")
    }
  }

  // MARK: Transparency log

  @Sendable static func note(_ bytes: [UInt8]) {
    guard let note = try? UnverifiedNote(parsing: bytes) else { return }
    let again = note.text + "\n" + note.signatures.map(\.line).joined()
    require(Array(again.utf8) == bytes, "a note has two forms")
  }

  @Sendable static func checkpoint(_ bytes: [UInt8]) {
    guard let note = try? UnverifiedCheckpoint(parsing: bytes) else { return }
    require(note.signedNote == bytes, "a checkpoint is not kept as it came")
    guard let text = try? UnverifiedNote(parsing: bytes).text, let read = try? Checkpoint(parsing: text)
    else {
      fatalError("a checkpoint is no note")
    }
    require(read.text == text, "a checkpoint has two forms")
  }

  @Sendable static func verifierKey(_ bytes: [UInt8]) {
    guard let text = text(bytes), let key = try? VerifierKey(parsing: text) else { return }
    require(key.text == text, "a vkey has two forms")
  }

  @Sendable static func tlogProof(_ bytes: [UInt8]) {
    guard let proof = try? TlogProof(parsing: bytes) else { return }
    require(proof.text == bytes, "a proof has two forms")
  }

  @Sendable static func tilePath(_ bytes: [UInt8]) {
    guard let text = text(bytes), let path = TilePath(parsing: text) else { return }
    require(path.text == text, "a tile has two paths")
  }

  @Sendable static func entryBundle(_ bytes: [UInt8]) {
    guard let count = bytes.first,
      let entries = EntryBundle.parse(Array(bytes.dropFirst()), count: Int(count))
    else { return }
    var again: [UInt8] = []
    for entry in entries { again += [UInt8(entry.count >> 8), UInt8(entry.count & 255)] + entry }
    require(entries.count == Int(count) && again == Array(bytes.dropFirst()), "a bundle has two forms")
  }

  @Sendable static func compactRange(_ bytes: [UInt8]) {
    guard let range = try? CompactRange(decoding: bytes) else { return }
    require(range.encoded() == bytes, "a compact range has two forms")
    _ = range.root
  }

  // MARK: Journal

  @Sendable static func journalRecord(_ bytes: [UInt8]) {
    var offset = 0
    while case .frame(let frame) = JournalFrame.read(bytes, base: 0, at: offset, capacity: bytes.count) {
      let payload = Array(bytes[frame.payloadOffset..<frame.payloadOffset + frame.payloadCount])
      require(
        JournalFrame.encoded(frame.kind, payload) == Array(bytes[offset..<frame.end]),
        "a record has two forms")
      offset = frame.end
    }
  }

  @Sendable static func journalSegment(_ bytes: [UInt8]) {
    guard let start = SegmentScan.Position(start: bytes, number: 0, fileSize: bytes.count) else {
      // Most bytes are no segment: put them where a tail lies.
      _ = SegmentTail.judge(bytes, commit: 512, record: 512)
      return
    }
    var scan = SegmentScan(from: start, entryOffsets: [], file: "")
    var wanted = 0
    _ = scan.take(bytes, base: 0, wanted: &wanted)
    require(scan.offset <= bytes.count && scan.position.offset <= scan.offset, "a scan left its segment")
    _ = SegmentTail.judge(
      Array(bytes[scan.position.offset...]), commit: scan.position.offset, record: scan.offset)
  }

  @Sendable static func journalHead(_ bytes: [UInt8]) {
    guard let head = JournalHead.decode(bytes[...]) else { return }
    require(JournalHead.encoded(head) == bytes, "a head has two forms")
  }

  @Sendable static func sealedEntry(_ bytes: [UInt8]) {
    guard let entry = try? SealedEntry(parsing: bytes, index: 3) else { return }
    require(entry.bytes == bytes, "an entry has two forms")
  }

  @Sendable static func ledgerKey(_ bytes: [UInt8]) {
    guard let file = try? LedgerKeyFile.parse(bytes.span.bytes) else { return }
    let written = file.text()
    require((try? LedgerKeyFile.parse(written.bytes)) != nil, "our own ledger key file is refused")
  }

  @Sendable static func description(_ bytes: [UInt8]) {
    guard let description = try? VaultDescription.parse(bytes) else { return }
    let again = try? VaultDescription.parse(Array(description.text().utf8))
    require(again == description, "a description is not read back")
  }

  // MARK: Gatekeeper

  @Sendable static func json(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(parsing: bytes, limits: .file) else { return }
    let canonical = value.canonicalBytes
    guard let again = try? JSONValue(canonical: canonical, limits: .init(byteCount: 8 << 20)) else {
      fatalError("our own JSON is refused")
    }
    require(again == value, "JSON is not read back")
  }

  @Sendable static func event(_ bytes: [UInt8]) {
    guard let event = try? Event(parsing: bytes) else { return }
    require(event.bytes == bytes, "an event has two forms")
  }

  @Sendable static func meta(_ bytes: [UInt8]) {
    guard let meta = try? DocumentMeta(parsing: bytes) else { return }
    guard let again = try? DocumentMeta(parsing: meta.bytes) else {
      fatalError("our own META.json is refused")
    }
    require(again == meta, "META.json is not read back")
  }

  @Sendable static func card(_ bytes: [UInt8]) {
    guard let text = text(bytes), let card = try? MemberCard(parsing: text) else { return }
    require((try? MemberCard(parsing: card.text)) == card, "a card is not read back")
  }

  @Sendable static func reference(_ bytes: [UInt8]) {
    guard let text = text(bytes) else { return }
    if let child = ChildReference(parsing: text) {
      require(ChildReference(parsing: child.description) == child, "a child's reference is not read back")
    }
    if let record = RecordReference(parsing: text) {
      require(RecordReference(parsing: record.description) == record, "a reference is not read back")
    }
  }

  @Sendable static func timestamp(_ bytes: [UInt8]) {
    guard let text = text(bytes), let time = Timestamp(parsing: text) else { return }
    require(time.text == text, "a time has two forms")
  }

  // MARK: Rules

  @Sendable static func policy(_ bytes: [UInt8]) {
    guard let text = text(bytes) else { return }
    for path in ["policy.yaml", "access.yaml", "gateways/x.yaml", "cases/x.yaml"] {
      _ = try? PolicySet.load(PolicySource(files: [path: text]))
    }
  }

  /// Several files in one input, each behind a line `=== path`.
  @Sendable static func policySet(_ bytes: [UInt8]) {
    guard let text = text(bytes) else { return }
    var files: [String: String] = [:]
    var path = "policy.yaml"
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("=== ") {
        path = String(line.dropFirst(4))
      } else {
        files[path, default: ""] += line + "\n"
      }
    }
    guard let set = try? PolicySet.load(PolicySource(files: files)) else { return }
    _ = set.lint()
    _ = set.runCases()
  }

  // MARK: Archives

  @Sendable static func tar(_ bytes: [UInt8]) {
    var reader = TarReader(limits: .init(entryCount: 64, entrySize: 1 << 20))
    var size = 0
    do {
      try reader.update(bytes.span.bytes) { _, content throws(PackageError) in size += content.byteCount }
      try reader.finish()
    } catch { return }
    require(size <= bytes.count, "an archive holds more than it has")
  }

  @Sendable static func package(_ bytes: [UInt8]) {
    var reader = PackageReader()
    do {
      try reader.update(bytes.span.bytes)
      _ = try reader.finish(trusting: nil)
    } catch { return }
  }
}
