import CStrongroom

/// A source document outside the vault, read in pieces of the caller's size and watched for change.
///
/// A document that is written to while it is read would be filed half old and half new. `checkUnchanged()` after the last read
/// compares length, modification and change times; a change within one tick of the kernel's clock (4 ms) that keeps the length is
/// not seen by it. What is recorded is what was sealed in any case: the bytes are hashed as they are sealed.
package struct InputFile: ~Copyable, Sendable {
  private let descriptor: Int32
  private let opened: Fingerprint

  /// Bytes when it was opened.
  package var byteCount: Int { Int(opened.size) }

  /// - Throws: `.outside(.notReadable)`; `.outside(.notAFile)` for folders, devices and pipes.
  package static func open(at path: String) throws(VaultStoreError) -> InputFile {
    do throws(FileSystemError) {
      return try InputFile(descriptor: try Descriptor.open(Descriptor.currentDirectory, path, .read))
    } catch {
      if error.code == Errno.isDirectory { throw .outside(.notAFile) }
      throw .outside(.notReadable(code: error.code))
    }
  }

  /// Takes an open descriptor over.
  ///
  /// - Throws: EISDIR for anything but an ordinary file.
  init(descriptor: Int32) throws(FileSystemError) {
    let status: strongroom_status
    do throws(FileSystemError) {
      status = try Descriptor.status(descriptor)
      guard status.kind == .file else { throw FileSystemError(operation: .open, code: Errno.isDirectory) }
    } catch {
      Descriptor.close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    opened = Fingerprint(status)
  }

  deinit { Descriptor.close(descriptor) }

  /// Fills `target` from `offset`; gives the number of bytes, fewer only where the file ends.
  package func read(at offset: Int, into target: inout MutableRawSpan) throws(VaultStoreError) -> Int {
    do { return try Descriptor.read(descriptor, at: offset, into: &target) } catch {
      throw .outside(.io(operation: .read, code: error.code))
    }
  }

  /// - Throws: `.outside(.changedWhileReading)`.
  package func checkUnchanged() throws(VaultStoreError) {
    let now: Fingerprint
    do { now = Fingerprint(try Descriptor.status(descriptor)) } catch {
      throw .outside(.io(operation: .status, code: error.code))
    }
    guard now == opened else { throw .outside(.changedWhileReading) }
  }

  private struct Fingerprint: Hashable, Sendable {
    let size: Int64
    let times: [Int64]

    init(_ status: strongroom_status) {
      size = status.size
      times = [status.modified_s, status.modified_ns, status.changed_s, status.changed_ns]
    }
  }
}
