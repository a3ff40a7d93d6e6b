/// Padmé: sizes are rounded up so that only their magnitude shows, at a cost of at most 12 percent, less for
/// large ones.
///
/// Source: Nikitin, Barman, Lueks, Underwood, Hubaux, Ford, "Reducing Metadata Leakage from Encrypted Files
/// and Communication with PURBs", PETS 2019, algorithm 1.
package enum Padme {
  /// The smallest permitted size that is not below `size` (bytes).
  ///
  /// A multiple of 512 stays one: below 2^13 bytes the rounding step divides 512, above it 512 divides the
  /// step.
  package static func paddedSize(of size: Int) -> Int {
    precondition(size >= 0 && size <= 1 << 60, "sizes are counted in bytes")
    guard size >= 2 else { return size }
    let exponent = Int.bitWidth - 1 - size.leadingZeroBitCount
    let exponentBits = Int.bitWidth - exponent.leadingZeroBitCount
    guard exponent > exponentBits else { return size }
    let mask = (1 << (exponent - exponentBits)) - 1
    return (size + mask) & ~mask
  }
}
