import StrongroomCrypto

/// A file that is being written outside the vault (a package, an opened document) and has no name until it is whole.
///
/// Until `commit()` the file is unnamed (`O_TMPFILE`), mode 0600, in the folder it is meant for: whatever ends the process, nothing is
/// left there. Where a file system cannot do that (FAT on a stick, some network shares) a hidden partial file stands in,
/// which `deinit` removes but a crash leaves: `isUnnamed` says which it is.
package struct OutputFile: ~Copyable, Sendable {
  private let directory: Int32
  private let descriptor: Int32
  private let name: String
  private let replacing: Bool
  private var partialName: String?
  private var size = 0
  private var isCommitted = false

  /// Whether a crash leaves nothing behind.
  package var isUnnamed: Bool { partialName == nil }
  /// Bytes written so far.
  package var byteCount: Int { size }

  /// Opens the output; nothing is visible yet.
  ///
  /// - Parameters:
  ///   - path: as the user gave it; its folder must exist.
  ///   - replacing: whether a file of that name may be replaced at `commit()`.
  /// - Throws: `.outside(.outputExists)` at once if the name is taken, so that nobody decides and records a release which then
  ///   has nowhere to go; `.outside(.io)`.
  package static func create(at path: String, replacing: Bool = false) throws(VaultStoreError) -> OutputFile {
    let cut = path.lastIndex(of: "/")
    let folder = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = cut.map { String(path[path.index(after: $0)...]) } ?? path
    guard !name.isEmpty, name != ".", name != ".." else { throw .outside(.notAFile) }
    do throws(FileSystemError) {
      let directory = try Descriptor.open(Descriptor.currentDirectory, folder, .directory)
      do throws(FileSystemError) {
        if let status = try Descriptor.status(directory, name), !(replacing && status.kind == .file) {
          throw FileSystemError(operation: .link, code: Errno.exists)
        }
        let (descriptor, partialName) = try openUnnamed(directory, name)
        return OutputFile(
          directory: directory, descriptor: descriptor, name: name, replacing: replacing,
          partialName: partialName)
      } catch {
        Descriptor.close(directory)
        throw error
      }
    } catch {
      throw error.outsideError
    }
  }

  private init(directory: Int32, descriptor: Int32, name: String, replacing: Bool, partialName: String?) {
    self.directory = directory
    self.descriptor = descriptor
    self.name = name
    self.replacing = replacing
    self.partialName = partialName
  }

  /// Discards whatever was not committed.
  deinit {
    if let partialName, !isCommitted { try? Descriptor.remove(directory, partialName) }
    Descriptor.close(descriptor)
    Descriptor.close(directory)
  }

  /// Takes room for the whole file, so that a full disk is met before a release is recorded.
  package func allocate(_ byteCount: Int) throws(VaultStoreError) {
    do { try Descriptor.allocate(descriptor, size: byteCount) } catch { throw error.outsideError }
  }

  /// Appends bytes.
  package mutating func write(_ bytes: RawSpan) throws(VaultStoreError) {
    precondition(!isCommitted, "a committed output takes no more bytes")
    do { try Descriptor.write(descriptor, at: size, bytes) } catch { throw error.outsideError }
    size += bytes.byteCount
  }

  /// Flushes the file, gives it its name and flushes the folder: after this it survives a power cut.
  ///
  /// - Throws: `.outside(.outputExists)` if the name was taken meanwhile; then nothing is left.
  package mutating func commit() throws(VaultStoreError) {
    precondition(!isCommitted, "an output is committed once")
    do throws(FileSystemError) {
      try Descriptor.sync(descriptor)
      // A replacement needs a name to rename from: `linkat` never replaces.
      if partialName == nil, replacing {
        let partial = try Self.newPartialName(name)
        try Descriptor.link(descriptor, directory, partial)
        partialName = partial
      }
      if let partialName {
        try Descriptor.rename(directory, partialName, directory, name, replacing: replacing)
      } else {
        try Descriptor.link(descriptor, directory, name)
      }
      isCommitted = true
      try Descriptor.sync(directory)
    } catch {
      throw error.outsideError
    }
  }

  private static func openUnnamed(
    _ directory: Int32, _ name: String
  ) throws(FileSystemError) -> (Int32, String?) {
    do throws(FileSystemError) {
      return (try Descriptor.open(directory, "", .unnamed), nil)
    } catch {
      // What kernels and file systems without O_TMPFILE answer.
      guard [Errno.notSupported, Errno.isDirectory, Errno.invalid].contains(error.code) else { throw error }
      let partial = try newPartialName(name)
      return (try Descriptor.open(directory, partial, .createExclusive), partial)
    }
  }

  private static func newPartialName(_ name: String) throws(FileSystemError) -> String {
    guard let random = try? SecureRandom.bytes(count: 8) else {
      throw FileSystemError(operation: .create, code: Errno.io)
    }
    // Kept short: with the name in it, a long name would no longer fit.
    return ".strongroom-\(random.hex).partial"
  }
}

extension FileSystemError {
  /// The module's error for a file outside the vault, which is never named.
  var outsideError: VaultStoreError {
    if Errno.isFull(code) { return .outside(.diskFull) }
    switch (operation, code) {
    case (.link, Errno.exists), (.rename, Errno.exists): return .outside(.outputExists)
    default: return .outside(.io(operation: operation, code: code))
    }
  }
}
