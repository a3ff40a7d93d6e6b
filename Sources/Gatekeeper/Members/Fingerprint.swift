package import StrongroomCrypto

/// A digest as a person reads it out: 80 bits in four groups of four characters of Crockford's base 32.
package enum Fingerprint {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  package static func text(_ digest: SHA256Digest) -> String {
    var bits: UInt64 = 0
    var bitCount = 0
    var text = ""
    var characters = 0
    for byte in digest.bytes.prefix(10) {
      bits = bits << 8 | UInt64(byte)
      bitCount += 8
      while bitCount >= 5 {
        bitCount -= 5
        if characters > 0, characters.isMultiple(of: 4) { text.append("-") }
        text.append(alphabet[Int(bits >> UInt64(bitCount) & 31)])
        characters += 1
      }
    }
    return text
  }
}
