import TransparencyLog

/// Reads every record of every segment, rebuilds the tree, and compares each head and each segment's start with it.
struct JournalInspection {
  let journal: JournalFiles

  func run() throws(VaultStoreError) -> LedgerInspection {
    var damage: [Damage] = []
    var previous: SegmentScan.Position?
    var heads = 0
    let numbers = try journal.segments()
    for number in numbers {
      let result = try inspect(number, isLast: number == numbers.upperBound - 1)
      if let found = result.damage { damage.append(found) }
      if let start = result.start, let previous, previous.range != start.range, damage.isEmpty {
        damage.append(
          Damage(
            file: JournalFiles.path(number), place: .record(number: 0, offset: 0, entry: previous.entryCount),
            problem: .outOfPlace))
      }
      heads += result.end?.newHeads ?? 0
      // The copy of a head at a segment's start may be of a head that was damaged where it stood.
      previous = result.end ?? previous
    }
    let size = previous?.head?.size ?? 0
    return LedgerInspection(
      entries: size, heads: heads, unsignedEntries: (previous?.entryCount ?? 0) - size, damage: damage)
  }

  private struct Result {
    var start: SegmentScan.Position?
    var end: SegmentScan.Position?
    var damage: Damage?
  }

  private func inspect(_ number: Int, isLast: Bool) throws(VaultStoreError) -> Result {
    let path = JournalFiles.path(number)
    let bytes: [UInt8]
    let files = journal.core.files
    do throws(FileSystemError) {
      let file = try files.open(path, writable: false)
      defer { files.close(file) }
      bytes = try files.read(file, at: 0, count: try files.status(file).size)
    } catch {
      // A planted link or folder is a finding, a failing disk is not.
      if case .damaged(let damage) = error.storeError(path) { return Result(damage: damage) }
      throw error.storeError(path)
    }
    guard let start = SegmentScan.Position(start: bytes, number: number, fileSize: bytes.count) else {
      return Result(
        damage: Damage(file: path, place: .record(number: 0, offset: 0, entry: 0), problem: .badRecord))
    }
    var scan = SegmentScan(from: start, entryOffsets: [], file: path)
    var wanted = 0
    let rest = { Array(bytes[scan.position.offset...]) }
    let place = Damage(
      file: path,
      place: .record(
        number: scan.position.records, offset: scan.position.offset, entry: scan.position.entryCount),
      problem: .badRecord)
    var damage: Damage?
    switch scan.take(bytes, base: 0, wanted: &wanted) {
    case .damaged(let found): damage = found
    case .unfinished(let found):
      if !isLast || SegmentTail.judge(rest(), commit: scan.position.offset, record: scan.offset) == .damaged {
        damage = found
      }
    case .end:
      switch SegmentTail.judge(rest(), commit: scan.position.offset, record: scan.offset) {
      case .clean: break
      case .torn: if !isLast { damage = place }
      case .damaged: damage = place
      }
    case nil:
      damage = place
    }
    return Result(start: start, end: scan.position, damage: damage)
  }
}
