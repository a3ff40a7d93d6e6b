package import TransparencyLog

/// Why a disclosure package was refused. Payload files are named by their line in the manifest, from 1: their
/// names may be personal.
package enum BagFault: Hashable, Sendable {
  /// The first file is no `bagit.txt` of BagIt 1.0, or the folder has no proper name.
  case notABag
  /// A file that belongs here is absent, or another stands in its place. Carries the path that was expected.
  case tagFileMissing(String)
  case tagFileMalformed(String)
  /// A tag file is not what `tagmanifest-sha256.txt` says.
  case tagFileDiffers(String)
  case payloadMissing(line: Int)
  case payloadDiffers(line: Int)
  /// A file that no manifest names.
  case unexpectedFile
  /// The same record twice, or no record at all.
  case documents
  /// The number or total size of the payload is not what `bag-info.txt` says.
  case payloadOxum
  /// The log's proof does not verify: signature, tree or form.
  case proof(TransparencyLogError)
  /// The entry does not open with the key beside it, at the place the proof names.
  case entry
  /// The opened entry is not `decision.json`.
  case decisionDiffers
  /// The decision is about another request, or does not allow a release.
  case notAllowed
  /// The decision was taken for other payload files than these.
  case payloadNotDecided
}
