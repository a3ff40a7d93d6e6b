import CrashLab
import StrongroomTestSupport
import Testing
import VaultStore

/// What a witness remembers: whole after every crash, and there once it was said to be.
@Suite struct StateDirectoryTests {
  @Test func filesComeBack() throws {
    let scratch = try ScratchDirectory("state")
    let state = try StateDirectory.create(at: scratch.path("s"))
    try state.create("a", [1])
    #expect(throws: VaultStoreError.alreadyExists("state/a")) { try state.create("a", [2]) }
    try state.replace("a", [3, 4])
    try state.replace("b", [])
    let again = try StateDirectory.open(at: scratch.path("s"))
    #expect(try again.read("a", limitBytes: 2) == [3, 4])
    #expect(try again.read("c", limitBytes: 2) == nil)
    #expect(try again.names() == ["a", "b"])
    #expect(throws: VaultStoreError.limitExceeded(name: "state/a", limit: 1)) {
      try again.read("a", limitBytes: 1)
    }
    for name in ["", ".", "..", ".x", "a/b", "/a", String(repeating: "a", count: 201)] {
      #expect(throws: VaultStoreError.invalidName(name)) { try again.replace(name, []) }
    }
    #expect(throws: VaultStoreError.alreadyExists("")) { try StateDirectory.create(at: scratch.path("s")) }
    #expect(throws: VaultStoreError.missing("state")) { try StateDirectory.open(at: scratch.path("none")) }
    #expect(throws: VaultStoreError.missing("state")) { try StateDirectory.open(at: scratch.path) }
  }

  /// After each operation, in every state that a disk may then be in: the old contents or the new, and never older ones than those
  /// whose `replace` had returned.
  @Test func aReplacementIsTheOldOrTheNewWhateverPowerDoes() async throws {
    let contents = [1, 2, 3, 4].map { [UInt8](repeating: UInt8($0), count: 700 * $0) }
    let made = CrashFileSystem()
    try StateDirectory.create(on: made).create("log", contents[0])
    let files = CrashFileSystem(made.disk)
    let state = try StateDirectory.open(on: files)
    for content in contents.dropFirst() {
      try state.replace("log", content)
      files.mark()
    }
    let count = try await CrashStates(
      initial: made.disk, operations: files.operations, randomStates: 20, seed: 20_261_122
    ).walk { crash in
      let found = try StateDirectory.open(on: CrashFileSystem(crash.disk)).read("log", limitBytes: 10_000)
      let number = try #require(contents.firstIndex { $0 == found }, "\(crash.label)")
      #expect(number == crash.acknowledged || number == crash.acknowledged + 1, "\(crash.label)")
    }
    #expect(count.distinct > 50, "\(count.distinct)")
  }

  @Test func aFailedFlushIsFinal() throws {
    let files = CrashFileSystem()
    let state = try StateDirectory.create(on: files)
    try state.create("log", [1])
    var failures = 0
    for call in 0..<40 {
      let disk = files.disk
      let faulty = CrashFileSystem(disk)
      let opened = try StateDirectory.open(on: faulty)
      faulty.fail(.init(call: call, code: 5, takesEffect: false))
      do {
        try opened.replace("log", [2])
        if !faulty.hasFailed { break }
      } catch {
        failures += 1
        faulty.fail(nil)
        if case .stopped = error {
          #expect(throws: error) { try opened.replace("log", [3]) }
        }
        // Nobody was told that it is there.
        let found = try StateDirectory.open(on: CrashFileSystem(faulty.disk)).read("log", limitBytes: 10)
        #expect(found == [1] || found == [2])
      }
    }
    #expect(failures > 3)
  }
}
