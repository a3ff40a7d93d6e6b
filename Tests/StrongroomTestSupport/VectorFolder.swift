package import Foundation

/// Where the public test vectors are that are too many to keep in this repository.
///
/// `STRONGROOM_VECTORS` names the folder; without it, `../shared/vectors` beside the package. A folder that
/// was named and is absent is a failure; the default one absent means "skip, and say so".
package enum VectorFolder {
  /// A vector folder was named and isn't there, or lacks the part asked for.
  package struct Missing: Error, CustomStringConvertible {
    package let path: String
    package var description: String { "STRONGROOM_VECTORS is set, but there is no \(path)" }
  }

  /// The folder or file `sub` below the vectors, or nil (after saying so on standard error) when the default
  /// is absent.
  ///
  /// - Throws: `Missing` when `STRONGROOM_VECTORS` is set and `sub` isn't there.
  package static func require(_ sub: String) throws -> URL? {
    let named = ProcessInfo.processInfo.environment["STRONGROOM_VECTORS"]
    let root = named.map { URL(fileURLWithPath: $0) } ?? defaultRoot
    let url = root.appendingPathComponent(sub)
    if FileManager.default.fileExists(atPath: url.path) { return url }
    if named != nil { throw Missing(path: url.path) }
    FileHandle.standardError.write(
      Data(
        "skipped: no test vectors at \(url.path); set STRONGROOM_VECTORS to the folder that has them\n".utf8))
    return nil
  }

  /// As `require`, without the throw: nil when absent for whatever reason. For `@Test(.enabled(if:))` and
  /// argument lists; the test itself calls `require`, so that a named folder's absence fails.
  package static func locate(_ sub: String) -> URL? {
    try? require(sub)
  }

  /// True when the tests that need `sub` should run: it is there, or its absence must fail.
  package static func shouldRun(_ sub: String) -> Bool {
    ProcessInfo.processInfo.environment["STRONGROOM_VECTORS"] != nil || locate(sub) != nil
  }

  /// The package's own folder, found from this file's place in it.
  package static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static var defaultRoot: URL {
    packageRoot.appendingPathComponent("../shared/vectors").standardizedFileURL
  }
}
