import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// What waits for the disk, without a disk.
@Suite struct CommitQueueTests {
  private let empty = VaultState(vault: VaultID([UInt8](repeating: 7, count: 16))!)

  private func state(_ size: UInt64) -> VaultState {
    var state = empty
    while state.size < size { state.pass(over: MerkleTree.leafHash([UInt8(state.size)])) }
    return state
  }

  /// `#expect` cannot hold a mutating call.
  private func expect(_ wanted: Int, _ number: Int, _ location: SourceLocation = #_sourceLocation) {
    #expect(number == wanted, sourceLocation: location)
  }

  private func entry(_ count: Int) -> [UInt8] { [UInt8](repeating: 1, count: count) }

  @Test func nothingJoinsTheBatchBeingFlushed() {
    var queue = CommitQueue(limitBytes: 1000)
    expect(1, queue.join([entry(10)], base: 0, end: state(1)))
    expect(1, queue.join([entry(10), entry(10)], base: 1, end: state(3)))
    let first = queue.begin()
    #expect(first?.entries.count == 3 && first?.base == 0 && first?.end.size == 3)
    expect(2, queue.join([entry(10)], base: 3, end: state(4)))
    expect(2, queue.join([entry(10)], base: 4, end: state(5)))
    queue.succeed()
    #expect(!queue.holds(1) && queue.holds(2))
    let second = queue.begin()
    #expect(second?.entries.count == 2 && second?.base == 3)
    queue.succeed()
    let none = queue.begin()
    #expect(queue.isEmpty && none == nil && !queue.isFlushing)
    #expect(queue.generation == 0)
  }

  @Test func limitBeginsAnotherBatchAndNeverPartsOneAct() {
    var queue = CommitQueue(limitBytes: 25)
    expect(1, queue.join([entry(20)], base: 0, end: state(1)))
    expect(1, queue.join([entry(5)], base: 1, end: state(2)))
    expect(2, queue.join([entry(1)], base: 2, end: state(3)))
    expect(3, queue.join([entry(20), entry(20)], base: 3, end: state(5)))
    expect(4, queue.join([entry(1)], base: 5, end: state(6)))
    #expect(queue.batches.map(\.byteCount) == [25, 1, 40, 1])
  }

  @Test func failureTakesEverythingBehindItAlong() {
    var queue = CommitQueue(limitBytes: 10)
    for index in 0..<3 { _ = queue.join([entry(10)], base: UInt64(index), end: state(UInt64(index) + 1)) }
    let begun = queue.begin()
    #expect(begun?.number == 1)
    let failed = queue.fail()
    #expect(failed == [1, 2, 3])
    #expect(queue.isEmpty && !queue.isFlushing && queue.generation == 1)
    // Numbers are not used again, and the next act starts from the ledger's own size.
    expect(4, queue.join([entry(10)], base: 0, end: state(1)))
  }
}
