package import Foundation

/// A folder of its own for one test (mode 0700), removed with everything in it when the value goes.
package final class ScratchDirectory: Sendable {
  package let url: URL

  package var path: String { url.path }

  package init(_ name: String = "test") throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strongroom-\(name)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// The path of something inside.
  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file inside and gives its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }
}
