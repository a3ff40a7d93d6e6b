import CStrongroom
import Glibc

/// The system calls of this module, one Swift function each. The only file here that handles pointers; a negative result is
/// turned into an error on the next line.
enum Descriptor {
  static let currentDirectory = AT_FDCWD

  enum Access {
    case read, readWrite, createExclusive, directory, unnamed

    var flags: Int32 {
      switch self {
      // Without O_NONBLOCK, opening a pipe somebody planted would wait for its writer for ever.
      case .read: O_RDONLY | O_NONBLOCK
      case .readWrite: O_RDWR | O_NONBLOCK
      case .createExclusive: O_RDWR | O_CREAT | O_EXCL
      case .directory: O_RDONLY | O_DIRECTORY
      case .unnamed: O_RDWR | strongroom_o_tmpfile()
      }
    }

    var operation: FileOperation {
      switch self {
      case .createExclusive, .unnamed: .create
      default: .open
      }
    }
  }

  /// `openat2` beneath `directory`, no links followed. New files get mode 0600.
  static func openBeneath(
    _ directory: Int32, _ path: String, _ access: Access
  ) throws(FileSystemError) -> Int32 {
    try checked(
      strongroom_open_beneath(directory, path.isEmpty ? "." : path, access.flags, 0o600), access.operation)
  }

  /// `openat`; links are followed, since the user named the file.
  static func open(_ directory: Int32, _ path: String, _ access: Access) throws(FileSystemError) -> Int32 {
    try checked(strongroom_open(directory, path.isEmpty ? "." : path, access.flags, 0o600), access.operation)
  }

  static func close(_ descriptor: Int32) {
    // A flush came before wherever durability was promised, so what close reports adds nothing.
    _ = strongroom_close(descriptor)
  }

  /// `pread` until `count` bytes or the end of the file.
  static func read(_ descriptor: Int32, at offset: Int, count: Int) throws(FileSystemError) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let got = strongroom_pread(
          descriptor, buffer.baseAddress! + initialized, count - initialized, Int64(offset + initialized))
        if got <= 0 {
          code = Int32(truncatingIfNeeded: -got)
          return
        }
        initialized += Int(got)
      }
    }
    if code != 0 { throw FileSystemError(operation: .read, code: code) }
    return bytes
  }

  /// `pread` into memory of the caller's until it is full or the file ends; gives the number of bytes.
  static func read(
    _ descriptor: Int32, at offset: Int, into target: inout MutableRawSpan
  ) throws(FileSystemError) -> Int {
    let result: Int64 = target.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < buffer.count {
        let got = strongroom_pread(
          descriptor, buffer.baseAddress! + done, buffer.count - done, Int64(offset + done))
        if got < 0 { return got }
        if got == 0 { break }
        done += Int(got)
      }
      return Int64(done)
    }
    guard result >= 0 else {
      throw FileSystemError(operation: .read, code: Int32(truncatingIfNeeded: -result))
    }
    return Int(result)
  }

  /// `pwrite` until all is written.
  static func write(_ descriptor: Int32, at offset: Int, _ bytes: RawSpan) throws(FileSystemError) {
    let code: Int32 = bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let put = strongroom_pwrite(
          descriptor, buffer.baseAddress! + done, buffer.count - done, Int64(offset + done))
        if put < 0 { return Int32(truncatingIfNeeded: -put) }
        // A write that makes no progress without an error would loop for ever.
        if put == 0 { return EIO }
        done += Int(put)
      }
      return 0
    }
    guard code == 0 else { throw FileSystemError(operation: .write, code: code) }
  }

  static func allocate(_ descriptor: Int32, size: Int) throws(FileSystemError) {
    let result = strongroom_fallocate(descriptor, Int64(size))
    // A file system that cannot reserve is not an error: the write itself will meet a full disk.
    if result == -EOPNOTSUPP || result == -ENOSYS { return }
    try checked(result, .allocate)
  }

  static func sync(_ descriptor: Int32) throws(FileSystemError) {
    try checked(strongroom_fsync(descriptor), .sync)
  }
  static func syncData(_ descriptor: Int32) throws(FileSystemError) {
    try checked(strongroom_fdatasync(descriptor), .sync)
  }

  /// Everything on the file system that holds the file.
  static func syncFileSystem(_ descriptor: Int32) throws(FileSystemError) {
    try checked(strongroom_syncfs(descriptor), .sync)
  }
  static let syncFileSystemReportsErrors = strongroom_syncfs_reports_errors() == 1

  static func beginWriting(_ descriptor: Int32, _ range: Range<Int>) {
    strongroom_begin_writing(descriptor, Int64(range.lowerBound), Int64(range.count))
  }

  static func status(_ descriptor: Int32) throws(FileSystemError) -> strongroom_status {
    var status = strongroom_status()
    try checked(strongroom_fstat(descriptor, &status), .status)
    return status
  }

  /// Whether `path`, or the folder it is to be made in, is the folder `top` or lies in it, however it is written.
  static func isBelow(_ path: String, _ top: FileStatus.Identity?) throws(FileSystemError) -> Bool {
    // One that does not exist yet is looked at from the folder above it.
    let slash = path.lastIndex(of: "/")
    let above = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    var folder: Int32
    do throws(FileSystemError) { folder = try open(currentDirectory, path, .directory) } catch {
      guard error.code == Errno.noSuchFile else { throw error }
      folder = try open(currentDirectory, above, .directory)
    }
    defer { close(folder) }
    var previous: FileStatus.Identity?
    while true {
      let identity = FileStatus(try status(folder)).identity
      if identity == top { return true }
      // The root is its own parent.
      if identity == previous { return false }
      previous = identity
      let next = try open(folder, "..", .directory)
      close(folder)
      folder = next
    }
  }

  /// nil if nothing has this name.
  static func status(_ directory: Int32, _ path: String) throws(FileSystemError) -> strongroom_status? {
    var status = strongroom_status()
    let result = strongroom_lstat_at(directory, path.isEmpty ? "." : path, &status)
    if result == -ENOENT || result == -ENOTDIR { return nil }
    try checked(result, .status)
    return status
  }

  /// What the file lies on.
  static func volumeKind(_ descriptor: Int32) throws(FileSystemError) -> VolumeKind {
    var magic: UInt64 = 0
    try checked(strongroom_file_system_magic(descriptor, &magic), .status)
    let device = try status(descriptor).device
    let type = MountTable.type(
      of: mounts, major: strongroom_device_major(device), minor: strongroom_device_minor(device))
    return VolumeKind(magic: magic, type: type)
  }

  /// `/proc/self/mountinfo`; empty where it cannot be read.
  private static var mounts: String {
    guard let file = try? open(currentDirectory, "/proc/self/mountinfo", .read) else { return "" }
    defer { close(file) }
    return String(decoding: (try? read(file, at: 0, count: 1 << 20)) ?? [], as: UTF8.self)
  }

  /// Bytes that may still be written where the file lies, and all that there are.
  static func space(_ descriptor: Int32) throws(FileSystemError) -> (free: UInt64, total: UInt64) {
    var free: UInt64 = 0
    var total: UInt64 = 0
    try checked(strongroom_space(descriptor, &free, &total), .status)
    return (free, total)
  }

  static func rename(
    _ oldDirectory: Int32, _ from: String, _ directory: Int32, _ to: String, replacing: Bool
  ) throws(FileSystemError) {
    try checked(strongroom_rename(oldDirectory, from, directory, to, replacing ? 0 : 1), .rename)
  }

  static func link(_ descriptor: Int32, _ directory: Int32, _ name: String) throws(FileSystemError) {
    try checked(strongroom_link_descriptor(descriptor, directory, name), .link)
  }

  static func remove(_ directory: Int32, _ path: String) throws(FileSystemError) {
    try checked(strongroom_unlink(directory, path), .remove)
  }

  static func makeDirectory(_ directory: Int32, _ path: String) throws(FileSystemError) {
    try checked(strongroom_mkdir(directory, path, 0o700), .makeDirectory)
  }

  static func tryLock(_ descriptor: Int32, exclusive: Bool) throws(FileSystemError) -> Bool {
    let result = strongroom_try_lock(descriptor, exclusive ? 1 : 0)
    if result == -EWOULDBLOCK { return false }
    try checked(result, .lock)
    return true
  }

  static func unlock(_ descriptor: Int32) { _ = strongroom_unlock(descriptor) }

  static func pause(milliseconds: Int) { strongroom_sleep_ms(UInt32(milliseconds)) }

  static func list(_ directory: Int32, _ path: String) throws(FileSystemError) -> [DirectoryEntry] {
    var code: Int32 = 0
    let listing = strongroom_list_begin(directory, path.isEmpty ? "." : path, &code)
    guard let listing else { throw FileSystemError(operation: .list, code: -code) }
    defer { strongroom_list_end(listing) }
    var entries: [DirectoryEntry] = []
    var name = [CChar](repeating: 0, count: 256)
    while true {
      var isFile: Int32 = 0
      var isDirectory: Int32 = 0
      let result = strongroom_list_next(listing, &name, name.count, &isFile, &isDirectory)
      try checked(result, .list)
      guard result == 1 else { return entries }
      let text = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      entries.append(
        DirectoryEntry(
          name: String(decoding: text, as: UTF8.self),
          kind: isFile == 1 ? .file : isDirectory == 1 ? .directory : .other))
    }
  }

  /// `memcmp` of a block with itself one byte on: the quickest test there is that also runs fast in a debug build.
  static func isAllZero(_ bytes: RawSpan) -> Bool {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress, buffer.count > 0 else { return true }
      return buffer[0] == 0 && memcmp(base, base + 1, buffer.count - 1) == 0
    }
  }

  @discardableResult
  private static func checked(_ result: Int32, _ operation: FileOperation) throws(FileSystemError) -> Int32 {
    guard result >= 0 else { throw FileSystemError(operation: operation, code: -result) }
    return result
  }
}

extension strongroom_status {
  var kind: FileStatus.Kind {
    switch mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    default: .other
    }
  }

  /// Owned by the user this process runs as, and writable by nobody else. An access list counts too: its mask stands in the
  /// bits of the group.
  var isPrivate: Bool { owner == geteuid() && mode & (S_IWGRP | S_IWOTH) == 0 }
}
