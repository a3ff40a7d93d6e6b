/// A JSON document as the ledger and the packages use it: integers only, no duplicate keys, bounded.
///
/// Two forms matter. `canonicalBytes` is the one form a value has (UTF-8, keys in byte order, no insignificant
/// space): signatures and hashes run over it. `init(parsing:limits:)` reads any well-formed text within the limits;
/// `init(canonical:limits:)` also demands that the text is the canonical one, so that no signed byte is ignored.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}

/// What is wrong with a JSON text. Offsets are bytes from its start; no text is quoted, it may be personal.
package enum JSONFault: Error, Hashable, Sendable {
  case tooLarge(limitBytes: Int)
  case tooDeep(limit: Int)
  case syntax(offset: Int)
  /// A fraction, an exponent, a sign without digits, a leading zero or a number beyond 64 bits.
  case notAnInteger(offset: Int)
  case invalidText(offset: Int)
  case duplicateKey(offset: Int)
  case notCanonical
}

extension JSONValue {
  /// Limits checked before memory is taken.
  package struct Limits: Hashable, Sendable {
    package var byteCount: Int
    package var depth: Int

    package init(byteCount: Int, depth: Int = 32) {
      self.byteCount = byteCount
      self.depth = depth
    }

    /// One ledger entry holds at most 65,535 bytes sealed, so an event cannot be longer.
    package static let event = Limits(byteCount: 65_535)
    /// Small files of our own: descriptions, receipts.
    package static let file = Limits(byteCount: 1 << 20)
  }

  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  package var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  package var object: [String: JSONValue]? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of an object; nil for a missing key and for anything that is no object.
  package subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}

/// A value may be personal, so printing one shows its shape only.
extension JSONValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .integer: "integer"
    case .string: "string"
    case .array(let elements): "array of \(elements.count)"
    case .object(let members): "object of \(members.count)"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
