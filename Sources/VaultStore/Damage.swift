/// One place in a vault whose bytes are not what was written.
package struct Damage: Hashable, Sendable {
  /// The vault-relative name of the file.
  package let file: String
  /// Where in the file.
  package let place: Place
  package let problem: Problem

  package enum Place: Hashable, Sendable {
    case wholeFile
    /// A journal record: its number in the segment from 0, its byte offset, and the index of the ledger entry it
    /// holds, or of the next entry if it holds none.
    case record(number: Int, offset: Int, entry: UInt64)
  }

  package enum Problem: Hashable, Sendable {
    /// Frame, length or checksum do not fit, and the place is not the journal's torn tail.
    case badRecord
    /// A record that is well formed but cannot stand here (order, size, number of the segment, root).
    case outOfPlace
    /// The file ends early.
    case truncated
    /// The file at this path is no longer the one that was opened.
    case replaced
    /// What was read back after the flush is not what was written.
    case readBackDiffers
    /// Length or SHA-256 differ from what the ledger says.
    case contentDiffers
    /// Not an ordinary file (a link, a device, a folder).
    case notAnOrdinaryFile
  }

  package init(file: String, place: Place = .wholeFile, problem: Problem) {
    self.file = file
    self.place = place
    self.problem = problem
  }
}
