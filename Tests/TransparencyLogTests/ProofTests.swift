import StrongroomCrypto
import Testing
import TransparencyLog

/// Every proof of every small tree: made, checked, and refused after any small change.
@Suite struct ProofTests {
  static let largest = 70
  private let leaves: [SHA256Digest]
  private let tree: TreeHashes
  private let roots: [SHA256Digest]

  init() throws {
    leaves = TestLog.leafHashes(Self.largest)
    tree = TreeHashes(leafHashes: leaves)
    roots = (0...Self.largest).map { [leaves] in TestLog.root(leaves[..<$0]) }
  }

  @Test func everyLeafOfEverySmallTreeIsProved() throws {
    var proved = 0
    for size in 1...Self.largest {
      for index in 0..<size {
        let proof = try InclusionProof.make(index: UInt64(index), treeSize: UInt64(size), reader: tree)
        try proof.verify(leafHash: leaves[index], root: roots[size])
        #expect(proof.hashes == path(index, 0..<size), "PATH(\(index), D[\(size)])")
        try refuseChanges(of: proof, index: index, size: size)
        proved += 1
      }
    }
    #expect(proved == Self.largest * (Self.largest + 1) / 2)
  }

  /// Pitfall 10 (surplus hashes) and everything near it.
  private func refuseChanges(of proof: InclusionProof, index: Int, size: Int) throws {
    let leaf = leaves[index]
    var wrong = [
      proof.with(hashes: proof.hashes + [roots[size]]),
      proof.with(hashes: [leaf] + proof.hashes),
      InclusionProof(index: UInt64(size), treeSize: UInt64(size), hashes: proof.hashes),
    ]
    if !proof.hashes.isEmpty {
      wrong.append(proof.with(hashes: Array(proof.hashes.dropLast())))
      wrong.append(proof.with(hashes: Array(proof.hashes.dropFirst())))
      let position = index % proof.hashes.count
      var hashes = proof.hashes
      hashes[position] = try TestLog.flipped(hashes[position], bit: index % 256)
      wrong.append(proof.with(hashes: hashes))
    }
    for other in 0..<size where other != index {
      wrong.append(InclusionProof(index: UInt64(other), treeSize: UInt64(size), hashes: proof.hashes))
    }
    for wrong in wrong {
      #expect(throws: TransparencyLogError.self) { try wrong.verify(leafHash: leaf, root: roots[size]) }
    }
    #expect(throws: TransparencyLogError.self) { try proof.verify(leafHash: roots[0], root: roots[size]) }
    #expect(throws: TransparencyLogError.self) { try proof.verify(leafHash: leaf, root: roots[size - 1]) }
  }

  @Test func everyTwoSmallTreesAreProvedConsistent() throws {
    var proved = 0
    for new in 1...Self.largest {
      for old in 1...new {
        let proof = try ConsistencyProof.make(oldSize: UInt64(old), newSize: UInt64(new), reader: tree)
        try proof.verify(oldRoot: roots[old], newRoot: roots[new])
        #expect(proof.hashes == subproof(old, 0..<new, true), "PROOF(\(old), D[\(new)])")
        try refuseChanges(of: proof, old: old, new: new)
        proved += 1
      }
    }
    #expect(proved == Self.largest * (Self.largest + 1) / 2)
  }

  private func refuseChanges(of proof: ConsistencyProof, old: Int, new: Int) throws {
    var wrong = [
      proof.with(hashes: proof.hashes + [roots[new]]),
      proof.with(hashes: [roots[old]] + proof.hashes),
    ]
    if !proof.hashes.isEmpty {
      wrong.append(proof.with(hashes: []))
      wrong.append(proof.with(hashes: Array(proof.hashes.dropLast())))
      wrong.append(proof.with(hashes: Array(proof.hashes.dropFirst())))
      for position in proof.hashes.indices {
        var hashes = proof.hashes
        hashes[position] = try TestLog.flipped(hashes[position], bit: (old + position) % 256)
        wrong.append(proof.with(hashes: hashes))
      }
    }
    for wrong in wrong {
      #expect(throws: TransparencyLogError.self) {
        try wrong.verify(oldRoot: roots[old], newRoot: roots[new])
      }
    }
    let changed = try TestLog.flipped(roots[old])
    #expect(throws: TransparencyLogError.self) { try proof.verify(oldRoot: changed, newRoot: roots[new]) }
    #expect(throws: TransparencyLogError.self) { try proof.verify(oldRoot: roots[old], newRoot: changed) }
    if old != new {
      #expect(throws: TransparencyLogError.self) {
        try proof.verify(oldRoot: roots[new], newRoot: roots[old])
      }
    }
  }

  /// The definitions of RFC 6962, word for word.
  private func path(_ index: Int, _ range: Range<Int>) -> [SHA256Digest] {
    guard range.count > 1 else { return [] }
    let middle = split(range)
    return index < middle
      ? path(index, range.lowerBound..<middle) + [TestLog.root(leaves[middle..<range.upperBound])]
      : path(index, middle..<range.upperBound) + [TestLog.root(leaves[range.lowerBound..<middle])]
  }

  private func subproof(_ old: Int, _ range: Range<Int>, _ isWhole: Bool) -> [SHA256Digest] {
    guard old != range.upperBound else { return isWhole ? [] : [TestLog.root(leaves[range])] }
    let middle = split(range)
    return old <= middle
      ? subproof(old, range.lowerBound..<middle, isWhole) + [TestLog.root(leaves[middle..<range.upperBound])]
      : subproof(old, middle..<range.upperBound, false) + [TestLog.root(leaves[range.lowerBound..<middle])]
  }

  private func split(_ range: Range<Int>) -> Int {
    var split = 1
    while split * 2 < range.count { split *= 2 }
    return range.lowerBound + split
  }

  @Test func anEmptyTreeProvesNothing() {
    #expect(throws: TransparencyLogError.emptyTreeProvesNothing) {
      try ConsistencyProof.make(oldSize: 0, newSize: 3, reader: tree)
    }
    #expect(throws: TransparencyLogError.emptyTreeProvesNothing) {
      try ConsistencyProof(oldSize: 0, newSize: 3, hashes: []).verify(oldRoot: roots[0], newRoot: roots[3])
    }
    #expect(throws: TransparencyLogError.sizesOutOfOrder(old: 4, new: 3)) {
      try ConsistencyProof.make(oldSize: 4, newSize: 3, reader: tree)
    }
    #expect(throws: TransparencyLogError.indexOutsideTree(index: 0, size: 0)) {
      try InclusionProof.make(index: 0, treeSize: 0, reader: tree)
    }
    #expect(throws: TransparencyLogError.indexOutsideTree(index: 3, size: 3)) {
      try InclusionProof.make(index: 3, treeSize: 3, reader: tree)
    }
  }

  @Test func sizesNearTheLimitNeitherTrapNorPass() {
    let huge = UInt64(Int64.max)
    let hashes = [SHA256Digest](repeating: roots[1], count: 64)
    for (index, size) in [(huge - 1, huge), (0, huge), (UInt64.max, UInt64.max), (huge, UInt64.max)] {
      for count in [0, 1, 62, 63, 64] {
        let proof = InclusionProof(index: index, treeSize: size, hashes: Array(hashes[..<count]))
        #expect(throws: TransparencyLogError.self) { try proof.verify(leafHash: roots[1], root: roots[2]) }
        let consistency = ConsistencyProof(oldSize: index, newSize: size, hashes: Array(hashes[..<count]))
        #expect(throws: TransparencyLogError.self) {
          try consistency.verify(oldRoot: roots[1], newRoot: roots[2])
        }
      }
    }
    #expect(throws: Never.self) { try InclusionProof.nodes(index: huge - 1, treeSize: huge) }
    #expect(throws: Never.self) { try ConsistencyProof.nodes(oldSize: huge - 1, newSize: huge) }
  }

  /// A reader that gives too little must not make a proof that looks like one.
  @Test func shortReadMakesNoProof() {
    struct ShortReader: LeafHashReader {
      func leafHashes(_ range: Range<UInt64>) throws -> [SHA256Digest] { [] }
    }
    #expect(throws: TransparencyLogError.wrongNumberOfHashes(expected: 1, actual: 0)) {
      try InclusionProof.make(index: 0, treeSize: 2, reader: ShortReader())
    }
  }

  /// A reader with leaf hashes only (the default of the protocol) gives the same proofs.
  @Test func leafHashesAloneAreEnough() throws {
    struct LeavesOnly: LeafHashReader {
      let leaves: [SHA256Digest]
      func leafHashes(_ range: Range<UInt64>) throws -> [SHA256Digest] {
        Array(leaves[Int(range.lowerBound)..<Int(range.upperBound)])
      }
    }
    let many = TestLog.leafHashes(5000)
    let whole = TreeHashes(leafHashes: many)
    let reader = LeavesOnly(leaves: many)
    for index: UInt64 in [0, 1, 4095, 4096, 4999] {
      #expect(
        try InclusionProof.make(index: index, treeSize: 5000, reader: reader)
          == InclusionProof.make(index: index, treeSize: 5000, reader: whole))
    }
    for old: UInt64 in [1, 4096, 4097, 4999, 5000] {
      #expect(
        try ConsistencyProof.make(oldSize: old, newSize: 5000, reader: reader)
          == ConsistencyProof.make(oldSize: old, newSize: 5000, reader: whole))
    }
  }
}

extension InclusionProof {
  func with(hashes: [SHA256Digest]) -> InclusionProof {
    InclusionProof(index: index, treeSize: treeSize, hashes: hashes)
  }
}

extension ConsistencyProof {
  func with(hashes: [SHA256Digest]) -> ConsistencyProof {
    ConsistencyProof(oldSize: oldSize, newSize: newSize, hashes: hashes)
  }
}
