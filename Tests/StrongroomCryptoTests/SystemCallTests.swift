import CStrongroom
import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing

/// The C shims: each gives what the system call gave, or its error number, negative.
@Suite struct SystemCallTests {
  private func openDirectory(_ path: String) throws -> CInt {
    let fd = strongroom_open(path, strongroom_o_directory, 0)
    try #require(fd >= 0)
    return fd
  }

  @Test func aFileWithoutANameGetsOneThatMustBeFree() throws {
    let scratch = try ScratchDirectory()
    let folder = try openDirectory(scratch.path)
    defer { strongroom_close(folder) }
    let file = strongroom_open_unnamed(scratch.path, 0o600)
    try #require(file >= 0)
    #expect(strongroom_write(file, "plan", 4) == 4)
    #expect(strongroom_fsync(file) == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    #expect(strongroom_link_unnamed(file, folder, "out.age") == 0)
    #expect(strongroom_link_unnamed(file, folder, "out.age") == -EEXIST)
    #expect(try String(contentsOfFile: scratch.path("out.age"), encoding: .utf8) == "plan")
    var status = strongroom_file_status()
    #expect(strongroom_fstat(file, &status) == 0)
    #expect(status.size_bytes == 4)
    #expect(status.mode & 0o777 == 0o600)
    #expect(status.link_count == 1)
    #expect(strongroom_close(file) == 0)
    #expect(strongroom_openat_unnamed(folder, "absent", 0o600) == -ENOENT)
  }

  @Test func renamingNeverReplacesUnlessAsked() throws {
    let scratch = try ScratchDirectory()
    let folder = try openDirectory(scratch.path)
    defer { strongroom_close(folder) }
    try scratch.write([1], to: "a")
    try scratch.write([2], to: "b")
    #expect(strongroom_rename_no_replace(folder, "a", folder, "b") == -EEXIST)
    #expect(strongroom_rename_no_replace(folder, "a", folder, "c") == 0)
    #expect(strongroom_rename_no_replace(folder, "a", folder, "d") == -ENOENT)
    #expect(strongroom_renameat(folder, "c", folder, "b") == 0)
    #expect(try Data(contentsOf: scratch.url.appendingPathComponent("b")) == Data([1]))
  }

  @Test func aLockIsHeldByOneDescriptorAtATime() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.write([], to: "lock")
    let first = strongroom_open(path, O_RDWR, 0)
    let second = strongroom_open(path, O_RDWR, 0)
    let exclusive = CInt(STRONGROOM_LOCK_EXCLUSIVE | STRONGROOM_LOCK_NON_BLOCKING)
    #expect(strongroom_flock(first, exclusive) == 0)
    #expect(strongroom_flock(second, exclusive) == -EWOULDBLOCK)
    #expect(strongroom_close(first) == 0)
    #expect(strongroom_flock(second, exclusive) == 0)
    #expect(strongroom_close(second) == 0)
  }

  @Test func bytesAreReservedWrittenAndReadAtTheirPlace() throws {
    let scratch = try ScratchDirectory()
    let fd = strongroom_open(scratch.path("f"), O_RDWR | O_CREAT | O_EXCL, 0o600)
    try #require(fd >= 0)
    #expect(strongroom_open(scratch.path("f"), O_RDWR | O_CREAT | O_EXCL, 0o600) == -EEXIST)
    let reserved = strongroom_fallocate(fd, 0, 8192)
    #expect(reserved == 0 || reserved == -EOPNOTSUPP)
    #expect(strongroom_pwrite(fd, "late", 4, 4096) == 4)
    #expect(strongroom_fdatasync(fd) == 0)
    var bytes = [UInt8](repeating: 0, count: 4)
    #expect(strongroom_pread(fd, &bytes, 4, 4096) == 4)
    #expect(bytes == Array("late".utf8))
    #expect(strongroom_ftruncate(fd, 100) == 0)
    #expect(strongroom_pread(fd, &bytes, 4, 4096) == 0)
    #expect(strongroom_fchmod(fd, 0o400) == 0)
    #expect(strongroom_file_system_type(fd) > 0)
    #expect(strongroom_file_system_free_bytes(fd) > 0)
    #expect(strongroom_advise_sequential(fd) == 0)
    #expect(strongroom_advise_not_needed(fd, 0, 4096) == 0)
    #expect(strongroom_close(fd) == 0)
    #expect(strongroom_close(fd) == -EBADF)
    #expect(strongroom_read(fd, &bytes, 4) == -EBADF)
    #expect(strongroom_file_system_type(fd) == Int64(-EBADF))
  }

  @Test func aFolderListsEachNameOnceAndLinksAreNotFollowed() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1], to: "file")
    let folder = try openDirectory(scratch.path)
    #expect(strongroom_mkdirat(folder, "sub", 0o700) == 0)
    #expect(strongroom_mkdirat(folder, "sub", 0o700) == -EEXIST)
    try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "file")
    #expect(strongroom_openat(folder, "link", O_RDONLY | strongroom_o_nofollow, 0) == -ELOOP)
    var status = strongroom_file_status()
    #expect(strongroom_fstatat(folder, "link", &status) == 0)
    #expect(status.mode & UInt32(S_IFMT) == UInt32(S_IFLNK))

    var listing: OpaquePointer?
    #expect(strongroom_directory_open(folder, &listing) == 0)
    var found: [String: CInt] = [:]
    var name = [CChar](repeating: 0, count: 256)
    var kind: CInt = 0
    while true {
      let count = strongroom_directory_next(listing, &name, &kind)
      if count <= 0 {
        #expect(count == 0)
        break
      }
      found[String(decoding: name[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)] = kind
    }
    strongroom_directory_close(listing)
    #expect(Set(found.keys) == ["file", "sub", "link"])
    #expect(found["file"] == CInt(STRONGROOM_KIND_FILE))
    #expect(found["sub"] == CInt(STRONGROOM_KIND_DIRECTORY))
    #expect(found["link"] == CInt(STRONGROOM_KIND_LINK))

    let again = try openDirectory(scratch.path)
    #expect(strongroom_unlinkat(again, "link", 0) == 0)
    #expect(strongroom_unlinkat(again, "link", 0) == -ENOENT)
    #expect(strongroom_unlinkat(again, "sub", strongroom_at_removedir) == 0)
    strongroom_close(again)
  }

  @Test func everyDescriptorClosesOnExec() throws {
    let scratch = try ScratchDirectory()
    for fd in [strongroom_open(scratch.path, O_RDONLY, 0), strongroom_open_unnamed(scratch.path, 0o600)] {
      #expect(fcntl(fd, F_GETFD) & FD_CLOEXEC != 0)
      strongroom_close(fd)
    }
  }
}

@Suite struct ProcessHardeningTests {
  /// In a process of its own, since there is no way back.
  @Test func aHardenedProcessLeavesNoCoreAndPrintsNoMemory() async {
    await #expect(processExitsWith: .exitCode(42)) {
      guard ProcessHardening.apply().isEmpty else { exit(1) }
      guard strongroom_get_dumpable() == 0 else { exit(2) }
      guard strongroom_get_core_limit() == 0 else { exit(3) }
      for signal in [SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT]
      where strongroom_has_default_signal_handler(signal) != 1 {
        exit(4)
      }
      // Naming an unnamed file goes through /proc/self, which now belongs to root: it must still work.
      guard let scratch = try? ScratchDirectory("hardened") else { exit(5) }
      let folder = strongroom_open(scratch.path, strongroom_o_directory, 0)
      let file = strongroom_open_unnamed(scratch.path, 0o600)
      guard file >= 0, strongroom_link_unnamed(file, folder, "named") == 0 else { exit(6) }
      try? FileManager.default.removeItem(at: scratch.url)
      exit(42)
    }
  }
}
