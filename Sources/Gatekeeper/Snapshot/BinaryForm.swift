/// The binary form a snapshot's values take: JSON's shapes with lengths, so that a value is skipped, or read alone, without
/// reading what is around it. Integers are big-endian.
///
///     0  nothing     1  false      2  true
///     3  natural number, variable length (seven bits a byte, the lowest first, the top bit set on all but the last)
///     4  negative number n, as the natural number -1 - n
///     5  text, 6  bytes:   length u32 || the bytes
///     7  list:             length u32 of what follows || values
///     8  object:           length u32 of what follows || (number of the name, variable length || value) for each member
///     9  table:            length u32 of what follows || `FrozenTable`
///
/// Names of members stand once, at the front of the snapshot.
enum BinaryTag: UInt8 {
  case none, no, yes, natural, negative, text, bytes, list, object, table

  /// Bytes of tag and length before the content of those that have a length.
  static let headByteCount = 5
}

/// Why a snapshot is not read. It is a cache: whatever the reason, it is as if it were not there.
enum BinaryFault: Error { case malformed }
