import StrongroomCrypto

/// A small file's name. Only these exist: nothing above this module knows a path.
package enum VaultFileName: Hashable, Sendable {
  /// `STRONGROOM`
  case description
  /// `epoch/0001.age`: 1...9999.
  case epochIdentity(Int)
  /// `keys/ab/<keyid>.age`
  case childIdentity(KeyID)
  /// `ledger/keys/0001.age`: 1...9999.
  case ledgerKey(Int)
  /// `ledger/cosigned/<size, 20 digits>`: the signed checkpoint of that size with cosignatures of others below it. Public,
  /// and authenticated by its own signatures.
  case cosigned(UInt64)
  /// `recovery/1-3.age`: the recovery key, sealed to the shares with these numbers, 1...10, in order.
  case recoverySet(String)
  /// `ledger/closed/0001`: 1...9999. The checkpoint that ended an epoch of the log, signed by its key and by the next.
  case closedCheckpoint(Int)
  /// `policies/<sha256>/<path>`: 64 lower-case hexadecimal digits; 1 to 4 parts of `A-Z a-z 0-9 . _ -`, none
  /// beginning with a dot, each at most 100 bytes.
  case policyFile(set: String, path: String)
  /// `cache/<name>`: one such part.
  case cache(String)

  /// Relative to the vault.
  ///
  /// - Throws: `.invalidName` for a number, set or part outside the bounds above.
  package var relativePath: String {
    get throws(VaultStoreError) {
      switch self {
      case .description: return "STRONGROOM"
      case .epochIdentity(let number): return "epoch/" + (try Self.numbered(number)) + ".age"
      case .childIdentity(let id): return "keys/\(id.hex.prefix(2))/\(id.hex).age"
      case .ledgerKey(let number): return "ledger/keys/" + (try Self.numbered(number)) + ".age"
      case .cosigned(let size):
        let digits = String(size)
        return "ledger/cosigned/" + String(repeating: "0", count: 20 - digits.utf8.count) + digits
      case .recoverySet(let choice):
        guard Self.isChoice(choice[...]) else { throw .invalidName("recovery") }
        return "recovery/\(choice).age"
      case .closedCheckpoint(let number): return "ledger/closed/" + (try Self.numbered(number))
      case .policyFile(let set, let path):
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard Self.isDigest(set), (1...4).contains(parts.count), parts.allSatisfy(Self.isPart) else {
          throw .invalidName("policies")
        }
        return "policies/\(set)/\(path)"
      case .cache(let name):
        guard Self.isPart(name[...]) else { throw .invalidName("cache") }
        return "cache/\(name)"
      }
    }
  }

  /// Bytes this program reads at most of such a file.
  package var limit: Int {
    switch self {
    case .description: 256 << 10
    case .epochIdentity, .childIdentity, .ledgerKey, .recoverySet, .cosigned: 1 << 20
    case .closedCheckpoint: LedgerLimits.checkpoint
    case .policyFile: 4 << 20
    case .cache: 1 << 30
    }
  }

  /// Written before the entry that names it, and without a meaning until then.
  var comesBeforeItsEntry: Bool {
    switch self {
    case .childIdentity, .policyFile: true
    default: false
    }
  }

  /// A cache may be lost at any time, so its writer does not wait for the disk.
  var isDisposable: Bool {
    if case .cache = self { return true }
    return false
  }

  /// The name for a path that a vault of this format can hold; nil for anything else.
  package init?(relativePath path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("STRONGROOM", 1): self = .description
    case ("epoch", 2):
      guard let number = Self.number(parts[1]) else { return nil }
      self = .epochIdentity(number)
    case ("keys", 3):
      guard parts[2].hasSuffix(".age"), let id = KeyID(hex: parts[2].dropLast(4)), id.hex.hasPrefix(parts[1]),
        parts[1].utf8.count == 2
      else { return nil }
      self = .childIdentity(id)
    case ("ledger", 3):
      if parts[1] == "cosigned", parts[2].utf8.count == 20,
        parts[2].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let size = UInt64(parts[2])
      {
        self = .cosigned(size)
        return
      }
      if parts[1] == "keys", let number = Self.number(parts[2]) {
        self = .ledgerKey(number)
      } else if parts[1] == "closed", let number = Self.digits(parts[2]) {
        self = .closedCheckpoint(number)
      } else {
        return nil
      }
    case ("recovery", 2):
      guard parts[1].hasSuffix(".age"), Self.isChoice(parts[1].dropLast(4)) else { return nil }
      self = .recoverySet(String(parts[1].dropLast(4)))
    case ("policies", 3...6):
      guard Self.isDigest(parts[1]), parts[2...].allSatisfy(Self.isPart) else { return nil }
      self = .policyFile(set: String(parts[1]), path: parts[2...].joined(separator: "/"))
    case ("cache", 2):
      guard Self.isPart(parts[1]) else { return nil }
      self = .cache(String(parts[1]))
    default: return nil
    }
  }

  private static func numbered(_ number: Int) throws(VaultStoreError) -> String {
    guard (1...9999).contains(number) else { throw .invalidName("\(number)") }
    let text = String(number)
    return String(repeating: "0", count: 4 - text.utf8.count) + text
  }

  private static func number(_ name: Substring) -> Int? {
    name.hasSuffix(".age") ? digits(name.dropLast(4)) : nil
  }

  private static func digits(_ name: Substring) -> Int? {
    guard name.utf8.count == 4, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(name), number > 0
    else { return nil }
    return number
  }

  /// Two to ten different numbers from 1 to 10, in order, joined by hyphens.
  private static func isChoice(_ text: Substring) -> Bool {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    return (2...10).contains(numbers.count) && numbers.allSatisfy { (1...10).contains($0) }
      && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
      && numbers.map(String.init).joined(separator: "-") == text
  }

  private static func isDigest(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 64 && [UInt8](hex: String(text)) != nil
  }

  static func isPart(_ part: Substring) -> Bool {
    (1...100).contains(part.utf8.count) && part.utf8.first != 0x2E
      && part.utf8.allSatisfy { unit in
        switch unit {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
        default: false
        }
      }
  }
}

/// A folder of small files, for listing.
package enum VaultFolder: Hashable, Sendable {
  case epochIdentities, childIdentities, ledgerKeys, closedCheckpoints
  /// Checkpoints that others have cosigned.
  case cosigned
  /// The recovery key, sealed to shares.
  case recovery
  /// Files of every policy set.
  case policies
  /// Files of one policy set.
  case policySet(String)
  case caches

  func contains(_ name: VaultFileName) -> Bool {
    switch (self, name) {
    case (.epochIdentities, .epochIdentity), (.childIdentities, .childIdentity), (.ledgerKeys, .ledgerKey),
      (.closedCheckpoints, .closedCheckpoint):
      true
    case (.policies, .policyFile), (.caches, .cache), (.cosigned, .cosigned), (.recovery, .recoverySet): true
    case (.policySet(let set), .policyFile(let other, _)): set == other
    default: false
    }
  }
}
