package import StrongroomCrypto

/// The passphrase of a package whose recipient has no key: shown once, told over another channel than the
/// package.
///
/// Ten words of 1,024, drawn evenly: 100 bits, so that not even an attacker with the package and years of
/// machines gets through scrypt with it. Words, since people read it out and type it.
package enum PackagePassphrase {
  package static let wordCount = 10
  /// Bits of randomness.
  package static let strengthBits = wordCount * 10

  /// Ten words joined by hyphens: 39 to 79 bytes of lower-case ASCII.
  package static func generate() throws(PackageError) -> SecretBytes {
    let random: SecretBytes
    do { random = try SecretBytes.random(count: wordCount * 2) } catch { throw .crypto(error) }
    let numbers = random.bytes
    var length = wordCount - 1
    for position in 0..<wordCount { length += PassphraseWords.all[index(numbers, position)].utf8.count }
    return SecretBytes.filling(count: length) { text in
      var offset = 0
      for position in 0..<wordCount {
        if position > 0 {
          text.setByte(UInt8(ascii: "-"), at: offset)
          offset += 1
        }
        for byte in PassphraseWords.all[index(numbers, position)].utf8 {
          text.setByte(byte, at: offset)
          offset += 1
        }
      }
    }
  }

  /// Ten of the sixteen bits: no word is likelier than another.
  private static func index(_ numbers: RawSpan, _ position: Int) -> Int {
    (Int(numbers.byte(at: 2 * position)) << 8 | Int(numbers.byte(at: 2 * position + 1)))
      & (PassphraseWords.count - 1)
  }
}
