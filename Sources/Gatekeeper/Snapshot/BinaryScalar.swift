/// What stands in a snapshot as one value without parts. There are no fractions: nothing in a vault's state has any.
protocol BinaryScalar: Sendable {
  func write(into writer: inout BinaryWriter)
  init(from reader: inout BinaryReader) throws(BinaryFault)
}

extension Bool: BinaryScalar {
  func write(into writer: inout BinaryWriter) { writer.append(self ? .yes : .no) }

  init(from reader: inout BinaryReader) throws(BinaryFault) {
    switch try reader.tag() {
    case .yes: self = true
    case .no: self = false
    default: throw .malformed
    }
  }
}

extension String: BinaryScalar {
  func write(into writer: inout BinaryWriter) { writer.append(.text, content: Array(utf8)) }

  init(from reader: inout BinaryReader) throws(BinaryFault) {
    guard try reader.tag() == .text else { throw .malformed }
    self.init(decoding: reader.source.bytes[try reader.content()], as: UTF8.self)
  }
}

extension Array: BinaryScalar where Element == UInt8 {
  func write(into writer: inout BinaryWriter) { writer.append(.bytes, content: self) }

  init(from reader: inout BinaryReader) throws(BinaryFault) {
    guard try reader.tag() == .bytes else { throw .malformed }
    self.init(reader.source.bytes[try reader.content()])
  }
}

extension BinaryScalar where Self: FixedWidthInteger {
  func write(into writer: inout BinaryWriter) {
    if self < 0 {
      writer.append(.negative)
      writer.append(varying: UInt64(truncatingIfNeeded: ~self))
    } else {
      writer.append(.natural)
      writer.append(varying: UInt64(truncatingIfNeeded: self))
    }
  }

  init(from reader: inout BinaryReader) throws(BinaryFault) {
    switch try reader.tag() {
    case .natural:
      guard let value = Self(exactly: try reader.varying()) else { throw .malformed }
      self = value
    case .negative:
      guard let value = Int64(exactly: try reader.varying()), let result = Self(exactly: ~value) else {
        throw .malformed
      }
      self = result
    default: throw .malformed
    }
  }
}

extension Int: BinaryScalar {}
extension Int8: BinaryScalar {}
extension Int16: BinaryScalar {}
extension Int32: BinaryScalar {}
extension Int64: BinaryScalar {}
extension UInt: BinaryScalar {}
extension UInt8: BinaryScalar {}
extension UInt16: BinaryScalar {}
extension UInt32: BinaryScalar {}
extension UInt64: BinaryScalar {}
