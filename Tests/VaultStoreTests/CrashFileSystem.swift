import Glibc
import Synchronization
import VaultStore

/// A file system in memory that writes down every operation, so that a test can rebuild what a disk may hold after a power cut at any of
/// them, and that can be told to fail its n-th call.
///
/// The model is weaker than real file systems: until it is flushed, each write may be missing, zeros, or cut at 512 or 4,096 bytes, and each
/// change of a folder may be missing, whatever came before or after it. A rename is two changes, which may survive singly.
final class CrashFileSystem: FileSystem {
  /// What a disk holds. Folder 0 is the vault's.
  struct Disk {
    var folders: [Int: [String: Int]] = [0: [:]]
    var files: [Int: [UInt8]] = [:]
  }

  enum Operation {
    case link(folder: Int, name: String, inode: Int)
    case unlink(folder: Int, name: String)
    case write(inode: Int, offset: Int, bytes: [UInt8])
    case extend(inode: Int, size: Int)
    case newFile(Int)
    case newFolder(Int)
    case syncFile(Int)
    case syncFolder(Int)
    /// `syncfs`: every file and folder.
    case syncEverything
    /// Put in by the test: everything before was acknowledged.
    case mark
  }

  /// What the n-th call from now does instead of what it should.
  struct Failure {
    var call: Int
    let code: Int32
    /// Whether the call takes effect although it says it failed.
    let takesEffect: Bool
  }

  fileprivate struct State {
    var disk = Disk()
    var nextInode = 1
    var open: [Int32: Int] = [:]
    var nextFile: Int32 = 3
    var operations: [Operation] = []
    var failure: Failure?
    var hasFailed = false
  }

  private let state: Mutex<State>
  /// False for a system whose `syncfs` would not tell of a failed write.
  private let canSyncEverything: Bool
  private let kind: VolumeKind

  init(_ disk: Disk = Disk(), canSyncEverything: Bool = true, on kind: VolumeKind = .local("memory")) {
    self.canSyncEverything = canSyncEverything
    self.kind = kind
    var state = State()
    state.disk = disk
    state.nextInode = (disk.folders.keys.max() ?? 0) + (disk.files.keys.max() ?? 0) + 1
    self.state = Mutex(state)
  }

  var operations: [Operation] { state.withLock { $0.operations } }
  var disk: Disk { state.withLock { $0.disk } }
  func mark() { state.withLock { $0.operations.append(.mark) } }
  func fail(_ failure: Failure?) {
    state.withLock {
      $0.failure = failure
      $0.hasFailed = false
    }
  }
  var hasFailed: Bool { state.withLock { $0.hasFailed } }

  // MARK: FileSystem

  func open(_ path: String, writable: Bool) throws(FileSystemError) -> OpenFile {
    try perform(.open) { (state: inout State) throws(FileSystemError) in
      guard let inode = try state.find(path, .open) else {
        throw FileSystemError(operation: .open, code: ENOENT)
      }
      guard state.disk.files[inode] != nil else { throw FileSystemError(operation: .open, code: EISDIR) }
      return state.openFile(inode)
    }
  }

  func createExclusive(_ path: String) throws(FileSystemError) -> OpenFile {
    try perform(.create) { (state: inout State) throws(FileSystemError) in
      let (folder, name) = try state.place(path, .create)
      guard state.disk.folders[folder]?[name] == nil else {
        throw FileSystemError(operation: .create, code: EEXIST)
      }
      let inode = state.newInode()
      state.record(.newFile(inode))
      state.record(.link(folder: folder, name: name, inode: inode))
      return state.openFile(inode)
    }
  }

  func close(_ file: OpenFile) { state.withLock { $0.open[file.number] = nil } }

  func read(_ file: OpenFile, at offset: Int, count: Int) throws(FileSystemError) -> [UInt8] {
    try perform(.read) { (state: inout State) throws(FileSystemError) in
      let bytes = state.bytes(file)
      let start = min(offset, bytes.count)
      return Array(bytes[start..<min(start + count, bytes.count)])
    }
  }

  func read(
    _ file: OpenFile, at offset: Int, into target: inout MutableRawSpan
  ) throws(FileSystemError) -> Int {
    let bytes = try read(file, at: offset, count: target.byteCount)
    target.withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    return bytes.count
  }

  func write(_ file: OpenFile, at offset: Int, _ bytes: RawSpan) throws(FileSystemError) {
    let copy = bytes.withUnsafeBytes { [UInt8]($0) }
    try perform(.write) { (state: inout State) throws(FileSystemError) in
      state.record(.write(inode: state.inode(file), offset: offset, bytes: copy))
    }
  }

  func allocate(_ file: OpenFile, size: Int) throws(FileSystemError) {
    try perform(.allocate) { (state: inout State) throws(FileSystemError) in
      state.record(.extend(inode: state.inode(file), size: size))
    }
  }

  func status(_ file: OpenFile) throws(FileSystemError) -> FileStatus {
    try perform(.status) { (state: inout State) throws(FileSystemError) in state.status(state.inode(file)) }
  }

  func status(of path: String) throws(FileSystemError) -> FileStatus? {
    try perform(.status) { (state: inout State) throws(FileSystemError) in
      try state.find(path, .status).map { state.status($0) }
    }
  }

  func syncData(_ file: OpenFile) throws(FileSystemError) { try syncAll(file) }

  func syncAll(_ file: OpenFile) throws(FileSystemError) {
    try perform(.sync) { (state: inout State) throws(FileSystemError) in
      state.record(.syncFile(state.inode(file)))
    }
  }

  func syncDirectory(_ path: String) throws(FileSystemError) {
    try perform(.syncDirectory) { (state: inout State) throws(FileSystemError) in
      guard let folder = try state.find(path, .syncDirectory) else {
        throw FileSystemError(operation: .syncDirectory, code: ENOENT)
      }
      state.record(.syncFolder(folder))
    }
  }

  func syncEverything() throws(FileSystemError) -> Bool {
    guard canSyncEverything else { return false }
    return try perform(.sync) { (state: inout State) throws(FileSystemError) in
      state.record(.syncEverything)
      return true
    }
  }

  func beginWriting(_ file: OpenFile, _ range: Range<Int>) {}

  func renameWithoutReplacing(_ from: String, _ to: String) throws(FileSystemError) {
    try rename(from, to, replacing: false)
  }

  func rename(_ from: String, _ to: String) throws(FileSystemError) { try rename(from, to, replacing: true) }

  private func rename(_ from: String, _ to: String, replacing: Bool) throws(FileSystemError) {
    try perform(.rename) { (state: inout State) throws(FileSystemError) in
      guard let inode = try state.find(from, .rename) else {
        throw FileSystemError(operation: .rename, code: ENOENT)
      }
      let (folder, name) = try state.place(to, .rename)
      if !replacing, state.disk.folders[folder]?[name] != nil {
        throw FileSystemError(operation: .rename, code: EEXIST)
      }
      let (oldFolder, oldName) = try state.place(from, .rename)
      state.record(.link(folder: folder, name: name, inode: inode))
      state.record(.unlink(folder: oldFolder, name: oldName))
    }
  }

  func remove(_ path: String) throws(FileSystemError) {
    try perform(.remove) { (state: inout State) throws(FileSystemError) in
      guard try state.find(path, .remove) != nil else {
        throw FileSystemError(operation: .remove, code: ENOENT)
      }
      let (folder, name) = try state.place(path, .remove)
      state.record(.unlink(folder: folder, name: name))
    }
  }

  func makeDirectory(_ path: String) throws(FileSystemError) {
    try perform(.makeDirectory) { (state: inout State) throws(FileSystemError) in
      let (folder, name) = try state.place(path, .makeDirectory)
      guard state.disk.folders[folder]?[name] == nil else {
        throw FileSystemError(operation: .makeDirectory, code: EEXIST)
      }
      let inode = state.newInode()
      state.record(.newFolder(inode))
      state.record(.link(folder: folder, name: name, inode: inode))
    }
  }

  func list(_ path: String) throws(FileSystemError) -> [DirectoryEntry] {
    try perform(.list) { (state: inout State) throws(FileSystemError) in
      guard let inode = try state.find(path, .list), let entries = state.disk.folders[inode] else {
        throw FileSystemError(operation: .list, code: ENOENT)
      }
      return entries.sorted { $0.key < $1.key }.map {
        DirectoryEntry(name: $0.key, kind: state.disk.folders[$0.value] == nil ? .file : .directory)
      }
    }
  }

  func tryLock(_ file: OpenFile, exclusive: Bool) throws(FileSystemError) -> Bool { true }
  func unlock(_ file: OpenFile) {}
  func pause(milliseconds: Int) {}
  func volumeKind() throws(FileSystemError) -> VolumeKind { kind }

  private func perform<R: Sendable>(
    _ operation: FileOperation, _ body: (inout State) throws(FileSystemError) -> R
  ) throws(FileSystemError) -> R {
    let result: Result<R, FileSystemError> = state.withLock { state in
      var fails = false
      if let failure = state.failure {
        fails = failure.call == 0
        state.failure?.call -= 1
      }
      do throws(FileSystemError) {
        guard fails, let failure = state.failure else { return .success(try body(&state)) }
        state.hasFailed = true
        if failure.takesEffect { _ = try body(&state) }
        return .failure(FileSystemError(operation: operation, code: failure.code))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension CrashFileSystem.State {
  fileprivate mutating func record(_ operation: CrashFileSystem.Operation) {
    disk.apply(operation)
    operations.append(operation)
  }

  fileprivate mutating func newInode() -> Int {
    defer { nextInode += 1 }
    return nextInode
  }

  fileprivate mutating func openFile(_ inode: Int) -> OpenFile {
    defer { nextFile += 1 }
    open[nextFile] = inode
    return OpenFile(number: nextFile)
  }

  fileprivate func inode(_ file: OpenFile) -> Int { open[file.number]! }
  fileprivate func bytes(_ file: OpenFile) -> [UInt8] { disk.files[inode(file)] ?? [] }

  fileprivate func status(_ inode: Int) -> FileStatus {
    let links = disk.folders.values.reduce(0) { $0 + $1.values.count { $0 == inode } }
    return FileStatus(
      identity: .init(device: 1, inode: UInt64(inode)), kind: disk.files[inode] == nil ? .directory : .file,
      size: disk.files[inode]?.count ?? 0, links: links)
  }

  fileprivate func find(_ path: String, _ operation: FileOperation) throws(FileSystemError) -> Int? {
    var inode = 0
    for part in path.split(separator: "/") {
      guard let entries = disk.folders[inode] else {
        throw FileSystemError(operation: operation, code: ENOTDIR)
      }
      guard let next = entries[String(part)] else { return nil }
      inode = next
    }
    return inode
  }

  fileprivate func place(
    _ path: String, _ operation: FileOperation
  ) throws(FileSystemError) -> (folder: Int, name: String) {
    let cut = path.lastIndex(of: "/")
    let above = cut.map { String(path[..<$0]) } ?? ""
    guard let folder = try find(above, operation), disk.folders[folder] != nil else {
      throw FileSystemError(operation: operation, code: ENOENT)
    }
    return (folder, cut.map { String(path[path.index(after: $0)...]) } ?? path)
  }
}

extension CrashFileSystem.Disk {
  mutating func apply(_ operation: CrashFileSystem.Operation) {
    switch operation {
    case .link(let folder, let name, let inode): folders[folder]?[name] = inode
    case .unlink(let folder, let name): folders[folder]?[name] = nil
    case .write(let inode, let offset, let bytes):
      guard !bytes.isEmpty else { return }
      extend(inode, to: offset + bytes.count)
      files[inode]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    case .extend(let inode, let size): extend(inode, to: size)
    case .newFile(let inode): files[inode] = []
    case .newFolder(let inode): folders[inode] = [:]
    case .syncFile, .syncFolder, .syncEverything, .mark: break
    }
  }

  private mutating func extend(_ inode: Int, to size: Int) {
    let missing = size - (files[inode]?.count ?? 0)
    if missing > 0 { files[inode]? += [UInt8](repeating: 0, count: missing) }
  }
}
