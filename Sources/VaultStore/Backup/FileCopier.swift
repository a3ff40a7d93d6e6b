import StrongroomCrypto

/// Copies one file from one folder into another, durably, looking at every byte on the way.
struct FileCopier {
  enum Failure: Error {
    case reading(VaultStoreError)
    case writing(VaultStoreError)
  }

  private let source: DirectoryCore
  private let target: DirectoryCore
  private static let pieceByteCount = 1 << 20

  init(from source: DirectoryCore, to target: DirectoryCore) {
    self.source = source
    self.target = target
  }

  /// - Parameters:
  ///   - input: open in the source; stays open.
  ///   - path: a name that the target does not have yet.
  ///   - progress: gets the bytes of each piece.
  /// - Returns: whether the file was as expected; otherwise nothing is left in the target.
  func copy(
    _ input: OpenFile, to path: String, expecting file: BackupManifest.File, progress: (Int) -> Void
  ) -> Result<Bool, Failure> {
    do throws(Failure) {
      guard try size(of: input, path) == file.length else { return .success(false) }
      return .success(try copy(input, path, file.length, file.sha256, progress))
    } catch {
      return .failure(error)
    }
  }

  /// The same for a file of which nothing is known beforehand.
  func copy(_ input: OpenFile, to path: String) -> Result<Void, Failure> {
    do throws(Failure) {
      _ = try copy(input, path, try size(of: input, path), nil) { _ in }
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  private func copy(
    _ input: OpenFile, _ path: String, _ length: Int, _ sha256: SHA256Digest?, _ progress: (Int) -> Void
  ) throws(Failure) -> Bool {
    let temporary: DirectoryCore.Temporary
    do { temporary = try target.makeTemporary(for: path) } catch { throw .writing(error) }
    do throws(Failure) {
      let found = try fill(temporary, from: input, path, length, progress)
      if let sha256, found != sha256 {
        target.discard(temporary)
        target.files.close(temporary.file)
        return false
      }
    } catch {
      target.discard(temporary)
      target.files.close(temporary.file)
      throw error
    }
    do { try target.publish(temporary, as: path) } catch { throw .writing(error) }
    return true
  }

  private func size(of input: OpenFile, _ path: String) throws(Failure) -> Int {
    do { return try source.files.status(input).size } catch { throw .reading(error.storeError(path)) }
  }

  /// - Returns: the SHA-256 of what was copied and flushed.
  private func fill(
    _ temporary: DirectoryCore.Temporary, from input: OpenFile, _ path: String, _ length: Int,
    _ progress: (Int) -> Void
  ) throws(Failure) -> SHA256Digest {
    do throws(FileSystemError) {
      if length > 0 { try target.files.allocate(temporary.file, size: length) }
    } catch {
      throw .writing(error.storeError(path))
    }
    var hash = SHA256()
    var offset = 0
    while offset < length {
      let bytes: [UInt8]
      do {
        bytes = try source.files.read(input, at: offset, count: min(Self.pieceByteCount, length - offset))
      } catch {
        throw .reading(error.storeError(path))
      }
      if bytes.isEmpty { break }
      do { try target.files.write(temporary.file, at: offset, bytes.span.bytes) } catch {
        throw .writing(error.storeError(path))
      }
      hash.update(bytes.span.bytes)
      offset += bytes.count
      progress(bytes.count)
    }
    do throws(VaultStoreError) {
      try target.health.flush(path) { () throws(FileSystemError) in try target.files.syncAll(temporary.file) }
    } catch {
      throw .writing(error)
    }
    return hash.finish()
  }
}
