import DisclosureRules
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@testable import Gatekeeper

/// A process dies between the entry and the files: whoever comes next does the rest first.
@Suite struct ErasureCrashTests {
  @Test func whoeverOpensNextFinishesAnErasure() async throws {
    let (school, files) = try await School.openWithMeddledFiles()
    let keyFile = try await school.keyFile
    let plan = try await school.object(of: school.plan)
    let proposal = try await school.proposedErasure()
    let head = try await school.visit(school.headKey)
    await files.dieAtRemoval(0)
    #expect(await failure { _ = try await head.carryOut(proposal, on: school.child) } == "storage")
    #expect(try await school.storage.files.read(keyFile) != nil)
    #expect(try await school.storage.objects.stat(plan) != nil)
    await files.dieAtRemoval(nil)
    // A teacher, who holds no child's key, does.
    let teacher = try await school.visit(school.teacherKey)
    #expect(try await school.storage.files.read(keyFile) == nil)
    #expect(try await school.storage.objects.list().isEmpty)
    #expect(await teacher.repeatedErasures.isEmpty, "an unfinished erasure is not one undone")
    let senco = try await school.visit(school.sencoKey)
    #expect(try await senco.check().findings.isEmpty)
    #expect(try await senco.auditVerify().isWhole)
    #expect(try await school.lines(.childErased).count == 1)
  }

  @Test func nothingIsWrittenBeforeAnErasureIsFinished() async throws {
    let (school, files) = try await School.openWithMeddledFiles()
    let keyFile = try await school.keyFile
    let dsl = try await school.visit(school.dslKey)
    let proposal = try await school.proposedErasure()
    let head = try await school.visit(school.headKey)
    await files.dieAtRemoval(0)
    #expect(await failure { _ = try await head.carryOut(proposal, on: school.child) } == "storage")
    let size = try await school.storage.ledger.head()?.size
    // The disk still fails: a process that was open before neither writes nor shows anything.
    #expect(await failure { _ = try await dsl.children() } == "storage")
    #expect(await failure { _ = try await dsl.status() } == "storage")
    #expect(try await school.storage.ledger.head()?.size == size)
    await files.dieAtRemoval(nil)
    #expect(try await dsl.children().seen().isEmpty)
    #expect(try await school.storage.files.read(keyFile) == nil)
  }

  @Test func erasureThatACrashLeftUnsignedIsAdoptedAndFinishedFirst() async throws {
    let school = try await School.open()
    let keyFile = try await school.keyFile
    let proposal = try await school.proposedErasure()
    let head = try await school.visit(school.headKey)
    await school.ledger.crashBeforeHead()
    #expect(await failure { _ = try await head.carryOut(proposal, on: school.child) } == "storage")
    #expect(
      try await school.storage.files.read(keyFile) != nil, "nothing goes on an entry that is not signed")
    // Somebody files a paper for the child: the entry of the erasure is adopted, and comes first.
    let dsl = try await school.visit(school.dslKey)
    #expect(
      await stateFault {
        _ = try await dsl.addContact(
          child: school.child, name: "A", relationship: "aunt", parentalResponsibility: false)
      } == .childErased)
    #expect(try await school.storage.files.read(keyFile) == nil)
    #expect(try await school.storage.objects.list().isEmpty)
    let kinds = try await school.visit(school.headKey).auditList().seen().map(\.kind)
    #expect(kinds.filter { $0 == "child.erased" }.count == 1)
    #expect(kinds[kinds.firstIndex(of: "child.erased")! + 1] == "system.recovered")
    #expect(try await dsl.auditVerify().isWhole)
  }

  @Test func disposalThatACrashInterruptedIsFinished() async throws {
    let school = try await School.open()
    let plan = try await school.object(of: school.plan)
    let advice = try await school.object(of: school.advice)
    let proposal = try await school.proposedDisposal([school.plan, school.advice])
    let head = try await school.visit(school.headKey)
    school.objects.dieAtDeletion(1)
    #expect(await failure { _ = try await head.carryOut(proposal, on: school.child) } == "storage")
    #expect(try await school.storage.objects.stat(plan) == nil)
    #expect(try await school.storage.objects.stat(advice) != nil)
    school.objects.dieAtDeletion(.max)
    let senco = try await school.visit(school.sencoKey)
    #expect(try await school.storage.objects.stat(advice) == nil)
    #expect(try await senco.child(school.child).seen().disposed.count == 2)
    #expect(try await senco.check().findings.isEmpty)
  }

  /// The same after a snapshot that was taken between the entry and the removal.
  @Test func unfinishedErasureSurvivesASnapshot() async throws {
    let (school, files) = try await School.openWithMeddledFiles()
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    let keyFile = try await school.keyFile
    let proposal = try await school.proposedErasure()
    let head = try await school.visit(school.headKey)
    await files.dieAtRemoval(0)
    #expect(await failure { _ = try await head.carryOut(proposal, on: school.child) } == "storage")
    // As somebody who may only look keeps it.
    let state = await head.state
    #expect(!state.removals.isEmpty)
    let bytes = try Snapshot.seal(
      try Snapshot.plaintext(of: state, over: nil), vault: state.vault, for: school.dslKey,
      salt: [UInt8](repeating: 7, count: 16))
    try await files.replace(Snapshot.name(for: school.dslKey), bytes)
    await files.dieAtRemoval(nil)
    _ = try await school.visit(school.dslKey)
    #expect(try await school.storage.files.read(keyFile) == nil)
  }
}
