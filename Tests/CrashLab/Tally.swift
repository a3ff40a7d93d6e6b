import Synchronization

/// Counts of a campaign by name, and what failed in it; shared by its tasks.
package final class Tally: Sendable {
  private let counts = Mutex<[String: Int]>([:])
  private let found = Mutex<[String]>([])

  package init() {}

  /// - Returns: the count before.
  @discardableResult
  package func add(_ name: String, _ number: Int = 1) -> Int {
    counts.withLock {
      let before = $0[name, default: 0]
      $0[name] = before + number
      return before
    }
  }

  package func count(_ name: String) -> Int { counts.withLock { $0[name, default: 0] } }
  package var all: [String: Int] { counts.withLock { $0 } }
  package func fail(_ text: String) { found.withLock { $0.append(text) } }
  package var failures: [String] { found.withLock { $0 } }
  /// Twenty failures are enough to see what is wrong.
  package var hasFailedEnough: Bool { found.withLock { $0.count >= 20 } }
}
