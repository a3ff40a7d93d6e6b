import DisclosureRules
import Foundation
import Gatekeeper
import StrongroomCrypto
import VaultStore

/// A large vault: opening it with a snapshot, and what one act costs in it beside a small one.
struct VaultBenchmark {
  let folder: URL
  /// Entries of the large vault.
  let entries: Int
  let rounds: Int

  func run() async throws {
    let small = try await SampleVault.make(at: folder.appendingPathComponent("small"), entries: 1000)
    let large = try await SampleVault.make(at: folder.appendingPathComponent("large"), entries: entries)
    var costs: (small: [Double], large: [Double]) = ([], [])
    for _ in 0..<rounds {
      costs.small.append(try await small.secondsPerAct())
      costs.large.append(try await large.secondsPerAct())
    }
    let smallCost = Measure.median(costs.small)
    let largeCost = Measure.median(costs.large)
    _ = try await large.open()
    var times: [Double] = []
    for _ in 0..<rounds * 4 {
      let clock = ContinuousClock()
      let start = clock.now
      let gate = try await large.open()
      times.append(Measure.seconds(clock.now - start))
      _ = await gate.isExampleVault
    }
    print("vault of \(try await large.open().status().entries) entries")
    print(
      "  opening with a snapshot: \(Measure.text(Measure.median(times) * 1000, digits: 1)) ms, median of \(times.count) (target: under 50 ms)"
    )
    print(
      "  one act among 64 at once: \(Measure.text(smallCost * 1e6, digits: 0)) microseconds at 1,000 entries, \(Measure.text(largeCost * 1e6, digits: 0)) here, ratio \(Measure.text(largeCost / smallCost))"
    )
  }
}

/// A vault made by its own gatekeeper: children with contacts, documents, consents, requests, and looks at them. Documents
/// lie in memory; nobody opens them here.
struct SampleVault {
  let path: String
  let key: MemberIdentity
  private let objects: any ObjectStorage

  static func make(at url: URL, entries: Int) async throws -> SampleVault {
    let storage = try VaultDirectory.create(at: url.path)
    let vault = SampleVault(
      path: url.path, key: try MemberIdentity.generate(), objects: VaultStorage.inMemory().objects)
    _ = try await Gatekeeper.createVault(
      in: storage, name: "Benchmark", creator: vault.key, policy: .england, settingType: nil, recovery: [],
      effects: .system)
    let gate = try await vault.open()
    let recipient = try await gate.addRecipient(name: "College", kind: "college", key: nil).done()
    let childCount = entries / 50
    try await crowd(childCount) { number in
      let child = try await gate.addChild(
        name: "Child \(number)", born: CalendarDate("2015-05-03").unwrapped(), upn: nil
      ).done()
      let contact = try await gate.addContact(
        child: child, name: "Mother \(number)", relationship: "mother", parentalResponsibility: true
      ).done()
      _ = try await gate.addContact(
        child: child, name: "Father \(number)", relationship: "father", parentalResponsibility: true
      ).done()
      var records: [RecordReference] = []
      for index in 0..<10 {
        records.append(
          try await gate.store(
            BytesInput(name: "advice-\(index).txt", bytes: Array("Advice \(number)".utf8)), child: child,
            kind: "advice", dated: nil, title: "Advice \(index)"
          ).done().reference)
      }
      for _ in 0..<3 {
        _ = try await gate.recordConsent(
          child: child, givenBy: contact, to: recipient, kinds: ["advice"], purpose: "Placement",
          until: CalendarDate("2040-01-01").unwrapped(), answer: .given
        ).done()
      }
      _ = try await gate.requestDisclosure(
        DisclosureDraft(
          child: child, recipient: recipient, gateway: "consent", records: [records[0]], evidence: [],
          reason: "Placement"))
      for _ in 0..<32 { _ = try await gate.contacts(of: child) }
    }
    return vault
  }

  func open() async throws -> Gatekeeper {
    let directory = try VaultDirectory.open(at: path)
    return try await Gatekeeper(
      opening: VaultStorage(
        ledger: directory.ledger, objects: objects, files: directory.files, inventory: directory.inventory),
      as: key, effects: .system)
  }

  func secondsPerAct() async throws -> Double {
    let gate = try await open()
    // Both vaults have as many; their keys are opened beforehand.
    let children = try (1...20).map { try ChildReference(number: $0).unwrapped() }
    for child in children { _ = try await gate.contacts(of: child) }
    let acts = 1024
    let clock = ContinuousClock()
    let start = clock.now
    try await Self.crowd(acts) { number in
      _ = try await gate.addContact(
        child: children[number % children.count], name: "Aunt \(number)", relationship: "aunt",
        parentalResponsibility: false)
    }
    return Measure.seconds(clock.now - start) / Double(acts)
  }

  /// Runs `body` for each number, 64 at once.
  private static func crowd(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        if number >= 64 { try await group.next() }
        group.addTask { try await body(number) }
      }
      try await group.waitForAll()
    }
  }
}

extension Answer {
  fileprivate func done() throws -> Value {
    guard case .done(let value, _) = self else { throw Measure.Failed.program("gatekeeper") }
    return value
  }
}

extension Optional {
  fileprivate func unwrapped() throws -> Wrapped {
    guard let self else { throw Measure.Failed.program("sample") }
    return self
  }
}
