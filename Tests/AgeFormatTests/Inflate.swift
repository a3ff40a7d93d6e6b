/// A small zlib reader (RFC 1950, RFC 1951) for vectors that are stored compressed, so that they need no library.
///
/// Nil for anything malformed. The Adler-32 checksum at the end is not compared: the vectors carry hashes of their own.
enum Inflate {
  static func zlib(_ bytes: [UInt8], limit: Int = 64 << 20) -> [UInt8]? {
    guard bytes.count > 6, bytes[0] & 15 == 8, bytes[1] & 32 == 0 else { return nil }
    var reader = Reader(bytes: bytes, position: 2, limit: limit)
    return reader.inflate()
  }

  private struct Code {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int]

    init(lengths: [Int]) {
      for length in lengths { counts[length] += 1 }
      counts[0] = 0
      var offsets = [Int](repeating: 0, count: 16)
      for length in 1..<15 { offsets[length + 1] = offsets[length] + counts[length] }
      symbols = [Int](repeating: 0, count: lengths.count)
      for (symbol, length) in lengths.enumerated() where length > 0 {
        symbols[offsets[length]] = symbol
        offsets[length] += 1
      }
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var position: Int
    let limit: Int
    var buffer = 0
    var bitCount = 0
    var output: [UInt8] = []

    mutating func bits(_ need: Int) -> Int? {
      while bitCount < need {
        guard position < bytes.count else { return nil }
        buffer |= Int(bytes[position]) << bitCount
        position += 1
        bitCount += 8
      }
      let value = buffer & ((1 << need) - 1)
      buffer >>= need
      bitCount -= need
      return value
    }

    mutating func symbol(_ code: Code) -> Int? {
      var value = 0
      var first = 0
      var index = 0
      for length in 1...15 {
        guard let bit = bits(1) else { return nil }
        value |= bit
        let count = code.counts[length]
        if value - count < first { return code.symbols[index + value - first] }
        index += count
        first = (first + count) << 1
        value <<= 1
      }
      return nil
    }

    mutating func inflate() -> [UInt8]? {
      while true {
        guard let isLast = bits(1), let kind = bits(2) else { return nil }
        switch kind {
        case 0:
          guard stored() else { return nil }
        case 1:
          let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
          guard block(Code(lengths: lengths), Code(lengths: Array(repeating: 5, count: 30))) else {
            return nil
          }
        case 2:
          guard let (literals, distances) = dynamicCodes(), block(literals, distances) else { return nil }
        default:
          return nil
        }
        if isLast == 1 { return output }
      }
    }

    mutating func stored() -> Bool {
      buffer = 0
      bitCount = 0
      guard position + 4 <= bytes.count else { return false }
      let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
      position += 4
      guard position + length <= bytes.count, output.count + length <= limit else { return false }
      output += bytes[position..<(position + length)]
      position += length
      return true
    }

    mutating func dynamicCodes() -> (Code, Code)? {
      guard let literalCount = bits(5), let distanceCount = bits(5), let lengthCount = bits(4) else {
        return nil
      }
      let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
      var lengths = [Int](repeating: 0, count: 19)
      for index in 0..<(lengthCount + 4) {
        guard let length = bits(3) else { return nil }
        lengths[order[index]] = length
      }
      let code = Code(lengths: lengths)
      let total = literalCount + 257 + distanceCount + 1
      var all: [Int] = []
      while all.count < total {
        guard let next = symbol(code) else { return nil }
        switch next {
        case 16:
          guard let last = all.last, let more = bits(2) else { return nil }
          all += Array(repeating: last, count: 3 + more)
        case 17:
          guard let more = bits(3) else { return nil }
          all += Array(repeating: 0, count: 3 + more)
        case 18:
          guard let more = bits(7) else { return nil }
          all += Array(repeating: 0, count: 11 + more)
        default:
          all.append(next)
        }
      }
      guard all.count == total else { return nil }
      return (
        Code(lengths: Array(all[..<(literalCount + 257)])), Code(lengths: Array(all[(literalCount + 257)...]))
      )
    }

    static let lengthBase = [
      3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
      227, 258,
    ]
    static let lengthBits = [
      0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    static let distanceBase = [
      1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
      4097,
      6145, 8193, 12_289, 16_385, 24_577,
    ]
    static let distanceBits = [
      0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]

    mutating func block(_ literals: Code, _ distances: Code) -> Bool {
      while true {
        guard let next = symbol(literals), output.count < limit else { return false }
        if next < 256 {
          output.append(UInt8(next))
          continue
        }
        if next == 256 { return true }
        guard next - 257 < Self.lengthBase.count, let more = bits(Self.lengthBits[next - 257]),
          let place = symbol(distances), place < Self.distanceBase.count,
          let further = bits(Self.distanceBits[place])
        else { return false }
        let distance = Self.distanceBase[place] + further
        guard distance <= output.count else { return false }
        var rest = Self.lengthBase[next - 257] + more
        // A match may overlap what it writes; what is there of it doubles with each copy.
        let start = output.count - distance
        while rest > 0 {
          let taken = min(rest, output.count - start)
          output += Array(output[start..<(start + taken)])
          rest -= taken
        }
      }
    }
  }
}
