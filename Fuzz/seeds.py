#!/usr/bin/env python3
"""Makes the seed corpora in Corpus/TARGET from the repository's own files and from a vault made with the example keys. What it makes is
committed: small files of our own."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Torture"))
from office import KEYS, make_office  # noqa: E402

CORPUS = pathlib.Path(__file__).resolve().parent / "Corpus"


def seed(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def journal(path):
    data = path.read_bytes()
    records, offset = [], 0
    while offset + 9 <= len(data):
        length = int.from_bytes(data[offset:offset + 4], "big")
        if length == 0:
            break
        records.append((data[offset + 4], data[offset + 5:offset + 5 + length], data[offset:offset + 9 + length]))
        offset += 9 + length
    return records, data[:offset]


def main(binary):
    key = (KEYS / "senco.key").read_text()
    secret = next(line for line in key.splitlines() if line.startswith("AGE-SECRET-KEY-"))
    card = (KEYS / "senco.card").read_text()
    recipient = next(word for word in card.split() if word.startswith("age1"))
    seed("identity-file", "key", key)
    seed("protected-identity", "key", key)
    seed("card", "card", card)
    seed("recipient-file", "recipients", f"# a comment\n{recipient}\n\n{recipient}\n")
    seed("bech32", "recipient", recipient)
    seed("bech32", "secret", secret)
    # The identity that the target age-file holds: 32 bytes of 9.
    for number, armor in enumerate([False, True]):
        sealed = subprocess.run(["age", *(["-a"] if armor else []), "-r", recipient], input=b"seed", capture_output=True, check=True).stdout
        for target in ["age-header", "age-file", "armor"]:
            seed(target, f"age-{number}", sealed)
    for path in sorted((ROOT / "policies" / "school").rglob("*.yaml"))[:6]:
        seed("policy", path.name, path.read_bytes())
    files = sorted((ROOT / "policies" / "school").rglob("*.yaml"))
    seed("policy-set", "school", "".join(f"=== {p.relative_to(ROOT / 'policies' / 'school')}\n{p.read_text()}" for p in files))
    seed("timestamp", "now", "2026-11-22T10:00:00.000Z")
    seed("reference", "child", "CH-0001")
    seed("reference", "record", "DOC-7Q4M1-T9KXB")
    for name in ["tile/0/000", "tile/1/x001/234.p/7", "tile/entries/x123/456"]:
        seed("tile-path", name.replace("/", "-"), name)
    seed("json", "json", '{"a":[1,-2,{"b":"\\u00e9\\n"}],"c":true,"d":null}')
    with tempfile.TemporaryDirectory() as work:
        office = make_office(binary, work)
        vault = pathlib.Path(work) / "v"
        seed("description", "STRONGROOM", (vault / "STRONGROOM").read_bytes())
        for number, path in enumerate(sorted((vault / "keys").rglob("*.age"))[:2]):
            seed("age-header", f"key-{number}", path.read_bytes())
        records, used = journal(vault / "ledger/0000000000.seg")
        seed("journal-segment", "segment", used)
        for kind, payload, whole in records[:6]:
            seed("journal-record", f"record-{len(whole)}", whole)
            if kind == 4:
                seed("journal-head", "head", payload)
                size = int.from_bytes(payload[:2], "big")
                seed("compact-range", "range", payload[2:2 + size])
                seed("checkpoint", "checkpoint", payload[2 + size:])
                seed("note", "checkpoint", payload[2 + size:])
            if kind in (2, 3):
                seed("sealed-entry", "entry", payload)
                seed("entry-bundle", "bundle", bytes([1]) + len(payload).to_bytes(2, "big") + payload)
        seed("verifier-key", "vkey", next(
            line[6:] for line in (vault / "STRONGROOM").read_text().splitlines() if line.startswith("vkey: ")))
        # A package by passphrase cannot be opened here; one for the college's key can.
        office.must("disclose", "release", office.request, "--out", "package.age")
        package = subprocess.run(
            ["age", "-d", "-i", str(KEYS / "college.key"), "package.age"], cwd=work, capture_output=True, check=True).stdout
        seed("package", "package", package[:200_000])
        seed("tar", "package", package[:20_000])
        subprocess.run(["tar", "-x", "-i", "-C", work], input=package, check=False, capture_output=True)
        for path in pathlib.Path(work).rglob("*"):
            if path.is_file() and path.name.endswith(".tlog-proof"):
                seed("tlog-proof", "proof", path.read_bytes())
            if path.is_file() and path.name in ("decision.json", "entry.json"):
                seed("event", path.name, path.read_bytes())
        print(sorted(str(p.relative_to(work)) for p in pathlib.Path(work).rglob("*") if p.is_file() and "/v/" not in str(p))[:40])
        opened = subprocess.run(["age", "-d", "-i", str(KEYS / "senco.key"), str(vault / "epoch/0001.age")], capture_output=True, check=True)
        (pathlib.Path(work) / "e").write_bytes(opened.stdout)
        seed("identity-file", "epoch", opened.stdout)
        ledger = subprocess.run(["age", "-d", "-i", "e", str(vault / "ledger/keys/0001.age")], cwd=work, capture_output=True, check=True)
        seed("ledger-key", "key", ledger.stdout)
        for path in sorted((vault / "keys").rglob("*.age")):
            child = subprocess.run(["age", "-d", "-i", "e", str(path)], cwd=work, capture_output=True, check=True).stdout
            (pathlib.Path(work) / "c").write_bytes(child)
            for record in sorted((vault / "records").rglob("*.age")):
                opened = subprocess.run(["age", "-d", "-i", "c", str(record)], cwd=work, capture_output=True)
                if opened.returncode == 0:
                    seed("tar", "document", opened.stdout[:8192])
                    meta = opened.stdout[512:]
                    seed("meta", "meta", meta[:meta.index(b"\0")])
    print(sum(1 for p in CORPUS.rglob("*") if p.is_file()), "seeds")


if __name__ == "__main__":
    main(sys.argv[1])
