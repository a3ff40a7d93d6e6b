import Glibc

/// The error numbers that this module tells apart.
enum Errno {
  static let noSuchFile = ENOENT
  static let exists = EEXIST
  static let readOnlyFileSystem = EROFS
  static let quota = EDQUOT
  static let fileTooLarge = EFBIG
  static let notADirectory = ENOTDIR
  static let link = ELOOP
  static let crossesBoundary = EXDEV
  static let notSupported = EOPNOTSUPP
  static let isDirectory = EISDIR
  static let invalid = EINVAL
  static let io = EIO

  /// The disk, the quota or the file size limit is reached: nothing is broken, there is just no room.
  static func isFull(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
}

extension FileSystemError {
  /// The module's error for a call on the file `name`, before anything was promised.
  func storeError(_ name: String) -> VaultStoreError {
    if Errno.isFull(code) { return .diskFull(name) }
    switch (operation, code) {
    case (.open, Errno.link), (.open, Errno.crossesBoundary), (.open, Errno.isDirectory):
      return .damaged(Damage(file: name, problem: .notAnOrdinaryFile))
    default: return .io(operation: operation, name: name, code: code)
    }
  }
}

extension VaultStoreError {
  /// Whether this process may not write there at all: a medium or folder for reading only.
  package var isForbidden: Bool {
    switch self {
    case .readOnly: true
    case .io(_, _, let code): code == EACCES || code == EPERM || code == EROFS
    default: false
    }
  }
}
