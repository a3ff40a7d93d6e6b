package import AgeFormat
package import StrongroomCrypto

/// The sheet for one share: plain text that prints on one page and is at the same time an age identity file, so that a scanned or
/// typed copy serves the stock `age` command as it is. It holds one share and never two.
package struct RecoverySheet {
  let shape: RecoveryShape
  let vault: String
  /// Day it was made, UTC.
  let date: String
  /// R's recipient: tells which sheets belong together.
  let recoveryKey: X25519Recipient

  package init(_ set: RecoverySet, vault: String, at: Timestamp) {
    shape = set.shape
    self.vault = vault
    date = at.dateText
    recoveryKey = set.key.recipient
  }

  /// - Parameter number: the share's, from 1.
  package func text(_ number: Int, _ share: X25519Identity) -> SecretBytes {
    let key = share.encodedText()
    return Self.joined(Array(head(number, share.recipient).utf8), key)
  }

  /// Sixteen characters to compare by telephone, of the share's public key.
  package static func fingerprint(_ recipient: X25519Recipient) -> String {
    let digits = Array(SHA256.digest(of: recipient.publicKey).hex.uppercased().prefix(16))
    return stride(from: 0, to: 16, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: "-")
  }

  private func head(_ number: Int, _ recipient: X25519Recipient) -> String {
    let choice = shape.choices.first { $0.contains(number) } ?? []
    let file = RecoveryShape.name(of: choice)
    let first = choice.first ?? 1
    var commands = "age -d -i share-\(first)-of-\(shape.count).txt recovery/\(file).age"
    for share in choice.dropFirst() {
      commands += " \\\n#       | age -d -i share-\(share)-of-\(shape.count).txt"
    }
    return """
      # RECOVERY SHARE \(number) OF \(shape.count)      any \(shape.needed) of the \(shape.count) open the vault
      #
      # Vault         \(vault)
      # Made          \(date)
      # This share    \(Self.fingerprint(recipient))
      # The set       \(Self.fingerprint(recoveryKey))      the same on all \(shape.count) sheets
      #
      # WHAT THIS IS
      # One part of the key that opens the school's vault of confidential records
      # when everybody who has a key has lost it. Alone it opens nothing.
      #
      # HOW TO KEEP IT
      # Print it, lock it away, and destroy the file. Never keep two shares in one
      # place or with one person, and none beside the vault or its backup. Write on
      # the envelope whom to call. Whoever finds it open: tell the headteacher.
      #
      # HOW TO USE IT, WITH STRONGROOM
      #   strongroom key drill --vault VAULT --share FILE --share FILE
      #   strongroom key combine-recovery --vault VAULT --share FILE --share FILE \\
      #       --out recovery.key
      # A FILE is this page as text. Typed by hand, the line at the end will do:
      # blanks and small letters do not matter.
      #
      # WITHOUT STRONGROOM, with the programs age and tar, in a copy of the vault
      # (other shares: the file in recovery/ that is named by their numbers)
      #   \(commands) > recovery.key
      #   age -d -i recovery.key epoch/NUMBER.age > epoch.key     the highest number
      #   and on as the file STRONGROOM in the vault says
      #
      # THE SHARE, one line of 74 letters and digits; in groups for reading out:

      """
  }

  private static func joined(_ head: [UInt8], _ key: borrowing SecretBytes) -> SecretBytes {
    // Groups of six, seven of them on the first line.
    let groups = Array("#   ".utf8)
    let turn = Array("\n#   ".utf8)
    let count = key.count
    let gaps = (count - 1) / 6 - 1 + turn.count
    let total = head.count + groups.count + count + gaps + 1 + count + 1
    return SecretBytes.filling(count: total) { text in
      text.copyBytes(head.span.bytes)
      text.copyBytes(groups.span.bytes, at: head.count)
      var offset = head.count + groups.count
      for index in 0..<count {
        if index == 42 {
          text.copyBytes(turn.span.bytes, at: offset)
          offset += turn.count
        } else if index > 0, index.isMultiple(of: 6) {
          text.setByte(0x20, at: offset)
          offset += 1
        }
        text.setByte(key.bytes.byte(at: index), at: offset)
        offset += 1
      }
      text.setByte(0x0A, at: offset)
      text.copyBytes(key.bytes, at: offset + 1)
      text.setByte(0x0A, at: offset + 1 + count)
    }
  }
}
