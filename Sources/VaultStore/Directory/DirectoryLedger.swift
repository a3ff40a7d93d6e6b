import TransparencyLog

/// The ledger in journal segments of a vault directory.
///
/// One commit, and what is true if power fails after each step:
///
/// 1. entries written at the end of the open segment: whole, torn or absent; a torn commit is cut off by the next writer;
/// 2. `fdatasync`: they are there for good, not yet signed: a tail, which the next append adopts;
/// 3. read back, hashed, tree signed in memory: as before. No signature ever exists over what is not on the disk;
/// 4. head written: whole, or torn and cut off, and the tail is signed again (the same tree, so no fork);
/// 5. `fdatasync`: acknowledged.
///
/// Two flushes a commit, no folder flush and no new blocks, but for one commit in some hundreds that begins a segment. All work of one
/// call is done without suspending, so calls on this actor never interleave (but for `inspect`, which reads closed segments
/// elsewhere); calls block while the disk works.
actor DirectoryLedger: LedgerStorage {
  private let core: DirectoryCore
  private let journal: JournalFiles
  private let lock: WriterLock
  private let geometry: JournalGeometry

  // All owned by this actor.
  private var open: OpenSegment?
  /// For segments before the open one and for the open one: where its entries begin.
  private var index = JournalIndex()

  /// The last segment, open, and what is known of it.
  private struct OpenSegment {
    let file: OpenFile
    let identity: FileStatus.Identity
    var position: SegmentScan.Position
    /// The bytes behind `position` are known to be zeros but for what other processes write.
    var hasCleanEnd = false
  }

  init(core: DirectoryCore, geometry: JournalGeometry) {
    self.core = core
    self.geometry = geometry
    journal = JournalFiles(core: core)
    lock = WriterLock(files: core.files)
  }

  deinit {
    if let open { core.files.close(open.file) }
  }

  // MARK: Reading

  func head() async throws(VaultStoreError) -> LedgerHead? {
    try refreshForReading()
    return open?.position.head
  }

  func entries(from: UInt64, to: UInt64) async throws(VaultStoreError) -> [[UInt8]] {
    precondition(from <= to, "entries are asked for in order")
    if open?.position.head?.size ?? 0 < to { try refreshForReading() }
    guard let position = open?.position, to <= position.head?.size ?? 0 else {
      throw .damaged(Damage(file: JournalFiles.path(open?.position.segment ?? 0), problem: .truncated))
    }
    return try readEntries(from..<to)
  }

  func unsignedTail() async throws(VaultStoreError) -> [[UInt8]] {
    // Only under the lock is what lies behind the last head known to be left over and not just being written.
    let held = try lock.acquire(exclusive: core.isWritable)
    defer { lock.release(held) }
    try refresh(isLocked: true)
    guard let position = open?.position else { return [] }
    return try readEntries((position.head?.size ?? 0)..<position.entryCount)
  }

  func inspect() async throws(VaultStoreError) -> LedgerInspection {
    let inspection = JournalInspection(journal: journal)
    // The bulk of a long ledger is read without keeping writers out.
    let closed = try await inspection.closed(try journal.segments().dropLast())
    let held = try lock.acquire(exclusive: core.isWritable)
    defer { lock.release(held) }
    return try inspection.finish(after: closed)
  }

  // MARK: Appending

  func append(
    _ entries: [[UInt8]], ifSize: UInt64, after files: [NamedFile],
    sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try LedgerLimits.check(entries)
    try core.checkWritable()
    let held = try lock.acquire(exclusive: true)
    defer { lock.release(held) }
    try refresh(isLocked: true)
    guard let actual = open?.position.entryCount, actual == ifSize else {
      throw .conflict(actualSize: open?.position.entryCount ?? 0)
    }
    try checkStillInPlace()
    for file in files {
      try core.replace(try file.name.relativePath, file.bytes, durably: true)
    }
    let commit = Self.frames(entries)
    let hasRotated = try makeRoom(for: commit.count)
    try writeEntries(commit, entries)
    let head = try writeHead(sign)
    // The commit is acknowledged only if what was written is what a reader will find at that name.
    try checkStillInPlace()
    // Acknowledged in any case: whatever goes wrong with the reserve is told at the next append.
    if hasRotated { try? journal.replenishReserve(size: geometry.segmentSize) }
    return head
  }

  /// The last eighth of a segment behind which there is no other and none can be made.
  func isShortOfRoom() async throws(VaultStoreError) -> Bool {
    guard let position = open?.position else { return false }
    let left = position.capacity - position.offset - geometry.headReserve
    if left > geometry.segmentSize / 8 { return false }
    if try core.status(of: JournalFiles.reserve) != nil { return false }
    let held = try lock.acquire(exclusive: true)
    defer { lock.release(held) }
    try journal.replenishReserve(size: geometry.segmentSize)
    return try core.status(of: JournalFiles.reserve) == nil
  }

  func signTail(
    ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try core.checkWritable()
    let held = try lock.acquire(exclusive: true)
    defer { lock.release(held) }
    try refresh(isLocked: true)
    guard let position = open?.position, position.entryCount == ifSize else {
      throw .conflict(actualSize: open?.position.entryCount ?? 0)
    }
    if let head = position.head, head.size == ifSize { return head }
    try checkStillInPlace()
    let head = try writeHead(sign)
    try checkStillInPlace()
    return head
  }

  private static func frames(_ entries: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(0) { $0 + $1.count + JournalFrame.overhead })
    for (number, entry) in entries.enumerated() {
      JournalFrame.append(number == entries.count - 1 ? .entry : .entryOfMore, entry, to: &bytes)
    }
    return bytes
  }

  /// - Returns: whether a new segment was begun.
  private func makeRoom(for commitSize: Int) throws(VaultStoreError) -> Bool {
    guard let current = open?.position else { return false }
    if current.offset + commitSize + geometry.headReserve <= current.capacity { return false }
    let copy = current.head.map { JournalFrame.overhead + JournalHead.encoded($0).count } ?? 0
    let startSize = JournalFrame.overhead + SegmentStart.byteCount(current.range) + copy
    let capacity = geometry.capacity(start: startSize, commitSize: commitSize)
    let start = SegmentStart(number: current.segment + 1, capacity: capacity, range: current.range)
    try journal.make(start, head: current.head, usingReserve: capacity == geometry.segmentSize)
    try refresh(isLocked: true)
    precondition(open?.position.segment == start.number, "unreachable: under the lock nobody else makes one")
    return true
  }

  private func writeEntries(_ commit: [UInt8], _ entries: [[UInt8]]) throws(VaultStoreError) {
    guard let segment = open else { return }
    let path = JournalFiles.path(segment.position.segment)
    let base = segment.position.offset
    open?.hasCleanEnd = false
    do { try core.files.write(segment.file, at: base, commit.span.bytes) } catch {
      throw error.storeError(path)
    }
    try core.health.flush(path) { () throws(FileSystemError) in try core.files.syncData(segment.file) }
    // What is signed is what the disk gives back, not what was meant.
    let stored: [UInt8]
    do { stored = try core.files.read(segment.file, at: base, count: commit.count) } catch {
      throw error.storeError(path)
    }
    var scan = SegmentScan(from: segment.position, entryOffsets: [], file: path)
    var wanted = 0
    _ = scan.take(stored, base: base, wanted: &wanted)
    guard stored == commit, scan.position.offset == base + commit.count else {
      throw core.health.fail(.damaged(Damage(file: path, problem: .readBackDiffers)))
    }
    open?.position = scan.position
    open?.hasCleanEnd = true
    index.append(scan.entryOffsets, to: segment.position.segment)
  }

  private func writeHead(
    _ sign: @Sendable (CompactRange) throws -> [UInt8]
  ) throws(VaultStoreError) -> LedgerHead {
    guard let segment = open else { throw .missing(JournalFiles.path(0)) }
    let path = JournalFiles.path(segment.position.segment)
    let checkpoint = try LedgerLimits.signedCheckpoint(segment.position.range, sign)
    let head = LedgerHead(checkpoint: checkpoint, range: segment.position.range)
    let frame = JournalFrame.encoded(.head, JournalHead.encoded(head))
    guard frame.count <= geometry.headReserve else { throw .signingFailed }
    open?.hasCleanEnd = false
    do { try core.files.write(segment.file, at: segment.position.offset, frame.span.bytes) } catch {
      throw error.storeError(path)
    }
    try core.health.flush(path) { () throws(FileSystemError) in try core.files.syncData(segment.file) }
    open?.position.offset += frame.count
    open?.position.records += 1
    open?.position.newHeads += 1
    open?.position.head = head
    open?.hasCleanEnd = true
    return head
  }

  /// The open segment must still be the file at its path, whole: else a commit would go where no reader looks.
  private func checkStillInPlace() throws(VaultStoreError) {
    guard let segment = open else { return }
    let path = JournalFiles.path(segment.position.segment)
    do throws(FileSystemError) {
      let status = try core.files.status(segment.file)
      let named = try core.files.status(of: path)
      if status.links > 0, named?.identity == segment.identity, status.size == segment.position.capacity {
        return
      }
    } catch {
      throw error.storeError(path)
    }
    throw core.health.fail(.damaged(Damage(file: path, problem: .replaced)))
  }

  // MARK: Catching up

  /// Without the lock a writer may be at work in the middle of what is being read, so anything odd is looked at again under the lock
  /// before it is called damage.
  private func refreshForReading() throws(VaultStoreError) {
    do throws(VaultStoreError) {
      try refresh(isLocked: false)
    } catch {
      guard case .damaged = error else { throw error }
      let held = try lock.acquire(exclusive: core.isWritable)
      defer { lock.release(held) }
      try refresh(isLocked: true)
      dropUnsigned()
    }
  }

  /// Reads what was appended since the last time, through as many segments as were begun.
  private func refresh(isLocked: Bool) throws(VaultStoreError) {
    if open == nil { try openLast() }
    while let segment = open {
      let next = JournalFiles.path(segment.position.segment + 1)
      // Asked before the open segment is read: once the next one exists, nothing is added to this one.
      let hasNext = try core.status(of: next) != nil
      try catchUp(isLocked: isLocked, isLast: !hasNext)
      guard hasNext else { return }
      try openSegment(segment.position.segment + 1, after: open?.position)
    }
  }

  private func openLast() throws(VaultStoreError) {
    try openSegment(try journal.segments().upperBound - 1, after: nil)
  }

  private func openSegment(
    _ number: Int, after previous: SegmentScan.Position?
  ) throws(VaultStoreError) {
    let path = JournalFiles.path(number)
    let file: OpenFile
    do { file = try core.files.open(path, writable: core.isWritable) } catch {
      if error.code == Errno.noSuchFile { throw .missing(path) }
      throw error.storeError(path)
    }
    do throws(VaultStoreError) {
      let (position, identity) = try readStart(file, number)
      if let previous, previous.range != position.range {
        throw .damaged(
          Damage(
            file: path, place: .record(number: 0, offset: 0, entry: previous.entryCount),
            problem: .outOfPlace))
      }
      if let open { core.files.close(open.file) }
      open = OpenSegment(file: file, identity: identity, position: position)
      index.begin(number, firstEntry: position.firstEntry)
    } catch {
      core.files.close(file)
      throw error
    }
  }

  private func readStart(
    _ file: OpenFile, _ number: Int
  ) throws(VaultStoreError) -> (SegmentScan.Position, FileStatus.Identity) {
    let path = JournalFiles.path(number)
    let status: FileStatus
    let bytes: [UInt8]
    do throws(FileSystemError) {
      status = try core.files.status(file)
      bytes = try core.files.read(file, at: 0, count: SegmentStart.largest + JournalFrame.overhead)
    } catch {
      throw error.storeError(path)
    }
    guard let position = SegmentScan.Position(start: bytes, number: number, fileSize: status.size) else {
      throw .damaged(
        Damage(file: path, place: .record(number: 0, offset: 0, entry: 0), problem: .badRecord))
    }
    return (position, status.identity)
  }

  /// Reads the open segment to its end.
  private func catchUp(isLocked: Bool, isLast: Bool) throws(VaultStoreError) {
    guard let segment = open else { return }
    let path = JournalFiles.path(segment.position.segment)
    var scan = SegmentScan(
      from: segment.position, entryOffsets: index.offsets(segment.position.segment), file: path)
    let ending = try run(&scan, segment)
    var hasCleanEnd = segment.hasCleanEnd && isLast
    switch ending {
    case .damaged(let damage): throw .damaged(damage)
    case .unfinished(let damage):
      hasCleanEnd = try settleEnd(scan, damage, isLocked: isLocked, isLast: isLast)
    case .end:
      if !hasCleanEnd { hasCleanEnd = try settleEnd(scan, nil, isLocked: isLocked, isLast: isLast) }
    }
    open?.position = scan.position
    open?.hasCleanEnd = hasCleanEnd
    index.set(scan.entryOffsets, of: segment.position.segment)
    if !isLocked, isLast {
      // What lies behind the last head may just be being written.
      open?.position = scan.signedPosition
      dropUnsigned()
    }
  }

  private func run(
    _ scan: inout SegmentScan, _ segment: OpenSegment
  ) throws(VaultStoreError) -> SegmentScan.Ending {
    // Most calls find nothing new, so little is read at first.
    var chunk = 4096
    var wanted = JournalFrame.headerByteCount
    while true {
      let base = scan.offset
      let count = min(max(chunk, wanted), segment.position.capacity - base)
      let bytes: [UInt8]
      do { bytes = try core.files.read(segment.file, at: base, count: count) } catch {
        throw error.storeError(JournalFiles.path(segment.position.segment))
      }
      if bytes.count < count {
        throw .damaged(
          Damage(file: JournalFiles.path(segment.position.segment), problem: .truncated))
      }
      if let ending = scan.take(bytes, base: base, wanted: &wanted) { return ending }
      chunk = 256 << 10
    }
  }

  /// Judges what lies behind the last whole commit, and lets a writer zero what a crash left there.
  ///
  /// - Returns: whether only zeros are there now.
  private func settleEnd(
    _ scan: SegmentScan, _ damage: Damage?, isLocked: Bool, isLast: Bool
  ) throws(VaultStoreError) -> Bool {
    guard let segment = open else { return false }
    let path = JournalFiles.path(segment.position.segment)
    let commit = scan.position.offset
    let bytes: [UInt8]
    do {
      bytes = try core.files.read(segment.file, at: commit, count: scan.position.capacity - commit)
    } catch {
      throw error.storeError(path)
    }
    let verdict =
      Descriptor.isAllZero(bytes.span.bytes)
      ? SegmentTail.Verdict.clean : SegmentTail.judge(bytes, commit: commit, record: scan.offset)
    switch verdict {
    case .clean: return true
    case .torn(let end) where isLast:
      guard isLocked, core.isWritable else { return false }
      try zero(commit..<end, of: segment)
      return true
    case .torn, .damaged:
      // A segment with another behind it was left clean, so nothing there can be torn.
      let place = Damage.Place.record(
        number: scan.position.records, offset: commit, entry: scan.position.entryCount)
      throw .damaged(damage ?? Damage(file: path, place: place, problem: .badRecord))
    }
  }

  /// Cuts a torn tail. Until the flush some of it may come back after a crash, still without a head behind it, and is cut again.
  private func zero(_ range: Range<Int>, of segment: OpenSegment) throws(VaultStoreError) {
    try core.health.check()
    let path = JournalFiles.path(segment.position.segment)
    let zeros = [UInt8](repeating: 0, count: range.count)
    do { try core.files.write(segment.file, at: range.lowerBound, zeros.span.bytes) } catch {
      throw error.storeError(path)
    }
    try core.health.flush(path) { () throws(FileSystemError) in try core.files.syncData(segment.file) }
  }

  /// Forgets entries behind the last head, as a reader without the lock must.
  private func dropUnsigned() {
    guard let position = open?.position else { return }
    index.truncate(position.segment, entries: Int(position.entryCount - position.firstEntry))
  }

  // MARK: Entries

  private func readEntries(_ range: Range<UInt64>) throws(VaultStoreError) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    entries.reserveCapacity(range.count)
    var next = range.lowerBound
    while next < range.upperBound {
      let segment = try index.segment(holding: next) { (number) throws(VaultStoreError) in
        try firstEntry(of: number)
      }
      let found = try readEntries(next..<range.upperBound, in: segment)
      entries += found
      next += UInt64(found.count)
    }
    return entries
  }

  private func firstEntry(of number: Int) throws(VaultStoreError) -> UInt64 {
    try withSegment(number) { (file) throws(VaultStoreError) in try readStart(file, number).0.firstEntry }
  }

  private func withSegment<R>(
    _ number: Int, _ body: (OpenFile) throws(VaultStoreError) -> R
  ) throws(VaultStoreError) -> R {
    if let open, open.position.segment == number { return try body(open.file) }
    let path = JournalFiles.path(number)
    let file: OpenFile
    do { file = try core.files.open(path, writable: false) } catch {
      if error.code == Errno.noSuchFile { throw .missing(path) }
      throw error.storeError(path)
    }
    defer { core.files.close(file) }
    return try body(file)
  }

  /// As many of the entries as lie in this segment; at least one.
  private func readEntries(
    _ range: Range<UInt64>, in segment: JournalIndex.Segment
  ) throws(VaultStoreError) -> [[UInt8]] {
    try withSegment(segment.number) { (file) throws(VaultStoreError) in
      if !index.isComplete(segment.number) { try indexSegment(segment, file) }
      let offsets = index.offsets(segment.number)
      let first = Int(range.lowerBound - segment.firstEntry)
      let last = min(Int(range.upperBound - segment.firstEntry), offsets.count)
      let path = JournalFiles.path(segment.number)
      guard first < last else { throw .damaged(Damage(file: path, problem: .truncated)) }
      let capacity: Int
      let bytes: [UInt8]
      do throws(FileSystemError) {
        capacity = try core.files.status(file).size
        // One read from the first entry to the end of the last, whose length is read with it.
        let end =
          last < offsets.count
          ? offsets[last] : offsets[last - 1] + JournalFrame.overhead + LedgerLimits.entry
        bytes = try core.files.read(file, at: offsets[first], count: min(end, capacity) - offsets[first])
      } catch {
        throw error.storeError(path)
      }
      var entries: [[UInt8]] = []
      for number in first..<last {
        let offset = offsets[number]
        guard
          case .frame(let frame) = JournalFrame.read(
            bytes, base: offsets[first], at: offset, capacity: capacity),
          frame.kind == .entry || frame.kind == .entryOfMore
        else {
          let entry = segment.firstEntry + UInt64(number)
          throw .damaged(
            Damage(
              file: path,
              place: .record(number: try recordNumber(file, offset, capacity), offset: offset, entry: entry),
              problem: .badRecord))
        }
        let start = frame.payloadOffset - offsets[first]
        entries.append(Array(bytes[start..<start + frame.payloadCount]))
      }
      return entries
    }
  }

  /// Reads a segment's record headers for where its entries lie. Checksums are looked at when an entry is read.
  private func indexSegment(_ segment: JournalIndex.Segment, _ file: OpenFile) throws(VaultStoreError) {
    let path = JournalFiles.path(segment.number)
    let bytes = try wholeSegment(file, path)
    var offsets: [Int] = []
    var offset = 0
    var records = 0
    loop: while true {
      let reading = JournalFrame.read(bytes, base: 0, at: offset, capacity: bytes.count, checkingSum: false)
      switch reading {
      case .frame(let frame):
        if frame.kind == .entry || frame.kind == .entryOfMore { offsets.append(offset) }
        offset = frame.end
        records += 1
      case .end: break loop
      case .bad, .needs:
        let entry = segment.firstEntry + UInt64(offsets.count)
        throw .damaged(
          Damage(
            file: path, place: .record(number: records, offset: offset, entry: entry), problem: .badRecord))
      }
    }
    if let next = index.firstEntry(segment.number + 1), next != segment.firstEntry + UInt64(offsets.count) {
      let entry = segment.firstEntry + UInt64(offsets.count)
      throw .damaged(
        Damage(file: path, place: .record(number: records, offset: offset, entry: entry), problem: .badRecord)
      )
    }
    index.complete(segment.number, offsets)
  }

  private func wholeSegment(_ file: OpenFile, _ path: String) throws(VaultStoreError) -> [UInt8] {
    do throws(FileSystemError) {
      return try core.files.read(file, at: 0, count: try core.files.status(file).size)
    } catch {
      throw error.storeError(path)
    }
  }

  /// How many records lie before `offset`; only asked when one is bad.
  private func recordNumber(_ file: OpenFile, _ offset: Int, _ capacity: Int) throws(VaultStoreError) -> Int {
    let bytes = try wholeSegment(file, "ledger")
    var records = 0
    var next = 0
    while next < offset,
      case .frame(let frame) = JournalFrame.read(
        bytes, base: 0, at: next, capacity: bytes.count, checkingSum: false)
    {
      next = frame.end
      records += 1
    }
    return records
  }
}
