import Foundation
import Glibc

/// Looks for bytes anywhere in this process's memory, without adding a copy of them to it.
struct MemoryScan {
  /// The bytes looked for, each changed, so that the needle itself is never found.
  private let masked: [UInt8]
  private static let mask: UInt8 = 0xA5

  /// - Parameter needle: at least 8 bytes.
  init(_ needle: UnsafeRawBufferPointer) {
    precondition(needle.count >= 8)
    masked = needle.map { $0 ^ Self.mask }
  }

  /// How many copies the writable memory of this process holds now: heaps, stacks, globals, OpenSSL's secure
  /// heap.
  func copies() throws -> Int {
    let memory = open("/proc/self/mem", O_RDONLY)
    guard memory >= 0 else { throw POSIXError(.EACCES) }
    defer { close(memory) }
    // The buffer is read like any other memory when it is reached, so it must not hold what was read before:
    // it is passed over.
    let size = 1 << 20
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer {
      memset(buffer, 0, size)
      buffer.deallocate()
    }
    let own = UInt(bitPattern: buffer)..<(UInt(bitPattern: buffer) + UInt(size))
    var found = 0
    for region in try writableRegions() {
      var address = region.lowerBound
      while address < region.upperBound {
        let wanted = min(size, Int(region.upperBound - address))
        let count = pread(memory, buffer, wanted, Int(address))
        if count > 0 {
          found += matches(UnsafeRawBufferPointer(start: buffer, count: count), at: address, except: own)
        }
        if count < wanted {
          // Another test's thread has unmapped a piece since the map was read: go on behind it.
          let page = UInt(4096)
          address = (address + UInt(max(count, 0))) / page * page + page
        } else if address + UInt(count) == region.upperBound {
          break
        } else {
          // Overlap, so that a needle across the border is seen; `matches` counts those that fit in whole.
          address += UInt(count - masked.count + 1)
        }
      }
    }
    return found
  }

  private func matches(_ bytes: UnsafeRawBufferPointer, at address: UInt, except own: Range<UInt>) -> Int {
    guard bytes.count >= masked.count, let base = bytes.baseAddress else { return 0 }
    let first = CInt(masked[0] ^ Self.mask)
    var found = 0
    var offset = 0
    while offset <= bytes.count - masked.count,
      let hit = memchr(base + offset, first, bytes.count - masked.count + 1 - offset)
    {
      offset = UnsafeRawPointer(hit) - base
      if !own.contains(address + UInt(offset)),
        masked.indices.allSatisfy({ bytes[offset + $0] ^ Self.mask == masked[$0] })
      {
        found += 1
      }
      offset += 1
    }
    return found
  }

  private func writableRegions() throws -> [Range<UInt>] {
    try memoryMap().split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count >= 2, fields[1].hasPrefix("rw") else { return nil }
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, ends[1] - ends[0] < 1 << 30 else { return nil }
      return ends[0]..<ends[1]
    }
  }

  /// Reads to the end: the kernel gives this file in pieces, and Foundation's readers stop at the first short one.
  private func memoryMap() throws -> String {
    let file = open("/proc/self/maps", O_RDONLY)
    guard file >= 0 else { throw POSIXError(.EACCES) }
    defer { close(file) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file, &piece, piece.count)
      guard count >= 0 else { throw POSIXError(.EIO) }
      if count == 0 { return String(decoding: text, as: UTF8.self) }
      text += piece[..<count]
    }
  }
}
