import DisclosureRules
import Gatekeeper
import Testing
import VaultStore

@Suite struct PolicyTests {
  @Test func otherRulesDecideFromTheirEntryOnAndOldDecisionsStayAsTheyWere() async throws {
    let school = try await School.open()
    let parent = try await school.recipient("parent")
    let draft = school.draft(parent, "appeal", School.appealEvidence)
    let before = try await school.senco.checkDisclosure(draft)
    let hash = try await school.adopt(.school)
    let after = try await school.senco.checkDisclosure(draft)
    #expect(before.policy != after.policy)
    #expect(after.policy == hash)
    #expect(await failure { _ = try await school.senco.adoptPolicy(.school) } == "wrongState")
    _ = try await school.adopt(.england)
    for key in [school.sencoKey, school.officerKey] {
      let report = try await school.visit(key).auditVerify()
      #expect(report.isWhole, "\(report.lines)")
    }
    #expect(try await school.senco.policyInForce().name == "england")
  }

  @Test func rulesChangeOnlyWithTwoPeoplesSignatures() async throws {
    let school = try await School.open()
    let before = try await school.senco.status().policyHash
    let proposal = try await school.senco.adoptPolicy(.school).done()
    #expect(!proposal.isInForce)
    #expect(try await school.senco.status().policyHash == before)
    #expect(try await school.senco.proposedPolicy()?.rules.name == "school")
    #expect(await failure { _ = try await school.senco.adoptPolicy(.school) } == "wrongState")
    // Somebody else proposing other rules is a new first signature, not the second.
    let head = try await school.visit(school.headKey)
    var other = PolicySource.school.files
    other["policy.yaml"] = (other["policy.yaml"] ?? "").replacing("version: 1", with: "version: 2")
    #expect(!(try await head.adoptPolicy(PolicySource(files: other)).done().isInForce))
    #expect(await failure { _ = try await head.adoptPolicy(PolicySource(files: other)) } == "wrongState")
    // The first proposal was overtaken, so signing for it begins anew.
    #expect(!(try await school.senco.adoptPolicy(.school).done().isInForce))
    #expect(try await head.adoptPolicy(.school).done().isInForce)
    #expect(try await school.senco.proposedPolicy() == nil)
    #expect(try await school.senco.policyInForce().name == "school")
  }

  @Test func proposalOfSomebodyWhoWasRemovedIsNoSignature() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    _ = try await head.adoptPolicy(.school).done()
    _ = try await school.senco.removeMember(try await head.me.reference).done()
    #expect(!(try await school.senco.adoptPolicy(.school).done().isInForce))
  }

  @Test func pastRequestsAreAskedAgainUnderOtherRules() async throws {
    let school = try await School.open()
    let parent = try await school.recipient("parent")
    let (request, report) = try await school.senco.requestDisclosure(
      school.draft(parent, "appeal", School.appealEvidence))
    let reference = try #require(request)
    let past = try await school.senco.pastRequests().seen()
    #expect(past.map(\.0) == [reference])
    let old = try await school.senco.policyInForce()
    #expect(Decision.Outcome(rawValue: report.outcome.rawValue) == old.decide(past[0].1).outcome)
    let teacher = try await school.visit(school.teacherKey)
    guard case .refused = try await teacher.pastRequests() else {
      Issue.record("a teacher saw requests")
      return
    }
  }

  @Test func brokenRulesAreRefusedWithTheirPlaceAndNothingIsWritten() async throws {
    let school = try await School.open()
    let entries = try await school.senco.status().entries
    var files = PolicySource.england.files
    files["gateways/appeal.yaml"] = (files["gateways/appeal.yaml"] ?? "") + "\nnonsense: 1\n"
    #expect(await failure { _ = try await school.senco.adoptPolicy(PolicySource(files: files)) } == "policy")
    #expect(try await school.senco.status().entries == entries)
    #expect(
      await failure {
        _ = try await Gatekeeper.createVault(
          in: .inMemory(), name: "A", creator: try MemberIdentity.generate(),
          policy: PolicySource(files: files),
          settingType: nil, recovery: [], effects: .system)
      } == "policy")
  }

  @Test func teacherMayNotChangeTheRules() async throws {
    let school = try await School.open()
    let teacher = try await school.visit(school.teacherKey)
    #expect(try await teacher.adoptPolicy(.school).refusal != nil)
  }

  @Test func officerAndSENCoExplainTheSameDecision() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(court, "court-order", School.orderEvidence()))
    let reference = try #require(request)
    let officer = try await school.visit(school.officerKey)
    let mine = try await school.senco.explain(reference).seen()
    let theirs = try await officer.explain(reference).seen()
    #expect(mine.lines == theirs.lines)
    #expect(mine.lines.count > 5)
    let list = try await officer.requests().seen()
    #expect(list.map(\.state) == ["waiting"])
    let detail = try await officer.request(reference).seen()
    #expect(detail.reason == nil)
    #expect(detail.recipientName == nil)
  }

  @Test func vaultIsNotMadeTwiceInOnePlace() async throws {
    let school = try await School.open()
    #expect(
      await failure {
        _ = try await Gatekeeper.createVault(
          in: school.storage, name: "A", creator: school.sencoKey, policy: .england, settingType: nil,
          recovery: [], effects: .system)
      } == "wrongState")
    #expect(
      await failure {
        _ = try await Gatekeeper.createVault(
          in: .inMemory(), name: "A", creator: school.sencoKey, policy: .england, settingType: "circus",
          recovery: [], effects: .system)
      } == "invalidInput")
  }

  @Test func recoveryRecipientOpensTheEpochAfterEverybodyIsGone() async throws {
    let recovery = try MemberIdentity.generate()
    let storage = VaultStorage.inMemory()
    let senco = try MemberIdentity.generate()
    _ = try await Gatekeeper.createVault(
      in: storage, name: "A", creator: senco, policy: .england, settingType: nil,
      recovery: [recovery.recipient], effects: .system)
    let gate = try await Gatekeeper(opening: storage, as: senco, effects: .system)
    _ = try await gate.addMember(card: try MemberIdentity.generate().card(name: "B"), role: "headteacher")
      .done()
    // It opens the keys by hand, and is no member: it cannot act.
    #expect(
      await failure { _ = try await Gatekeeper(opening: storage, as: recovery, effects: .system) }
        == "keyNotAvailable")
    #expect(try await opensEpoch(storage, recovery))
  }
}
