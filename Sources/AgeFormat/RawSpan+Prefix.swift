import StrongroomCrypto

extension RawSpan {
  func hasPrefix(_ prefix: String) -> Bool {
    guard byteCount >= prefix.utf8.count else { return false }
    for (index, character) in prefix.utf8.enumerated() where byte(at: index) != character { return false }
    return true
  }
}
