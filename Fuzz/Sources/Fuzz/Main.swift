import CFuzzer

/// `Fuzz TARGET [options and folders of libFuzzer]`: runs one target; `Fuzz` alone lists them.
@main enum Main {
  // Written once, before the loop of libFuzzer begins on the same thread.
  nonisolated(unsafe) static var target: @Sendable (_ bytes: [UInt8]) -> Void = { _ in }

  static func main() {
    guard CommandLine.arguments.count > 1, let chosen = Targets.all[CommandLine.arguments[1]] else {
      for name in Targets.all.keys.sorted() { print(name) }
      return
    }
    target = chosen
    // libFuzzer reads the arguments after the target's name.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    _ = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
      Main.target(Array(UnsafeBufferPointer(start: data, count: size)))
      return 0
    }
  }
}
