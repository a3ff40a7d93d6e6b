/// A document on its way into the vault. The gatekeeper knows no paths: who calls wraps a file, an upload, a test string.
package protocol DocumentInput: Sendable {
  /// The original file name without its folders; personal, so it is only ever written sealed.
  var name: String { get }
  /// Length in bytes, known beforehand: the sealed size is reserved from it.
  var sizeBytes: Int { get }
  /// Hands over the whole document from its start, in order, in pieces of at most 1 MiB.
  ///
  /// Called more than once (to hash, then to seal); an input whose bytes changed in between is refused by its hash.
  func forEachChunk(_ body: (RawSpan) throws -> Void) throws
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

  package func forEachChunk(_ body: (RawSpan) throws -> Void) throws {
    let pieceBytes = 1 << 20
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + pieceBytes, bytes.count)
      try body(bytes.span.bytes.extracting(offset..<end))
      offset = end
    }
  }
}

extension BytesInput: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "BytesInput(\(bytes.count) bytes)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
