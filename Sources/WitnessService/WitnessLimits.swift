/// What a stranger may take of a witness. Everything is looked at before memory is taken.
package struct WitnessLimits: Hashable, Sendable {
  /// Request line and headers, bytes.
  package var headerBytes = 16 * 1024
  package var headerFields = 64
  /// Bytes; a request of more is answered with 413.
  package var bodyBytes = 64 * 1024
  /// Connections at once; one more is closed unread.
  package var connections = 64
  /// From accepting a connection to the end of its answer.
  package var seconds: Int64 = 10

  package init() {}
}
