/// Name of one file of the tlog-tiles layout, relative to the log's folder or URL.
///
/// `tile/<level>/<N>[.p/<W>]` for hashes, `tile/entries/<N>[.p/<W>]` for entries; N in groups of three digits, all but the last
/// marked `x`. Spec: C2SP tlog-tiles, "Merkle Tree" and "Log entries". The paths of the Go checksum database (`tile/8/0/…`)
/// are others and are not read.
package struct TilePath: Hashable, Sendable {
  /// Hashes or entries in a full tile or bundle.
  package static let fullWidth = 256
  /// Levels 0...63 can be named; a tree of 2^63 - 1 leaves fills no more than eight.
  package static let maximumLevel = 63
  /// Where the signed note lies; the only file that changes.
  package static let checkpoint = "checkpoint"

  package enum Kind: Hashable, Sendable {
    /// Level 0 holds leaf hashes; each hash of level n is the root over a full tile of level n - 1.
    case hashes(level: Int)
    case entries
  }

  package let kind: Kind
  package let index: UInt64
  /// 1...255 for a partial tile, 256 for a full one.
  package let width: Int

  package init(_ kind: Kind, index: UInt64, width: Int = TilePath.fullWidth) {
    precondition((1...Self.fullWidth).contains(width), "an empty tile has no file")
    if case .hashes(let level) = kind { precondition((0...Self.maximumLevel).contains(level)) }
    precondition(index <= MerkleTree.maximumSize)
    self.kind = kind
    self.index = index
    self.width = width
  }

  /// Reads a path; nil for anything but the one spelling that `text` gives.
  package init?(parsing text: String) {
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.popFirst() == "tile", let kindText = parts.popFirst() else { return nil }
    let kind: Kind
    if kindText == "entries" {
      kind = .entries
    } else {
      guard kindText.utf8.count <= 2, let level = LogText.parseDecimal(kindText.utf8),
        level <= Self.maximumLevel
      else { return nil }
      kind = .hashes(level: Int(level))
    }
    var width = UInt64(Self.fullWidth)
    if parts.count > 1, let group = parts.dropLast().last, group.hasSuffix(".p") {
      guard let last = parts.popLast(), let parsed = LogText.parseDecimal(last.utf8),
        (1..<UInt64(Self.fullWidth)).contains(parsed)
      else { return nil }
      width = parsed
      parts[parts.endIndex - 1] = group.dropLast(2)
    }
    guard (1...7).contains(parts.count) else { return nil }
    var digits = ""
    for (position, part) in parts.enumerated() {
      let isLast = position == parts.count - 1
      guard isLast || part.hasPrefix("x") else { return nil }
      let group = isLast ? part : part.dropFirst()
      guard group.utf8.count == 3, group.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      digits += group
    }
    // Bounded at 21 digits by the seven groups; what UInt64 cannot hold is no index of ours.
    guard let index = UInt64(digits), index <= MerkleTree.maximumSize else { return nil }
    self.init(kind, index: index, width: Int(width))
    // A leading group of zeros is a second spelling of the same tile.
    guard self.text == text else { return nil }
  }

  package var isPartial: Bool { width < Self.fullWidth }

  /// The path of the full tile at the same place.
  package var full: TilePath { TilePath(kind, index: index) }

  package var text: String {
    var groups = [String]()
    var rest = index
    repeat {
      let digits = String(rest % 1000)
      let prefix = groups.isEmpty ? "" : "x"
      groups.append(prefix + String(repeating: "0", count: 3 - digits.count) + digits)
      rest /= 1000
    } while rest > 0
    let folder =
      switch kind {
      case .hashes(let level): "tile/\(level)/"
      case .entries: "tile/entries/"
      }
    return folder + groups.reversed().joined(separator: "/") + (isPartial ? ".p/\(width)" : "")
  }
}
