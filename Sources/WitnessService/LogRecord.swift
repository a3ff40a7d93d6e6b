import StrongroomCrypto
import TransparencyLog

/// What a witness keeps of one log, as text in a file named after the SHA-256 of the log's origin, in hex:
///
///     strongroom-witness-log/v1
///     origin <origin>
///     key <vkey>
///     closing <number of bytes>     for each epoch that has ended: its closing checkpoint,
///     <signed note>
///     key <vkey>                    and the key of the epoch after it
///     latest <number of bytes>      once a checkpoint was cosigned: the largest
///     <signed note>
///
/// The notes carry the log's signatures, which are checked again on reading: a record that was tampered with is refused, not
/// believed.
struct LogRecord: Hashable, Sendable {
  /// Far more than the keys and checkpoints of a century.
  static let limitBytes = 4 << 20
  private static let title = "strongroom-witness-log/v1"

  var followed: FollowedLog

  init(followed: FollowedLog) { self.followed = followed }

  /// Where records stand in a witness's folder.
  static let folder = "state"

  static func name(origin: String) -> String { folder + "/" + SHA256.digest(of: Array(origin.utf8)).hex }

  /// Whether this is a record, and not another file beside them.
  static func isName(_ name: String) -> Bool {
    SHA256Digest(hex: String(name.dropFirst(folder.count + 1))) != nil
  }

  var bytes: [UInt8] {
    var bytes = Array("\(Self.title)\norigin \(followed.origin)\nkey \(followed.keys.firstKey.text)\n".utf8)
    for epoch in followed.keys.closedEpochs {
      Self.append("closing", epoch.closing.signedNote, to: &bytes)
      bytes += Array("key \(epoch.nextKey.text)\n".utf8)
    }
    if let latest = followed.latest { Self.append("latest", latest.signedNote, to: &bytes) }
    return bytes
  }

  private static func append(_ label: String, _ note: [UInt8], to bytes: inout [UInt8]) {
    bytes += Array("\(label) \(note.count)\n".utf8) + note
  }

  /// - Throws: `.recordMalformed`; `.log` when a note in it is not what its log signed.
  init(parsing bytes: [UInt8], name: String) throws(WitnessError) {
    var reader = RecordReader(bytes, name: name)
    guard try reader.line() == Self.title else { throw reader.malformed }
    let origin = try reader.value(of: "origin")
    let first = try reader.value(of: "key")
    var closed: [(note: [UInt8], next: String)] = []
    while let note = try reader.note("closing") { closed.append((note, try reader.value(of: "key"))) }
    let latest = try reader.note("latest")
    guard reader.isAtEnd, Self.name(origin: origin) == name else { throw reader.malformed }
    do throws(TransparencyLogError) {
      var remembered: [(closing: UnverifiedCheckpoint, next: VerifierKey)] = []
      for epoch in closed {
        remembered.append(
          (try UnverifiedCheckpoint(parsing: epoch.note), try VerifierKey(parsing: epoch.next)))
      }
      let keys = try LogKeyChain(
        origin: origin, firstKey: VerifierKey(parsing: first), remembered: remembered)
      var verified: VerifiedCheckpoint?
      if let latest { verified = try keys.verified(UnverifiedCheckpoint(parsing: latest)) }
      followed = FollowedLog(keys: keys, latest: verified)
    } catch {
      throw .log(error)
    }
  }
}

/// Takes a record apart from its beginning.
private struct RecordReader {
  private var rest: ArraySlice<UInt8>
  private let name: String

  init(_ bytes: [UInt8], name: String) {
    rest = bytes[...]
    self.name = name
  }

  var isAtEnd: Bool { rest.isEmpty }
  var malformed: WitnessError { .recordMalformed(name: name) }

  mutating func line() throws(WitnessError) -> String {
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")),
      let text = String(validating: rest[..<end], as: UTF8.self)
    else { throw malformed }
    rest = rest[(end + 1)...]
    return text
  }

  mutating func value(of label: String) throws(WitnessError) -> String {
    let line = try line()
    guard line.hasPrefix(label + " ") else { throw malformed }
    return String(line.dropFirst(label.utf8.count + 1))
  }

  /// The note under `label`; nil, and nothing taken, if another line stands here.
  mutating func note(_ label: String) throws(WitnessError) -> [UInt8]? {
    guard rest.starts(with: Array((label + " ").utf8)) else { return nil }
    guard let count = Int(try value(of: label)), (1...rest.count).contains(count) else { throw malformed }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
