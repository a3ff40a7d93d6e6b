import CStrongroom

/// A folder outside the vault that documents are taken from. No path leads out of it: links are refused wherever they point.
package final class InputFolder: Sendable {
  /// Folders below one another that are looked into.
  package static let maximumDepth = 16

  private let descriptor: Int32

  /// - Throws: `.outside(.notReadable)`.
  package init(at path: String) throws(VaultStoreError) {
    do { descriptor = try Descriptor.open(Descriptor.currentDirectory, path, .directory) } catch {
      throw .outside(.notReadable(code: error.code))
    }
  }

  deinit { Descriptor.close(descriptor) }

  /// Opens an ordinary file beneath the folder. The corresponding C function is `openat2`, once for each part of the path, so that
  /// a kernel without it does not follow a link on the way either.
  ///
  /// - Parameter path: parts separated by "/", none empty, "." or "..".
  /// - Throws: `.outside(.missing)`; `.outside(.notAFile)` for a link, folder, device or pipe; `.outside(.notReadable)`.
  package func open(_ path: String) throws(VaultStoreError) -> InputFile {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), let name = parts.last else {
      throw .outside(.notAFile)
    }
    do throws(FileSystemError) {
      return try InputFile(
        descriptor: inFolder(parts.dropLast()) { (folder) throws(FileSystemError) in
          try Descriptor.openBeneath(folder, String(name), .read)
        })
    } catch {
      switch error.code {
      case Errno.noSuchFile, Errno.notADirectory: throw .outside(.missing)
      case Errno.link, Errno.crossesBoundary, Errno.isDirectory: throw .outside(.notAFile)
      default: throw .outside(.notReadable(code: error.code))
      }
    }
  }

  /// Every ordinary file beneath the folder whose name, and whose folders' names, do not begin with a dot.
  ///
  /// - Parameter limit: files counted at most.
  /// - Throws: `.limitExceeded` beyond it; `.outside(.notReadable)` for a folder that cannot be listed.
  package func files(limit: Int) throws(VaultStoreError) -> [String] {
    var found: [String] = []
    var folders = [(path: "", depth: 0)]
    while let (path, depth) = folders.popLast() {
      let entries: [DirectoryEntry]
      do throws(FileSystemError) { entries = try Descriptor.list(descriptor, path) } catch {
        throw .outside(.notReadable(code: error.code))
      }
      for entry in entries where !entry.name.hasPrefix(".") {
        let name = path.isEmpty ? entry.name : path + "/" + entry.name
        if entry.kind == .directory, depth < Self.maximumDepth { folders.append((name, depth + 1)) }
        if entry.kind == .file { found.append(name) }
        guard found.count + folders.count <= limit else { throw .limitExceeded(name: "", limit: limit) }
      }
    }
    return found.sorted()
  }

  private func inFolder(
    _ parts: ArraySlice<Substring>, _ body: (Int32) throws(FileSystemError) -> Int32
  ) throws(FileSystemError) -> Int32 {
    guard let part = parts.first else { return try body(descriptor) }
    var folder = try Descriptor.openBeneath(descriptor, String(part), .directory)
    defer { Descriptor.close(folder) }
    for part in parts.dropFirst() {
      let next = try Descriptor.openBeneath(folder, String(part), .directory)
      Descriptor.close(folder)
      folder = next
    }
    return try body(folder)
  }
}
