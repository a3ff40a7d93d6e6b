import Glibc
import Synchronization

/// One line on the terminal that is written again and again: how much, how fast, how long still. On anything but a terminal it
/// writes nothing.
final class ProgressLine: Sendable {
  private struct State {
    var shownAt: ContinuousClock.Instant?
    var isShown = false
  }

  private let what: String
  private let isOn: Bool
  private let began = ContinuousClock.now
  private let state = Mutex(State())
  private static let pause = Duration.milliseconds(200)

  /// - Parameter what: a verb, like "Copying".
  init(_ what: String, _ output: OutputOptions) {
    self.what = what
    isOn = !output.json && TerminalText.isTerminal(2)
  }

  /// - Parameters: bytes done and in all.
  func show(_ done: Int, of total: Int) {
    guard isOn else { return }
    let now = ContinuousClock.now
    let isDue = state.withLock { state in
      if let last = state.shownAt, now - last < Self.pause { return false }
      state.shownAt = now
      state.isShown = true
      return true
    }
    guard isDue else { return }
    Output.noteWithoutNewline("\r\u{1B}[K\(Self.line(what, done, of: total, after: now - began))")
  }

  /// Takes the line away.
  func finish() {
    guard isOn, state.withLock({ $0.isShown }) else { return }
    Output.noteWithoutNewline("\r\u{1B}[K")
  }

  static func line(_ what: String, _ done: Int, of total: Int, after time: Duration) -> String {
    let seconds = max(time / .seconds(1), 0.001)
    let rate = Double(done) / seconds
    var text = "\(what) \(total == 0 ? 100 : min(100, done * 100 / total))%"
    text += "  \(Words.size(done)) of \(Words.size(total))  \(Words.size(Int(rate)))/s"
    if rate > 0, done < total {
      let left = Int(Double(total - done) / rate) + 1
      text += left < 60 ? "  \(left) s left" : "  \((left + 59) / 60) min left"
    }
    return text
  }
}
