import COpenSSL

/// A reusable buffer for document bytes: ordinary heap, fixed capacity, wiped whole when dropped.
///
/// One of these per stream keeps memory constant whatever the file's size.
///
/// `@unchecked Sendable` because it has one owner and changes only through `mutating` functions.
/// `@safe` because the memory belongs to this value alone and is reached only through spans that borrow it.
@safe
package struct PlaintextBuffer: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  /// Bytes there is room for.
  package let capacity: Int
  /// Bytes in use, from the start.
  package private(set) var count = 0

  package init(capacity: Int) {
    precondition(capacity >= 0, "a negative capacity")
    guard let memory = unsafe CRYPTO_zalloc(max(capacity, 1), nil, 0) else { fatalError("out of memory") }
    unsafe self.memory = memory
    self.capacity = capacity
  }

  deinit {
    unsafe CRYPTO_clear_free(memory, max(capacity, 1), nil, 0)
  }

  package var isEmpty: Bool { count == 0 }
  package var isFull: Bool { count == capacity }
  /// Bytes that can still be appended.
  package var remaining: Int { capacity - count }

  /// The bytes in use.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safe: the memory lives as long as `self`, was zeroed whole, and `count <= capacity`.
      unsafe _overrideLifetime(RawSpan(_unsafeStart: memory, byteCount: count), borrowing: self)
    }
  }

  /// Appends bytes. Traps if they don't fit: the caller counts (`remaining`).
  package mutating func append(_ bytes: RawSpan) {
    append(count: bytes.byteCount) { $0.copyBytes(bytes) }
  }

  /// Appends `count` bytes that `body` writes in place. If `body` throws, they are wiped and the buffer is as
  /// it was.
  package mutating func append<E: Error>(
    count added: Int, _ body: (inout MutableRawSpan) throws(E) -> Void
  ) throws(E) {
    precondition(added >= 0 && added <= remaining, "the buffer is too small")
    // Safe: within the capacity, and `mutating` excludes every other view.
    var span = unsafe MutableRawSpan(_unsafeStart: memory + count, byteCount: added)
    do throws(E) {
      try body(&span)
    } catch {
      span.wipe()
      throw error
    }
    count += added
  }

  /// Puts `count` bytes that `body` writes in place of those in use, without wiping first what is written over anyway;
  /// what was in use beyond them is wiped. If `body` throws, the buffer is empty and wiped.
  package mutating func overwrite<E: Error>(
    count new: Int, _ body: (inout MutableRawSpan) throws(E) -> Void
  ) throws(E) {
    precondition(new >= 0 && new <= capacity, "the buffer is too small")
    if new < count { removeLast(count - new) }
    // Safe: within the capacity, and `mutating` excludes every other view.
    var span = unsafe MutableRawSpan(_unsafeStart: memory, byteCount: new)
    count = new
    do throws(E) {
      try body(&span)
    } catch {
      removeAll()
      throw error
    }
  }

  /// Changes the bytes in use in place.
  package mutating func withMutableBytes<R: ~Copyable, E: Error>(
    _ body: (inout MutableRawSpan) throws(E) -> R
  ) throws(E) -> R {
    // Safe: as above.
    var span = unsafe MutableRawSpan(_unsafeStart: memory, byteCount: count)
    return try body(&span)
  }

  /// Forgets the first `dropped` bytes and moves the rest to the front; what they leave is wiped.
  package mutating func removeFirst(_ dropped: Int) {
    precondition(dropped >= 0 && dropped <= count, "more than the buffer holds")
    let left = count - dropped
    // Safe: both ranges are within the capacity; memmove semantics allow the overlap.
    unsafe memory.copyMemory(from: memory + dropped, byteCount: left)
    unsafe OPENSSL_cleanse(memory + left, dropped)
    count = left
  }

  /// Forgets the last `dropped` bytes and wipes them.
  package mutating func removeLast(_ dropped: Int) {
    precondition(dropped >= 0 && dropped <= count, "more than the buffer holds")
    // Safe: within the bytes in use.
    unsafe OPENSSL_cleanse(memory + (count - dropped), dropped)
    count -= dropped
  }

  /// Empties the buffer and wipes what was in use.
  package mutating func removeAll() {
    unsafe OPENSSL_cleanse(memory, count)
    count = 0
  }
}
