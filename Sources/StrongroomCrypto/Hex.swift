// Lower-case hexadecimal, the one spelling used in file names and on paper here.

extension RawSpan {
  /// Two lower-case digits a byte.
  package var hex: String {
    var text: [UInt8] = []
    text.reserveCapacity(byteCount * 2)
    for offset in 0..<byteCount {
      let byte = byte(at: offset)
      text.append(hexDigit(byte >> 4))
      text.append(hexDigit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Two lower-case digits a byte.
  package var hex: String { view.hex }

  /// Nil unless an even number of lower-case hexadecimal digits and nothing else, so that each value has one
  /// spelling.
  package init?(hex: String) {
    let digits = hex.utf8
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = hexValue(digit) else { return nil }
      if let first = high {
        append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
}

private func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}
