import DisclosureRules
import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@testable import Gatekeeper

/// What was erased stays erased when an older copy of the vault, or of its keys, is put back.
@Suite struct RestoredCopyTests {
  /// A school in a folder, copied as a backup was before a child was erased.
  private struct Backup {
    let folder: ScratchDirectory
    let school: School
    let keyFile: VaultFileName
    let list = KeptErasures()

    init() async throws {
      folder = try ScratchDirectory("restored")
      school = try await School.open(storage: try VaultDirectory.create(at: folder.path("vault")))
      keyFile = try await school.keyFile
      try FileManager.default.copyItem(atPath: folder.path("vault"), toPath: folder.path("backup"))
      _ = try await school.visit(school.headKey, remembering: list)
    }

    /// The head erases the file on the computer that keeps the list.
    func erase() async throws {
      try await school.erase(by: try await school.visit(school.headKey, remembering: list))
    }

    func open(
      _ name: String, as key: MemberIdentity, remembering list: (any ErasureListStorage)?
    ) async throws -> Gatekeeper {
      let storage = try VaultDirectory.open(at: folder.path(name))
      return try await Gatekeeper(
        opening: storage, as: key, effects: school.clock.effects, erasures: list)
    }

    func exists(_ name: String, in vault: String) -> Bool {
      FileManager.default.fileExists(atPath: folder.path(vault + "/" + name))
    }
  }

  @Test func theListHoldsOneLineForEachErasureAndNothingPersonal() async throws {
    let backup = try await Backup()
    #expect(backup.list.text == nil, "a vault without erasures needs no list")
    try await backup.erase()
    let entry = try #require(try await backup.school.lines(.childErased).first).index
    guard case .childIdentity(let key) = backup.keyFile else { throw TestFailure.missing }
    let vault = try await backup.school.senco.status().vault
    #expect(backup.list.text == "Strongroom erasures\nvault: \(vault)\nCH-0001 \(key.hex) \(entry)\n")
    for word in School.planted { #expect(!(backup.list.text ?? "").contains(word)) }
  }

  @Test func anOlderCopyIsErasedAgainBeforeAnythingOpens() async throws {
    let backup = try await Backup()
    try await backup.erase()
    let key = backup.keyFile.displayName
    #expect(backup.exists(key, in: "backup"))
    let senco = try await backup.open("backup", as: backup.school.sencoKey, remembering: backup.list)
    #expect(!backup.exists(key, in: "backup"))
    #expect(await senco.childKeys.isEmpty)
    let repeated = await senco.repeatedErasures
    #expect(repeated.map(\.child) == [backup.school.child])
    #expect(repeated.allSatisfy { !$0.wasInLedger && $0.isRecorded })
    #expect(try await senco.children().seen().isEmpty)
    guard case .erased(let left) = try await senco.childView(backup.school.child).seen() else {
      Issue.record("the child is back")
      return
    }
    #expect(left.ground == nil, "the entries that say why are in another history")
    let again = try await senco.auditVerify()
    #expect(again.isWhole && again.closedBoxes > 0)
    let head = try await backup.open("backup", as: backup.school.headKey, remembering: backup.list)
    let shown = try await head.auditList(AuditFilter(kind: "child.erased")).seen()
    #expect(shown.count == 1)
    #expect(await head.repeatedErasures.isEmpty, "once is enough")
    // Only what belongs to the child went.
    let report = try await senco.check()
    #expect(report.findings.filter(\.isDamage).map(\.file) == [key])
    #expect(try await head.check().findings.isEmpty)
    let records = try FileManager.default.subpathsOfDirectory(atPath: backup.folder.path("backup/records"))
    #expect(records.filter { $0.hasSuffix(".age") }.isEmpty)
  }

  @Test func whoMayNotEraseNeitherOpensNorRemoves() async throws {
    let backup = try await Backup()
    try await backup.erase()
    let teacher = try await backup.open("backup", as: backup.school.teacherKey, remembering: backup.list)
    #expect(await teacher.repeatedErasures.isEmpty)
    #expect(backup.exists(backup.keyFile.displayName, in: "backup"), "on the word of a list alone")
    // Looking only: the key stays where it is and is not used.
    let storage = try VaultDirectory.open(at: backup.folder.path("backup"), mode: .readOnly)
    #expect(
      await failure {
        _ = try await Gatekeeper(
          opening: storage, as: backup.school.sencoKey, effects: backup.school.clock.effects,
          erasures: backup.list)
      } == "")
    #expect(backup.exists(backup.keyFile.displayName, in: "backup"))
  }

  @Test func anotherChildWithTheSameNumberIsNotTouched() async throws {
    let backup = try await Backup()
    try await backup.erase()
    let text = try #require(backup.list.text)
    guard case .childIdentity(let key) = backup.keyFile else { throw TestFailure.missing }
    let other = KeptErasures(text.replacing(key.hex, with: String(repeating: "ab", count: 16)))
    let senco = try await backup.open("backup", as: backup.school.sencoKey, remembering: other)
    #expect(try await senco.children().seen().count == 1)
    #expect(backup.exists(backup.keyFile.displayName, in: "backup"))
  }

  @Test func keyFilePutBackIsRemovedUnreadNamedAndRecorded() async throws {
    let school = try await School.open()
    let keyFile = try await school.keyFile
    let key = try #require(try await school.storage.files.read(keyFile))
    try await school.erase()
    // While the erasure is the newest entry, a key that is there is what a crash left, and goes without a word.
    _ = try await school.senco.children().seen()
    try await school.storage.files.create(keyFile, key)
    let teacher = try await school.visit(school.teacherKey)
    #expect(
      try await school.storage.files.read(keyFile) == nil, "anybody removes what the ledger says is erased")
    let found = await teacher.repeatedErasures
    #expect(found.map(\.wasInLedger) == [true])
    #expect(found.map(\.isRecorded) == [true])
    _ = try await school.senco.children().seen()
    try await school.storage.files.create(keyFile, key)
    let senco = try await school.visit(school.sencoKey)
    #expect(await senco.childKeys.isEmpty)
    let findings = try await senco.check().findings
    #expect(findings.map(\.file) == [keyFile.displayName])
    #expect(findings.first?.isDamage == true)
    #expect(findings.first?.text.contains("put back; removed unread") == true)
    #expect(try await senco.children().seen().isEmpty)
    #expect(try await school.lines(.childErased).count == 3)
    #expect(try await senco.auditVerify().isWhole)
    #expect(try await (try school.visit(school.sencoKey)).check().findings.isEmpty)
  }

  @Test func keyFilePutBackWhileSomebodyHasTheVaultOpenIsNamed() async throws {
    let school = try await School.open()
    let keyFile = try await school.keyFile
    let key = try #require(try await school.storage.files.read(keyFile))
    try await school.erase()
    _ = try await school.senco.status()
    try await school.storage.files.create(keyFile, key)
    let findings = try await school.senco.check().findings
    #expect(findings.map(\.file) == [keyFile.displayName])
    #expect(findings.first?.text == "the key of CH-0001, which was erased: put back, and never used")
  }

  @Test func listThatCannotBeReadOpensNothing() async throws {
    let school = try await School.open()
    let vault = try await school.senco.status().vault
    let key = String(repeating: "ab", count: 16)
    for text in [
      "", "x", "Strongroom erasures\n", "Strongroom erasures\nvault: 12\n",
      "Strongroom erasures\nvault: \(String(repeating: "0", count: 32))\n",
      "Strongroom erasures\nvault: \(vault)\nCH-0001 \(key) 7",
      "Strongroom erasures\nvault: \(vault)\nCH-0001 \(key)\n",
      "Strongroom erasures\nvault: \(vault)\nCH-0001 \(key) -7\n",
      "Strongroom erasures\nvault: \(vault)\nCH-0001 xy 7\n",
      "Strongroom erasures\nvault: \(vault)\n\nCH-0001 \(key) 7\n",
      "Strongroom erasures\nvault: \(vault)\nDOC-1 \(key) 7\n",
    ] {
      let problem = await failure {
        _ = try await school.visit(school.sencoKey, remembering: KeptErasures(text))
      }
      #expect(problem == "integrity", "\(text)")
    }
  }

  @Test func listIsReadAndWrittenAsOneText() throws {
    let vault = VaultID([UInt8](repeating: 1, count: 16))!
    var list = ErasureList(vault: vault)
    for number in [12, 3, 10_001] {
      let key = KeyID([UInt8](repeating: UInt8(number & 255), count: 16))!
      list.merge([.init(child: ChildReference(number: number)!, key: key, entry: UInt64(number))])
    }
    #expect(list.lines.map(\.child.number) == [3, 12, 10_001])
    #expect(try ErasureList.parse(Array(list.text.utf8), name: "x") == list)
    var twice = list
    twice.merge(list.lines)
    #expect(twice == list)
  }

  @Test func listThatCannotBeWrittenStopsNoErasureAndIsSaid() async throws {
    let school = try await School.open()
    let keyFile = try await school.keyFile
    let done = try await school.erase(
      by: try await school.visit(school.headKey, remembering: BrokenErasures()))
    #expect(!done.isRemembered)
    #expect(try await school.storage.files.read(keyFile) == nil)
    // The next opening makes up for it.
    let list = KeptErasures()
    let head = try await school.visit(school.headKey, remembering: list)
    #expect(list.text?.contains("CH-0001") == true)
    #expect(try await head.erasureList().lines.count == 1)
  }

  @Test func erasureIsRememberedBeforeTheKeyGoes() async throws {
    let (school, files) = try await School.openWithMeddledFiles()
    let list = KeptErasures()
    let head = try await school.visit(school.headKey, remembering: list)
    let proposal = try await school.proposedErasure()
    await files.dieAtRemoval(0)
    #expect(await failure { _ = try await head.carryOut(proposal, on: school.child) } == "storage")
    #expect(list.text?.contains("CH-0001") == true)
  }
}
