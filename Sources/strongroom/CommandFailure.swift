import Gatekeeper
import TransparencyLog
import VaultStore

/// What can go wrong in the command line itself, before or beside the gatekeeper.
enum CommandFailure: Error {
  case vaultNotNamed
  case identityNotNamed
  case cannotRead(path: String, errno: Int32)
  case cannotWrite(path: String, errno: Int32)
  /// A file outside the vault that could not be used, named as the person named it.
  case outside(path: String, VaultStoreError)
  case fileTooLarge(path: String, limitBytes: Int)
  case notText(path: String)
  case outputExists(path: String)
  case vaultExists(path: String)
  case folderNotEmpty(path: String)
  case outputIsTerminal
  case passphraseNeeded
  case passphraseEmpty
  case passphraseTooLong
  case passphrasesDiffer
  case badValue(option: String, value: String, hint: String)
  /// The word that an act asks for was not typed.
  case notConfirmed(word: String)
  case unknownTopic(String)
  case casesFailed(count: Int)
  /// The list of an import is no table that can be read.
  case list(path: String, ImportListError)
  /// There is no place to remember anything in: no home folder, and none named.
  case stateFolderNotNamed
  /// The folder that `StateFolder` keeps, or a file in it, could not be used.
  case stateFolder(path: String, VaultStoreError)
  /// The access record is not the one accepted before; both signed checkpoints are kept in that file.
  case logConflict(LogConflict, kept: String)
  /// A policy about witnesses that could not be read.
  case witnessPolicy(path: String, TransparencyLogError)
  /// The proof of one entry shows nothing.
  case proof(path: String, ProofFault)
  /// What was remembered of a vault does not check.
  case memoryDamaged(path: String)
  case interrupted
  /// The command was carried out, and what it had to say could not be written.
  case resultsLost
  /// The answer was already printed; only the code is left to say.
  case answered(ExitStatus)
}
