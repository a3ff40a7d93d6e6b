/// What a folder lies on, as far as it matters to a vault.
///
/// A vault relies on locks that hold between processes, on renames that replace or refuse, and on a flush that reaches a disk. Network
/// file systems promise some of it and keep less (a server that answers before it has written, a lock that only this machine sees), so
/// a vault is not written on one.
package enum VolumeKind: Hashable, Sendable {
  /// A disk of this machine, or memory. The name is the kernel's ("ext4").
  case local(String)
  /// A folder of another machine.
  case network(String)
  /// A file system run by a program (FUSE) that is none of those known here: it may be either.
  case unknown(String)

  /// Tells from what the kernel says.
  ///
  /// - Parameters:
  ///   - magic: `f_type` of statfs(2).
  ///   - type: the mount's type in `/proc/self/mountinfo`, like `fuse.sshfs`; nil if it cannot be found.
  package init(magic: UInt64, type: String?) {
    if let name = Self.networkMagics[magic & 0xFFFF_FFFF] {
      self = .network(type ?? name)
      return
    }
    guard let type else {
      self =
        magic & 0xFFFF_FFFF == Self.fuse
        ? .unknown("fuse") : .local("file system \(String(magic, radix: 16))")
      return
    }
    if Self.networkTypes.contains(type) {
      self = .network(type)
    } else if type.hasPrefix("fuse"), !Self.localFuseTypes.contains(type) {
      self = .unknown(type)
    } else {
      self = .local(type)
    }
  }

  package var name: String {
    switch self {
    case .local(let name), .network(let name), .unknown(let name): name
    }
  }

  /// linux/magic.h and the headers of the file systems that are not in it.
  private static let networkMagics: [UInt64: String] = [
    0x6969: "nfs", 0x517B: "smb", 0xFE53_4D42: "smb2", 0xFF53_4D42: "cifs", 0x564C: "ncp", 0x5346_414F: "afs",
    0x6B41_4653: "kafs", 0x7375_7245: "coda", 0x00C3_6400: "ceph", 0x0102_1997: "9p", 0x0BD0_0BD0: "lustre",
    0x4750_4653: "gpfs", 0x1983_0326: "fhgfs", 0x786F_4256: "vboxsf", 0xBACB_ACBC: "vmhgfs",
  ]
  private static let fuse: UInt64 = 0x6573_5546

  private static let networkTypes: Set = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "coda", "9p", "lustre", "virtiofs", "vboxsf",
    "davfs",
    "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.davfs2", "fuse.gvfsd-fuse",
    "fuse.goofys",
    "fuse.mount-s3", "fuse.juicefs", "fuse.ceph", "fuse.ceph-fuse", "fuse.gcsfuse", "fuse.blobfuse",
    "fuse.blobfuse2", "fuse.onedriver", "fuse.google-drive-ocamlfuse", "fuse.vmhgfs-fuse", "fuse.smbnetfs",
    "fuse.curlftpfs", "fuse.httpdirfs", "fuse.mfs", "fuse.seaweedfs",
  ]
  private static let localFuseTypes: Set = [
    "fuseblk", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.mergerfs", "fuse.ntfs-3g", "fuse.exfat",
    "fuse.bindfs", "fuse.fuse-overlayfs", "fuse.lxcfs", "fuse.lazyfs", "fuse.ext2fs",
  ]
}

/// The kernel's list of mounts.
package enum MountTable {
  /// The type of the mount of a device, as `/proc/self/mountinfo` (proc(5)) has it; nil if it is not in there.
  ///
  /// - Parameters:
  ///   - text: the whole file.
  ///   - major, minor: of the device that a file's status names.
  package static func type(of text: String, major: UInt64, minor: UInt64) -> String? {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 6, fields[2] == "\(major):\(minor)",
        let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 1 < fields.count
      else { continue }
      return String(fields[dash + 1])
    }
    return nil
  }
}
