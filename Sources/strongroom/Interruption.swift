import Glibc

/// Ctrl-C ends the process with 130 at once.
///
/// Nothing needs tidying up: what is written outside the vault has no name until it is complete, and the vault is
/// always in a state that opens (docs/FORMAT.md, "Crashes").
enum Interruption {
  static func exitWith130OnInterrupt() {
    signal(SIGINT) { _ in _exit(ExitStatus.interrupted.rawValue) }
  }
}
