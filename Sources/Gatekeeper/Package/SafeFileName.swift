/// A file name that does no harm on any system it may be unpacked on.
///
/// The name a document came with is kept in META.json to the letter; this one is what lands on a disk.
/// Slashes and characters that Windows refuses become `_`; control characters, bidirectional overrides and
/// other invisible formatting are dropped (a right-to-left override makes `planfdp.exe` look like
/// `planexe.pdf`); leading dots and dashes, and trailing dots and blanks, are cut; device names of Windows
/// get a `_` in front.
package struct SafeFileName: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Longest result in UTF-8 bytes: leaves room for a reference in front within the 255 bytes of a Linux
  /// name.
  package static let maximumByteCount = 180

  /// Makes `original` safe. Never fails: a name of which nothing is left becomes `document`.
  package init(_ original: String) {
    var scalars = String.UnicodeScalarView()
    for scalar in Self.bounded(original) {
      if Self.replaced.contains(scalar) {
        scalars.append("_")
      } else if Self.isHarmless(scalar) {
        scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
      }
    }
    let (stem, suffix) = Self.splitExtension(Self.withoutTrailing(String(scalars)))
    let cut = Self.trimmed(Self.prefix(of: stem, byteCount: Self.maximumByteCount - suffix.utf8.count))
    let name = (cut.isEmpty ? "document" : cut) + suffix
    text = Self.isDeviceName(name) ? "_" + name : name
  }

  package var description: String { text }

  /// False for control characters, line separators, formatting that cannot be seen, and unassigned or private
  /// code points.
  package static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// `/` and `\` part paths, the others are refused by Windows; `%` would have to be written `%25` in a BagIt
  /// manifest.
  private static let replaced: Set<Unicode.Scalar> = ["/", "\\", ":", "*", "?", "\"", "<", ">", "|", "%"]

  /// Keeps hostile input cheap: the start of an endless name, and its end, where the extension is.
  private static func bounded(_ name: String) -> [Unicode.Scalar] {
    let scalars = name.unicodeScalars
    guard scalars.count > 4096 else { return Array(scalars) }
    return scalars.prefix(4000) + scalars.suffix(64)
  }

  private static func trimmed(_ name: String) -> String {
    var rest = Substring(name)
    while let first = rest.unicodeScalars.first, first == "." || first == "-" || first == " " || first == "~"
    {
      rest.unicodeScalars.removeFirst()
    }
    return withoutTrailing(String(rest))
  }

  private static func withoutTrailing(_ name: String) -> String {
    var rest = Substring(name)
    while let last = rest.unicodeScalars.last, last == "." || last == " " { rest.unicodeScalars.removeLast() }
    return String(rest)
  }

  /// Parts `report.pdf` into `report` and `.pdf`; an extension is 1 to 12 ASCII letters and digits.
  private static func splitExtension(_ name: String) -> (stem: String, suffix: String) {
    let scalars = name.unicodeScalars
    guard let dot = scalars.lastIndex(of: "."), dot != scalars.startIndex else { return (name, "") }
    let letters = scalars[scalars.index(after: dot)...]
    guard (1...12).contains(letters.count),
      letters.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) })
    else { return (name, "") }
    return (String(scalars[..<dot]), String(scalars[dot...]))
  }

  private static func prefix(of text: String, byteCount: Int) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      count += UTF8.width(scalar)
      if count > byteCount { break }
      result.append(scalar)
    }
    return String(result)
  }

  private static func isDeviceName(_ name: String) -> Bool {
    let stem = name.prefix { $0 != "." }.uppercased()
    if ["CON", "PRN", "AUX", "NUL"].contains(stem) { return true }
    guard stem.utf8.count == 4, let digit = stem.last, ("1"..."9").contains(digit) else { return false }
    return stem.hasPrefix("COM") || stem.hasPrefix("LPT")
  }
}
