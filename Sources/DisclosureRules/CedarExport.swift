/// The rules of a set in the Cedar policy language, so that an engine nobody here wrote can be asked the same questions.
///
/// One permit for each gateway that is on, and one forbid for each way of falling short of it: a refusal forbids both
/// actions, `pursue` and `disclose`; what is only missing forbids `disclose` alone. So an engine answers allow to
/// `disclose` where we say allowed, to `pursue` alone where we say waiting, and to neither where we refuse. Acts inside
/// the setting are one permit a role.
///
/// What the language cannot say comes in as input of the question (`CedarQuestion`): how many approvals are missing
/// (people are to be matched to places, and a set of records cannot be counted), days on a calendar, whether typed
/// evidence fits its pattern, and which consent of several is judged. Texts, remedies and obligations are not exported.
///
/// Source: Cedar language reference, policy and schema syntax of version 4.
package struct CedarExport: Sendable {
  /// `policies.cedar`
  package let policies: String
  /// `schema.cedarschema`, in the human-readable form; with it every policy validates strictly.
  package let schema: String

  static let namespace = "Strongroom"

  package init(_ set: PolicySet) {
    var writer = CedarWriter()
    writer.comment("\(set.title): \(set.name), version \(set.version).")
    writer.comment(
      "Made from the rules by `strongroom policy export --cedar`. Change the rules, not this file.")
    writer.setRules(set.core)
    for gateway in set.gateways { writer.gateway(gateway, in: set.core) }
    for restriction in set.restrictions where restriction.effect == .refuse { writer.refusal(restriction) }
    for kind in RestrictionKind.allCases where set.core.restrictionByKind[kind] == nil {
      writer.forbid(
        "restricted/\(kind.rawValue)", .both, when: "context.restrictions.contains(\(cedar: kind.rawValue))")
    }
    for role in set.vocabulary.roles.all {
      if let access = set.access.roles[role] { writer.access(role, access) }
    }
    policies = writer.text
    schema = Self.schema
  }

  private static let schema = """
    namespace Strongroom {
      entity Role;
      entity Member in [Role];
      entity Gateway;
      entity Vault;

      type Consent = {
        state: String,
        giver?: String,
        covers_recipient: Bool,
        covers_documents: Bool,
        covers_version: Bool,
      };

      // "pursue": not refused. "disclose": allowed.
      action pursue, disclose appliesTo {
        principal: [Member],
        resource: [Gateway],
        context: {
          // Days since 1 January 1970.
          today: Long,
          setting: String,
          recipient: String,
          documents: Set<String>,
          documents_after_consent: Bool,
          stage: String,
          age?: Long,
          care: String,
          competence_note: Bool,
          capacity_note: Bool,
          consent: Consent,
          // Ids of evidence that is well-formed, by its form, and whether another request relied on it.
          texts: Set<String>,
          texts_used: Set<String>,
          documents_attached: Set<String>,
          documents_attached_used: Set<String>,
          restrictions: Set<String>,
          restrictions_on_recipient: Set<String>,
          // Matched to their places outside: Cedar does not count people.
          approvals_missing: Long,
          approvers: Set<Member>,
          declined: Bool,
          days_since_allowed?: Long,
        },
      };

      action act appliesTo {
        principal: [Member],
        resource: [Vault],
        context: {
          action: String,
          document?: String,
          linked: Bool,
          reason: Bool,
        },
      };
    }

    """
}

extension DefaultStringInterpolation {
  /// A Cedar string literal. Words of a vocabulary need no escapes but these.
  package mutating func appendInterpolation(cedar text: String) {
    appendLiteral("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": appendLiteral("\\\"")
      case "\\": appendLiteral("\\\\")
      case _ where scalar.value < 0x20: appendLiteral("\\u{\(String(scalar.value, radix: 16))}")
      default: appendLiteral(String(scalar))
      }
    }
    appendLiteral("\"")
  }

  /// A Cedar set of string literals.
  package mutating func appendInterpolation(cedar words: some Sequence<String>) {
    appendLiteral("[" + words.map { "\(cedar: $0)" }.joined(separator: ", ") + "]")
  }
}
