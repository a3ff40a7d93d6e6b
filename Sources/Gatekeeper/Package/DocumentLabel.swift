/// What a document is filed as, before anybody has read it: META.json without what is found in the bytes.
package struct DocumentLabel: Hashable, Sendable {
  package let vault: String
  /// `CH-0001`
  package let child: String
  /// `DOC-7Q4M1-T9KXB`
  package let record: String
  /// 1 for the first, one more for each replacement of the same record.
  package let version: Int
  package let kind: String
  package let originalName: String
  package let title: String?
  /// `YYYY-MM-DD`
  package let dated: String?

  package init(
    vault: String, child: String, record: String, version: Int, kind: String, originalName: String,
    title: String?, dated: String?
  ) {
    self.vault = vault
    self.child = child
    self.record = record
    self.version = version
    self.kind = kind
    self.originalName = originalName
    self.title = title
    self.dated = dated
  }
}

/// A document's name and title are personal: printing shows references only.
extension DocumentLabel: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "label of \(record) version \(version)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
