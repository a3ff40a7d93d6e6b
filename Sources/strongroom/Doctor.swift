import DisclosureRules
import Gatekeeper
import Glibc
import StrongroomCrypto
import VaultStore

/// Looks at this computer and, where one is named, at a vault; gathers a line for each thing looked at. Changes nothing.
struct Doctor {
  enum Result: String {
    case well, warning, wrong

    var mark: String {
      switch self {
      case .well: "✓"
      case .warning: "!"
      case .wrong: "✗"
      }
    }
  }

  enum Group: String, CaseIterable {
    case computer, vault, record, rules, tools

    var title: String {
      switch self {
      case .computer: "This computer"
      case .vault: "The vault's folder"
      case .record: "The access record"
      case .rules: "Rules"
      case .tools: "Other programs"
      }
    }
  }

  struct Line {
    /// A fixed word for programs.
    let id: String
    let group: Group
    let result: Result
    let text: String
    /// What to do about it.
    let fix: String?
    /// The code that a command which met this would end with.
    var status: ExitStatus = .configuration
  }

  private(set) var lines: [Line] = []

  /// 0 all well, 3 with warnings, else the gravest of what is wrong.
  var exitStatus: ExitStatus {
    let wrong = lines.filter { $0.result == .wrong }
    if wrong.contains(where: { $0.status == .integrity }) { return .integrity }
    if let first = wrong.first { return first.status }
    return lines.contains { $0.result == .warning } ? .needsAttention : .done
  }

  private mutating func well(_ id: String, _ group: Group, _ text: String) {
    lines.append(Line(id: id, group: group, result: .well, text: text, fix: nil))
  }

  private mutating func warn(_ id: String, _ group: Group, _ text: String, fix: String) {
    lines.append(Line(id: id, group: group, result: .warning, text: text, fix: fix))
  }

  private mutating func wrong(
    _ id: String, _ group: Group, _ text: String, fix: String, _ status: ExitStatus = .configuration
  ) {
    // A vault that is not there is a setting that is wrong, not a word.
    let code = status == .usage ? .configuration : status
    lines.append(Line(id: id, group: group, result: .wrong, text: text, fix: fix, status: code))
  }

  // MARK: This computer

  mutating func lookAtComputer() {
    switch Machine.isClockSynchronised {
    case true?: well("clock", .computer, "the clock is kept right by a time service")
    case false?:
      warn(
        "clock", .computer, "nothing keeps the clock right, as far as the kernel knows",
        fix: "switch on a time service: timedatectl set-ntp true")
    case nil: well("clock", .computer, "the kernel does not say whether the clock is kept right")
    }
    switch Machine.swapBytes {
    case 0?: well("swap", .computer, "no swap: what is in memory stays there")
    case let bytes?:
      warn(
        "swap", .computer,
        "swap is on (\(Words.size(Int(clamping: bytes)))): opened documents may reach its disk; keys are kept out of it",
        fix: "switch it off (swapoff -a), or encrypt it")
    case nil: well("swap", .computer, "the kernel does not say whether there is swap")
    }
    if Machine.writesCoreFiles {
      wrong(
        "core-files", .computer, "a crash of this program would leave its memory in a file",
        fix: "start it where core dumps may be switched off: ulimit -c 0")
    } else {
      well("core-files", .computer, "a crash of this program leaves no memory behind")
    }
    switch SecretMemory.state {
    case .locked: well("memory", .computer, "keys are held in memory that is never swapped out")
    case .unlocked:
      let limit = Machine.lockableBytes.map { Words.size(Int(clamping: $0)) } ?? "none"
      warn(
        "memory", .computer, "keys can't be kept out of swap: this user may lock \(limit) of memory",
        fix: "allow 2 MB: ulimit -l 2048, or LimitMEMLOCK= for a service")
    case .ordinary:
      warn(
        "memory", .computer, "keys are held in ordinary memory: the system gave no protected one",
        fix: "allow 2 MB of locked memory: ulimit -l 2048")
    }
  }

  mutating func lookAtTools() {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let tools = [
      ("age", "opens everything without this program"), ("tar", "unpacks what age opened"),
      ("qpdf", "looks into PDF files"), ("openssl", "checks a published checkpoint"),
      ("go", "runs the independent log verifier"),
    ]
    for (name, use) in tools {
      let isThere = Machine.program(name, path: path) != nil
      well(
        "tool-\(name)", .tools,
        "\(name) is \(isThere ? "there" : "not there"): \(use)\(isThere ? "" : "; nothing here needs it")")
    }
  }

  mutating func lookAtShippedRules() {
    for (name, source) in [("england", PolicySource.england), ("school", .school)] {
      do {
        _ = try PolicySet.load(source)
        well("rules-\(name)", .rules, "the \(name) rules of this program are free of mistakes")
      } catch {
        wrong(
          "rules-\(name)", .rules, "the \(name) rules of this program have mistakes",
          fix: "install this program again: it was altered or badly built")
      }
    }
  }

  // MARK: The vault's folder

  /// - Returns: whether the vault may be opened.
  mutating func lookAtFolder(_ path: String) -> Bool {
    let health: FolderHealth
    do { health = try FolderHealth.look(at: path) } catch {
      let report = Report(error)
      wrong("vault", .vault, report.message, fix: report.hints.first ?? "check --vault", report.status)
      return false
    }
    lookAtStorage(health)
    if health.exposed.isEmpty {
      well("permissions", .vault, "only you can read the folder")
    } else {
      let names = health.exposed.prefix(3).map { $0.isEmpty ? "the folder itself" : TerminalText.safe($0) }
      warn(
        "permissions", .vault,
        "others can read or change \(names.joined(separator: ", "))\(health.exposed.count > 3 ? " and more" : "")",
        fix: "chmod -R go-rwx \(TerminalText.safe(path)), as the user who uses the vault")
    }
    lookAtSpace(health)
    well(
      "lock", .vault,
      health.isBeingWritten ? "another program is writing at this moment" : "nobody is writing at this moment"
    )
    return lookAtFormat(path) && !isRefused(health.storage)
  }

  private func isRefused(_ storage: VolumeKind) -> Bool {
    if case .network = storage { true } else { false }
  }

  private mutating func lookAtStorage(_ health: FolderHealth) {
    switch health.storage {
    case .local(let name):
      well("file-system", .vault, "it lies on a disk of this computer (\(TerminalText.safe(name)))")
    case .network(let name):
      wrong(
        "file-system", .vault,
        "it lies on another computer (\(TerminalText.safe(name))): locks and flushes can't be relied on there",
        fix: "move the vault to a disk of this computer, and back it up to the other one")
    case .unknown(let name):
      warn(
        "file-system", .vault,
        "it lies on a file system run by a program (\(TerminalText.safe(name))), which may be another computer's",
        fix: "make sure that it is a disk of this computer")
    }
  }

  private mutating func lookAtSpace(_ health: FolderHealth) {
    let free = Words.size(Int(clamping: health.freeBytes))
    switch health.freeBytes {
    case ..<Self.leastFreeBytes:
      wrong(
        "disk", .vault, "the disk is full (\(free) left)",
        fix: "free some space: refusals need room for their entries too", .disk)
    case ..<Self.comfortableFreeBytes:
      warn(
        "disk", .vault, "the disk is nearly full (\(free) left)",
        fix: "free some space, or move the vault to a larger disk")
    default: well("disk", .vault, "\(free) of \(Words.size(Int(clamping: health.totalBytes))) free")
    }
    if health.hasReserve {
      well("reserve", .vault, "room for the next entries is kept ready")
    } else {
      warn(
        "reserve", .vault, "no room is kept ready for the next entries",
        fix: "it is made anew by the next act; if it stays away, free some space")
    }
  }

  private static let leastFreeBytes: UInt64 = 16_000_000
  private static let comfortableFreeBytes: UInt64 = 1_000_000_000

  private mutating func lookAtFormat(_ path: String) -> Bool {
    do throws(VaultStoreError) {
      _ = try VaultDirectory.open(at: path, mode: .readOnly)
      well("format", .vault, "it is a vault of format \(VaultDescription.currentFormat)")
      return true
    } catch {
      let report = Report(error)
      wrong(
        "format", .vault, report.message, fix: report.hints.first ?? "restore it from a backup", report.status
      )
      return false
    }
  }

  // MARK: The access record

  mutating func cannotOpen(_ error: any Error) {
    let report = Report(error)
    wrong(
      "record", .record, report.message, fix: report.hints.first ?? "run 'strongroom check'", report.status)
  }

  mutating func noIdentity() {
    well(
      "record", .record, "not opened: name your key with --identity to have the access record looked at too")
  }

  mutating func look(at health: RecordHealth, now: Timestamp) {
    let ahead = health.newestEntryAt.millisecondsSinceEpoch - now.millisecondsSinceEpoch
    if ahead > Self.clockToleranceMilliseconds {
      wrong(
        "record-clock", .record, "this computer's clock is behind the newest entry (\(health.newestEntryAt))",
        fix: "set the clock right before anything is filed or decided")
    } else {
      well(
        "record", .record,
        "\(Words.count(Int(clamping: health.entries), "entry", "entries")), the newest of \(health.newestEntryAt)"
      )
    }
    for (kind, what, days, fix) in Self.habits {
      guard case .known(let at) = health.last(kind) else { continue }
      guard let at else {
        warn("last-\(kind)", .record, "\(what) has never been done", fix: fix)
        continue
      }
      let age = (now.millisecondsSinceEpoch - at.millisecondsSinceEpoch) / 86_400_000
      let text = "\(what): last \(age < 1 ? "today" : "\(Words.count(Int(age), "day")) ago")"
      if age > days {
        warn("last-\(kind)", .record, text, fix: fix)
      } else {
        well("last-\(kind)", .record, text)
      }
    }
  }

  private static let clockToleranceMilliseconds: Int64 = 120_000

  /// Kinds of entry that `look(at:)` asks for.
  static let kinds = habits.map(\.kind)

  /// What should be done now and then: the entry that shows it, the days it may be old, and how to do it.
  private static let habits: [(kind: String, what: String, days: Int64, fix: String)] = [
    ("backup.created", "a backup", 7, "strongroom backup create DIR"),
    ("recovery.drilled", "a drill with the recovery shares", 190, "strongroom key drill"),
    ("key.rotated", "a change of keys", 400, "strongroom key rotate"),
  ]
}

extension Doctor.Line {
  var json: JSONValue {
    [
      "check": .string(id), "group": .string(group.rawValue), "result": .string(result.rawValue),
      "text": .string(text), "fix": .optional(fix),
    ]
  }
}
