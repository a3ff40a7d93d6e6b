import StrongroomCrypto

/// A document on its way into the vault. The gatekeeper knows no paths: who calls wraps a file, an upload, a test string.
package protocol DocumentInput: Sendable {
  /// The original file name without its folders; personal, so it is only ever written sealed.
  var name: String { get }
  /// Length in bytes, known beforehand: the sealed size is reserved from it.
  var sizeBytes: Int { get }
  /// Writes the document's bytes from `offset` on, all of the room it gets, which lies within `sizeBytes`.
  ///
  /// Asked from the start to the end, by one thread at a time; and from the start again if the document is read twice.
  func read(at offset: Int, into room: inout MutableRawSpan) throws
  /// Throws if the document is not the one it was when its length was taken; asked when all of it was read.
  func checkUnchanged() throws
}

extension DocumentInput {
  /// So much at a time, bytes.
  private static var pieceByteCount: Int { 1 << 18 }

  /// Hands over the whole document from its start, in order, in pieces of at most 256 KiB.
  package func forEachChunk(_ body: (RawSpan) throws -> Void) throws {
    var buffer = PlaintextBuffer(capacity: min(Self.pieceByteCount, max(sizeBytes, 1)))
    var offset = 0
    while offset < sizeBytes {
      try buffer.overwrite(count: min(buffer.capacity, sizeBytes - offset)) { room in
        try read(at: offset, into: &room)
      }
      try body(buffer.bytes)
      offset += buffer.count
    }
    try checkUnchanged()
  }
}

/// Where a document or a package goes. Nothing is visible at the destination before `commit` returns.
package protocol DocumentOutput: Sendable {
  func write(_ bytes: RawSpan) throws
  /// Makes what was written durable and visible. Called at most once, only after everything written was authenticated.
  func commit() throws
  /// Drops what was written. Called instead of `commit`; never throws, nothing may be left behind.
  func discard()
}

/// A document held in memory: typed text, tests.
package struct BytesInput: DocumentInput {
  package let name: String
  package let bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  package var sizeBytes: Int { bytes.count }

  package func read(at offset: Int, into room: inout MutableRawSpan) throws {
    room.copyBytes(bytes.span.bytes.extracting(offset..<offset + room.byteCount))
  }

  package func checkUnchanged() {}
}

extension BytesInput: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "BytesInput(\(bytes.count) bytes)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
