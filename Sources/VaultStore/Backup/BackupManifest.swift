package import StrongroomCrypto

/// What one part of a backup holds, and the signed state of the ledger it was taken at.
///
///     Strongroom backup
///     format: 1
///     vault: <32 hexadecimal digits>
///     part: data                                        or: keys
///     taken: 2026-11-22T01:02:03.123Z 57 <root, hex>    one line for each finished run, the newest last
///
///     <sha256, hex> <length> <path>                     one line for each file, in the order of their paths' bytes
///
///     <the checkpoint of the newest run, as the log signed it>
///
/// A manifest without a `taken` line is that of a backup which has never come to its end.
package struct BackupManifest: Hashable, Sendable {
  /// The two parts that are carried apart: whoever holds only one of them opens nothing, whatever key they have.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    /// Everything sealed but the keys: documents, ledger, rules.
    case data
    /// The sealed key files.
    case keys
  }

  /// One finished run.
  package struct Run: Hashable, Sendable {
    /// RFC 3339 UTC, as the one who made the backup had it; words for people, nothing is decided on it.
    package let at: String
    /// Entries of the ledger in the copy.
    package let size: UInt64
    package let root: SHA256Digest

    package init(at: String, size: UInt64, root: SHA256Digest) {
      self.at = at
      self.size = size
      self.root = root
    }
  }

  package struct File: Hashable, Sendable {
    package let length: Int
    package let sha256: SHA256Digest

    package init(length: Int, sha256: SHA256Digest) {
      self.length = length
      self.sha256 = sha256
    }

    init(_ bytes: [UInt8]) {
      self.init(length: bytes.count, sha256: SHA256.digest(of: bytes))
    }
  }

  static let name = "MANIFEST"
  static let currentFormat = 1
  /// Bytes read at most: a million files take 140 MB.
  static let limit = 512 << 20
  /// Runs kept; older ones are forgotten first.
  static let keptRuns = 400
  private static let title = "Strongroom backup"

  package let vault: VaultID
  package let part: Part
  package var runs: [Run]
  /// By path, relative to the vault.
  package var files: [String: File]
  /// A signed note; empty as long as there was no run.
  package var checkpoint: [UInt8]

  init(vault: VaultID, part: Part, runs: [Run] = [], files: [String: File] = [:], checkpoint: [UInt8] = []) {
    self.vault = vault
    self.part = part
    self.runs = runs
    self.files = files
    self.checkpoint = checkpoint
  }

  package var lastRun: Run? { runs.last }
  package var byteCount: Int { files.values.reduce(0) { $0 + $1.length } }

  func encoded() -> [UInt8] {
    var head = [Self.title, "format: \(Self.currentFormat)", "vault: \(vault)", "part: \(part.rawValue)"]
    head += runs.suffix(Self.keptRuns).map { "taken: \($0.at) \($0.size) \($0.root.hex)" }
    var bytes = Array((head.joined(separator: "\n") + "\n\n").utf8)
    for (path, file) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      bytes += "\(file.sha256.hex) \(file.length) \(path)\n".utf8
    }
    bytes.append(0x0A)
    return bytes + checkpoint
  }

  /// Reads a manifest. Every path must be one that a vault has and that belongs into this part, so that a manifest somebody
  /// wrote cannot have anything else copied.
  ///
  /// - Throws: `.notAManifest` with the number of the first line that does not fit, from 1.
  init(parsing bytes: [UInt8]) throws(BackupError) {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    var next = 0
    func text() -> String? { next < lines.count ? String(validating: lines[next], as: UTF8.self) : nil }
    func value(_ label: String) throws(BackupError) -> String {
      guard let line = text(), line.hasPrefix(label + ": ") else { throw .notAManifest(line: next + 1) }
      next += 1
      return String(line.dropFirst(label.count + 2))
    }
    guard text() == Self.title else { throw .notAManifest(line: 1) }
    next += 1
    guard let format = Int(try value("format")) else { throw .notAManifest(line: 2) }
    guard format == Self.currentFormat else { throw .newerFormat(format) }
    guard let vault = VaultID(hex: try value("vault")), let part = Part(rawValue: try value("part")) else {
      throw .notAManifest(line: next)
    }
    self.init(vault: vault, part: part)
    while let line = text(), line.hasPrefix("taken: ") {
      guard let run = Run(line.dropFirst(7)) else { throw .notAManifest(line: next + 1) }
      runs.append(run)
      next += 1
    }
    guard text() == "" else { throw .notAManifest(line: next + 1) }
    next += 1
    while let line = text(), !line.isEmpty {
      guard let (path, file) = Self.file(line, in: part), files.updateValue(file, forKey: path) == nil else {
        throw .notAManifest(line: next + 1)
      }
      next += 1
    }
    guard text() == "" else { throw .notAManifest(line: next + 1) }
    checkpoint = Array(lines[(next + 1)...].joined(separator: [0x0A]))
    guard checkpoint.count <= LedgerLimits.checkpoint, runs.isEmpty == checkpoint.isEmpty else {
      throw .notAManifest(line: next + 2)
    }
  }

  private static func file(_ line: String, in part: Part) -> (String, File)? {
    let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, let sha256 = SHA256Digest(hex: String(fields[0])),
      let length = Int(fields[1]), length >= 0, String(length) == fields[1],
      Part(holding: String(fields[2])) == part
    else { return nil }
    return (String(fields[2]), File(length: length, sha256: sha256))
  }
}

extension BackupManifest.Run {
  fileprivate init?(_ text: Substring) {
    let fields = text.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 3, (1...40).contains(fields[0].utf8.count),
      fields[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let size = UInt64(fields[1]),
      let root = SHA256Digest(hex: String(fields[2]))
    else { return nil }
    self.init(at: String(fields[0]), size: size, root: root)
  }
}

extension BackupManifest.Part {
  /// The part that a file of a vault belongs into; nil for what no backup holds: caches, the lock, unfinished writes, and anything
  /// that is no vault's.
  init?(holding path: String) {
    if let name = VaultFileName(relativePath: path) {
      guard let part = Self(holding: name) else { return nil }
      self = part
    } else if ObjectID(relativePath: path) != nil {
      self = .data
    } else if path.hasPrefix("ledger/"), JournalFiles.segment(String(path.dropFirst(7))) != nil {
      self = .data
    } else {
      return nil
    }
  }

  init?(holding name: VaultFileName) {
    switch name {
    case .epochIdentity, .childIdentity, .ledgerKey, .recoverySet: self = .keys
    case .description, .policyFile, .cosigned, .closedCheckpoint: self = .data
    case .cache: return nil
    }
  }
}
