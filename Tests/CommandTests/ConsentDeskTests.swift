import Foundation
import StrongroomTestSupport
import Testing

/// Who may answer, what they answered, and what overrides it, as a SENCo types it.
@Suite struct ConsentDeskTests {
  @Test func whoMayConsentIsAnsweredInPlainWords() throws {
    let office = try Office()
    let refs = office.refs
    let now = try office.strongroom("consent", "who", refs.child, "--for", refs.college)
    expect(now, 0, "is a child.")
    #expect(now.output.contains("May answer"))
    #expect(now.output.contains("may decide on the child's behalf, as a parent in education law"))
    #expect(now.output.contains("does not decide alone"))
    let grown = try office.strongroom(
      "consent", "who", refs.child, "--for", refs.college, "--on", "2035-01-01")
    expect(grown, 0, "is a young person.")
    #expect(grown.output.contains("decides for themself"))
    let json = try office.strongroom("consent", "who", refs.child, "--json").object()
    #expect(json["stage"] as? String == "child")
    expect(try office.strongroom(as: "teacher", "consent", "who", refs.child), 10)
    expect(try office.strongroom("consent", "who", "CH-0999"), 14)
    expect(try office.strongroom("consent", "who", refs.child, "--on", "soon"), 64, "year-month-day")
  }

  @Test func noOfTheOtherParentHoldsTheSharing() throws {
    let office = try Office()
    let refs = office.refs
    let father = try office.reference(
      "contact", "contact", "add", "--child", refs.child, "--name", "F", "--relationship", "father")
    let words = [
      "consent", "record", "--child", refs.child, "--to", refs.college, "--kind", "ehc-plan", "--purpose",
      "A place",
      "--until", "2999-07-31",
    ]
    expect(try office.strongroom(words: words + ["--given-by", refs.mother]), 0, "To take it back")
    let first = try office.request("consent", to: refs.college, record: refs.plan)
    #expect(first.code == 0)
    expect(
      try office.strongroom(words: words + ["--given-by", father, "--answer", "refused"]), 0,
      "Recorded their no")
    let second = try office.request("consent", to: refs.college, record: refs.plan)
    #expect(second.code == 11, "\(second.decision)")
    expect(
      try office.strongroom(words: words + ["--given-by", father, "--answer", "follow-up"]), 0, "talk first")
    #expect(try office.request("consent", to: refs.college, record: refs.plan).code == 11)
    expect(
      try office.strongroom(words: words + ["--given-by", father, "--answer", "perhaps"]), 64, "known: given")
    expect(try office.strongroom(words: words + ["--given-by", "self", "--answer", "refused"]), 0)
    expect(try office.strongroom("audit", "verify"), 0)
  }

  @Test func capacityIsNotedForOneDecisionOnly() throws {
    let office = try Office()
    let refs = office.refs
    let words = ["child", "edit", refs.child, "--capacity", "lacks", "--ground", "Assessed 3 March"]
    expect(try office.strongroom(words: words), 64, "--capacity-for RECIPIENT")
    expect(try office.strongroom(words: words + ["--capacity-for", "RCP-00000-00000"]), 14)
    expect(try office.strongroom(words: words + ["--capacity-for", refs.college]), 0)
    expect(
      try office.strongroom("child", "show", refs.child), 0,
      "unable to decide about sharing with \(refs.college)")
  }

  @Test func restrictionIsPlacedListedAndLifted() throws {
    let office = try Office()
    let refs = office.refs
    let words = ["restriction", "place", refs.child, "--ground", "Order of 1 November"]
    expect(try office.strongroom(words: words + ["--kind", "court-restricted-parent"]), 64)
    expect(try office.strongroom(words: words + ["--kind", "grumpy"]), 64, "known: shielded-address")
    expect(try office.strongroom(words: words + ["--kind", "legal-hold"]), 64)
    expect(
      try office.strongroom(
        words: words + ["--kind", "harm-flag", "--from", "2026-12-01", "--until", "2026-11-01"]), 64)
    expect(try office.strongroom(as: "teacher", words: words + ["--kind", "harm-flag"]), 10)
    let placed = try office.strongroom(
      words: words + ["--kind", "court-restricted-parent", "--contact", refs.mother, "--json"])
    expect(placed, 0)
    let reference = try #require(try placed.object()["restriction"] as? String)
    expect(try office.strongroom("restriction", "list", refs.child), 0, "court-restricted-parent")
    let who = try office.strongroom("consent", "who", refs.child)
    expect(who, 0, "may not decide while a court order restricts them")
    expect(try office.strongroom("restriction", "lift", reference, "--ground", "Discharged"), 0, "Lifted")
    expect(try office.strongroom("restriction", "lift", reference, "--ground", "Discharged"), 64)
    expect(try office.strongroom("restriction", "lift", "RST-00000-00000", "--ground", "x"), 14)
  }

  @Test func sealedIdentityIsFoundByNobodyAndLiftedByItsReferenceAlone() throws {
    let office = try Office()
    let refs = office.refs
    let placed = try office.strongroom(
      "restriction", "place", refs.child, "--kind", "sealed-identity", "--ground", "Adoption order", "--json")
    expect(placed, 0)
    let reference = try #require(try placed.object()["restriction"] as? String)
    let missing = try office.strongroom("child", "show", "CH-0999")
    let hidden = try office.strongroom("child", "show", refs.child)
    #expect(hidden.code == 14 && missing.code == 14)
    #expect(
      hidden.everything.replacing(refs.child, with: "CH")
        == missing.everything.replacing("CH-0999", with: "CH"))
    let list = try office.strongroom("child", "list")
    #expect(!list.output.contains(refs.child))
    expect(try office.strongroom("open", refs.plan, "--reason", "Curious", "--out", "x.pdf"), 14)
    expect(try office.strongroom("restriction", "list", refs.child), 14)
    expect(try office.strongroom("restriction", "lift", reference, "--ground", "Wrong file"), 0)
    expect(try office.strongroom("child", "show", refs.child), 0)
    expect(try office.strongroom("audit", "verify"), 0)
  }

  @Test func consentFormIsOnePageWithoutNames() throws {
    let runner = try CommandLineRunner("form")
    expect(try runner.strongroom(["consent", "form", "--out", "form.html"]), 0, "no names")
    let page = try runner.shell("cat form.html").output
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(!page.contains("http"), "the page loads nothing")
    expect(try runner.strongroom(["consent", "form", "--out", "form.html"]), 64, "form.html")
  }
}
