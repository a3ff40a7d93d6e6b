import StrongroomCrypto
import TransparencyLog

/// The payload of a head record: `length of range u16 || compact range || signed checkpoint`.
enum JournalHead {
  static let largest = 2 + 8 + 64 * 32 + LedgerLimits.checkpoint

  static func encoded(_ head: LedgerHead) -> [UInt8] {
    let range = head.range.encoded()
    return UInt16(range.count).bigEndianBytes + range + head.checkpoint
  }

  static func decode(_ payload: ArraySlice<UInt8>) -> LedgerHead? {
    guard payload.count > 2 else { return nil }
    let count = Int(UInt16(bigEndian: payload.prefix(2)))
    let rest = payload.dropFirst(2)
    guard rest.count > count, let range = try? CompactRange(decoding: Array(rest.prefix(count))) else {
      return nil
    }
    let head = LedgerHead(checkpoint: Array(rest.dropFirst(count)), range: range)
    return agrees(head.checkpoint, with: range) ? head : nil
  }

  /// Whether the checkpoint's second and third lines are the range's size and root. A head whose note says something else must
  /// not be stored, and one found stored is damage. The signature is not looked at: storage has no key to trust.
  static func agrees(_ checkpoint: [UInt8], with range: CompactRange) -> Bool {
    let lines = checkpoint.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count == 4 else { return false }
    return lines[1].elementsEqual(String(range.size).utf8)
      && lines[2].elementsEqual(Base64.encode(range.root.bytes, padded: true).utf8)
  }
}
