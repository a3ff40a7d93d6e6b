/// The `STRONGROOM` file: what kind of vault this is, and how to open everything in it by hand.
///
///     Strongroom vault
///     format: 1
///     vault: <32 hexadecimal digits>
///     origin: <the log's name>
///     vkey: <signed-note verifier key>        one line for each key the log has had, the oldest first
///     example: yes                            only in a vault whose keys are published
///
///     <prose for a person, not parsed>
///
/// Nothing here is secret, and nothing here is authenticated: whoever can write the folder can change it. What a verifier trusts
/// is a vkey that it remembers or was given by another way.
package struct VaultDescription: Hashable, Sendable {
  package static let currentFormat = 1
  package static let limit = 256 << 10
  private static let title = "Strongroom vault"

  package var vault: VaultID
  package var origin: String
  /// Signed-note verifier keys (C2SP signed-note), oldest first; the last one signs now.
  package var verifierKeys: [String]
  /// The vault was made with published identities: every command says so.
  package var isExample: Bool

  /// The name of a vault's log.
  package static func origin(of vault: VaultID) -> String { "strongroom.vault/\(vault.hex)" }

  /// - Precondition: origin and keys are single lines without blanks at their ends; at least one key.
  package init(vault: VaultID, origin: String, verifierKeys: [String], isExample: Bool) {
    precondition(!verifierKeys.isEmpty, "a log has a key")
    precondition(([origin] + verifierKeys).allSatisfy(Self.isValue), "origin and keys are single lines")
    self.vault = vault
    self.origin = origin
    self.verifierKeys = verifierKeys
    self.isExample = isExample
  }

  /// The whole file.
  package func text() -> String {
    var lines = [
      Self.title, "format: \(Self.currentFormat)", "vault: \(vault)", "origin: \(origin)",
    ]
    lines += verifierKeys.map { "vkey: \($0)" }
    if isExample { lines.append("example: yes") }
    return lines.joined(separator: "\n") + "\n\n" + Self.prose(isExample: isExample)
  }

  /// Reads the fields; the prose after the first empty line is for people.
  ///
  /// - Throws: `.notAVault` if the first line is another, `.unsupportedFormat`, `.malformed` with the line, `.limitExceeded`.
  package static func parse(_ bytes: [UInt8]) throws(VaultStoreError) -> VaultDescription {
    let name = "STRONGROOM"
    guard bytes.count <= limit else { throw .limitExceeded(name: name, limit: limit) }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).prefix { !$0.isEmpty }
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.first == title else { throw .notAVault }
    func value(_ index: Int, _ label: String) -> String? {
      guard lines.indices.contains(index), lines[index].hasPrefix(label + ": ") else { return nil }
      let value = String(lines[index].dropFirst(label.count + 2))
      return isValue(value) ? value : nil
    }
    guard let formatText = value(1, "format"), let format = Int(formatText) else {
      throw .malformed(name: name, line: 2)
    }
    guard format == currentFormat else { throw .unsupportedFormat(format) }
    guard let vault = value(2, "vault").flatMap({ VaultID(hex: $0) }) else {
      throw .malformed(name: name, line: 3)
    }
    guard let origin = value(3, "origin") else { throw .malformed(name: name, line: 4) }
    var keys: [String] = []
    while let key = value(4 + keys.count, "vkey") { keys.append(key) }
    guard !keys.isEmpty else { throw .malformed(name: name, line: 5) }
    let rest = lines[(4 + keys.count)...]
    guard rest.isEmpty || Array(rest) == ["example: yes"] else {
      throw .malformed(name: name, line: 5 + keys.count)
    }
    return VaultDescription(vault: vault, origin: origin, verifierKeys: keys, isExample: !rest.isEmpty)
  }

  private static func isValue(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && text.utf8.first != 0x20
      && text.utf8.last != 0x20
  }

  /// Written so that somebody who never heard of this program gets every document back.
  private static func prose(isExample: Bool) -> String {
    let warning =
      isExample
      ? """
      THIS IS AN EXAMPLE VAULT. Its keys are published: nothing in it is confidential, and nothing real belongs in it.


      """ : ""
    return warning + """
      WHAT THIS FOLDER IS

      A store of confidential records. Every document is a file in the age format (https://age-encryption.org/v1);
      what happened to each one is in a signed log. Keep the whole folder together, and keep copies of it elsewhere.
      If every identity that opens it is lost, so are the records.

      HOW TO OPEN IT WITHOUT STRONGROOM

      You need an identity file of a custodian, or of the recovery set (here: me.key), and the programs age and tar.
      Use a disk that is encrypted or in memory for what comes out, and "set -o pipefail" in the shell.

        age -d -i me.key epoch/0001.age > epoch.key           one for each file in epoch/; the newest opens most
        age -d -i epoch.key keys/ab/KEYID.age > child.key     one child's identity
        age -d -i child.key records/ab/cd/ID.age | tar -x -i  one document, with META.json that says what it is

      The -i of tar matters: without it, tar stops at the zeros that hide the document's length. Which key opens which
      document is told by the log; without the log, try each key in turn: a wrong one opens nothing.

      THE LOG

        age -d -i epoch.key ledger/keys/0001.age              the ledger key, as text that explains itself

      ledger/NNNNNNNNNN.seg hold the log. Each record is: length (4 bytes, big-endian), kind (1 byte), that many bytes,
      CRC-32C of all of these (4 bytes, big-endian). A zero length ends a segment. Kinds: 1 start of a segment,
      2 entry, 3 entry with more of the same commit to follow, 4 signed head (an RFC 6962 tree over the entries, signed
      as a C2SP checkpoint with a vkey above). An entry is "SRE1", epoch (4), salt (16), commitment (32), ciphertext:

        K          = HKDF-SHA-256(ledger key, salt, "strongroom/v1 entry" + origin + index as 8 bytes)
        commitment = HMAC-SHA-256(K, "commit" + the 24 bytes before it + origin + index)
        ciphertext = AES-256-GCM with key HMAC-SHA-256(K, "encrypt"), a nonce of 12 zero bytes, and as further data the
                     first 56 bytes + origin + index; inside: JSON, then 80 hexadecimal, then zeros

      THE OTHER FILES

      policies/ holds the rules that were ever in force, as text. cache/ and tmp/ may be deleted when nothing is running.

      """
  }
}
