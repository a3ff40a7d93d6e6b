/// One file in an archive: a relative path and a size, nothing else matters here.
package struct TarEntry: Hashable, Sendable {
  /// Relative, components parted by `/`, accepted by `isSafePath`.
  package let path: String
  /// Bytes of content.
  package let size: Int
  /// Seconds since 1970, what an unpacked file is dated; 1 or later, since GNU tar complains about 0.
  package let modifiedSeconds: Int

  package init(path: String, size: Int, modifiedSeconds: Int) {
    self.path = path
    self.size = size
    self.modifiedSeconds = modifiedSeconds
  }

  /// Longest path in UTF-8 bytes, far above what `SafeFileName` makes and below what Linux opens.
  package static let maximumPathByteCount = 1024

  /// True for a path that stays inside the folder it is unpacked in, on any system, and prints harmlessly:
  /// relative, no empty, `.` or `..` component, no backslash, no control or invisible formatting character.
  package static func isSafePath(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= maximumPathByteCount else { return false }
    guard path.unicodeScalars.allSatisfy({ $0 != "\\" && SafeFileName.isHarmless($0) }) else { return false }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { component in
      !component.isEmpty && component != "." && component != ".."
    }
  }
}
