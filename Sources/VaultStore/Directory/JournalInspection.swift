import TransparencyLog

/// Reads every record of every segment, rebuilds the tree, and compares each head and each segment's start with it.
struct JournalInspection {
  let journal: JournalFiles

  /// Segments read at once: each takes its size in memory.
  private static let segmentsAtOnce = 8

  /// One segment, read alone: its start says which tree it goes on from.
  struct Segment: Sendable {
    let number: Int
    var start: SegmentScan.Position?
    var end: SegmentScan.Position?
    var damage: Damage?
  }

  /// Reads segments that have another behind them, which nobody changes any more; on every core.
  func closed(_ numbers: Range<Int>) async throws(VaultStoreError) -> [Segment] {
    let results = await withTaskGroup(of: Result<Segment, VaultStoreError>.self) { group in
      var results: [Result<Segment, VaultStoreError>] = []
      for number in numbers {
        if number - numbers.lowerBound >= Self.segmentsAtOnce, let result = await group.next() {
          results.append(result)
        }
        group.addTask {
          Result { () throws(VaultStoreError) in try inspect(number, isLast: false) }
        }
      }
      for await result in group { results.append(result) }
      return results
    }
    var segments: [Segment] = []
    for result in results { segments.append(try result.get()) }
    return segments.sorted { $0.number < $1.number }
  }

  /// Reads the segments behind those, down to the one being written: under the lock, or it changes meanwhile.
  func finish(after closed: [Segment]) throws(VaultStoreError) -> LedgerInspection {
    let numbers = try journal.segments()
    var segments = closed
    for number in numbers.dropFirst(closed.count) {
      segments.append(try inspect(number, isLast: number == numbers.upperBound - 1))
    }
    var damage: [Damage] = []
    var previous: SegmentScan.Position?
    var heads = 0
    for segment in segments {
      if let found = segment.damage { damage.append(found) }
      if let start = segment.start, let previous, previous.range != start.range, damage.isEmpty {
        damage.append(
          Damage(
            file: JournalFiles.path(segment.number),
            place: .record(number: 0, offset: 0, entry: previous.entryCount), problem: .outOfPlace))
      }
      heads += segment.end?.newHeads ?? 0
      // The copy of a head at a segment's start may be of a head that was damaged where it stood.
      previous = segment.end ?? previous
    }
    let size = previous?.head?.size ?? 0
    return LedgerInspection(
      entries: size, heads: heads, unsignedEntries: (previous?.entryCount ?? 0) - size, damage: damage)
  }

  private func inspect(_ number: Int, isLast: Bool) throws(VaultStoreError) -> Segment {
    let path = JournalFiles.path(number)
    let bytes: [UInt8]
    let files = journal.core.files
    do throws(FileSystemError) {
      let file = try files.open(path, writable: false)
      defer { files.close(file) }
      bytes = try files.read(file, at: 0, count: try files.status(file).size)
    } catch {
      // A planted link or folder is a finding, a failing disk is not.
      if case .damaged(let damage) = error.storeError(path) { return Segment(number: number, damage: damage) }
      throw error.storeError(path)
    }
    guard let start = SegmentScan.Position(start: bytes, number: number, fileSize: bytes.count) else {
      return Segment(
        number: number,
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
      if Descriptor.isAllZero(bytes.span.bytes.extracting(scan.position.offset..<bytes.count)) { break }
      switch SegmentTail.judge(rest(), commit: scan.position.offset, record: scan.offset) {
      case .clean: break
      case .torn: if !isLast { damage = place }
      case .damaged: damage = place
      }
    case nil:
      damage = place
    }
    return Segment(number: number, start: start, end: scan.position, damage: damage)
  }
}
