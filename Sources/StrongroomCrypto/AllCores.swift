import CStrongroom
import Dispatch

/// Work shared among the processor's cores.
package enum AllCores {
  /// Cores this process may run on, 1 or more; asked once.
  package static let count = max(1, Int(strongroom_core_count()))

  /// Runs `body` for each of `0..<jobs`, several at once, and returns when all have returned. The calling thread takes
  /// part, so this ends even where no other thread is free, and on one core it is a plain loop.
  ///
  /// Jobs begin in the order of their numbers: the longest should come first. What one job changes no other may touch;
  /// what they changed is seen after the return.
  ///
  /// The corresponding C function is `dispatch_apply`.
  package static func run(_ jobs: Int, _ body: (Int) -> Void) {
    guard count > 1, jobs > 1 else {
      for job in 0..<jobs { body(job) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // Safe because the caller keeps the jobs apart (see above), and none outlives this call.
      nonisolated(unsafe) let shared = body
      DispatchQueue.concurrentPerform(iterations: jobs) { job in unsafe shared(job) }
    }
  }
}
