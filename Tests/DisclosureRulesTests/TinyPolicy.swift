import DisclosureRules

/// A policy small enough to see whole, for tests that must not change when the shipped rules do.
enum TinyPolicy {
  static let source = PolicySource(files: [
    "policy.yaml": policy, "access.yaml": access, "restrictions.yaml": restrictions,
    "gateways/letter.yaml": letter, "gateways/agreed.yaml": agreed, "gateways/ordered.yaml": ordered,
    "cases/all.yaml": cases,
  ])

  private static let loaded = Result { try PolicySet.load(source) }

  static func load() throws -> PolicySet { try loaded.get() }

  /// The policy with one file changed: the first occurrence of some words replaced by others.
  static func replacing(_ old: String, with new: String, in path: String) -> PolicySource {
    var files = source.files
    let text = files[path] ?? ""
    guard let range = text.firstRange(of: old) else { return PolicySource(files: [:]) }
    files[path] = String(text[..<range.lowerBound] + new + text[range.upperBound...])
    return PolicySource(files: files)
  }

  static func with(_ path: String, _ text: String?) -> PolicySource {
    var files = source.files
    files[path] = text
    return PolicySource(files: files)
  }

  /// A request under `letter` that is allowed.
  static func facts(_ change: (inout DisclosureFacts) -> Void = { _ in }) -> DisclosureFacts {
    var facts = DisclosureFacts(
      today: CalendarDate(year: 2026, month: 11, day: 21)!, setting: "academy", gateway: "letter",
      requester: .init(member: "m1", role: "senco"), recipient: "court", documents: [.init(kind: "plan")],
      subject: .init(stage: .child, age: 9),
      evidence: [
        .init(id: "number", sha256: hash("a"), form: .text),
        .init(id: "letter", sha256: hash("b"), form: .document),
      ])
    change(&facts)
    return facts
  }

  /// A request under `agreed` with a parent's consent, allowed.
  static func agreedFacts(_ change: (inout DisclosureFacts) -> Void = { _ in }) -> DisclosureFacts {
    facts {
      $0.gateway = "agreed"
      $0.recipient = "college"
      $0.evidence = []
      $0.consent = .init(state: .given, giver: .parent)
      change(&$0)
    }
  }

  /// A request under `ordered` with its order and both approvals, allowed.
  static func orderedFacts(_ change: (inout DisclosureFacts) -> Void = { _ in }) -> DisclosureFacts {
    facts {
      $0.gateway = "ordered"
      $0.evidence = [.init(id: "order", sha256: hash("c"), form: .document)]
      $0.approvals = [.init(member: "m2", role: "head"), .init(member: "m3", role: "dsl")]
      change(&$0)
    }
  }

  static func hash(_ digit: String) -> String { String(repeating: digit, count: 64) }

  private static let policy = """
    policy: tiny
    version: 3
    title: "Tiny policy"
    in_force_from: 2026-01-01
    setting_types: [academy, maintained]
    vocabulary:
      roles: {senco: "SENCo", head: "Headteacher", dsl: "Safeguarding lead", reader: "Reader"}
      document_kinds: {plan: "Plan", report: "Report", secret: "Secret report"}
      recipient_kinds: {court: "Court", college: "College", solicitor: "Solicitor", parent: "Parent"}
    """

  private static let letter = """
    id: letter
    code: T1
    title: "A letter"
    summary: "The court has written and given a number."
    authority:
      - provision: "Some Act, section 1"
        confidence: read
    kind: permits
    addressed_to: [local-authority]
    effective_from: 2014-09-01
    recipients: [court]
    documents: [plan, report]
    subject:
      stages: [child, young-person]
      minimum_age: 5
      maximum_age: 18
    requires:
      - evidence: number
        question: "What is the number?"
        form: text
        pattern: "AA99/*"
      - evidence: letter
        question: "Where is the letter?"
        form: document
    request_by: [senco, dsl]
    approvals:
      count: 0
      roles: [head]
      more_for:
        - documents: [report]
          count: 1
          roles: [dsl]
    lasts: {days: 28}
    evidence_use: repeat
    tell_family: "yes"
    clock: {days: 15, calendar: working, from: "the letter"}
    obligations: ["View only."]
    hints: ["Ask the court for a letter."]
    """

  private static let agreed = """
    id: agreed
    code: T2
    title: "Agreement"
    summary: "The right person has agreed."
    authority: [{provision: "Some Act, section 2", confidence: from-memory}]
    kind: permits
    setting_types: [academy]
    recipients: any
    documents: [plan, report]
    consent:
      givers:
        child: [parent, local-authority-with-parental-responsibility]
        competent-child: [child]
        young-person: [young-person]
        young-person-lacking-capacity: [alternative-person]
      check_competence_from_age: 16
      prevails:
        - giver: local-authority-with-parental-responsibility
          care: [care-order]
    requires:
      - evidence: client-authority
        question: "Where is the client's authority?"
        form: document
        for: [solicitor]
    request_by: [senco]
    approvals: {count: 0, roles: []}
    evidence_use: repeat
    tell_family: "decide"
    """

  private static let ordered = """
    id: ordered
    code: T3
    title: "An order"
    summary: "A court has ordered it."
    authority: [{provision: "Some Act, section 3", confidence: read}]
    kind: compels
    recipients: [court]
    documents: any
    requires:
      - evidence: order
        question: "Where is the order?"
        form: document
      - evidence: seal
        question: "Is there a seal?"
        form: text
        choices: ["Yes", "No seal"]
        unless: [order]
    request_by: [senco, head]
    approvals: {count: 2, roles: [head, dsl, reader]}
    evidence_use: single
    tell_family: "no"
    """

  private static let restrictions = """
    restrictions:
      court-restricted-parent:
        title: "Restricted by a court"
        authority: "The order"
        effect: refuse
        when: recipient
        reason_shown: false
      legal-hold:
        title: "Legal hold"
        authority: "Practice"
        effect: refuse
        gateways: [letter]
      shielded-address:
        title: "Hidden address"
        authority: "Practice"
        effect: obligation
        obligation: "Take the address out."
      child-protection-material:
        title: "Secret material"
        authority: "Practice"
        effect: approvals
        documents: [secret]
        approvals: {count: 1, roles: [dsl]}
    """

  private static let access = """
    roles:
      senco:
        may: [request, approve, file]
        opens:
          - {documents: [plan, report], children: all, reason: required}
      head: {may: [request, approve], opens: [{documents: any, children: all, reason: required}]}
      dsl: {may: [request, approve], opens: []}
      reader:
        may: [approve, view-log]
        opens:
          - {documents: [plan], children: linked, reason: not-needed}
        refusal: "Readers read plans only."
    """

  private static let cases = """
    cases:
      - name: "a letter with its number"
        gateway: letter
        vector: 1
        situation:
          documents: [plan]
          evidence: [{id: number, text: "AB12/7"}, {id: letter, document: true}]
        expect: {outcome: allowed, obligations: ["view only", clock]}
      - name: "no letter"
        gateway: letter
        situation: {documents: [plan], evidence: [{id: number, text: "AB12/7"}]}
        expect: {outcome: refused, reasons: [evidence-missing], needs: ["evidence:letter"]}
    """
}
