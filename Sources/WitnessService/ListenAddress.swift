/// Where a witness listens: loopback, or a private network. It speaks plain HTTP, so an address that the world can reach is refused.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  package static let standard = ListenAddress(host: "127.0.0.1", port: 8750)

  /// A numeric address, IPv6 without brackets.
  package let host: String
  /// 0 lets the system choose.
  package let port: Int

  private init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// The same address with the port that the system gave.
  init(_ address: ListenAddress, port: Int) { self.init(host: address.host, port: port) }

  /// Reads `127.0.0.1:8750` or `[fd00::1]:8750`.
  ///
  /// - Throws: `.addressMalformed`; `.addressNotLocal` for everything that is not loopback (127/8, ::1), private (10/8, 172.16/12,
  ///   192.168/16, fc00::/7) or link-local (169.254/16, fe80::/10), the wildcard addresses among it.
  package init(parsing text: String) throws(WitnessError) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { throw .addressMalformed(text) }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let isLocal = isBracketed ? Self.isLocalV6(host) : Self.isLocalV4(host) else {
      throw .addressMalformed(text)
    }
    guard isLocal else { throw .addressNotLocal(text) }
    self.init(host: String(host), port: Int(port))
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// nil for what is no address.
  private static func isLocalV4(_ host: Substring) -> Bool? {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4, parts.allSatisfy({ $0 != nil }) else { return nil }
    let bytes = parts.compactMap { $0 }
    guard bytes.map(String.init).joined(separator: ".") == host else { return nil }
    switch (bytes[0], bytes[1]) {
    case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): return true
    default: return false
    }
  }

  /// Looks at the first group only; the system says whether the rest is an address.
  private static func isLocalV6(_ host: Substring) -> Bool? {
    guard !host.isEmpty, host.utf8.allSatisfy({ Self.isV6($0) }) else { return nil }
    if host == "::1" { return true }
    guard let group = host.split(separator: ":", omittingEmptySubsequences: false).first,
      let first = UInt16(group, radix: 16)
    else { return false }
    return first & 0xFE00 == 0xFC00 || first & 0xFFC0 == 0xFE80
  }

  private static func isV6(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
