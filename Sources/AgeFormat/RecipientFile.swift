import StrongroomCrypto

/// A text file with one recipient a line, in the same shape as an identity file.
package enum RecipientFile {
  /// - Returns: one or more recipients, in the order of the file.
  /// - Throws: `AgeError.keyRefused` with the line, never its text (it may be an identity put there by mistake);
  ///   `.keyFileEmpty`; `.limitExceeded(.keyFileBytes, …)`.
  package static func parse(_ bytes: [UInt8]) throws(AgeError) -> [X25519Recipient] {
    let span = bytes.span.bytes
    var recipients: [X25519Recipient] = []
    var lines = try KeyFileLines(span)
    while let range = lines.next(in: span) {
      do {
        recipients.append(try X25519Recipient(parsing: span.extracting(range)))
      } catch {
        throw error.onLine(lines.number)
      }
    }
    guard !recipients.isEmpty else { throw .keyFileEmpty }
    return recipients
  }
}
