import ArgumentParser
import Gatekeeper

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check this computer, the vault's folder and the settings, and say what to do.",
    discussion: """
      Changes nothing. Without --vault it looks at the computer only; with --identity at the access record too. Exit codes: 0 all \
      well, 3 with warnings, 12 damage, 74 disk, 78 something must be put right first.

      Example: strongroom doctor --vault office.vault --identity jo.key
      """)

  @OptionGroup var options: VaultOptions

  func run() async throws {
    var doctor = Doctor()
    doctor.lookAtComputer()
    if let path = try? options.vaultPath(), doctor.lookAtFolder(path) {
      if (try? options.identityPath()) == nil {
        doctor.noIdentity()
      } else {
        do {
          let session = try await Session.open(options)
          doctor.look(
            at: try await session.gatekeeper.recordHealth(of: Doctor.kinds), now: Effects.system.now())
        } catch {
          doctor.cannotOpen(error)
        }
      }
    }
    doctor.lookAtShippedRules()
    doctor.lookAtTools()
    deliver(doctor)
    if doctor.exitStatus != .done { throw CommandFailure.answered(doctor.exitStatus) }
  }

  private func deliver(_ doctor: Doctor) {
    if options.output.json {
      for line in doctor.lines { Output.json(line.json) }
      return
    }
    for group in Doctor.Group.allCases {
      let lines = doctor.lines.filter { $0.group == group }
      guard !lines.isEmpty else { continue }
      Output.line(group.title)
      for line in lines {
        Output.line("  \(line.result.mark) \(line.text)")
        if let fix = line.fix { Output.line("      \(fix)") }
      }
    }
    let warnings = doctor.lines.count { $0.result == .warning }
    let wrong = doctor.lines.count { $0.result == .wrong }
    Output.line(
      wrong > 0
        ? "\(Words.count(wrong, "thing")) must be put right."
        : warnings > 0 ? "\(Words.count(warnings, "thing")) could be better." : "All well.")
  }
}
