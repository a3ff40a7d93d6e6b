import Synchronization

/// Does the same to many things, some of them at once.
enum Parallel {
  /// Runs `body` on each item, at most `width` at a time; each of the workers takes the next item when it is done with one.
  ///
  /// - Returns: what `body` gave, joined, in no order.
  /// - Throws: the first error met; what others were doing then is finished first.
  static func map<Item: Sendable, Value: Sendable>(
    _ items: [Item], width: Int, _ body: @escaping @Sendable (Item) async throws(VaultStoreError) -> [Value]
  ) async throws(VaultStoreError) -> [Value] {
    precondition(width > 0, "nothing would ever be done")
    let queue = Queue(count: items.count)
    let results = await withTaskGroup(of: Result<[Value], VaultStoreError>.self) { group in
      for _ in 0..<min(width, items.count) {
        group.addTask {
          var values: [Value] = []
          while let index = queue.next() {
            do throws(VaultStoreError) {
              values += try await body(items[index])
            } catch {
              queue.close()
              return .failure(error)
            }
          }
          return .success(values)
        }
      }
      return await group.reduce(into: [Result<[Value], VaultStoreError>]()) { $0.append($1) }
    }
    var values: [Value] = []
    for result in results { values += try result.get() }
    return values
  }

  private final class Queue: Sendable {
    private let count: Int
    private let taken = Mutex(0)

    init(count: Int) { self.count = count }

    func next() -> Int? {
      taken.withLock { taken in
        guard taken < count else { return nil }
        defer { taken += 1 }
        return taken
      }
    }

    func close() { taken.withLock { $0 = count } }
  }
}
