import StrongroomCrypto

@testable import AgeFormat

/// Writes a file again from its parts. Needs the inner types: the public ones draw their own random numbers, always.
enum Rewriting {
  /// The header as this program would write the stanzas and MAC that it read.
  static func headerAgain(_ file: [UInt8]) throws -> [UInt8] {
    let header = try parse(file)
    let mac = Base64.encode(header.mac, padded: false)
    return AgeHeader.authenticatedBytes(of: header.stanzas) + Array(" \(mac)\n".utf8)
  }

  /// The whole file as this program would write it with the same file key, stanzas and nonce.
  static func rewrite(_ file: [UInt8], fileKey: [UInt8], identities: [any AgeIdentity]) throws -> [UInt8] {
    let header = try parse(file)
    let key = SecretBytes.copying(fileKey.span.bytes)
    var again = try AgeHeader.encode(header.stanzas, fileKey: key)
    let nonce = Array(file[again.count..<(again.count + AgeHeader.nonceByteCount)])
    again += nonce

    let opened = try Age.open(file, identities: identities, limit: 32 << 20)
    let plaintext = [UInt8](copying: opened.bytes)
    var sealer = try PayloadCipher(fileKey: key, payloadNonce: nonce)
    let chunkCount = PayloadSize.chunkCount(plaintext: plaintext.count)
    for index in 0..<chunkCount {
      let start = index * PayloadSize.chunk
      let stop = min(start + PayloadSize.chunk, plaintext.count)
      var sealed = [UInt8](repeating: 0, count: stop - start + AEAD.tagByteCount)
      do {
        var elements = sealed.mutableSpan
        var output = elements.mutableBytes
        try sealer.seal(
          plaintext.span.bytes.extracting(start..<stop), index: UInt64(index),
          isLast: index == chunkCount - 1, into: &output)
      }
      again += sealed
    }
    return again
  }

  private static func parse(_ file: [UInt8]) throws -> AgeHeader {
    var parser = HeaderParser()
    _ = try parser.absorb(file.span.bytes)
    guard let header = parser.header else { throw parser.truncation }
    return header
  }
}
