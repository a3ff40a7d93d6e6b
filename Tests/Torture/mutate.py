#!/usr/bin/env python3
"""F14: the tests are tested. In a scratch copy of the package, each safeguard is taken out in turn; some test must go red.

All mutants are built in at once, each behind a switch (`Mutant.on("name")`, read from the environment), so that one build serves all of
them. Each is a small patch by pattern: one that no longer applies stops the run. Prints what became of every mutant; ends with 1 if one
survived, or if the tests are red with no mutant on.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORE = "VaultStoreTests"
CRASH = "CrashTests|CrashCampaignTests"
FLUSH = "try core.health.flush(path) { () throws(FileSystemError) in try core.files."
ITEM_FLUSH = "try health.flush(item.path) { () throws(FileSystemError) in try files.syncAll(item.temporary.file) }"
JOURNAL_FLUSH = FLUSH + "syncData(segment.file) }"


def skip(statement):
    """Leaves a statement out."""
    return lambda name: f'if !Mutant.on("{name}") {{ {statement} }}'


def instead(condition, value):
    """Takes a value for a condition."""
    return lambda name: f'(Mutant.on("{name}") ? {value} : ({condition}))'


#: name, file below Sources, text after which to look, what is replaced, what by, tests that must notice
MUTANTS = [
    # Flushes.
    ("document-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "private func flushContents", ITEM_FLUSH, skip(ITEM_FLUSH),
     CRASH),
    ("many-documents-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "private func flushContents",
     "if items.count > 1, try flushEverything() { return }",
     lambda n: f'if items.count > 1, try Mutant.on("{n}") || flushEverything() {{ return }}', CRASH),
    ("names-of-many-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "private func flushNames", "if try !flushEverything() {",
     lambda n: f'if !Mutant.on("{n}"), try !flushEverything() {{', CRASH),
    ("small-file-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "private func writeTemporary", "if flushed {",
     lambda n: f'if flushed, !Mutant.on("{n}") {{', CRASH),
    ("name-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "func publish(",
     "try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }",
     skip("try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }"), CRASH),
    ("replaced-name-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "func replace(",
     "try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }",
     skip("try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }"), CRASH),
    ("removed-name-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "func remove(",
     "try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }",
     skip("try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }"), CRASH),
    ("new-folder-not-flushed", "VaultStore/Directory/DirectoryCore.swift", "func makeFolder(of path: String, durably: Bool)", "guard durably else { return }",
     lambda n: f'guard durably, !Mutant.on("{n}") else {{ return }}', CRASH),
    ("entries-not-flushed", "VaultStore/Directory/DirectoryLedger.swift", "private func writeEntries", JOURNAL_FLUSH,
     skip(JOURNAL_FLUSH), CRASH),
    ("head-not-flushed", "VaultStore/Directory/DirectoryLedger.swift", "private func writeHead", JOURNAL_FLUSH, skip(JOURNAL_FLUSH),
     CRASH),
    ("segment-start-not-flushed", "VaultStore/Directory/JournalFiles.swift", "func make(", FLUSH + "syncData(source.file) }",
     skip(FLUSH + "syncData(source.file) }"), CRASH),
    ("new-segment-not-flushed", "VaultStore/Directory/JournalFiles.swift", "private func makeZeroed",
     FLUSH + "syncAll(temporary.file) }", skip(FLUSH + "syncAll(temporary.file) }"), CRASH),
    ("folders-of-a-new-vault-not-flushed", "VaultStore/Directory/VaultDirectory.swift", "try files.syncDirectory(\"ledger\")",
     'try files.syncDirectory("")', skip('try files.syncDirectory("")'), CRASH),
    ("beginning-not-marked", "VaultStore/Directory/VaultDirectory.swift", "files.close(try files.createExclusive(creationMark))",
     'try files.syncDirectory("")', skip('try files.syncDirectory("")'), CRASH),
    # The store.
    ("goes-on-after-a-failed-flush", "VaultStore/Directory/WriterHealth.swift", "func check()", "if let error =",
     lambda n: f'if !Mutant.on("{n}"), let error =', CRASH),
    ("replaces-what-is-there", "VaultStore/FileSystem/Descriptor.swift", "static func rename(", "replacing ? 0 : 1",
     instead("replacing ? 0 : 1", "0"), "DirectoryTests|ObjectContractTests|NamedFileContractTests"),
    ("wrong-size-not-asked", "VaultStore/Directory/DirectoryLedger.swift", "func append(", "actual == ifSize",
     instead("actual == ifSize", "true"), STORE),
    ("segment-may-be-replaced", "VaultStore/Directory/DirectoryLedger.swift", "private func checkStillInPlace",
     "guard let segment = open else { return }", lambda n: f'guard let segment = open, !Mutant.on("{n}") else {{ return }}', STORE),
    ("segments-need-not-fit", "VaultStore/Directory/DirectoryLedger.swift", "if let previous, ", "previous.range != position.range",
     instead("previous.range != position.range", "false"), STORE),
    ("checksum-not-compared", "VaultStore/Journal/JournalFrame.swift", "let sum = CRC32C", "sum == UInt32(bigEndian: bytes[end..<end + 4])",
     instead("sum == UInt32(bigEndian: bytes[end..<end + 4])", "true"), STORE),
    ("head-need-not-fit-its-entries", "VaultStore/Journal/SegmentScan.swift", "", "head.range == position.range",
     instead("head.range == position.range", "true"), STORE),
    ("document-hash-not-compared", "VaultStore/Check/VaultCheck.swift", "", "hash.finish() == object.sha256 ? nil : .content",
     lambda n: f'hash.finish() == object.sha256 || Mutant.on("{n}") ? nil : .content', "VaultCheckTests|TamperTests|TamperCampaignTests"),
    ("orphans-not-named", "VaultStore/Check/VaultCheck.swift", "", "expecting.objectIDs.contains(id)",
     instead("expecting.objectIDs.contains(id)", "true"), "VaultCheckTests|TamperTests"),
    ("torn-tail-kept", "VaultStore/Directory/DirectoryLedger.swift", "private func settleEnd", "try zero(commit..<end, of: segment)",
     skip("try zero(commit..<end, of: segment)"), CRASH + "|LedgerContractTests|DirectoryTests"),
    # Entries.
    ("commitment-not-compared", "VaultStore/Entry/SealedEntry.swift", "func open(",
     "constantTimeEqual(expected.bytes, Array(bytes[24..<56]))", instead("constantTimeEqual(expected.bytes, Array(bytes[24..<56]))", "true"),
     "SealedEntryTests"),
    ("epoch-not-compared", "VaultStore/Entry/SealedEntry.swift", "func entryKey(index", "epoch == key.epoch",
     instead("epoch == key.epoch", "true"), "SealedEntryTests"),
    # age.
    ("header-mac-not-compared", "AgeFormat/AgeHeader.swift", "", "constantTimeEqual($0, mac.span.bytes)",
     instead("constantTimeEqual($0, mac.span.bytes)", "true"), "AgeFormatTests"),
    ("final-flag-not-set-apart", "AgeFormat/PayloadStream.swift", "mutating func open(", "nonce.set(index: index, isLast: isLast)",
     lambda n: f'nonce.set(index: index, isLast: Mutant.on("{n}") ? false : isLast)', "AgeFormatTests"),
    ("empty-last-chunk-accepted", "AgeFormat/PayloadStream.swift", "mutating func open(", "!isEmpty || (isLast && index == 0)",
     instead("!isEmpty || (isLast && index == 0)", "true"), "AgeFormatTests"),
    ("scrypt-beside-others", "AgeFormat/AgeHeader.swift", "", "guard stanzas.count == 1 else { throw .headerMalformed(.scryptNotAlone) }",
     lambda n: f'guard stanzas.count == 1 || Mutant.on("{n}") else {{ throw .headerMalformed(.scryptNotAlone) }}', "AgeFormatTests"),
    # The log.
    ("consistency-not-checked", "TransparencyLog/ConsistencyProof.swift", "", "computedOld == oldRoot",
     instead("computedOld == oldRoot", "true"), "TransparencyLogTests"),
    ("inclusion-not-checked", "TransparencyLog/InclusionProof.swift", "", "computed == root", instead("computed == root", "true"),
     "TransparencyLogTests"),
    ("origin-not-compared", "TransparencyLog/UnverifiedCheckpoint.swift", "", "claimed.origin == origin",
     instead("claimed.origin == origin", "true"), "TransparencyLogTests"),
    ("log-signature-not-wanted", "TransparencyLog/UnverifiedCheckpoint.swift", "", "!signed.isEmpty", instead("!signed.isEmpty", "true"),
     "TransparencyLogTests"),
    ("quorum-not-counted", "TransparencyLog/UnverifiedCheckpoint.swift", "", "distinct >= quorum", instead("distinct >= quorum", "true"),
     "TransparencyLogTests"),
    # The door.
    ("seen-not-checked", "Gatekeeper/State/VaultState+Apply.swift", "", "try checkSeen(event.seen)", skip("try checkSeen(event.seen)"),
     "GatekeeperTests"),
    ("id-may-come-again", "Gatekeeper/State/VaultState+Apply.swift", "", "!usedNames.contains(event.id)",
     instead("!usedNames.contains(event.id)", "true"), "GatekeeperTests"),
    ("time-may-run-back", "Gatekeeper/State/VaultState+Apply.swift", "", "event.at >= newestAt", instead("event.at >= newestAt", "true"),
     "FoldTests"),
    ("clock-believed", "Gatekeeper/Door/Gatekeeper+Commit.swift", "", "max(effects.now(), state.newestAt)",
     instead("max(effects.now(), state.newestAt)", "effects.now()"), "ConsentTests"),
    ("actor-signature-not-checked", "Gatekeeper/State/VaultState+Apply.swift", "", "event.isSigned(by: key)",
     instead("event.isSigned(by: key)", "true"), "GatekeeperTests"),
    ("root-not-compared", "Gatekeeper/Door/Gatekeeper+Commit.swift", "func refresh()", "next.range == head.range",
     instead("next.range == head.range", "true"), "GatekeeperTests"),
    ("rollback-not-noticed", "Gatekeeper/Door/Gatekeeper+Commit.swift", "func refresh()", "head.size >= state.size",
     instead("head.size >= state.size", "true"), "GatekeeperTests"),
    ("remembered-head-not-compared", "Gatekeeper/Audit/Verification.swift", "func checkMarks(", "root != mark.head.root",
     instead("root != mark.head.root", "false"), "GatekeeperTests"),
    ("decision-not-replayed", "Gatekeeper/Audit/Gatekeeper+Verify.swift", "case .requestDecided, .requestChecked:",
     "decision.recordedReasonCodes == event.reasons", instead("decision.recordedReasonCodes == event.reasons", "true"), "GatekeeperTests"),
    ("rules-on-disk-believed", "Gatekeeper/Door/Gatekeeper+Policy.swift", "func policySet(",
     "SHA256.digest(of: source.canonicalBytes).hex == hash", instead("SHA256.digest(of: source.canonicalBytes).hex == hash", "true"),
     "TamperTests"),
    ("planted-epoch-believed", "Gatekeeper/Door/Gatekeeper+Boxes.swift", "", 'content["epoch"]?.string == identity.recipient.text',
     instead('content["epoch"]?.string == identity.recipient.text', "true"), "AttackTests|TamperTests|TamperCampaignTests"),
    ("not-decided-again-at-release", "Gatekeeper/Door/Gatekeeper+Release.swift", "private func commitRelease", "decision.outcome == .allowed",
     instead("decision.outcome == .allowed", "true"), "GatekeeperTests"),
    ("document-of-another-child", "Gatekeeper/Package/DocumentMeta.swift", "package func check(", "meta.child != child",
     instead("meta.child != child", "false"), "SealedDocumentTests"),
    ("document-sha-not-compared", "Gatekeeper/Package/DocumentMeta.swift", "package func check(", "meta.sha256 != sha256",
     instead("meta.sha256 != sha256", "false"), "SealedDocumentTests"),
]

SWITCH = """import Glibc

/// Which safeguard is taken out in this run; only in the scratch copy of Tests/Torture/mutate.py.
package enum Mutant {
  private static let name = unsafe getenv("STRONGROOM_MUTANT").map { unsafe String(cString: $0) } ?? ""
  @inline(never) package static func on(_ name: String) -> Bool { name == Self.name }
}
"""


def prepare(scratch):
    """A copy of what git has and of what is not committed yet, with all mutants built in."""
    scratch.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\n")
    for name in filter(None, names):
        if not (ROOT / name).is_file():
            continue
        target = scratch / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # Unchanged files keep their time, so that only what changed is built again.
        source = (ROOT / name).read_bytes()
        if name.startswith("Sources/") and name.endswith(".swift"):
            source = mutated(name[len("Sources/"):], source.decode()).encode()
        if not target.exists() or target.read_bytes() != source:
            target.write_bytes(source)
            shutil.copymode(ROOT / name, target)
    switch = scratch / "Sources/StrongroomCrypto/Mutant.swift"
    if not switch.exists() or switch.read_text() != SWITCH:
        switch.write_text(SWITCH)


def mutated(path, text):
    for name, file, anchor, old, new, _ in MUTANTS:
        if file != path:
            continue
        start = text.find(anchor)
        found = text.find(old, start) if start >= 0 else -1
        if found < 0:
            raise SystemExit(f"F14: the mutant {name} no longer applies to Sources/{file}: mend Tests/Torture/mutate.py")
        text = text[:found] + new(name) + text[found + len(old):]
    if "Mutant.on" in text and not re.search(r"^(package |internal )?import StrongroomCrypto$", text, re.M):
        text = "import StrongroomCrypto\n" + text
    return text


def tests(scratch, filter, name, wait):
    environment = dict(os.environ, STRONGROOM_MUTANT=name, SWIFT_BACKTRACE="enable=no")
    started = time.monotonic()
    try:
        process = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", filter], cwd=scratch, env=environment, capture_output=True, text=True,
            timeout=wait)
        red, out = process.returncode != 0, process.stdout + process.stderr
    except subprocess.TimeoutExpired as expired:
        red, out = True, (expired.stdout or b"").decode() + "\n(took too long)"
    return red, out, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scratch", default=str(ROOT / ".build" / "mutants"))
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--wait", type=int, default=900, help="seconds for one run of the tests")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--apply", action="store_true", help="only look whether every mutant still applies")
    options = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if not options.only or mutant[0] in options.only]
    if options.list:
        print("\n".join(mutant[0] for mutant in chosen))
        return 0
    if options.apply:
        for path in sorted({mutant[1] for mutant in MUTANTS}):
            mutated(path, (ROOT / "Sources" / path).read_text())
        print(f"F14: {len(MUTANTS)} mutants, all of them still apply")
        return 0
    scratch = pathlib.Path(options.scratch)
    prepare(scratch)
    built = subprocess.run(["swift", "build", "--build-tests"], cwd=scratch, capture_output=True, text=True)
    if built.returncode != 0:
        print(built.stdout[-3000:] + built.stderr[-2000:])
        raise SystemExit("F14: the copy with the mutants does not build")
    suites = sorted({mutant[5] for mutant in chosen})
    for suite in suites:
        red, out, seconds = tests(scratch, suite, "", options.wait)
        if red:
            print(out[-3000:])
            raise SystemExit(f"F14: {suite} is red without any mutant")
        print(f"F14 green without a mutant: {suite} ({seconds:.0f} s)", flush=True)
    survived = []
    for name, file, _, _, _, suite in chosen:
        red, out, seconds = tests(scratch, suite, name, options.wait)
        first = next((line.strip() for line in out.splitlines() if line.startswith("✘ Test ")), "") or out.strip().splitlines()[-1]
        print(f"F14 {'caught' if red else 'SURVIVED'} {name} ({seconds:.0f} s): {first[:140] if red else file}", flush=True)
        if not red:
            survived.append(name)
    print(f"F14: {len(chosen)} mutants, {len(chosen) - len(survived)} caught, {len(survived)} survived: {', '.join(survived) or 'none'}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
