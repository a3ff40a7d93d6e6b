/// The `lock` file: held by whoever appends to the ledger, for the length of one append. The kernel lets go of it when a process
/// ends, however it ends, so there is no stale lock.
struct WriterLock: Sendable {
  /// A writer waits 2 s for another before it says `.busy`.
  static let attempts = 200
  static let pauseMilliseconds = 10
  static let path = "lock"

  let files: any FileSystem

  /// - Returns: the open lock file; give it to `release`.
  /// - Throws: `.busy`.
  func acquire(exclusive: Bool) throws(VaultStoreError) -> OpenFile {
    do throws(FileSystemError) {
      for attempt in 0..<Self.attempts {
        if attempt > 0 { files.pause(milliseconds: Self.pauseMilliseconds) }
        let file = try open(creating: exclusive)
        if try files.tryLock(file, exclusive: exclusive),
          // Somebody may have deleted the file meanwhile: a lock on what has no name keeps nobody out.
          try files.status(of: Self.path)?.identity == files.status(file).identity
        {
          return file
        }
        files.close(file)
      }
    } catch {
      throw error.storeError(Self.path)
    }
    throw .busy
  }

  func release(_ file: OpenFile) {
    files.unlock(file)
    files.close(file)
  }

  private func open(creating: Bool) throws(FileSystemError) -> OpenFile {
    do throws(FileSystemError) {
      return try files.open(Self.path, writable: false)
    } catch {
      guard creating, error.code == Errno.noSuchFile else { throw error }
    }
    do throws(FileSystemError) {
      return try files.createExclusive(Self.path)
    } catch {
      guard error.code == Errno.exists else { throw error }
      return try files.open(Self.path, writable: false)
    }
  }
}
