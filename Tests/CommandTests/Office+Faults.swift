import Foundation
import Glibc
import StrongroomTestSupport

/// A process that is killed, and a disk that is full.
extension Office {
  /// Starts the command and ends it with a signal after a moment.
  func cut(
    _ words: [String], with signal: Int32, afterMicroseconds: UInt32
  ) throws -> CommandLineRunner.Result {
    var runner = runner
    runner.environment["STRONGROOM_IDENTITY"] = "\(CommandLineRunner.exampleKeys)/senco.key"
    return try runner.run(CommandLineRunner.binary, words) { process in
      usleep(afterMicroseconds)
      kill(process.processIdentifier, signal)
    }
  }

  /// A file system of a few megabytes, where one may be made: as root, or in a user namespace.
  func onSmallDisk(
    megabytes: Int, holdsVault: Bool, _ line: String
  ) throws -> CommandLineRunner.Result? {
    let flags = geteuid() == 0 ? "-m" : "-rm"
    let mount = "mkdir -p small && mount -t tmpfs -o size=\(megabytes)m tmpfs small"
    guard try runner.shell("unshare \(flags) bash -c '\(mount)'").code == 0 else {
      print("not tested: a full disk (no tmpfs may be mounted here)")
      return nil
    }
    let script = try file(
      "small.sh",
      """
      set -e; \(mount); export STRONGROOM_VAULT=$PWD/\(holdsVault ? "small/v" : "v")
      \(holdsVault ? "cp -a v small/v" : ":"); export STRONGROOM_IDENTITY=$KEYS/senco.key; set +e
      \(line)
      """)
    return try runner.shell("unshare \(flags) bash \(script)")
  }
}
