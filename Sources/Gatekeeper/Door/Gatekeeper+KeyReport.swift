import AgeFormat
import TransparencyLog
import VaultStore

/// The vault's keys: how old they are, and who can open what.
package struct KeyReport: Sendable {
  package struct Epoch: Hashable, Sendable {
    package let number: Int
    package let since: Timestamp
    /// nil while it lasts.
    package let until: Timestamp?
    /// Why it began; nil for the first.
    package let cause: RotationCause?
    /// The log's key, as others check it with.
    package let vkey: String
    /// Entries of the log when it ended; nil while it lasts.
    package let closingSize: UInt64?
  }

  /// The oldest first; the last one lasts.
  package let epochs: [Epoch]
  /// Open everything.
  package let custodians: [MemberSummary]
  /// Open the access record, but no document.
  package let others: [MemberSummary]
  /// Keys kept offline that open everything.
  package let recovery: [String]
  /// What an interrupted change of keys has left to do.
  package let unfinished: [UnfinishedStep]
  /// Days since the keys were last changed.
  package let ageDays: Int

  /// Keys are changed once a year, and whenever somebody leaves.
  package static let limitDays = 365
  package var isDue: Bool { ageDays > Self.limitDays }
}

extension Gatekeeper {
  /// Anybody who opens the vault may know this: it holds no child's name.
  package func keyReport() async throws(GateError) -> KeyReport {
    let state = try await current()
    let members = state.activeMembers()
    let unfinished: [UnfinishedStep]
    do { unfinished = try await unfinishedSteps(in: state) } catch { throw GateError(wrapping: error) }
    let begun = state.epochs.last?.since ?? effects.now()
    let age = effects.now().millisecondsSinceEpoch - begun.millisecondsSinceEpoch
    return KeyReport(
      epochs: state.epochs.map { epoch in
        KeyReport.Epoch(
          number: epoch.number, since: epoch.since,
          until: epoch.number < state.epochs.count ? state.epochs[epoch.number].since : nil,
          cause: epoch.cause, vkey: epoch.logKey.text, closingSize: epoch.closing?.size)
      },
      custodians: members.filter { Custodians.contains(role: $0.role) }.map(MemberSummary.init),
      others: members.filter { !Custodians.contains(role: $0.role) }.map(MemberSummary.init),
      recovery: state.recovery, unfinished: unfinished, ageDays: Int(age / 86_400_000))
  }
}
