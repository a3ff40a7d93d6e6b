/// One object's file, held open.
final class DirectoryObjectReader: ObjectReader {
  let length: Int
  private let files: any FileSystem
  private let file: OpenFile
  private let path: String

  init(_ id: ObjectID, in files: any FileSystem) throws(VaultStoreError) {
    self.files = files
    path = id.relativePath
    do throws(FileSystemError) {
      file = try files.open(path, writable: false)
    } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .missing(path) }
      throw error.storeError(path)
    }
    do throws(FileSystemError) {
      length = try files.status(file).size
    } catch {
      files.close(file)
      throw error.storeError(path)
    }
  }

  deinit { files.close(file) }

  func read(at offset: Int, into room: inout MutableRawSpan) throws(VaultStoreError) {
    let wanted = room.byteCount
    let count: Int
    do { count = try files.read(file, at: offset, into: &room) } catch { throw error.storeError(path) }
    guard count == wanted else { throw .damaged(Damage(file: path, problem: .truncated)) }
  }
}
