import StrongroomCrypto
import TransparencyLog
import VaultStore

/// One verification on its way through the record.
struct Verification {
  /// A tree that was there once, so that this one must begin with it.
  struct Mark: Hashable {
    let head: SeenHead
    /// By whoever asks, rather than by somebody who cosigned it.
    let isSeen: Bool
  }

  let options: VerifyOptions
  let head: LedgerHead
  private let vault: VaultID
  private let marks: [Mark]
  /// Roots that were met at the sizes of the marks.
  private var roots: [UInt64: SHA256Digest] = [:]
  /// The tree so far.
  private(set) var range = CompactRange()
  /// The fold so far; follows `range` from the depth of signatures on.
  private(set) var replay: VaultState
  private(set) var findings: [VerifyReport.Finding] = []
  /// Sealed parts of children whose files were erased: nobody can open them.
  private(set) var closedBoxes = 0

  init(vault: VaultID, head: LedgerHead, options: VerifyOptions, marks: [Mark]) {
    self.vault = vault
    self.head = head
    self.options = options
    self.marks = marks
    replay = VaultState(vault: vault)
    meet()
  }

  mutating func add(_ entry: UInt64?, _ fault: IntegrityFault) {
    findings.append(VerifyReport.Finding(entry: entry, fault: fault))
  }

  /// Counts the sealed part of an entry about a child whose file was erased.
  mutating func countClosed(_ event: Event) {
    if event.box?.scope == .child { closedBoxes += 1 }
  }

  /// Counts an entry that is not folded, or not believed, so that what follows it keeps its place in the tree.
  mutating func pass(_ leafHash: SHA256Digest) {
    range.append(leafHash)
    if options.depth >= .signatures { replay.pass(over: leafHash) }
    meet()
  }

  /// - Throws: and has not taken it.
  mutating func apply(_ event: Event, _ entry: ExaminedEntry) throws(EntryFault) {
    // The key that was used ahead of the fold counts if the fold has that key for this member.
    let known =
      event.kind == .vaultCreated
      ? try? VerifierKey(parsing: event.text("card_key")) : replay.members[event.actor.member]?.signingKey
    let isChecked = entry.signer != nil && entry.signer == known
    try replay.apply(event, leafHash: entry.leafHash, isSignatureChecked: !isChecked)
    range.append(entry.leafHash)
    meet()
  }

  /// Goes on from a fold that was checked before and whose tree this is.
  mutating func resume(_ state: VaultState) { replay = state }

  /// Begins again at the first entry.
  mutating func restart() {
    range = CompactRange()
    replay = VaultState(vault: vault)
    roots = [:]
    meet()
  }

  private mutating func meet() {
    if marks.contains(where: { $0.head.size == range.size }) { roots[range.size] = range.root }
  }

  /// Whether the record began with this tree.
  func holds(_ checkpoint: Checkpoint) -> Bool { roots[checkpoint.size] == checkpoint.root }

  /// - Parameter isRestored: whether the loss of a tree of that size was accepted by somebody entitled to it.
  mutating func checkMarks(isRestored: (UInt64) -> Bool) {
    for mark in marks {
      let size = mark.head.size
      if !mark.isSeen, isRestored(size) { continue }
      if size > head.size {
        add(nil, .ledgerHead(mark.isSeen ? .rolledBack(seen: size) : .cosignedMore(size)))
      } else if let root = roots[size], root != mark.head.root {
        add(nil, .ledgerHead(mark.isSeen ? .forked(at: size) : .cosignedOther(size)))
      }
    }
  }
}

extension VaultState {
  /// Counts an entry that is not believed, so that what follows it keeps its place in the tree.
  mutating func pass(over leafHash: SHA256Digest) {
    range.append(leafHash)
    recentRoots.append(range.root)
    if recentRoots.count > Self.seenWindow { recentRoots.removeFirst() }
  }
}
