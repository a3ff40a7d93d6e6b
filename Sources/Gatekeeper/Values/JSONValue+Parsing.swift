extension JSONValue {
  /// Reads one JSON text; RFC 8259 with integers only and every key once.
  ///
  /// - Throws: `JSONFault`; the size limit is looked at first, the depth limit while descending.
  package init(parsing bytes: [UInt8], limits: Limits) throws(JSONFault) {
    guard bytes.count <= limits.byteCount else {
      throw .tooLarge(limitBytes: limits.byteCount)
    }
    var parser = JSONParser(bytes: bytes, depthLimit: limits.depth)
    self = try parser.document()
  }

  /// Reads one JSON text that must be in canonical form, byte for byte.
  package init(canonical bytes: [UInt8], limits: Limits) throws(JSONFault) {
    try self.init(parsing: bytes, limits: limits)
    guard canonicalBytes == bytes else { throw .notCanonical }
  }
}

/// Recursive descent over bytes. The depth limit bounds the stack, which in Swift does not grow.
private struct JSONParser {
  let bytes: [UInt8]
  let depthLimit: Int
  var offset = 0

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONFault) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw .syntax(offset: offset) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    skipSpace()
    guard let first = peek() else { throw .syntax(offset: offset) }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try number())
    default: throw .syntax(offset: offset)
    }
  }

  private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
    guard depth <= depthLimit else { throw .tooDeep(limit: depthLimit) }
    offset += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      let start = offset
      guard peek() == UInt8(ascii: "\"") else { throw .syntax(offset: offset) }
      let key = try text()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw .syntax(offset: offset) }
      let member = try value(depth: depth)
      // Swift strings that differ only in normalisation are equal, so such a pair is refused too.
      guard members.updateValue(member, forKey: key) == nil else {
        throw .duplicateKey(offset: start)
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw .syntax(offset: offset) }
    }
  }

  private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
    guard depth <= depthLimit else { throw .tooDeep(limit: depthLimit) }
    offset += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw .syntax(offset: offset) }
    }
  }

  private mutating func number() throws(JSONFault) -> Int64 {
    let start = offset
    _ = take(UInt8(ascii: "-"))
    let digits = offset
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    let count = offset - digits
    let leadingZero = count > 1 && bytes[digits] == UInt8(ascii: "0")
    let negativeZero = digits > start && count == 1 && bytes[digits] == UInt8(ascii: "0")
    let next = peek()
    let fraction =
      next == UInt8(ascii: ".") || next == UInt8(ascii: "e") || next == UInt8(ascii: "E")
    guard count > 0, count <= 19, !leadingZero, !negativeZero, !fraction,
      let value = Int64(String(decoding: bytes[start..<offset], as: UTF8.self))
    else { throw .notAnInteger(offset: start) }
    return value
  }

  private mutating func text() throws(JSONFault) -> String {
    let start = offset
    offset += 1
    var content: [UInt8] = []
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw .invalidText(offset: start)
        }
        return text
      case UInt8(ascii: "\\"):
        offset += 1
        content.append(contentsOf: try escape())
      case 0..<0x20: throw .invalidText(offset: offset)
      default:
        content.append(byte)
        offset += 1
      }
    }
    throw .syntax(offset: start)
  }

  private mutating func escape() throws(JSONFault) -> [UInt8] {
    guard let byte = peek() else { throw .syntax(offset: offset) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try escapedScalar())).utf8)
    default: throw .syntax(offset: offset - 1)
    }
  }

  /// `\uXXXX`, or two of them for a scalar beyond the basic plane; a lone surrogate is refused.
  private mutating func escapedScalar() throws(JSONFault) -> Unicode.Scalar {
    let start = offset
    let first = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u"))
    else { throw .invalidText(offset: start) }
    let second = try hexadecimalUnit()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
    else { throw .invalidText(offset: start) }
    return scalar
  }

  private mutating func hexadecimalUnit() throws(JSONFault) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw .invalidText(offset: offset) }
      unit = unit << 4 | UInt16(digit)
      offset += 1
    }
    return unit
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    guard bytes[offset...].starts(with: word.utf8) else { throw .syntax(offset: offset) }
    offset += word.utf8.count
    return value
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }
}
