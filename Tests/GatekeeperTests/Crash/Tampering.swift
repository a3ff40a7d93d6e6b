import CrashLab
import StrongroomTestSupport

@testable import VaultStore

/// One change that somebody may make to a vault's files.
enum Tampering: Sendable {
  case flip(String, byte: Int, bit: Int)
  case cut(String, to: Int)
  case append(String, Int)
  case swap(String, String)
  /// Two records of one segment change places.
  case swapRecords(String, Range<Int>, Range<Int>)
  /// The file as it was after an earlier act.
  case putBack(String, Int)
  case delete(String)
  /// The whole vault as it was after an earlier act.
  case wholeVault(Int)

  /// The one file that is altered.
  var path: String? {
    switch self {
    case .flip(let path, _, _), .cut(let path, _), .append(let path, _), .delete(let path),
      .putBack(let path, _),
      .swapRecords(let path, _, _):
      path
    case .swap, .wholeVault: nil
    }
  }

  /// For counting.
  var kind: String {
    switch self {
    case .flip(let file, _, _): "flip in \(Self.group(file))"
    case .cut: "cut"
    case .append: "append"
    case .swap: "swap of files"
    case .swapRecords: "swap of records"
    case .putBack: "older file put back"
    case .delete: "delete"
    case .wholeVault: "older vault"
    }
  }

  static func group(_ file: String) -> String {
    if file.hasPrefix("records/") { return "documents" }
    if file.hasPrefix("keys/") || file.hasPrefix("epoch/") || file.hasPrefix("ledger/keys/") {
      return "key files"
    }
    if file.hasPrefix("ledger/") { return "the journal" }
    if file.hasPrefix("policies/") { return "rules" }
    return file
  }
}

extension CrashFileSystem.Disk {
  /// Every ordinary file by its path.
  var paths: [String: Int] {
    var found: [String: Int] = [:]
    func walk(_ folder: Int, _ prefix: String) {
      for (name, inode) in folders[folder] ?? [:] {
        if files[inode] != nil { found[prefix + name] = inode } else { walk(inode, prefix + name + "/") }
      }
    }
    walk(0, "")
    return found
  }

  func bytes(_ path: String) -> [UInt8] { paths[path].flatMap { files[$0] } ?? [] }

  private mutating func setBytes(_ path: String, _ bytes: [UInt8]) {
    if let inode = paths[path] { files[inode] = bytes }
  }

  private mutating func remove(_ path: String) {
    var folder = 0
    let parts = path.split(separator: "/").map(String.init)
    for part in parts.dropLast() { folder = folders[folder]?[part] ?? -1 }
    folders[folder]?[parts[parts.count - 1]] = nil
  }

  mutating func apply(_ tampering: Tampering, older: [CrashFileSystem.Disk]) {
    switch tampering {
    case .flip(let path, let byte, let bit):
      if let inode = paths[path] { files[inode]?[byte] ^= 1 << bit }
    case .cut(let path, let length): setBytes(path, Array(bytes(path).prefix(length)))
    case .append(let path, let count):
      var generator = SeededGenerator(seed: UInt64(count))
      setBytes(path, bytes(path) + generator.bytes(count))
    case .swap(let one, let other):
      let first = bytes(one)
      setBytes(one, bytes(other))
      setBytes(other, first)
    case .swapRecords(let path, let one, let other):
      let all = bytes(path)
      let (first, second) = one.lowerBound < other.lowerBound ? (one, other) : (other, one)
      setBytes(
        path,
        Array(all[..<first.lowerBound]) + all[second] + all[first.upperBound..<second.lowerBound] + all[first]
          + all[second.upperBound...])
    case .putBack(let path, let number): setBytes(path, older[number].bytes(path))
    case .delete(let path): remove(path)
    case .wholeVault(let number): self = older[number]
    }
  }

  /// Everything that F7 asks for; `every` is the step between the bytes of a journal that are flipped.
  func tamperings(older: [CrashFileSystem.Disk], every step: Int) -> [Tampering] {
    var all: [Tampering] = []
    let paths = paths.keys.filter { $0 != "lock" && !$0.hasPrefix("tmp/") && !$0.hasPrefix("cache/") }
      .sorted()
    for path in paths {
      let bytes = bytes(path)
      all.append(.delete(path))
      all += [1, 65_552].map { .append(path, $0) }
      all += cuts(path, bytes).map { .cut(path, to: $0) }
      all += flips(path, bytes, step)
      for (number, disk) in older.enumerated() where !disk.bytes(path).isEmpty && disk.bytes(path) != bytes {
        all.append(.putBack(path, number))
      }
    }
    for group in ["documents", "key files", "the journal", "rules"] {
      let files = paths.filter { Tampering.group($0) == group && $0 != JournalFiles.reserve }
      for (index, one) in files.enumerated() {
        for other in files[(index + 1)...] where bytes(one) != bytes(other) { all.append(.swap(one, other)) }
      }
    }
    for path in paths where path.hasSuffix(".seg") { all += recordSwaps(path) }
    all += older.indices.map { .wholeVault($0) }
    return all
  }

  private func cuts(_ path: String, _ bytes: [UInt8]) -> [Int] {
    var lengths: Set = [0, 1, bytes.count / 2, bytes.count - 1]
    if path.hasSuffix(".age"), let header = headerEnd(bytes) {
      // Around the header, the nonce, and each chunk.
      for edge in [header, header + 16] + Array(stride(from: header + 16, through: bytes.count, by: 65_552)) {
        lengths.formUnion([edge - 1, edge, edge + 1])
      }
    }
    return lengths.filter { (0..<bytes.count).contains($0) }.sorted()
  }

  private func flips(_ path: String, _ bytes: [UInt8], _ step: Int) -> [Tampering] {
    func bits(_ byte: Int) -> [Tampering] { (0..<8).map { .flip(path, byte: byte, bit: $0) } }
    switch Tampering.group(path) {
    case "key files": return bytes.indices.flatMap(bits)
    case "documents":
      let header = (headerEnd(bytes) ?? 0) + 16
      return (0..<min(header, bytes.count)).flatMap(bits)
        + stride(from: header, to: bytes.count, by: 97).map { .flip(path, byte: $0, bit: $0 % 8) }
    case "the journal":
      // Bytes behind the last record are zeros that nobody has reached.
      let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
      return stride(from: 0, to: used, by: step).map { .flip(path, byte: $0, bit: $0 / step % 8) }
    default: return stride(from: 0, to: bytes.count, by: 7).map { .flip(path, byte: $0, bit: $0 % 8) }
    }
  }

  /// Length of an age header: up to the end of the line that begins with three dashes.
  private func headerEnd(_ bytes: [UInt8]) -> Int? {
    guard let dashes = bytes.firstRange(of: Array("\n--- ".utf8)) else { return nil }
    return bytes[dashes.upperBound...].firstIndex(of: 0x0A).map { $0 + 1 }
  }

  private func recordSwaps(_ path: String) -> [Tampering] {
    let bytes = bytes(path)
    var records: [Range<Int>] = []
    while case .frame(let frame) = JournalFrame.read(
      bytes, base: 0, at: records.last?.upperBound ?? 0, capacity: bytes.count)
    { records.append(frame.offset..<frame.end) }
    var swaps: [Tampering] = []
    for (index, one) in records.enumerated() {
      for other in records[(index + 1)...] where bytes[one] != bytes[other] {
        swaps.append(.swapRecords(path, one, other))
      }
    }
    return swaps
  }
}
