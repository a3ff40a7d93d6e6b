import Glibc
import Synchronization

/// One line on the terminal that is written again and again: how much, how fast, how long still. On anything but a terminal it
/// writes nothing.
final class ProgressLine: Sendable {
  private struct State {
    var shownAt: ContinuousClock.Instant?
    var isShown = false
  }

  /// What is counted.
  enum Unit: Sendable { case bytes, entries }

  private let what: String
  private let unit: Unit
  private let isOn: Bool
  private let began = ContinuousClock.now
  private let state = Mutex(State())
  private static let pause = Duration.milliseconds(200)

  /// - Parameter what: a verb, like "Copying".
  init(_ what: String, unit: Unit = .bytes, _ output: OutputOptions) {
    self.what = what
    self.unit = unit
    isOn = !output.json && TerminalText.isTerminal(2)
  }

  /// - Parameters: bytes or entries done and in all.
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
    Output.noteWithoutNewline("\r\u{1B}[K\(Self.line(what, done, of: total, after: now - began, in: unit))")
  }

  /// Takes the line away.
  func finish() {
    guard isOn, state.withLock({ $0.isShown }) else { return }
    Output.noteWithoutNewline("\r\u{1B}[K")
  }

  static func line(
    _ what: String, _ done: Int, of total: Int, after time: Duration, in unit: Unit = .bytes
  ) -> String {
    let seconds = max(time / .seconds(1), 0.001)
    let rate = Double(done) / seconds
    var text = "\(what) \(total == 0 ? 100 : min(100, done * 100 / total))%"
    text += "  \(words(done, unit)) of \(words(total, unit))  \(words(Int(rate), unit))/s"
    if rate > 0, done < total {
      let left = Int(Double(total - done) / rate) + 1
      text += left < 60 ? "  \(left) s left" : "  \((left + 59) / 60) min left"
    }
    return text
  }

  private static func words(_ count: Int, _ unit: Unit) -> String {
    switch unit {
    case .bytes: Words.size(count)
    case .entries: Words.grouped(count)
    }
  }
}
