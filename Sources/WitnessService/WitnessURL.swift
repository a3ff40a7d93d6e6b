/// Where a witness is asked: `http://HOST[:PORT][/PREFIX]`, the submission prefix of C2SP tlog-witness.
package struct WitnessURL: Hashable, Sendable, CustomStringConvertible {
  /// A name or a numeric address, IPv6 without brackets.
  package let host: String
  package let port: Int
  /// Begins with "/", or empty; never ends with it.
  package let prefix: String

  private static let scheme = "http://"

  /// - Throws: `.urlNeedsTLS` for `https`; `.urlMalformed` for anything else that is not of the form: user names, queries, blanks,
  ///   more than 2,000 bytes.
  package init(parsing text: String) throws(WitnessError) {
    if text.hasPrefix("https://") { throw .urlNeedsTLS(text) }
    guard text.hasPrefix(Self.scheme), text.utf8.count <= 2000,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw .urlMalformed(text) }
    let rest = text.dropFirst(Self.scheme.count)
    let authority = rest.prefix { $0 != "/" }
    var prefix = rest.dropFirst(authority.count)
    while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
    let (host, port) = Self.split(authority)
    guard let port, !host.isEmpty, host.allSatisfy({ Self.isHostSign($0) }),
      !prefix.contains(where: { $0 == "?" || $0 == "#" })
    else { throw .urlMalformed(text) }
    self.host = String(host)
    self.port = port
    self.prefix = String(prefix)
  }

  package var description: String {
    "\(Self.scheme)\(authority)\(prefix)"
  }

  /// For the `Host` header.
  var authority: String { (host.contains(":") ? "[\(host)]" : host) + (port == 80 ? "" : ":\(port)") }

  /// nil for a port that is none; 80 where none is named.
  private static func split(_ authority: Substring) -> (host: Substring, port: Int?) {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      let host = authority[authority.index(after: authority.startIndex)..<end]
      let rest = authority[authority.index(after: end)...]
      return (host, rest.isEmpty ? 80 : rest.hasPrefix(":") ? Self.port(rest.dropFirst()) : nil)
    }
    guard let colon = authority.firstIndex(of: ":") else { return (authority, 80) }
    // A second colon would be an address without its brackets.
    let port = authority[authority.index(after: colon)...]
    return (authority[..<colon], Self.port(port))
  }

  private static func port(_ text: Substring) -> Int? {
    guard let port = UInt16(text), port > 0, String(port) == text else { return nil }
    return Int(port)
  }

  private static func isHostSign(_ sign: Character) -> Bool {
    sign.isASCII && (sign.isLetter || sign.isNumber || "-._:%".contains(sign))
  }
}
