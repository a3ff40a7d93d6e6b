package import StrongroomCrypto
package import TransparencyLog
package import VaultStore

/// Follows the logs of others and cosigns what extends what it has cosigned before: C2SP tlog-witness.
///
/// The one rule it lives by: never cosign two trees of one log of which neither extends the other. So the record
/// of each check's outcome is written only over the record that the check was made on, and it is on the disk before the
/// cosignature leaves. What a crash leaves is then always what was last cosigned, or something newer that nobody was answered for.
package actor Witness {
  /// A log as it is followed here.
  package struct Log: Hashable, Sendable {
    package let origin: String
    /// The key that signs now.
    package let key: VerifierKey
    package let epoch: Int
    /// Entries of the largest tree cosigned; nil before the first.
    package let size: UInt64?
    /// It once signed another tree of a size that was cosigned; that checkpoint is kept.
    package let hasConflict: Bool
  }

  private static let conflictSuffix = ".conflict"

  private let folder: PrivateFolder
  private let cosigner: Cosigner
  private let now: @Sendable () -> UInt64

  /// - Parameter now: POSIX seconds.
  package init(folder: PrivateFolder, cosigner: Cosigner, now: @escaping @Sendable () -> UInt64) {
    self.folder = folder
    self.cosigner = cosigner
    self.now = now
  }

  /// What others need to check this witness's cosignatures: a cosignature/v1 vkey.
  package nonisolated var verifierKey: VerifierKey { cosigner.verifierKey }

  // MARK: Logs

  /// Follows one more log from now on; a witness that is being served takes it up at once.
  ///
  /// - Throws: `.logKnown` for an origin that is followed already, under whatever key; `.log` for a key that cannot be a log's.
  package func add(_ key: VerifierKey) throws(WitnessError) {
    let keys: LogKeyChain
    do { keys = try LogKeyChain(origin: key.name, firstKey: key) } catch { throw .log(error) }
    let name = LogRecord.name(origin: key.name)
    let isNew = try stored { () throws(VaultStoreError) in
      try folder.replace(name, LogRecord(followed: FollowedLog(keys: keys)).bytes, ifStill: nil)
    }
    if !isNew { throw .logKnown(origin: key.name) }
  }

  /// Takes up the next key of a log that has changed its key.
  ///
  /// - Parameters:
  ///   - closing: the closing checkpoint of the epoch that ended, signed by the old key and the new one.
  ///   - proof: consistency proof from the tree cosigned last; none if that is the closing one.
  /// - Throws: `.logUnknown`; `.log` when the chain does not go on like that.
  package func succeed(
    _ closing: UnverifiedCheckpoint, next: VerifierKey, oldSize: UInt64, proof: [SHA256Digest]
  ) throws(WitnessError) {
    let origin = closing.claimed.origin
    try update(origin) { (record) throws(WitnessError) in
      do throws(TransparencyLogError) {
        try record.followed.pass(closing, next: next, oldSize: oldSize, proof: proof)
      } catch {
        throw .log(error)
      }
    }
  }

  /// The logs followed, sorted by origin.
  package func logs() throws(WitnessError) -> [Log] {
    var logs: [Log] = []
    let names = try stored { () throws(VaultStoreError) in try folder.list(LogRecord.folder) }
    for name in names where LogRecord.isName(name) {
      guard let followed = try read(name)?.followed else { continue }
      logs.append(
        Log(
          origin: followed.origin, key: followed.keys.currentKey, epoch: followed.keys.currentEpoch,
          size: followed.latest?.checkpoint.size,
          hasConflict: names.contains(name + Self.conflictSuffix)))
    }
    return logs.sorted { $0.origin < $1.origin }
  }

  // MARK: Cosigning

  /// Answers one request's body. What it answers is on the disk before it returns.
  ///
  /// - Throws: only what keeps the witness from answering: its folder, its key.
  package func answer(_ body: [UInt8]) throws(WitnessError) -> WitnessAnswer {
    let request: AddCheckpointRequest
    do { request = try AddCheckpointRequest(parsing: body) } catch { return WitnessAnswer(malformed: error) }
    var answer = WitnessAnswer.unknownLog
    do throws(WitnessError) {
      try update(request.checkpoint.claimed.origin) { (record) throws(WitnessError) in
        answer = try cosign(request, &record)
      }
    } catch .logUnknown {
      return .unknownLog
    }
    return answer
  }

  private func cosign(
    _ request: AddCheckpointRequest, _ record: inout LogRecord
  ) throws(WitnessError) -> WitnessAnswer {
    let before = record.followed
    do throws(TransparencyLogError) {
      let accepted = try record.followed.advance(
        to: request.checkpoint, oldSize: request.oldSize, proof: request.proof)
      return .cosigned(try cosigner.cosign(accepted, time: now()).line)
    } catch {
      if case .signingFailed = error { throw .cryptography }
      // Two trees of one size under the log's own signature. A proof that fails shows nothing: anybody can send a bad proof
      // with a good checkpoint.
      if case .forked = error { try keepConflict(request.checkpoint, origin: before.origin) }
      return WitnessAnswer(refusing: error, remembered: before.latest?.checkpoint.size ?? 0)
    }
  }

  /// The first checkpoint of a log that contradicts what it signed before is proof of a fork, for people to look at.
  private func keepConflict(_ offered: UnverifiedCheckpoint, origin: String) throws(WitnessError) {
    _ = try stored { () throws(VaultStoreError) in
      try folder.replace(
        LogRecord.name(origin: origin) + Self.conflictSuffix, offered.signedNote, ifStill: nil)
    }
  }

  // MARK: Records

  /// Others may change the record first so many times before we give up.
  private static let attempts = 64

  /// Reads a log's record, lets `change` alter it, and makes the outcome durable if the record is still what was read; else decides
  /// again. If power fails before that, nobody has been answered; if after, the record is what was answered.
  private func update(
    _ origin: String, _ change: (inout LogRecord) throws(WitnessError) -> Void
  ) throws(WitnessError) {
    let name = LogRecord.name(origin: origin)
    for _ in 0..<Self.attempts {
      guard let bytes = try readBytes(name) else { throw .logUnknown(origin: origin) }
      var record = try LogRecord(parsing: bytes, name: name)
      let before = record
      try change(&record)
      if record == before { return }
      let after = record.bytes
      let isWritten = try stored { () throws(VaultStoreError) in
        try folder.replace(name, after, ifStill: bytes, limit: LogRecord.limitBytes)
      }
      if isWritten { return }
    }
    throw .store(.busy)
  }

  private func read(_ name: String) throws(WitnessError) -> LogRecord? {
    guard let bytes = try readBytes(name) else { return nil }
    return try LogRecord(parsing: bytes, name: name)
  }

  private func readBytes(_ name: String) throws(WitnessError) -> [UInt8]? {
    try stored { () throws(VaultStoreError) in try folder.read(name, limit: LogRecord.limitBytes) }
  }

  private func stored<R>(_ body: () throws(VaultStoreError) -> R) throws(WitnessError) -> R {
    do { return try body() } catch { throw .store(error) }
  }
}
