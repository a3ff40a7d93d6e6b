/// A SHA-256 value: 32 bytes held inline, so that arrays of a million of them are one allocation.
package struct SHA256Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  package static let byteCount = 32

  // In memory these are the 32 bytes in order: the words are only ever copied whole, never read as numbers
  // but by `<`.
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// 32 bytes that `body` writes.
  init(filling body: (UnsafeMutablePointer<UInt8>) -> Void) {
    // Safe: the pointer is to 32 bytes of this value, and doesn't leave the call.
    unsafe withUnsafeMutableBytes(of: &words) { bytes in
      unsafe body(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: RawSpan) {
    guard bytes.byteCount == Self.byteCount else { return nil }
    unsafe bytes.withUnsafeBytes { source in
      unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyMemory(from: source) }
    }
  }

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: [UInt8]) {
    self.init(bytes.view)
  }

  /// Nil unless 64 lower-case hexadecimal digits.
  package init?(hex: String) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  package var bytes: [UInt8] { withBytes { [UInt8](copying: $0) } }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { withBytes { $0.hex } }

  package var description: String { hex }

  /// Calls `body` with a view of the 32 bytes, without allocating.
  package func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let copy = words
    // Safe: the span can't leave `body`, and `copy` lives until it returns.
    return try unsafe withUnsafeBytes(of: copy) { (bytes) throws(E) -> R in
      try unsafe body(RawSpan(_unsafeBytes: bytes))
    }
  }

  package static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  /// The order of the bytes, first byte first.
  package static func < (a: Self, b: Self) -> Bool { a.bigEndianWords < b.bigEndianWords }

  package func hash(into hasher: inout Hasher) {
    // The first word of a digest is as even as any.
    hasher.combine(words.0)
  }

  private var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
    (
      UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2),
      UInt64(bigEndian: words.3)
    )
  }
}
