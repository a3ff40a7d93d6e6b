/// CRC-32C (Castagnoli, as in iSCSI, RFC 3720): finds torn and rotten journal records. It is no protection against people, which
/// the tree and its signatures are.
enum CRC32C {
  /// Eight tables, so that eight bytes are taken at a step; table 0 is the usual one.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? 0x82F6_3B78 ^ value >> 1 : value >> 1 }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let value = tables[index - 256]
      tables[index] = tables[Int(value & 255)] ^ value >> 8
    }
    return tables
  }()

  static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    let tables = Self.tables.span
    var crc: UInt32 = ~0
    var offset = 0
    while offset + 8 <= bytes.count {
      let low =
        crc ^ (UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8)
        ^ (UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24)
      let first = tables[1792 + Int(low & 255)] ^ tables[1536 + Int(low >> 8 & 255)]
      let second = tables[1280 + Int(low >> 16 & 255)] ^ tables[1024 + Int(low >> 24)]
      let third = tables[768 + Int(bytes[offset + 4])] ^ tables[512 + Int(bytes[offset + 5])]
      let fourth = tables[256 + Int(bytes[offset + 6])] ^ tables[Int(bytes[offset + 7])]
      crc = first ^ second ^ third ^ fourth
      offset += 8
    }
    while offset < bytes.count {
      crc = tables[Int((crc ^ UInt32(bytes[offset])) & 255)] ^ crc >> 8
      offset += 1
    }
    return ~crc
  }
}
