import Foundation

/// Programs that store what we store, each as its users run it, with a fresh place to store into every time.
struct Contender {
  let name: String
  /// Makes the place; not measured.
  let prepare: String
  /// Stores `$SOURCE`; all of it is on the disk when it returns.
  let store: String

  /// Ours, then those that are installed.
  static func all(command: String, single: Bool) -> (present: [Contender], missing: [String]) {
    let keys = FileManager.default.currentDirectoryPath + "/keys-example"
    let ours = "'\(command)' --vault ours --identity '\(keys)/senco.key'"
    let filing =
      single
      ? "\(ours) store \"$SOURCE\" --child CH-0001 --kind advice"
      : "\(ours) import \"$SOURCE\" --list list.csv --apply"
    var all = [
      Contender(
        name: "strongroom",
        prepare: "rm -rf ours; \(ours) init --name B && \(ours) child add --name C --born 2015-05-03",
        store: filing)
    ]
    let others = [
      (
        "age", single ? "rm -f theirs.age" : "",
        "age -r $RECIPIENT -o theirs.age \"$SOURCE\" && sync theirs.age"
      ),
      (
        "restic", "rm -rf restic; restic init -q -r restic",
        "restic backup -q -r restic --no-cache \"$SOURCE\""
      ),
      (
        "borg", "rm -rf borg; borg init -e repokey-blake2 borg", "borg create borg::one \"$SOURCE\""
      ),
    ]
    var missing: [String] = []
    for (name, prepare, store) in others where !prepare.isEmpty {
      if Measure.program(name) == nil {
        missing.append(name)
      } else {
        all.append(Contender(name: name, prepare: prepare, store: store))
      }
    }
    return (all, missing)
  }
}

/// One large file, and many small ones, put away whole and flushed: `strongroom store` and `strongroom import` as whole processes,
/// beside age, restic and borg, in turn.
struct StoringBenchmark {
  let folder: URL
  let command: String
  let megabytes: Int
  let rounds: Int
  private let fileCount = 2000
  private let fileByteCount = 100_000

  func run() throws {
    try one()
    try many()
  }

  private func one() throws {
    let source = folder.appendingPathComponent("large")
    try Self.write(source, megabytes << 20)
    let (contenders, missing) = Contender.all(command: command, single: true)
    let times = try race(contenders, source: source)
    print(
      "one file of \(megabytes) MiB put away whole, hashes and flush included, median of \(rounds), in turn")
    for (contender, time) in zip(contenders, times) {
      report(contender, "\(Measure.text(Double(megabytes) / time, digits: 0)) MiB/s", time / times[0])
    }
    note(missing)
    try FileManager.default.removeItem(at: source)
  }

  private func many() throws {
    let source = folder.appendingPathComponent("many")
    try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
    var list = "child,file,kind\n"
    for index in 0..<fileCount {
      try Self.write(source.appendingPathComponent("\(index).pdf"), fileByteCount)
      list += "CH-0001,\(index).pdf,advice\n"
    }
    try Data(list.utf8).write(to: folder.appendingPathComponent("list.csv"))
    let (contenders, missing) = Contender.all(command: command, single: false)
    let times = try race(contenders, source: source)
    print("\(fileCount) files of \(fileByteCount / 1000) KB put away, median of \(rounds), in turn")
    for (contender, time) in zip(contenders, times) {
      report(contender, "\(Measure.text(Double(fileCount) / time, digits: 0)) files/s", time / times[0])
    }
    note(missing)
    try FileManager.default.removeItem(at: source)
  }

  /// The median time of each, everybody once a round.
  private func race(_ contenders: [Contender], source: URL) throws -> [Double] {
    let identity = try Measure.run(URL(fileURLWithPath: "/bin/sh"), ["-c", "cat keys-example/senco.card"])
    let recipient = identity.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("age1") } ?? ""
    let shell = URL(fileURLWithPath: "/bin/sh")
    let setting =
      "cd '\(folder.path)' && export SOURCE='\(source.path)' RECIPIENT=\(recipient) RESTIC_PASSWORD=x BORG_PASSPHRASE=x; "
    var times = [[Double]](repeating: [], count: contenders.count)
    for _ in 0..<rounds {
      for (index, contender) in contenders.enumerated() {
        try Measure.runSilently(
          shell, ["-c", setting + "{ \(contender.prepare); } 2>/dev/null && sync -f ."])
        times[index].append(
          try Measure.seconds {
            try Measure.runSilently(shell, ["-c", setting + "{ \(contender.store); } 2>/dev/null"])
          })
      }
    }
    return times.map(Measure.median)
  }

  private func report(_ contender: Contender, _ speed: String, _ ratio: Double) {
    let isOurs = contender.name == "strongroom"
    print("  \(contender.name): \(speed)" + (isOurs ? "" : ", ratio \(Measure.text(ratio))"))
  }

  private func note(_ missing: [String]) {
    if !missing.isEmpty { print("  (not installed, so no ratio: \(missing.joined(separator: ", ")))") }
  }

  /// Bytes that nobody can compress or has seen before.
  private static func write(_ url: URL, _ byteCount: Int) throws {
    try Measure.runSilently(
      URL(fileURLWithPath: "/bin/sh"), ["-c", "head -c \(byteCount) /dev/urandom > '\(url.path)'"])
  }
}
