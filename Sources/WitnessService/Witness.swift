package import StrongroomCrypto
package import TransparencyLog
package import VaultStore

/// Follows the logs of others and cosigns what extends what it has cosigned before: C2SP tlog-witness.
///
/// The one rule it lives by: never cosign two trees of one log of which neither extends the other. So each check, and the record
/// of its outcome, happen under the folder's lock, and the record is on the disk before the cosignature leaves. What a crash
/// leaves is then always what was last cosigned, or something newer that nobody was answered for.
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

  private let folder: StateDirectory
  private let cosigner: Cosigner
  private let now: @Sendable () -> UInt64

  /// - Parameter now: POSIX seconds.
  package init(folder: StateDirectory, cosigner: Cosigner, now: @escaping @Sendable () -> UInt64) {
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
    do throws(VaultStoreError) {
      try folder.create(name, LogRecord(followed: FollowedLog(keys: keys)).bytes)
    } catch .alreadyExists {
      throw .logKnown(origin: key.name)
    } catch {
      throw .store(error)
    }
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
    let names = try stored { () throws(VaultStoreError) in try folder.names() }
    for name in names where name.utf8.count == 2 * SHA256Digest.byteCount {
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
    do throws(VaultStoreError) {
      try folder.create(LogRecord.name(origin: origin) + Self.conflictSuffix, offered.signedNote)
    } catch .alreadyExists {
      return
    } catch {
      throw .store(error)
    }
  }

  // MARK: Records

  /// Reads a log's record, lets `change` alter it, and makes the outcome durable; all of it under the folder's lock.
  private func update(
    _ origin: String, _ change: (inout LogRecord) throws(WitnessError) -> Void
  ) throws(WitnessError) {
    let name = LogRecord.name(origin: origin)
    let result: Result<Void, WitnessError> = try stored { () throws(VaultStoreError) in
      try folder.locked { () throws(VaultStoreError) in
        do throws(WitnessError) {
          guard var record = try read(name) else { return .failure(.logUnknown(origin: origin)) }
          let before = record
          try change(&record)
          // If power fails before this is done, nobody has been answered; if after, the record is what was answered.
          if record != before {
            try stored { () throws(VaultStoreError) in try folder.replace(name, record.bytes) }
          }
          return .success(())
        } catch {
          return .failure(error)
        }
      }
    }
    try result.get()
  }

  private func read(_ name: String) throws(WitnessError) -> LogRecord? {
    let bytes = try stored { () throws(VaultStoreError) in
      try folder.read(name, limitBytes: LogRecord.limitBytes)
    }
    guard let bytes else { return nil }
    return try LogRecord(parsing: bytes, name: name)
  }

  private func stored<R>(_ body: () throws(VaultStoreError) -> R) throws(WitnessError) -> R {
    do { return try body() } catch { throw .store(error) }
  }
}
