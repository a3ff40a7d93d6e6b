/// The 512-byte ustar header and the pax records in front of it: encoding, and the strict decoding of the
/// same.
///
/// Offsets (bytes): name 0..<100, mode 100, uid 108, gid 116, size 124, mtime 136, checksum 148, type 156,
/// link name 157, magic 257 ("ustar", NUL, "00"), user 265, group 297, device 329, prefix 345..<500.
enum TarHeader {
  /// Sizes from here up (8 GiB) do not fit the eleven octal digits of a ustar header.
  static let ustarSizeLimit = 1 << 33
  static let regularFile = UInt8(ascii: "0")
  static let paxHeader = UInt8(ascii: "x")
  /// Largest pax extended header read, bytes. A path of 1 KiB and a size take far less.
  static let maximumPaxByteCount = 8192

  /// Both headers of a file: 512 bytes, or more with a pax header in front; always whole blocks.
  static func encoded(_ entry: TarEntry) -> [UInt8] {
    let records = paxRecords(entry)
    var bytes: [UInt8] = []
    if !records.isEmpty {
      bytes = block(
        name: Array("././@PaxHeader".utf8), size: records.count, modified: entry.modifiedSeconds,
        type: paxHeader)
      bytes += records
      bytes += [UInt8](repeating: 0, count: TarWriter.roundedToBlock(records.count) - records.count)
    }
    // A reader that knows pax takes path and size from the records; the others see a cut name and an empty
    // file.
    let name = isPlainName(entry.path) ? Array(entry.path.utf8) : asciiName(entry.path)
    bytes += block(
      name: name, size: entry.size < ustarSizeLimit ? entry.size : 0, modified: entry.modifiedSeconds,
      type: regularFile)
    return bytes
  }

  /// `"27 path=..."` lines for what the ustar header cannot say; empty for most files.
  static func paxRecords(_ entry: TarEntry) -> [UInt8] {
    var bytes: [UInt8] = []
    if !isPlainName(entry.path) { bytes += paxRecord("path", entry.path) }
    if entry.size >= ustarSizeLimit { bytes += paxRecord("size", String(entry.size)) }
    return bytes
  }

  private static func paxRecord(_ key: String, _ value: String) -> [UInt8] {
    let rest = 3 + key.utf8.count + value.utf8.count
    // The length counts its own digits, so it may grow by one while it is being written.
    var length = rest + String(rest).utf8.count
    length = rest + String(length).utf8.count
    return Array("\(length) \(key)=\(value)\n".utf8)
  }

  private static func isPlainName(_ path: String) -> Bool {
    path.utf8.count <= 100 && path.utf8.allSatisfy { $0 < 0x80 }
  }

  private static func asciiName(_ path: String) -> [UInt8] {
    Array(path.utf8.lazy.map { $0 < 0x80 ? $0 : UInt8(ascii: "_") }.prefix(100))
  }

  private static func block(name: [UInt8], size: Int, modified: Int, type: UInt8) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    block.replaceSubrange(0..<name.count, with: name)
    block.replaceSubrange(100..<107, with: octal(0o600, digits: 7))
    block.replaceSubrange(108..<115, with: octal(0, digits: 7))
    block.replaceSubrange(116..<123, with: octal(0, digits: 7))
    block.replaceSubrange(124..<135, with: octal(size, digits: 11))
    block.replaceSubrange(136..<147, with: octal(modified, digits: 11))
    block[156] = type
    block.replaceSubrange(257..<265, with: Array("ustar\u{0}00".utf8))
    block.replaceSubrange(148..<154, with: octal(checksum(block), digits: 6))
    block[154] = 0
    block[155] = UInt8(ascii: " ")
    return block
  }

  private static func octal(_ value: Int, digits: Int) -> [UInt8] {
    let text = String(value, radix: 8)
    return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
  }

  /// Sum of all bytes with the checksum field taken as blanks.
  static func checksum(_ block: [UInt8]) -> Int {
    block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
  }

  /// What one header block says, before pax records override it.
  struct Decoded {
    var type: UInt8
    var path: [UInt8]
    var size: Int
    var modifiedSeconds: Int
  }

  /// Reads a block of 512 bytes that is not all zero.
  static func decode(_ block: [UInt8]) throws(PackageError) -> Decoded {
    guard try number(block[148..<154]) == checksum(block), block[154] == 0, block[155] == UInt8(ascii: " ")
    else { throw .malformedTar(.checksum) }
    guard Array(block[257..<265]) == Array("ustar\u{0}00".utf8) else { throw .malformedTar(.notUstar) }
    // Names that need the ustar prefix field are written with a pax header here, so a prefix is a stranger's.
    guard block[345..<500].allSatisfy({ $0 == 0 }) else { throw .malformedTar(.unsafeName) }
    guard block[135] == 0, block[147] == 0 else { throw .malformedTar(.number) }
    let type = block[156]
    guard type == regularFile || type == paxHeader else { throw .malformedTar(.unknownType(type)) }
    return Decoded(
      type: type, path: Array(block[0..<100].prefix { $0 != 0 }), size: try number(block[124..<135]),
      modifiedSeconds: try number(block[136..<147]))
  }

  private static func number(_ digits: ArraySlice<UInt8>) throws(PackageError) -> Int {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { throw .malformedTar(.number) }
      value = value << 3 | Int(digit & 7)
    }
    return value
  }

  /// Applies pax records to a header. Only `path` and `size`, each at most once.
  static func apply(paxRecords bytes: [UInt8], to decoded: inout Decoded) throws(PackageError) {
    var rest = bytes[...]
    var seen: Set<String> = []
    while !rest.isEmpty {
      let (key, value) = try nextRecord(&rest)
      guard seen.insert(key).inserted else { throw .malformedTar(.paxRecord) }
      switch key {
      case "path": decoded.path = value
      case "size":
        guard let text = String(validating: value, as: UTF8.self), let size = Int(text), String(size) == text,
          size >= ustarSizeLimit
        else { throw .malformedTar(.paxRecord) }
        decoded.size = size
      default: throw .malformedTar(.paxRecord)
      }
    }
  }

  private static func nextRecord(_ rest: inout ArraySlice<UInt8>) throws(PackageError) -> (String, [UInt8]) {
    let digits = rest.prefix(6).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let length = Int(String(decoding: digits, as: UTF8.self)), length <= rest.count,
      length > digits.count + 2, rest[rest.startIndex + digits.count] == UInt8(ascii: " "),
      rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
    else { throw .malformedTar(.paxRecord) }
    let body = rest[(rest.startIndex + digits.count + 1)..<(rest.startIndex + length - 1)]
    rest = rest.dropFirst(length)
    guard let equals = body.firstIndex(of: UInt8(ascii: "=")) else { throw .malformedTar(.paxRecord) }
    return (String(decoding: body[..<equals], as: UTF8.self), Array(body[(equals + 1)...]))
  }
}
