import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import VaultStore

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "File a whole folder of documents from a list; only looks until you say --apply.",
    discussion: """
      The list is a CSV file (save it as "CSV UTF-8" from a spreadsheet) with these columns, in any order:

        file, kind          the file in the folder, and what kind of document it is
        child               the child's reference, or
        upn                 the unique pupil number, or
        name, born          the name and date of birth, exactly as filed
        dated, title        the date on the document and a title; may be left out

      Without --apply nothing is filed: you are told what would be, and what is wrong in which row. A row that is wrong does not \
      stop the others. A document that is filed already, the same bytes for the same child and kind, is passed over, so an \
      import that was cut short is finished by running it again.

      Ends with 3 when some rows need attention. Names of files that begin with a dot are not looked at.

      Example: strongroom import scans --list scans.csv --apply --report filed.csv
      """)

  @OptionGroup var options: VaultOptions

  @Argument(help: "The folder the documents are in.", completion: .directory)
  var folder: String

  @Option(help: ArgumentHelp("The list.", valueName: "file.csv"), completion: .file(extensions: ["csv"]))
  var list: String

  @Flag(help: "File the documents.")
  var apply = false

  @Option(
    help: ArgumentHelp(
      "Write what came of each row to a new file for a spreadsheet.", valueName: "file.csv"))
  var report: String?

  /// Files in the folder that are looked through for those no row names.
  private static let fileLimit = 1_000_000
  /// Bytes filed together at most: what is lost when somebody pulls the plug.
  private static let batchByteCount = 256 << 20

  func run() async throws {
    let list = try readList()
    let folder = try openFolder()
    // Before anything is filed: a report that has nowhere to go is no report.
    if let report { try SmallFile.checkFree(report) }
    let session = try await Session.open(options)
    let known = try Answers.looked(try await session.gatekeeper.look(into: list.rows), options.output)

    var outcome = ImportReport()
    let files = Dictionary(list.rows.map { ($0.line, $0.file) }, uniquingKeysWith: { first, _ in first })
    for problem in list.problems + known.problems { outcome.add(problem, file: files[problem.line]) }
    let new = try review(list.rows, known, in: folder, &outcome)
    try findUnlisted(list, in: folder, &outcome)
    var lastEntry: UInt64?
    do {
      if apply { lastEntry = try await file(new, from: folder, session, &outcome) }
    } catch {
      // What was filed before is filed, and the report says so.
      try? write(outcome)
      throw error
    }
    if !apply {
      for item in new {
        outcome.add(
          .init(line: item.row.line, file: item.row.file, child: item.child, status: .new))
      }
    }
    try write(outcome)
    say(outcome, lastEntry, sizeBytes: new.reduce(0) { $0 + $1.sizeBytes })
    if outcome.needsAttention { throw CommandFailure.answered(.needsAttention) }
  }

  /// A document nobody has filed yet.
  private struct New {
    let row: ImportRow
    let child: ChildReference
    let sizeBytes: Int
  }

  private func readList() throws -> ImportList {
    let text = try SmallFile.read(list, limit: ImportList.maximumByteCount)
    do { return try ImportList([UInt8](copying: text.bytes)) } catch {
      throw CommandFailure.list(path: list, error)
    }
  }

  private func openFolder() throws -> InputFolder {
    do { return try InputFolder(at: folder) } catch { throw CommandFailure.outside(path: folder, error) }
  }

  private func review(
    _ rows: [ImportRow], _ known: ImportKnowledge, in folder: InputFolder, _ outcome: inout ImportReport
  ) throws -> [New] {
    var found: [New] = []
    for row in rows {
      guard let child = known.children[row.line] else { continue }
      do {
        let sizeBytes = try FileDocument(path: row.file, beneath: folder).sizeBytes
        found.append(New(row: row, child: child, sizeBytes: sizeBytes))
      } catch {
        outcome.add(ImportFault(opening: error), row, child: child)
      }
    }
    var review = ImportReview(known)
    var new: [New] = []
    let total = found.reduce(0) { $0 + $1.sizeBytes }
    var looked = 0
    let progress = ProgressLine("Looking", options.output)
    defer { progress.finish() }
    for item in found {
      progress.show(looked, of: total)
      looked += item.sizeBytes
      do {
        let fault = try review.fault(of: item.row, child: item.child, sizeBytes: item.sizeBytes) {
          try DocumentSealer.inspect(try FileDocument(path: item.row.file, beneath: folder)).sha256
        }
        if let fault {
          outcome.add(fault, item.row, child: item.child)
        } else {
          new.append(item)
        }
      } catch {
        outcome.add(ImportFault(opening: error), item.row, child: item.child)
      }
    }
    return new
  }

  private func findUnlisted(
    _ list: ImportList, in folder: InputFolder, _ outcome: inout ImportReport
  ) throws {
    let listed = Set(list.rows.map(\.file))
    do {
      outcome.unlisted = try folder.files(limit: Self.fileLimit).filter { !listed.contains($0) }
    } catch {
      throw CommandFailure.outside(path: self.folder, error)
    }
  }

  /// - Returns: the last entry made; nil if there was nothing to file.
  private func file(
    _ new: [New], from folder: InputFolder, _ session: Session, _ outcome: inout ImportReport
  ) async throws -> UInt64? {
    let total = new.reduce(0) { $0 + $1.sizeBytes }
    let progress = ProgressLine("Filing", options.output)
    defer { progress.finish() }
    var lastEntry: UInt64?
    var done = 0
    var doneBytes = 0
    progress.show(0, of: total)
    while done < new.count {
      let batch = Self.batch(new[done...])
      let items = batch.map { item in
        ImportItem(row: item.row, child: item.child) { [path = item.row.file] in
          try FileDocument(path: path, beneath: folder)
        }
      }
      let (outcomes, entry) = try Answers.value(of: try await session.gatekeeper.file(items), options.output)
      for (item, result) in zip(batch, outcomes) {
        switch result {
        case .filed(let stored):
          outcome.add(
            .init(
              line: item.row.line, file: item.row.file, child: item.child, status: .filed,
              record: stored.reference))
          lastEntry = entry
        case .left(let fault): outcome.add(fault, item.row, child: item.child)
        }
      }
      done += batch.count
      doneBytes += batch.reduce(0) { $0 + $1.sizeBytes }
      progress.show(doneBytes, of: total)
    }
    return lastEntry
  }

  /// As many of the next as are filed with one flush: at least one, however large.
  private static func batch(_ rest: ArraySlice<New>) -> ArraySlice<New> {
    var count = 0
    var bytes = 0
    for item in rest.prefix(Gatekeeper.filingLimit) {
      bytes += item.sizeBytes
      if count > 0, bytes > batchByteCount { break }
      count += 1
    }
    return rest.prefix(count)
  }

  private func write(_ outcome: ImportReport) throws {
    guard let report else { return }
    let table = outcome.csv
    try SmallFile.create(report, table.span.bytes)
  }

  private func say(_ outcome: ImportReport, _ lastEntry: UInt64?, sizeBytes: Int) {
    if options.output.json {
      outcome.printJSON()
      return
    }
    let count = outcome.count(apply ? .filed : .new)
    let documents = Words.count(count, "document")
    if apply {
      Output.line(
        lastEntry.map { "Filed \(documents) (up to entry \(Words.grouped($0)))." } ?? "Nothing to file.")
    } else {
      Output.line("\(documents) to file (\(Words.size(sizeBytes))).")
    }
    if outcome.count(.already) > 0 {
      Output.line("\(Words.grouped(outcome.count(.already))) filed already, or twice in the list.")
    }
    if outcome.count(.refused) > 0 {
      Output.line("\(Words.count(outcome.count(.refused), "row")) left out, to be put right:")
    }
    outcome.printProblems()
    if !apply {
      Output.line("Nothing was filed. To file them, give the same command with --apply.")
    } else if outcome.needsAttention {
      Output.line(
        "Put those right in the list and give the same command again: what is filed is passed over.")
    }
  }
}
