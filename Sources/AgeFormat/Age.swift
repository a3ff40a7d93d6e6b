package import StrongroomCrypto

/// Whole files at once: for keys, snapshots and other small things. Documents go through `AgeEncryptor` and
/// `AgeDecryptor`.
package enum Age {
  /// Seals a plaintext into a binary age file.
  package static func seal(
    _ plaintext: RawSpan, to recipients: [any AgeRecipient]
  ) throws(AgeError) -> [UInt8] {
    let encryptor = try AgeEncryptor(to: recipients)
    return try encryptor.sealWhole(plaintext)
  }

  /// Seals a plaintext into an armored age file, lines ending in LF.
  package static func sealArmored(
    _ plaintext: RawSpan, to recipients: [any AgeRecipient]
  ) throws(AgeError) -> [UInt8] {
    Armor.encode(try seal(plaintext, to: recipients))
  }

  /// Opens a binary age file, every chunk verified before anything is returned.
  ///
  /// - Parameters:
  ///   - identities: tried in order.
  ///   - limit: the most plaintext bytes to accept; a larger file is refused before memory is taken for it.
  /// - Throws: `AgeError`. Nothing of a file that fails is returned, and what was decrypted is wiped.
  package static func open(
    _ file: [UInt8], identities: [any AgeIdentity], limit: Int
  ) throws(AgeError) -> SecretBytes {
    try open(file.span.bytes, identities: identities, limit: limit)
  }

  /// The same from a span.
  package static func open(
    _ file: RawSpan, identities: [any AgeIdentity], limit: Int
  ) throws(AgeError) -> SecretBytes {
    let opened = try PayloadLayout.start(file, fileSize: file.byteCount, identities: identities)
    let layout = opened.layout
    guard layout.plaintextSize <= limit else { throw .limitExceeded(.plaintextBytes, maximum: limit) }
    var cipher = try PayloadCipher(key: opened.payloadKey)
    return try SecretBytes.filling(count: layout.plaintextSize) {
      (plaintext: inout MutableRawSpan) throws(AgeError) in
      for index in 0..<layout.chunkCount {
        let target = layout.plaintextRange(ofChunk: index)
        var output = plaintext._mutatingExtracting(target)
        try cipher.open(
          file.extracting(layout.fileRange(ofChunk: index)), index: UInt64(index),
          isLast: index == layout.chunkCount - 1, into: &output)
      }
    }
  }

  /// Opens an armored age file.
  ///
  /// - Parameter limit: the most plaintext bytes to accept. A text too long to be the armor of so many is refused
  ///   before it is decoded.
  package static func openArmored(
    _ text: RawSpan, identities: [any AgeIdentity], limit: Int
  ) throws(AgeError) -> SecretBytes {
    let largestFile =
      AgeHeader.maximumByteCount + AgeHeader.nonceByteCount + PayloadSize.sealed(plaintext: limit)
    guard text.byteCount <= Armor.largestText(fileSize: largestFile) else {
      throw .limitExceeded(.plaintextBytes, maximum: limit)
    }
    let file = try Armor.decode(text)
    return try open(file, identities: identities, limit: limit)
  }

  /// The stanzas of a file's header, which is parsed and not authenticated: for listing kinds of recipients.
  ///
  /// - Parameter start: the first bytes of the file, at least its whole header.
  package static func stanzas(ofHeader start: RawSpan) throws(AgeError) -> [Stanza] {
    var parser = HeaderParser()
    _ = try parser.absorb(start)
    guard let header = parser.header else { throw parser.truncation }
    return header.stanzas
  }
}

extension AgeEncryptor {
  consuming func sealWhole(_ plaintext: RawSpan) throws(AgeError) -> [UInt8] {
    var encryptor = self
    var file = encryptor.header
    file.reserveCapacity(encryptor.sealedSize(plaintextSize: plaintext.byteCount))
    var offset = 0
    while try encryptor.sealNext(plaintext, &offset) {
      file += encryptor.sealed[..<encryptor.sealedCount]
    }
    try encryptor.sealLast()
    file += encryptor.sealed[..<encryptor.sealedCount]
    return file
  }
}
