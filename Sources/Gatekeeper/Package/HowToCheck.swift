/// `receipt/HOW-TO-CHECK.txt`: for somebody with a terminal and an afternoon, no account, none of our
/// programs.
enum HowToCheck {
  static func text(index: UInt64, origin: String) -> String {
    """
    HOW TO CHECK THIS PACKAGE

    Open a terminal in the folder that holds bagit.txt. Nothing here needs our programs.

    1. No file was changed or left out

         sha256sum -c manifest-sha256.txt
         sha256sum -c tagmanifest-sha256.txt

       Every line must say OK. Any validator for BagIt 1.0 (RFC 8493) does the same.

    2. What was decided

       receipt/decision.json is the decision as it was recorded before the package was
       made: who decided in which role, under which rules, with which outcome. It names
       people by reference only. If it has a field "manifest", compare that with

         sha256sum manifest-sha256.txt

       Equal means that exactly the files of this package were decided on.

    3. That it is in the audit log

       The log is "\(origin)", the entry is number \(index), counted from 0.
       receipt/entry.bin is that entry as the log holds it, sealed. Its leaf hash is

         (printf '\\000'; cat receipt/entry.bin) | sha256sum

       receipt/receipt.tlog-proof (format c2sp.org/tlog-proof@v1) shows that this leaf is in
       the tree of the signed checkpoint at its end. receipt/vkey.txt is the key that signed
       it. Ask the sender, by a telephone number you already had, whether that is their
       log's key: the receipt is worth what this answer is worth.

    4. That the entry says what decision.json says

       receipt/entry.key opens this one entry: 32 bytes as 64 hexadecimal digits, called K
       here. With origin = the log's name in UTF-8 and index = the entry's number as 8
       bytes, highest first:

         entry.bin       "SRE1", epoch (4 bytes), salt (16), commitment (32), ciphertext
         commitment      HMAC-SHA-256 with K over "commit", bytes 0 to 23 of entry.bin,
                         origin, index
         encryption key  HMAC-SHA-256 with K over "encrypt"
         ciphertext      AES-256-GCM, nonce 12 zero bytes, additional data bytes 0 to 55 of
                         entry.bin, origin, index; the last 16 bytes are the tag
         plaintext       decision.json, then one byte 80 (hexadecimal) and zeros

       A field "box" inside is sealed under the child's key and stays closed: it holds names
       and free text.

    """
  }
}
