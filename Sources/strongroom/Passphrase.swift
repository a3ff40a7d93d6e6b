import ArgumentParser
import Gatekeeper
import Glibc
import StrongroomCrypto

/// Where a passphrase may come from: a descriptor, a file, a systemd credential or the terminal; never an argument's
/// value, never the environment's.
enum Passphrase {
  /// The longest passphrase read, in bytes.
  static let maximumByteCount = 4096

  struct Sources: ParsableArguments {
    @Option(help: ArgumentHelp("Read the passphrase from this file's first line.", valueName: "file"))
    var passphraseFile: String?

    @Option(
      help: ArgumentHelp("Read the passphrase from this open file descriptor.", valueName: "number"))
    var passphraseFd: Int32?

    @Flag(help: "Never ask: fail with code 13 when a passphrase is needed and none was given.")
    var noInput = false
  }

  /// Whether the passphrase will be typed on the terminal.
  static func isTyped(_ sources: Sources) -> Bool {
    sources.passphraseFd == nil && sources.passphraseFile == nil && !sources.noInput
      && environment("STRONGROOM_PASSPHRASE_FILE") == nil && environment("CREDENTIALS_DIRECTORY") == nil
  }

  /// Reads the passphrase in the documented order of sources.
  ///
  /// - Parameter prompt: what the terminal shows when the passphrase has to be typed.
  static func read(from sources: Sources, prompt: String) throws -> SecretBytes {
    if let descriptor = sources.passphraseFd {
      return try readLine(from: descriptor, name: "descriptor \(descriptor)")
    }
    if let path = sources.passphraseFile ?? environment("STRONGROOM_PASSPHRASE_FILE") {
      return try readFile(path)
    }
    if let folder = environment("CREDENTIALS_DIRECTORY"),
      access(folder + "/passphrase", R_OK) == 0
    {
      return try readFile(folder + "/passphrase")
    }
    if sources.noInput { throw CommandFailure.passphraseNeeded }
    return try readFromTerminal(prompt: prompt)
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  private static func readFile(_ path: String) throws -> SecretBytes {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure.cannotRead(path: path, errno: errno) }
    defer { close(descriptor) }
    return try readLine(from: descriptor, name: path)
  }

  /// One line, without its line end, straight into memory that is wiped.
  private static func readLine(from descriptor: Int32, name: String) throws -> SecretBytes {
    var buffer = PlaintextBuffer(capacity: maximumByteCount)
    while let byte = try nextByte(from: descriptor, name: name) {
      if byte == UInt8(ascii: "\n") { break }
      guard buffer.count < maximumByteCount else { throw CommandFailure.passphraseTooLong }
      buffer.append(count: 1) { $0.setByte(byte, at: 0) }
    }
    return try finished(buffer)
  }

  private static func nextByte(from descriptor: Int32, name: String) throws -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = Glibc.read(descriptor, &byte, 1)
      if count == 1 { return byte }
      if count == 0 { return nil }
      guard errno == EINTR else { throw CommandFailure.cannotRead(path: name, errno: errno) }
    }
  }

  private static func finished(_ buffer: borrowing PlaintextBuffer) throws -> SecretBytes {
    var count = buffer.count
    if count > 0, buffer.bytes.byte(at: count - 1) == UInt8(ascii: "\r") { count -= 1 }
    guard count > 0 else { throw CommandFailure.passphraseEmpty }
    return SecretBytes.copying(buffer.bytes.extracting(0..<count))
  }

  /// Asks on the terminal itself with the echo off; Ctrl-C is read as a key so that the echo always comes back.
  private static func readFromTerminal(prompt: String) throws -> SecretBytes {
    let terminal = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { throw CommandFailure.passphraseNeeded }
    defer { close(terminal) }
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else { throw CommandFailure.passphraseNeeded }
    var quiet = before
    quiet.c_lflag &= ~tcflag_t(ECHO | ISIG | ICANON)
    tcsetattr(terminal, TCSAFLUSH, &quiet)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &before)
      write("\n", to: terminal)
    }
    write(prompt, to: terminal)
    var buffer = PlaintextBuffer(capacity: maximumByteCount)
    while let byte = try nextByte(from: terminal, name: "the terminal") {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return try finished(buffer)
      case 0x03: throw CommandFailure.interrupted
      case 0x04: return try finished(buffer)
      case 0x7F, 0x08: buffer.removeLast(buffer.isEmpty ? 0 : Self.lastCharacterByteCount(buffer))
      case 0x15: buffer.removeAll()
      default:
        guard buffer.count < maximumByteCount else { throw CommandFailure.passphraseTooLong }
        buffer.append(count: 1) { $0.setByte(byte, at: 0) }
      }
    }
    return try finished(buffer)
  }

  /// Bytes of the last UTF-8 character, so that one press of backspace takes one character back.
  private static func lastCharacterByteCount(_ buffer: borrowing PlaintextBuffer) -> Int {
    var count = 1
    while count < min(4, buffer.count), buffer.bytes.byte(at: buffer.count - count) & 0xC0 == 0x80 {
      count += 1
    }
    return count
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
