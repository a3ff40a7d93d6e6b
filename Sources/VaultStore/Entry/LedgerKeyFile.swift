package import StrongroomCrypto

/// The plaintext inside `ledger/keys/NNNN.age`: a ledger key and the seed of the log's signing key, as text that a person with
/// `age` and a text viewer can read and use.
///
///     # Strongroom ledger key file. Whoever holds this can read the whole audit trail and sign for the log.
///     format: 1
///     epoch: 1
///     origin: example.school/strongroom/1f0c
///     ledger-key: <64 lower-case hexadecimal digits>
///     log-signing-seed: <64 lower-case hexadecimal digits, an Ed25519 seed>
///
/// Lines end in LF. Empty lines and lines that begin with `#` say nothing. Each field stands once, in this order. In
/// the file of an epoch that has ended the seed is the word `destroyed`: nobody signs for it any more, its entries stay readable.
package struct LedgerKeyFile: ~Copyable {
  package let key: LedgerKey
  package let origin: String
  /// Ed25519 seed, 32 bytes; nil once the epoch has ended.
  package let signingSeed: SecretBytes?

  /// Bytes of such a file at most.
  package static let limit = 4096
  private static let fields = ["format", "epoch", "origin", "ledger-key", "log-signing-seed"]
  private static let comment =
    "# Strongroom ledger key file. Whoever holds this can read the whole audit trail and sign for the log.\n"
  private static let destroyed = Array("destroyed".utf8)
  private static let closedComment =
    "# Strongroom ledger key file. Whoever holds this can read the entries of an epoch that has ended.\n"

  /// - Precondition: the seed has 32 bytes; the origin is one line.
  package init(key: LedgerKey, origin: String, signingSeed: consuming SecretBytes) {
    precondition(signingSeed.count == 32, "an Ed25519 seed has 32 bytes")
    precondition(!origin.utf8.contains(0x0A), "an origin is one line")
    self.key = key
    self.origin = origin
    self.signingSeed = .some(signingSeed)
  }

  /// The file of an epoch that has ended.
  package init(closed key: LedgerKey, origin: String) {
    precondition(!origin.utf8.contains(0x0A), "an origin is one line")
    self.key = key
    self.origin = origin
    signingSeed = nil
  }

  package func copyOfSigningSeed() -> SecretBytes? {
    switch signingSeed {
    case .some(let seed): .some(seed.duplicate())
    case .none: nil
    }
  }

  /// The file's text; seal it before it goes anywhere.
  package func text() -> SecretBytes {
    switch signingSeed {
    case .some(let seed):
      Self.text(Self.comment, key, origin, end: [], seed: seed.bytes)
    case .none:
      Self.text(Self.closedComment, key, origin, end: Self.destroyed, seed: RawSpan())
    }
  }

  /// - Parameters:
  ///   - end: what stands in place of the seed.
  ///   - seed: 32 bytes, or none.
  private static func text(
    _ comment: String, _ key: LedgerKey, _ origin: String, end: [UInt8], seed: RawSpan
  ) -> SecretBytes {
    let rest = Array("\nlog-signing-seed: ".utf8) + end
    let head = Array((comment + "format: 1\nepoch: \(key.epoch)\norigin: \(origin)\nledger-key: ").utf8)
    let count = head.count + 64 + rest.count + 2 * seed.byteCount + 1
    return SecretBytes.filling(count: count) { span in
      span.copyBytes(head.span.bytes)
      var offset = head.count
      key.withSecret { writeHex($0, into: &span, at: &offset) }
      span.copyBytes(rest.span.bytes, at: offset)
      offset += rest.count
      writeHex(seed, into: &span, at: &offset)
      span.setByte(0x0A, at: offset)
    }
  }

  /// Reads the text back. No error quotes a line, since a line may be a secret.
  ///
  /// - Throws: `.malformed(line:)`; `.unsupportedFormat`; `.limitExceeded`.
  package static func parse(_ text: RawSpan) throws(VaultStoreError) -> LedgerKeyFile {
    let name = "ledger/keys"
    guard text.byteCount <= limit else { throw .limitExceeded(name: name, limit: limit) }
    var ranges: [Range<Int>] = []
    var number = 0
    var start = 0
    while start < text.byteCount {
      number += 1
      var end = start
      while end < text.byteCount, text.byte(at: end) != 0x0A { end += 1 }
      defer { start = end + 1 }
      if start == end || text.byte(at: start) == UInt8(ascii: "#") { continue }
      guard ranges.count < fields.count else { throw .malformed(name: name, line: number) }
      let label = Array((fields[ranges.count] + ": ").utf8)
      guard end - start > label.count, [UInt8](copying: text.extracting(start..<start + label.count)) == label
      else { throw .malformed(name: name, line: number) }
      ranges.append(start + label.count..<end)
    }
    guard ranges.count == fields.count else { throw .malformed(name: name, line: 0) }
    // The first three fields are no secrets.
    let plain = ranges.prefix(3).map {
      String(decoding: [UInt8](copying: text.extracting($0)), as: UTF8.self)
    }
    guard let format = Int(plain[0]) else { throw .malformed(name: name, line: 0) }
    guard format == 1 else { throw .unsupportedFormat(format) }
    guard let epoch = UInt32(plain[1]), epoch > 0, String(epoch) == plain[1] else {
      throw .malformed(name: name, line: 0)
    }
    let key = LedgerKey(epoch: epoch, secret: try readHex(text.extracting(ranges[3]), name))
    if ranges[4].count == destroyed.count, [UInt8](copying: text.extracting(ranges[4])) == destroyed {
      return LedgerKeyFile(closed: key, origin: plain[2])
    }
    let seed = try readHex(text.extracting(ranges[4]), name)
    return LedgerKeyFile(key: key, origin: plain[2], signingSeed: seed)
  }

  private static func writeHex(_ bytes: RawSpan, into span: inout MutableRawSpan, at offset: inout Int) {
    for index in 0..<bytes.byteCount {
      for nibble in [bytes.byte(at: index) >> 4, bytes.byte(at: index) & 15] {
        span.setByte(nibble < 10 ? 0x30 + nibble : 0x57 + nibble, at: offset)
        offset += 1
      }
    }
  }

  private static func readHex(_ text: RawSpan, _ name: String) throws(VaultStoreError) -> SecretBytes {
    guard text.byteCount == 64 else { throw .malformed(name: name, line: 0) }
    return try SecretBytes.filling(count: 32) { (span: inout MutableRawSpan) throws(VaultStoreError) in
      for index in 0..<32 {
        guard let high = digit(text.byte(at: 2 * index)), let low = digit(text.byte(at: 2 * index + 1)) else {
          throw .malformed(name: name, line: 0)
        }
        span.setByte(high << 4 | low, at: index)
      }
    }
  }

  private static func digit(_ unit: UInt8) -> UInt8? {
    switch unit {
    case 0x30...0x39: unit - 0x30
    case 0x61...0x66: unit - 0x57
    default: nil
    }
  }
}
