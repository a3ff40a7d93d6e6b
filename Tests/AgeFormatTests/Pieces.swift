import AgeFormat
import StrongroomCrypto

/// Bytes with no period of a power of two, the same in every run.
func sampleBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: index % 251 &+ index / 65_521) }
    filled = count
  }
}

/// What came out of a file, and how it ended.
struct Opening {
  var bytes: [UInt8] = []
  var error: AgeError?
}

/// Calls `body` for each piece of `step` bytes.
func inPieces(_ bytes: [UInt8], step: Int, _ body: (RawSpan) throws -> Void) rethrows {
  var offset = 0
  while offset < bytes.count {
    let stop = min(offset + step, bytes.count)
    try body(bytes.span.bytes.extracting(offset..<stop))
    offset = stop
  }
}

func sealInPieces(_ plaintext: [UInt8], to recipients: [any AgeRecipient], step: Int) throws -> [UInt8] {
  var encryptor = try AgeEncryptor(to: recipients)
  var file = encryptor.header
  try inPieces(plaintext, step: step) { piece in
    try encryptor.update(piece) { file += [UInt8](copying: $0) }
  }
  try encryptor.finish { file += [UInt8](copying: $0) }
  return file
}

/// Opens a whole file in pieces; throws what the decryptor throws.
func openInPieces(
  _ file: [UInt8], _ identities: [any AgeIdentity], step: Int, knownLength: Int? = nil
) throws -> Opening {
  let opening = releaseInPieces(file, identities, step: step, knownLength: knownLength)
  if let error = opening.error { throw error }
  return opening
}

/// Opens as much of a file as the decryptor releases, binary or armored.
func releaseInPieces(
  _ file: [UInt8], _ identities: [any AgeIdentity], step: Int, armored: Bool = false,
  knownLength: Int? = nil
) -> Opening {
  var opening = Opening()
  var decryptor = AgeDecryptor(identities: identities, knownLength: knownLength)
  var armor = ArmorDecoder()
  do {
    try inPieces(file, step: step) { piece in
      if armored {
        try armor.update(piece) { decoded in
          try decryptor.update(decoded) { opening.bytes += [UInt8](copying: $0) }
        }
      } else {
        try decryptor.update(piece) { opening.bytes += [UInt8](copying: $0) }
      }
    }
    if armored {
      try armor.finish { decoded in
        try decryptor.update(decoded) { opening.bytes += [UInt8](copying: $0) }
      }
    }
    try decryptor.finish { opening.bytes += [UInt8](copying: $0) }
  } catch let error as AgeError {
    opening.error = error
  } catch {
    fatalError("the sinks do not throw")
  }
  return opening
}

/// What a reader that seeks fetches from.
func slices(of file: [UInt8]) -> (Range<Int>) -> [UInt8] {
  { Array(file[$0]) }
}
