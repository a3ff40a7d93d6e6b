package import StrongroomCrypto

/// META.json, the first file in every stored document: says what the document is, even if the ledger is lost.
///
/// Canonical JSON, so that it has one form. All references are text, as they are written everywhere else.
package struct DocumentMeta: Hashable, Sendable {
  package static let path = "META.json"
  package static let format = "strongroom-document/v1"
  /// Largest META.json, bytes: a 10 kB title of characters that need escapes fits.
  package static let maximumByteCount = 262_144

  /// The vault's id, as its description file and every event have it.
  package let vault: String
  /// `CH-0001`
  package let child: String
  /// `DOC-7Q4M1-T9KXB`
  package let record: String
  /// 1 for the first, one more for each replacement of the same record.
  package let version: Int
  /// A document kind of the policy's vocabulary, e.g. `ehc-plan`.
  package let kind: String
  /// As the file was called when it was filed; may hold anything, never used as a path.
  package let originalName: String
  package let title: String?
  /// `YYYY-MM-DD`
  package let dated: String?
  /// As found in the bytes, e.g. `application/pdf`.
  package let mediaType: String
  package let sha256: SHA256Digest
  /// Bytes of the document.
  package let length: Int

  package init(
    vault: String, child: String, record: String, version: Int, kind: String, originalName: String,
    title: String?,
    dated: String?, mediaType: String, sha256: SHA256Digest, length: Int
  ) {
    self.vault = vault
    self.child = child
    self.record = record
    self.version = version
    self.kind = kind
    self.originalName = originalName
    self.title = title
    self.dated = dated
    self.mediaType = mediaType
    self.sha256 = sha256
    self.length = length
  }

  init(_ label: DocumentLabel, mediaType: String, sha256: SHA256Digest, length: Int) {
    self.init(
      vault: label.vault, child: label.child, record: label.record, version: label.version, kind: label.kind,
      originalName: label.originalName, title: label.title, dated: label.dated, mediaType: mediaType,
      sha256: sha256, length: length)
  }

  /// The parts that must agree with what was asked for.
  package enum Field: String, Hashable, Sendable, CaseIterable {
    case vault, child, record, version, sha256, length
  }

  /// The name of the document inside its archive.
  package var safeName: SafeFileName {
    let name = SafeFileName(originalName)
    // Two files of one name would unpack over each other.
    return name.text.lowercased() == Self.path.lowercased() ? SafeFileName("document-" + name.text) : name
  }

  package var bytes: [UInt8] {
    var members: [String: JSONValue] = [
      "format": .string(Self.format), "vault": .string(vault), "child": .string(child),
      "record": .string(record),
      "version": .integer(Int64(version)), "kind": .string(kind), "name": .string(originalName),
      "media_type": .string(mediaType), "sha256": .string(sha256.hex), "length": .integer(Int64(length)),
    ]
    if let title { members["title"] = .string(title) }
    if let dated { members["dated"] = .string(dated) }
    return JSONValue.object(members).canonicalBytes
  }

  /// Reads META.json. Members of a later format are ignored; those of this one must be there and be of their
  /// type.
  package init(parsing bytes: [UInt8]) throws(PackageError) {
    let json: JSONValue
    do throws(JSONFault) {
      json = try JSONValue(canonical: bytes, limits: .init(byteCount: Self.maximumByteCount, depth: 4))
    } catch {
      throw .documentRejected(.metaMalformed)
    }
    guard json["format"]?.string == Self.format, let vault = json["vault"]?.string,
      let child = json["child"]?.string, let record = json["record"]?.string,
      let version = json["version"]?.integer, let kind = json["kind"]?.string,
      let name = json["name"]?.string, let mediaType = json["media_type"]?.string,
      let sha256 = json["sha256"]?.string.flatMap(SHA256Digest.init(hex:)),
      let length = json["length"]?.integer, length >= 0, version >= 1,
      Self.isTextOrAbsent(json["title"]), Self.isTextOrAbsent(json["dated"])
    else { throw .documentRejected(.metaMalformed) }
    self.init(
      vault: vault, child: child, record: record, version: Int(version), kind: kind, originalName: name,
      title: json["title"]?.string, dated: json["dated"]?.string, mediaType: mediaType, sha256: sha256,
      length: Int(length))
  }

  private static func isTextOrAbsent(_ value: JSONValue?) -> Bool { value == nil || value?.string != nil }
}

/// A document's name and title are personal: printing shows references only.
extension DocumentMeta: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "META.json of \(record) version \(version)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the ledger says about a document: all of it must be found inside.
package struct DocumentExpectation: Hashable, Sendable {
  package let vault: String
  package let child: String
  package let record: String
  package let version: Int
  package let sha256: SHA256Digest
  /// Bytes of the document.
  package let length: Int

  package init(vault: String, child: String, record: String, version: Int, sha256: SHA256Digest, length: Int)
  {
    self.vault = vault
    self.child = child
    self.record = record
    self.version = version
    self.sha256 = sha256
    self.length = length
  }

  /// Throws `.documentRejected(.mismatch)` with the first field that differs.
  package func check(_ meta: DocumentMeta) throws(PackageError) {
    let differing: DocumentMeta.Field? =
      if meta.vault != vault { .vault } else if meta.child != child { .child } else if meta.record != record {
        .record
      } else if meta.version != version { .version } else if meta.sha256 != sha256 {
        .sha256
      } else if meta.length
        != length
      { .length } else { nil }
    if let differing { throw .documentRejected(.mismatch(differing)) }
  }
}
