import CStrongroom
import Glibc

/// Keeps this process's memory out of core files, other processes and crash reports.
package enum ProcessHardening {
  /// Signals that a crash raises. Swift's runtime answers them with a backtrace that prints registers and the
  /// memory they point to: 16 bytes of a key, in a log file. The default action prints nothing.
  static let crashSignals: [CInt] = [SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT]

  /// What could not be done; empty on every Linux we know.
  package struct Shortfall: OptionSet, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package static let coreLimit = Shortfall(rawValue: 1)
    package static let dumpable = Shortfall(rawValue: 2)
    package static let signalHandlers = Shortfall(rawValue: 4)
  }

  /// Call first thing in `main`, before any secret is read. Core file size 0, not dumpable, default crash
  /// handlers.
  ///
  /// Each step is tried whatever becomes of the others.
  @discardableResult
  package static func apply() -> Shortfall {
    var shortfall: Shortfall = []
    if strongroom_set_core_limit_zero() < 0 { shortfall.insert(.coreLimit) }
    if strongroom_set_not_dumpable() < 0 { shortfall.insert(.dumpable) }
    for signal in crashSignals where strongroom_set_default_signal_handler(signal) < 0 {
      shortfall.insert(.signalHandlers)
    }
    return shortfall
  }
}
