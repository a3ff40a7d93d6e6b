import StrongroomCrypto

/// The chunks of one payload, worked on by all cores at once in a fixed amount of memory.
///
/// Three sets of lanes take turns. In each round one job fills the first set, one drains the third, and one for each lane works on
/// the second, all beside one another; the round ends when all have ended. So what comes before and after the cipher (reading,
/// hashing, writing) costs no time of its own unless it is the slowest of all.
///
///     round   1      2      3      4      5
///     fill    set A  set B  set C  set A
///     work           set A  set B  set C  set A
///     drain                 set A  set B  set C  ...
///
/// On one core the jobs of a round are done one after another, and a set is a single lane.
struct ChunkRounds {
  /// Lanes of one set. Two for each core even out cores of unequal speed; 16 keep the memory under 25 MiB anywhere.
  private static let lanesPerSet = AllCores.count == 1 ? 1 : min(2 * AllCores.count, 16)
  private static let setCount = 3

  private let sets: [[ChunkLane]]

  /// - Parameters:
  ///   - key: the payload key, 32 bytes.
  ///   - chunkCount: how many chunks there are to work on: few take less memory.
  init(key: borrowing SecretBytes, chunkCount: Int) throws(AgeError) {
    let laneCount = (chunkCount + ChunkLane.capacity - 1) / ChunkLane.capacity
    let perSet = min(laneCount, Self.lanesPerSet)
    var sets: [[ChunkLane]] = []
    for _ in 0..<min(Self.setCount, (laneCount + perSet - 1) / perSet) {
      var lanes: [ChunkLane] = []
      for _ in 0..<perSet {
        lanes.append(try ChunkLane(key: key, chunks: min(ChunkLane.capacity, chunkCount)))
      }
      sets.append(lanes)
    }
    self.sets = sets
  }

  /// Works through `chunks` in order.
  ///
  /// - Parameters:
  ///   - fill: called for each lane in order, by one thread at a time, beside `drain` and `work` for other lanes.
  ///   - work: called for several lanes at once.
  ///   - drain: called for each lane in order, by one thread at a time, beside `fill` and `work` for other lanes.
  /// - Throws: the error that comes first in the order of the chunks. What lies before it may have been drained, nothing of the
  ///   set it occurred in or of a later one.
  func run(
    _ chunks: Range<Int>, fill: (ChunkLane, Range<Int>) throws -> Void,
    work: (ChunkLane, Range<Int>) throws -> Void, drain: (ChunkLane, Range<Int>) throws -> Void
  ) throws {
    let perSet = sets[0].count * ChunkLane.capacity
    let steps = (chunks.count + perSet - 1) / perSet
    func lanes(_ step: Int) -> [(lane: ChunkLane, chunks: Range<Int>)] {
      guard (0..<steps).contains(step) else { return [] }
      let start = chunks.lowerBound + step * perSet
      return sets[step % sets.count].enumerated().compactMap { place, lane in
        let first = start + place * ChunkLane.capacity
        let end = min(first + ChunkLane.capacity, chunks.upperBound)
        return first < end ? (lane, first..<end) : nil
      }
    }
    for step in 0..<steps + 2 {
      let (filling, working, draining) = (lanes(step), lanes(step - 1), lanes(step - 2))
      if filling.count + working.count + draining.count == 1 {
        // A small file has nothing to do at once.
        for item in draining { try drain(item.lane, item.chunks) }
        for item in working { try work(item.lane, item.chunks) }
        for item in filling { try fill(item.lane, item.chunks) }
        continue
      }
      // One place for each job: no two write to the same.
      let failures = (0..<working.count + 2).map { _ in Failure() }
      AllCores.run(failures.count) { job in
        switch job {
        case 0: failures[0].catching { for item in draining { try drain(item.lane, item.chunks) } }
        case 1: failures[1].catching { for item in filling { try fill(item.lane, item.chunks) } }
        default: failures[job].catching { try work(working[job - 2].lane, working[job - 2].chunks) }
        }
      }
      if let error = failures[0].error { throw error }
      for failure in failures.dropFirst(2) { if let error = failure.error { throw error } }
      if let error = failures[1].error { throw error }
    }
  }

  /// What a job threw, kept until the round is over.
  private final class Failure {
    private(set) var error: (any Error)?

    func catching(_ body: () throws -> Void) {
      do { try body() } catch { self.error = error }
    }
  }
}
