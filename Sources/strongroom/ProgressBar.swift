import Foundation
import Glibc

/// How far a long piece of work has come, on standard error: a bar that is drawn over itself on a terminal, a line every half minute
/// elsewhere, nothing with `--json`.
struct ProgressBar {
  private let total: Int
  private let totalBytes: Int
  private let noun: String
  private let isSilent: Bool
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private var shown: ContinuousClock.Instant?

  /// - Parameter noun: what is counted, in the plural.
  init(total: Int, totalBytes: Int, noun: String, _ output: OutputOptions) {
    self.total = total
    self.totalBytes = totalBytes
    self.noun = noun
    isSilent = output.json
    isTerminal = TerminalText.isTerminal(STDERR_FILENO)
  }

  mutating func show(_ done: Int, bytes: Int) {
    guard !isSilent else { return }
    let now = ContinuousClock.now
    let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(30)
    guard now - (shown ?? start) >= pause || (isTerminal && done == total) else { return }
    shown = now
    let line = text(done, bytes, seconds: (now - start) / .seconds(1))
    if isTerminal {
      Output.noteWithoutNewline("\r\u{1B}[K" + line)
    } else {
      Output.note("strongroom: " + line)
    }
  }

  /// Takes the bar off the terminal.
  func end() {
    if isTerminal, shown != nil { Output.noteWithoutNewline("\r\u{1B}[K") }
  }

  private func text(_ done: Int, _ bytes: Int, seconds: Double) -> String {
    let share = totalBytes > 0 ? Double(bytes) / Double(totalBytes) : Double(done) / Double(max(total, 1))
    let width = 24
    let full = min(width, Int(share * Double(width)))
    let rate = seconds > 0 ? Int(Double(bytes) / seconds) : 0
    var line =
      "[" + String(repeating: "#", count: full) + String(repeating: " ", count: width - full)
      + "] \(Words.grouped(done)) of \(Words.grouped(total)) \(noun), \(Words.size(rate))/s"
    if share > 0, share < 1, seconds >= 1 {
      let left = Int(seconds * (1 - share) / share)
      line += ", \(left / 60):\(left % 60 < 10 ? "0" : "")\(left % 60) left"
    }
    return line
  }
}
