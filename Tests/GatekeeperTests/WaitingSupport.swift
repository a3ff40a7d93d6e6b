import Dispatch
import Synchronization

/// True once.
final class OnceFlag: Sendable {
  private let isTaken = Mutex(false)

  func isFirst() -> Bool {
    isTaken.withLock { taken in
      defer { taken = true }
      return !taken
    }
  }
}

/// Lets synchronous code wait for a task on another thread.
final class Semaphore: Sendable {
  private let inner = DispatchSemaphore(value: 0)
  func signal() { inner.signal() }
  func wait() { inner.wait() }
}
