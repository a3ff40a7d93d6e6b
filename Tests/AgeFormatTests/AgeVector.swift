import AgeFormat
import Foundation
import StrongroomCrypto
import StrongroomTestSupport

/// One file of the public age test kit: `key: value` lines, an empty line, then an age file.
struct AgeVector {
  var name: String
  /// "success" or a class of failure.
  var expect = ""
  /// SHA-256 of all plaintext released, also on failure.
  var payload: String?
  var identities: [String] = []
  var passphrases: [String] = []
  var fileKey: [UInt8] = []
  var isArmored = false
  var file: [UInt8] = []
  /// A key of the vector file that this reader does not know.
  var unknownKey: String?

  /// Names a post-quantum identity and no other key, so it cannot be opened here.
  var needsPostQuantum: Bool {
    passphrases.isEmpty && !identities.isEmpty
      && identities.allSatisfy { $0.hasPrefix("AGE-SECRET-KEY-PQ-1") }
  }

  struct Malformed: Error { let name: String }

  init(name: String, contents: [UInt8]) throws {
    self.name = name
    var rest = contents[...]
    var isCompressed = false
    while true {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { throw Malformed(name: name) }
      let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      if line.isEmpty { break }
      guard let colon = line.range(of: ": ") else { throw Malformed(name: name) }
      let value = String(line[colon.upperBound...])
      switch line[..<colon.lowerBound] {
      case "expect": expect = value
      case "payload": payload = value
      case "identity": identities.append(value)
      case "passphrase": passphrases.append(value)
      case "file key": fileKey = try hexBytes(value, name)
      case "armored": isArmored = value == "yes"
      case "compressed": isCompressed = value == "zlib"
      case "comment": break
      default: unknownKey = line
      }
    }
    file = Array(rest)
    if isCompressed {
      guard let inflated = Inflate.zlib(file) else { throw Malformed(name: name) }
      file = inflated
    }
  }

  /// Every identity the vector names that this program can hold.
  func keys() throws -> [any AgeIdentity] {
    var keys: [any AgeIdentity] = []
    for text in identities where !text.hasPrefix("AGE-SECRET-KEY-PQ-1") {
      keys.append(try X25519Identity(parsing: Array(text.utf8).span.bytes))
    }
    for text in passphrases {
      keys.append(try ScryptIdentity(passphrase: .copying(Array(text.utf8).span.bytes)))
    }
    return keys
  }

  /// All vectors of the folder by name, or nil where there is no folder.
  static func all() throws -> [AgeVector]? {
    guard let folder = try VectorFolder.require("age") else { return nil }
    return try fileNames(in: folder).map { name in
      try AgeVector(name: name, contents: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
    }
  }

  /// The names in the folder's listing, its README left out.
  static func fileNames(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { !$0.hasPrefix("README") && !$0.hasPrefix(".") && !$0.hasPrefix("LICENSE") }.sorted()
  }

  private func hexBytes(_ text: String, _ name: String) throws -> [UInt8] {
    let digits = Array(text.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { index in
      guard index + 1 < digits.count,
        let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16)
      else { throw Malformed(name: name) }
      return byte
    }
  }
}
