import Dispatch
import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing

/// What happens to a secret at the end of its life, seen from outside: a scan of all writable memory. Each
/// test first finds the secret while it lives, so that "not found" afterwards means something.
@Suite(.serialized) struct SecretWipeTests {
  /// The last 24 bytes: an allocator may write its own links over the first ones of freed memory.
  private func scan(for secret: borrowing SecretBytes) -> MemoryScan {
    secret.withBytes { bytes in
      bytes.extracting(droppingFirst: bytes.byteCount - 24).withUnsafeBytes { MemoryScan($0) }
    }
  }

  /// The control: were the scan blind, every test below would pass for nothing.
  @Test func theScanCountsEveryLivingCopy() throws {
    let secret = try SecretBytes.random(count: 4096)
    let scan = scan(for: secret)
    #expect(try scan.copies() == 1)
    let array = [UInt8](copying: secret.bytes)
    let second = secret.duplicate()
    #expect(try scan.copies() == 3)
    #expect(array.count + second.count == 8192)
  }

  /// Sizes in the secure heap, at its largest, and in the ordinary heap.
  @Test(arguments: [32, 64, 1000, 16 << 10, (16 << 10) + 1, 100_000])
  func aDroppedSecretIsGoneFromMemory(count: Int) throws {
    let scan: MemoryScan
    do {
      let secret = try SecretBytes.random(count: count)
      scan = self.scan(for: secret)
      #expect(try scan.copies() == 1)
      #expect(secret.count == count)
    }
    #expect(try scan.copies() == 0)
  }

  @Test func aSecretIsGoneAfterAThrow() throws {
    struct Interrupted: Error {}
    var scan: MemoryScan?
    #expect(throws: Interrupted.self) {
      let source = try SecretBytes.random(count: 32)
      scan = self.scan(for: source)
      // Half made when the error passes: `filling` must wipe what the closure wrote.
      _ = try SecretBytes.filling(count: 32) { (output: inout MutableRawSpan) throws(Interrupted) in
        output.copyBytes(source.bytes)
        throw Interrupted()
      }
    }
    #expect(try scan?.copies() == 0)
  }

  @Test func aSecretIsGoneFromClassOptionalMutexAndTask() async throws {
    final class Holder: Sendable {
      let secret: SecretBytes
      init(_ secret: consuming SecretBytes) { self.secret = secret }
    }
    let mutex = Mutex<SecretBytes?>(nil)
    let scan: MemoryScan
    do {
      let secret = try SecretBytes.random(count: 32)
      scan = self.scan(for: secret)
      mutex.withLock { $0 = secret.duplicate() }
      let holder = Holder(secret)
      let other = Holder(holder.secret.duplicate())
      let count = await Task { other.secret.withBytes { $0.byteCount } }.value
      #expect(count == 32)
      #expect(try scan.copies() == 3)
      #expect(holder.secret.count == 32)
    }
    mutex.withLock { $0 = nil }
    #expect(try scan.copies() == 0)
  }

  /// OpenSSL's own copies, too: the cipher's key schedule begins with the key, HMAC and HKDF keep it for a
  /// while.
  @Test func aSecretIsGoneAfterItWasUsed() throws {
    let scan: MemoryScan
    do {
      let secret = try SecretBytes.random(count: 32)
      scan = self.scan(for: secret)
      var gcm = try AEAD(.aes256GCM, key: secret.bytes)
      var chaCha = try AEAD(.chaCha20Poly1305, key: secret.bytes)
      let nonce = [UInt8](repeating: 0, count: 12)
      #expect(try gcm.seal(RawSpan(), nonce: nonce).count == 16)
      #expect(try chaCha.seal(RawSpan(), nonce: nonce).count == 16)
      _ = try HMACSHA256.authenticate([1], key: secret.bytes)
      let derived = try HKDFSHA256.derive(count: 32, from: secret.bytes, salt: [], info: [])
      let stretched = try Scrypt.derive(count: 32, passphrase: secret.bytes, salt: [], log2N: 4)
      #expect(derived.count + stretched.count == 64)
      _ = try X25519.publicKey(of: secret.bytes)
      let agreed = try X25519.sharedSecret(
        privateKey: secret.bytes, peerPublicKey: X25519.publicKey(of: derived.bytes))
      #expect(agreed.count == 32)
      let signer = try Ed25519SigningKey(seed: secret.duplicate())
      #expect(try signer.signature(for: [1]).count == 64)
    }
    #expect(try scan.copies() == 0)
  }

  @Test func aDroppedPlaintextBufferIsGoneAlsoBeyondItsCount() throws {
    let scan: MemoryScan
    do {
      let document = try SecretBytes.random(count: 5000)
      scan = self.scan(for: document)
      var buffer = PlaintextBuffer(capacity: 65_536)
      buffer.append(document.bytes)
      #expect(try scan.copies() == 2)
      buffer.removeAll()
      #expect(try scan.copies() == 1)
      buffer.append(document.bytes)
      buffer.append(document.bytes)
      buffer.removeFirst(5000)
      #expect(buffer.count == 5000)
      #expect(try scan.copies() == 2)
    }
    #expect(try scan.copies() == 0)
  }
}

@Suite struct SecretBytesTests {
  @Test func randomSecretsDiffer() throws {
    let first = try SecretBytes.random(count: 32)
    let second = try SecretBytes.random(count: 32)
    let same = first.isEqual(to: second.bytes)
    #expect(!same)
    #expect(try SecureRandom.bytes(count: 16) != SecureRandom.bytes(count: 16))
    #expect(try SecureRandom.bytes(count: 0) == [])
  }

  @Test func anEmptySecretIsEqualToNothingElse() throws {
    let empty = try SecretBytes.random(count: 0)
    #expect(empty.count == 0)
    let same = empty.isEqual(to: RawSpan())
    #expect(same)
    let zero: [UInt8] = [0]
    let different = empty.isEqual(to: zero.span.bytes)
    #expect(!different)
  }

  @Test func equalityLooksAtEveryByte() {
    let bytes = [UInt8](0..<100)
    let secret = SecretBytes.copying(bytes.span.bytes)
    let same = secret.isEqual(to: bytes.span.bytes)
    #expect(same)
    for index in bytes.indices {
      var other = bytes
      other[index] ^= 0x80
      let equal = secret.isEqual(to: other.span.bytes)
      #expect(!equal, "byte \(index)")
    }
    let shorter = secret.isEqual(to: bytes.span.bytes.extracting(..<99))
    #expect(!shorter)
  }

  /// 1 MiB is 64 blocks of 16 KiB or 32,768 of 32 bytes. With more than either held, secrets must go to the ordinary
  /// heap and leave OpenSSL its part: a thread's first random bytes fail without it.
  @Test(arguments: [(16 << 10, 100), (32, 40_000)])
  func newThreadsStillGetRandomBytesWhenMoreSecretsAreHeldThanTheSecureHeapHolds(
    size: Int, number: Int
  ) throws {
    final class Box {
      let secret: SecretBytes
      init(_ size: Int) throws { secret = try SecretBytes.random(count: size) }
    }
    let boxes = try (0..<number).map { _ in try Box(size) }
    let working = Mutex(0)
    let threads = DispatchGroup()
    for _ in 0..<8 {
      threads.enter()
      Thread.detachNewThread {
        defer { threads.leave() }
        guard let key = try? Ed25519SigningKey.generate(), let signature = try? key.signature(for: [1]) else {
          return
        }
        guard key.publicKey.isValidSignature(signature, for: [1]) else { return }
        guard (try? SecureRandom.bytes(count: 16)) != nil else { return }
        working.withLock { $0 += 1 }
      }
    }
    threads.wait()
    #expect(working.withLock { $0 } == 8)
    #expect(boxes.allSatisfy { $0.secret.count == size })
  }

  @Test func aBufferThatFailsToGrowIsAsItWas() throws {
    struct Interrupted: Error {}
    var buffer = PlaintextBuffer(capacity: 8)
    let start: [UInt8] = [1, 2, 3]
    buffer.append(start.span.bytes)
    do throws(Interrupted) {
      try buffer.append(count: 5) { (room: inout MutableRawSpan) throws(Interrupted) in
        room.setByte(9, at: 4)
        throw Interrupted()
      }
      Issue.record("no throw")
    } catch {}
    #expect([UInt8](copying: buffer.bytes) == start)
    #expect(buffer.remaining == 5)
    buffer.append(count: 5) { $0.setByte(7, at: 0) }
    #expect([UInt8](copying: buffer.bytes) == [1, 2, 3, 7, 0, 0, 0, 0])
    #expect(buffer.isFull == true)
    buffer.removeFirst(3)
    #expect([UInt8](copying: buffer.bytes) == [7, 0, 0, 0, 0])
    buffer.withMutableBytes { $0.setByte(8, at: 0) }
    #expect(buffer.bytes.byte(at: 0) == 8)
    buffer.removeAll()
    #expect(buffer.isEmpty == true)
  }
}
