// OpenSSL takes `unsigned char *`; Swift's raw buffers know only untyped addresses.

extension UnsafeRawBufferPointer {
  /// The address as OpenSSL wants it. Nil for some empty buffers.
  var bytePointer: UnsafePointer<UInt8>? { unsafe baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawBufferPointer {
  /// The address as OpenSSL wants it. Nil for some empty buffers.
  var bytePointer: UnsafeMutablePointer<UInt8>? { unsafe baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
