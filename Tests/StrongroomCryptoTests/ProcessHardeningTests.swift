import CStrongroom
import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing

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
      let folder = strongroom_open(AT_FDCWD, scratch.path, O_DIRECTORY, 0)
      let file = strongroom_open(folder, ".", strongroom_o_tmpfile() | O_RDWR, 0o600)
      guard file >= 0, strongroom_link_descriptor(file, folder, "named") == 0 else { exit(6) }
      try? FileManager.default.removeItem(at: scratch.url)
      exit(42)
    }
  }
}
