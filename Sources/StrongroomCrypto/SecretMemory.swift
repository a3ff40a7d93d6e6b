/// How well this process can keep keys out of swap and core files.
package enum SecretMemory: Hashable, Sendable {
  /// Locked in memory, guarded, left out of core files.
  case locked
  /// Guarded, but the limit on locked memory (RLIMIT_MEMLOCK) is too low: it may be swapped out.
  case unlocked
  /// The system gave none: keys are in the ordinary heap, and still wiped.
  case ordinary

  /// What this process has.
  package static var state: SecretMemory { SecureHeap.protection }
}
