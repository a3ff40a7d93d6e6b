/// What the rules see when somebody inside the setting acts on the vault.
package struct AccessFacts: Codable, Hashable, Sendable {
  package var role: String
  package var action: AccessAction
  /// The kind of document to be opened; nil for every other action.
  package var document: String?
  /// The member has a live link to this child (teaches, supports).
  package var linked: Bool
  /// A reason was given in words.
  package var reason: Bool

  package init(
    role: String, action: AccessAction, document: String? = nil, linked: Bool = false, reason: Bool = false
  ) {
    self.role = role
    self.action = action
    self.document = document
    self.linked = linked
    self.reason = reason
  }
}

/// What a member may be allowed to do; the words of `may` in `access.yaml`, and `open`, which `opens` there governs.
package enum AccessAction: String, Codable, Hashable, Sendable, CaseIterable {
  case open
  case file, list, request, approve, restrict, hold, erase
  case recordConsent = "record-consent"
  case manageChildren = "manage-children"
  case manageContacts = "manage-contacts"
  case manageRecipients = "manage-recipients"
  case manageMembers = "manage-members"
  case adoptPolicy = "adopt-policy"
  case viewRegister = "view-register"
  case viewLog = "view-log"
  case viewOwnLog = "view-own-log"
  case verifyLog = "verify-log"
  case publishLog = "publish-log"
  case exportLog = "export-log"
  case backUp = "back-up"
  case manageRecovery = "manage-recovery"
  case proveEntry = "prove-entry"
  case acceptRestore = "accept-restore"
  case rotateKeys = "rotate-keys"
}
