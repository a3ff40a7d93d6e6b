import DisclosureRules
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@testable import Gatekeeper

/// The state's tables, and the form they take in a snapshot.
@Suite struct TableTests {
  private typealias Numbers = Table<RecordReference, String>

  /// Through the snapshot's form and back, over what the table was made from before.
  private func frozen(_ table: Numbers, over source: FrozenSource?) throws -> (Numbers, FrozenSource) {
    var writer = BinaryWriter(names: source?.names ?? [])
    try BinaryEncoder.encode(table, into: &writer, source: source)
    let next = FrozenSource(bytes: writer.bytes, names: writer.names)
    return (try BinaryDecoder.decode(from: next, 0..<writer.bytes.count), next)
  }

  @Test(arguments: 0..<8) func tableIsADictionaryInOrderWhateverItWasMadeFrom(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var table = Numbers()
    var model: [RecordReference: String] = [:]
    var source: FrozenSource?
    for step in 0..<1500 {
      let key = RecordReference(value: UInt64.random(in: 0..<300, using: &random) << 20)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        table[key] = "\(step)"
        model[key] = "\(step)"
      case 6..<8:
        table[key] = nil
        model[key] = nil
      case 8:
        table[key]?.append("x")
        model[key]?.append("x")
      default:
        table[key, default: ""].append("y")
        model[key, default: ""].append("y")
      }
      #expect(table[key] == model[key] && table.contains(key) == (model[key] != nil), "seed \(seed)")
      if step % 250 == 249 {
        let (next, from) = try frozen(table, over: source)
        #expect(next == table, "seed \(seed)")
        (table, source) = (next, from)
      }
    }
    let sorted = model.sorted { $0.key.value < $1.key.value }
    #expect(table.count == model.count, "seed \(seed)")
    #expect(table.keys == sorted.map(\.key), "seed \(seed)")
    #expect(table.values == sorted.map(\.value) && Array(table) == table.values, "seed \(seed)")
    #expect(source?.isBroken == false)
  }

  @Test func copiesDoNotSeeEachOthersChanges() {
    var map = PersistentMap<Int, Int>()
    var copies: [(PersistentMap<Int, Int>, Int)] = []
    for number in 0..<2000 {
      map.updateValue(number, forKey: number % 700)
      if number.isMultiple(of: 97) { copies.append((map, number)) }
    }
    for (copy, last) in copies {
      #expect(copy.count == min(last + 1, 700))
      for key in 0..<min(last + 1, 700) { #expect(copy[key] == last - (last - key) % 700) }
    }
  }

  /// Every hash the same: the leaf at the bottom grows, and nothing is lost.
  @Test func keysThatHashAlikeAreAllKept() {
    struct Alike: Hashable, Sendable {
      let number: Int
      func hash(into hasher: inout Hasher) {}
    }
    var map = PersistentMap<Alike, Int>()
    for number in 0..<50 { map.updateValue(number, forKey: Alike(number: number)) }
    #expect(map.count == 50)
    for number in 0..<50 { #expect(map[Alike(number: number)] == number) }
    #expect(map[Alike(number: 50)] == nil)
  }

  private struct Everything: Codable, Hashable {
    enum Word: String, Codable { case one, two }
    enum Choice: Codable, Hashable {
      case plain
      case with(Int, text: String)
    }
    struct Inner: Codable, Hashable { var flag: Bool, maybe: [String]? }
    var text = "é\u{0}"
    var small: Int8 = -128
    var lowest = Int64.min
    var highest = UInt64.max
    var word = Word.two
    var choices = [Choice.plain, .with(7, text: "x")]
    var inner = Inner(flag: true, maybe: nil)
    var bytes: [UInt8] = Array(0...255)
    var lists = [[1, 2], [], [300]]
    var map = ["a": 1, "": -1]
    var nothing: Inner?
  }

  @Test func everyShapeOfValueComesBack() throws {
    var writer = BinaryWriter()
    let value = Everything()
    try BinaryEncoder.encode(value, into: &writer, source: nil)
    let source = FrozenSource(bytes: writer.bytes, names: writer.names)
    #expect(try BinaryDecoder.decode(Everything.self, from: source, 0..<writer.bytes.count) == value)
    // Cut anywhere, it is refused.
    for end in 0..<writer.bytes.count {
      let cut = FrozenSource(bytes: Array(writer.bytes[..<end]), names: writer.names)
      #expect(throws: (any Error).self) { try BinaryDecoder.decode(Everything.self, from: cut, 0..<end) }
    }
  }

  @Test func alteredSnapshotIsRefusedOrReadAsSomethingElseButNeverTraps() async throws {
    let school = try await School.open()
    let plaintext = try Snapshot.plaintext(of: await school.senco.state, over: nil)
    #expect(try Snapshot(plaintext: plaintext).state == (await school.senco.state))
    var random = SeededGenerator(seed: 11)
    var refused = 0
    for _ in 0..<4000 {
      var altered = plaintext
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        altered[Int.random(in: 0..<altered.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let snapshot = try? Snapshot(plaintext: altered) else {
        refused += 1
        continue
      }
      let state = snapshot.state
      _ = (state.records.values, state.children.values, state.contacts.values, state.evidenceUses.values)
      if snapshot.source.isBroken { refused += 1 }
    }
    #expect(refused > 100)
  }

  @Test func valueThatCannotBeReadThrowsTheSnapshotAwayAndNothingRestsOnIt() async throws {
    let school = try await School.open()
    for number in 0..<20 {
      _ = try await school.senco.addContact(
        child: school.child, name: "C\(number)", relationship: "aunt", parentalResponsibility: false
      ).done()
    }
    let state = await school.senco.state
    let good = try Snapshot.plaintext(of: state, over: nil)
    let target = state.contacts.keys[9]
    // The text of one reference in the middle of the table; authentic, since its owner's own program wrote it so.
    let needle = Array(target.description.utf8)
    let place = try #require(
      (0..<good.count - needle.count).first { Array(good[$0..<$0 + needle.count]) == needle })
    var bad = good
    bad[place] ^= 0xFF
    let name = Snapshot.name(for: school.sencoKey)
    try await school.storage.files.replace(
      name,
      try Snapshot.seal(
        bad, vault: state.vault, for: school.sencoKey, salt: [UInt8](repeating: 1, count: 16)))
    let visit = try await school.visit(school.sencoKey)
    #expect(await visit.frozen != nil)
    #expect(try await visit.contacts(of: school.child).seen().count == 21)
    #expect(await visit.frozen == nil)
    #expect(try await school.storage.files.read(name) == nil)
    #expect(await visit.state.contacts == state.contacts)
  }
}
