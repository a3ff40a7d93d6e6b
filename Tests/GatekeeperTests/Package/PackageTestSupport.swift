import AgeFormat
import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing
import VaultStore

/// Keeps what is written; says whether it was committed.
final class BytesOutput: DocumentOutput {
  private let state = Mutex<(bytes: [UInt8], isCommitted: Bool)>(([], false))

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var isCommitted: Bool { state.withLock { $0.isCommitted } }

  func write(_ bytes: RawSpan) throws {
    let copy = [UInt8](copying: bytes)
    state.withLock { $0.bytes += copy }
  }

  func commit() throws { state.withLock { $0.isCommitted = true } }
  func discard() { state.withLock { $0.bytes = [] } }
}

/// Counts and hashes what is written, and keeps none of it.
final class CountingOutput: DocumentOutput {
  private let state = Mutex<Int>(0)

  var count: Int { state.withLock { $0 } }

  func write(_ bytes: RawSpan) throws {
    let count = bytes.byteCount
    state.withLock { $0 += count }
  }

  func commit() throws {}
  func discard() {}
}

/// The diskless disk that fills up after a while.
final class FullOutput: DocumentOutput {
  struct DiskFull: Error, Equatable {}
  private let room: Mutex<Int>

  init(room: Int) { self.room = Mutex(room) }

  func write(_ bytes: RawSpan) throws {
    let count = bytes.byteCount
    let isFull = room.withLock { room in
      room -= count
      return room < 0
    }
    if isFull { throw DiskFull() }
  }

  func commit() throws {}
  func discard() {}
}

/// A document of zeros of any size, made as it is read.
struct ZerosInput: DocumentInput {
  let name = "zeros.bin"
  let sizeBytes: Int

  func read(at offset: Int, into room: inout MutableRawSpan) { room.wipe() }
  func checkUnchanged() {}
}

/// A document that is written to while it is read: shorter, longer or other than it was.
struct ChangingInput: DocumentInput {
  let name = "plan.txt"
  let sizeBytes: Int
  let bytes: [UInt8]

  func read(at offset: Int, into room: inout MutableRawSpan) throws {
    guard offset + room.byteCount <= bytes.count else {
      throw VaultStoreError.outside(.changedWhileReading)
    }
    room.copyBytes(bytes.span.bytes.extracting(offset..<offset + room.byteCount))
  }

  func checkUnchanged() throws { throw VaultStoreError.outside(.changedWhileReading) }
}

/// A child with a key and a vault's object storage, and documents filed in it.
struct SealedShelf {
  static let sealedAt = Timestamp(parsing: "2026-11-21T14:03:05.123Z")!
  let storage: any ObjectStorage
  let identity: X25519Identity
  let vault = "5f0c6c1ad1e54a6b8b6f0e2a3c4d5e6f"
  var child = "CH-0001"

  init(storage: any ObjectStorage = InMemoryObjects()) throws {
    self.storage = storage
    identity = try X25519Identity.generate()
  }

  struct Filed {
    let object: StoredObject
    let meta: DocumentMeta
    let expectation: DocumentExpectation
  }

  func label(
    name: String, record: String, version: Int = 1, title: String? = nil
  ) -> DocumentLabel {
    DocumentLabel(
      vault: vault, child: child, record: record, version: version, kind: "ehc-plan", originalName: name,
      title: title, dated: "2026-11-12")
  }

  func expectation(_ meta: DocumentMeta) -> DocumentExpectation {
    DocumentExpectation(
      vault: meta.vault, child: meta.child, record: meta.record, version: meta.version, sha256: meta.sha256,
      length: meta.length)
  }

  @discardableResult
  func file(
    _ input: any DocumentInput, record: String = "DOC-7Q4M1-T9KXB", title: String? = nil
  ) async throws -> Filed {
    let sealed = try await DocumentSealer.seal(
      input, as: label(name: input.name, record: record, title: title), to: identity.recipient,
      sealedAt: Self.sealedAt, id: try ObjectID.random(), in: storage)
    return Filed(object: sealed.object, meta: sealed.meta, expectation: expectation(sealed.meta))
  }

  func open(_ filed: Filed) async throws -> [UInt8] {
    let output = BytesOutput()
    _ = try await DocumentOpener.open(
      filed.object, expecting: filed.expectation, with: identity, from: storage, into: output)
    return output.bytes
  }

  func sealedBytes(_ filed: Filed) async throws -> [UInt8] {
    try await storage.read(filed.object.id, range: 0..<filed.object.length)
  }

  /// Puts bytes of an attacker's choice where an object was expected.
  func plant(_ bytes: [UInt8]) async throws -> StoredObject {
    try await storage.put(try ObjectID.random(), exactSize: bytes.count) { write in
      try write(bytes.span.bytes)
    }
  }
}

/// The tools that whoever inherits a vault has: age, tar, sha256sum, Python's bagit.
enum StockTools {
  static func path(of tool: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(tool)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static let haveAge = ["age", "tar", "bash"].allSatisfy { path(of: $0) != nil }
  static let withoutAge: Comment = "not checked with age and tar: they are absent"

  /// Python with the `bagit` package; `STRONGROOM_PYTHON` names another interpreter than `python3`.
  static let python = ProcessInfo.processInfo.environment["STRONGROOM_PYTHON"] ?? "python3"
  static let haveBagit: Bool = {
    guard haveAge, let folder = try? ScratchDirectory("probe") else { return false }
    return (try? bash("\(python) -c 'import bagit'", in: folder))?.status == 0
  }()
  static let withoutBagit: Comment = "not checked with Python's bagit: it is absent (pip install bagit)"

  /// Runs a line of bash with `pipefail` in a folder; gives exit status and what was printed.
  static func bash(_ line: String, in folder: ScratchDirectory) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "set -euo pipefail; cd '\(folder.path)'; \(line)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// Writes an identity file as `age -i` reads it.
  static func write(_ identity: X25519Identity, to name: String, in folder: ScratchDirectory) throws {
    let text = identity.encodedText().withBytes { [UInt8](copying: $0) }
    try folder.write(text + [0x0A], to: name)
  }
}

/// The error of an operation that must fail.
func packageError(_ body: () async throws -> Void) async -> PackageError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? PackageError
  }
}
