import Testing
import VaultStore

/// A vault is not written on another machine's disk.
@Suite struct VolumeKindTests {
  private static let rows: [(UInt64, String?, VolumeKind)] = [
    (0xEF53, "ext4", VolumeKind.local("ext4")), (0x0102_1994, "tmpfs", .local("tmpfs")),
    (0x6969, "nfs4", .network("nfs4")), (0x6969, nil, .network("nfs")),
    (0xFF53_4D42, "cifs", .network("cifs")),
    (0xFFFF_FFFF_FF53_4D42, nil, .network("cifs")), (0xFE53_4D42, nil, .network("smb2")),
    (0x00C3_6400, "ceph", .network("ceph")), (0x0102_1997, "9p", .network("9p")),
    (0x6573_5546, "fuse.sshfs", .network("fuse.sshfs")),
    (0x6573_5546, "fuse.rclone", .network("fuse.rclone")),
    (0x6573_5546, "virtiofs", .network("virtiofs")), (0x6573_5546, "fuseblk", .local("fuseblk")),
    (0x6573_5546, "fuse.gocryptfs", .local("fuse.gocryptfs")),
    (0x6573_5546, "fuse.something-new", .unknown("fuse.something-new")), (0x6573_5546, nil, .unknown("fuse")),
    (0x1234, nil, .local("file system 1234")),
  ]

  @Test(arguments: rows)
  func eachKindIsTold(magic: UInt64, type: String?, kind: VolumeKind) {
    #expect(VolumeKind(magic: magic, type: type) == kind)
  }

  @Test func theMountTableNamesTheType() {
    let table = """
      22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw
      27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
      61 27 0:52 / /mnt/with\\040blank rw - fuse.sshfs someone@host:/ rw,user_id=0
      62 27 0:53 / /mnt/many rw shared:1 master:2 propagate_from:3 - nfs4 server:/x rw
      63 27 0:54 / /mnt/odd rw -
      """
    #expect(MountTable.type(of: table, major: 254, minor: 0) == "ext4")
    #expect(MountTable.type(of: table, major: 0, minor: 52) == "fuse.sshfs")
    #expect(MountTable.type(of: table, major: 0, minor: 53) == "nfs4")
    #expect(MountTable.type(of: table, major: 0, minor: 54) == nil)
    #expect(MountTable.type(of: table, major: 9, minor: 9) == nil)
    #expect(MountTable.type(of: "", major: 0, minor: 0) == nil)
  }

  @Test func thisMachinesFoldersAreKnown() throws {
    let health = try FolderHealth.look(at: "/")
    if case .unknown(let name) = health.storage { Issue.record("/ lies on \(name)") }
    #expect(health.totalBytes > 0)
  }

  @Test func aVaultIsNeitherMadeNorWrittenOnANetworkFileSystem() async throws {
    let refusal = VaultStoreError.networkFileSystem("nfs4")
    #expect(throws: refusal) {
      try VaultDirectory.create(on: CrashFileSystem(on: .network("nfs4")), geometry: .standard)
    }
    // Made here and moved there.
    let files = CrashFileSystem()
    let vault = try VaultDirectory.create(on: files, geometry: .standard)
    try await vault.files.create(.description, Array(TestLog.description.text().utf8))
    let moved = CrashFileSystem(files.disk, on: .network("nfs4"))
    #expect(throws: refusal) {
      try VaultDirectory.open(on: moved, mode: .readWrite, geometry: .standard)
    }
    #expect(moved.operations.isEmpty)
    let read = try VaultDirectory.open(on: moved, mode: .readOnly, geometry: .standard)
    #expect(try await read.files.read(.description) != nil)
    let unknown = CrashFileSystem(files.disk, on: .unknown("fuse.something-new"))
    _ = try VaultDirectory.open(on: unknown, mode: .readWrite, geometry: .standard)
  }
}
