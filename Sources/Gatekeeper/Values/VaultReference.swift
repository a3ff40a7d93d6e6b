/// A name for something in the vault that carries no meaning, so that it is safe in logs, file names and e-mails.
///
/// Read without regard to case. The text form is the one form written anywhere.
package protocol VaultReference: Hashable, Sendable, Comparable, CustomStringConvertible, Codable {
  /// The letters before the first hyphen, e.g. `DOC`.
  static var prefix: String { get }
  init?(parsing text: String)
}

extension VaultReference {
  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Self(parsing: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.prefix)
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// What follows `PREFIX-`, in upper case; nil when the prefix is another.
  fileprivate static func body(of text: String) -> String? {
    // Longer than any reference: not looked at further.
    guard text.utf8.count <= 32 else { return nil }
    let upper = text.uppercased()
    guard upper.hasPrefix(prefix + "-") else { return nil }
    return String(upper.dropFirst(prefix.count + 1))
  }
}

/// `CH-0001`, in order of filing; four digits or more.
package struct ChildReference: VaultReference {
  package static let prefix = "CH"
  /// From 1.
  package let number: Int

  package init?(number: Int) {
    guard (1...999_999_999).contains(number) else { return nil }
    self.number = number
  }

  package init?(parsing text: String) {
    guard let body = Self.body(of: text), (1...9).contains(body.utf8.count),
      body.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(body)
    else { return nil }
    self.init(number: number)
  }

  package static func < (left: Self, right: Self) -> Bool { left.number < right.number }

  package var description: String {
    let digits = String(number)
    return "CH-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// A prefix and ten random Crockford base-32 characters in two groups: `DOC-7Q4M1-T9KXB`, 50 bits.
package protocol RandomReference: VaultReference {
  /// Less than 2^50.
  var value: UInt64 { get }
  init(value: UInt64)
}

private let crockfordAlphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

extension RandomReference {
  /// Uses the first 50 bits of at least 7 random bytes.
  package init(randomBytes: [UInt8]) {
    precondition(randomBytes.count >= 7, "a reference needs 50 random bits")
    self.init(value: randomBytes.prefix(7).reduce(0) { $0 << 8 | UInt64($1) } >> 6)
  }

  /// Reads the text form; `I` and `L` are taken for 1, `O` for 0, as Crockford proposes; the inner hyphen may be absent.
  package init?(parsing text: String) {
    guard let body = Self.body(of: text) else { return nil }
    var digits = Array(body)
    if digits.count == 11, digits[5] == "-" { digits.remove(at: 5) }
    guard digits.count == 10 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      let plain: Character =
        switch digit {
        case "I", "L": "1"
        case "O": "0"
        default: digit
        }
      guard let index = crockfordAlphabet.firstIndex(of: plain) else { return nil }
      value = value << 5 | UInt64(index)
    }
    self.init(value: value)
  }

  package var description: String {
    var text = Self.prefix + "-"
    for position in 0..<10 {
      if position == 5 { text.append("-") }
      text.append(crockfordAlphabet[Int(value >> UInt64(45 - 5 * position) & 31)])
    }
    return text
  }
}

/// A document filed for a child.
package struct RecordReference: RandomReference {
  package static let prefix = "DOC"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

package struct ConsentReference: RandomReference {
  package static let prefix = "CNS"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A person around a child: parent, carer, the child's own guardian.
package struct ContactReference: RandomReference {
  package static let prefix = "CTC"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A body or person outside to whom documents may go.
package struct RecipientReference: RandomReference {
  package static let prefix = "RCP"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A request to disclose.
package struct RequestReference: RandomReference {
  package static let prefix = "REQ"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A legal hold on a child's file.
package struct HoldReference: RandomReference {
  package static let prefix = "HLD"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A proposal to erase a child's file or to dispose of documents.
package struct ProposalReference: RandomReference {
  package static let prefix = "ERA"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A person who uses the vault.
package struct MemberReference: RandomReference {
  package static let prefix = "MBR"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}

/// A restriction on a child's file.
package struct RestrictionReference: RandomReference {
  package static let prefix = "RST"
  package let value: UInt64
  package init(value: UInt64) { self.value = value & (1 << 50 - 1) }
}
