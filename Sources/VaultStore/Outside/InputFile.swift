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
    let descriptor: Int32
    do { descriptor = try Descriptor.open(Descriptor.currentDirectory, path, .read) } catch {
      throw .outside(.notReadable(code: error.code))
    }
    do throws(FileSystemError) {
      let status = try Descriptor.status(descriptor)
      if status.kind == .file { return InputFile(descriptor: descriptor, opened: Fingerprint(status)) }
    } catch {
      Descriptor.close(descriptor)
      throw .outside(.notReadable(code: error.code))
    }
    Descriptor.close(descriptor)
    throw .outside(.notAFile)
  }

  private init(descriptor: Int32, opened: Fingerprint) {
    self.descriptor = descriptor
    self.opened = opened
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
