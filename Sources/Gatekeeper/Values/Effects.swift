internal import FoundationEssentials
import StrongroomCrypto

/// What the gatekeeper takes from the world besides storage: the time and random bytes.
///
/// They come in as values so that a test can fix them; nothing below asks the system by itself, but for key material,
/// which `StrongroomCrypto` draws straight into memory that is wiped.
package struct Effects: Sendable {
  package var now: @Sendable () -> Timestamp
  /// Random bytes for references, event ids and salts: unpredictable, not secret once used.
  package var randomBytes: @Sendable (_ count: Int) throws -> [UInt8]

  package init(
    now: @escaping @Sendable () -> Timestamp,
    randomBytes: @escaping @Sendable (_ count: Int) throws -> [UInt8]
  ) {
    self.now = now
    self.randomBytes = randomBytes
  }

  /// The system's clock and OpenSSL's generator.
  package static let system = Effects(
    now: {
      Timestamp(millisecondsSinceEpoch: Int64(Date.now.timeIntervalSince1970 * 1000))
    },
    randomBytes: { count in try SecureRandom.bytes(count: count) })
}
