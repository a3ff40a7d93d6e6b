#!/usr/bin/env python3
"""Checks a disclosure package without Strongroom, from docs/FORMAT.md, section 16.

    check_package.py PACKAGE IDENTITY VKEY

IDENTITY is the recipient's age identity file; VKEY is the log's key, known by another way than the package. Prints one
JSON object; exits 0 if everything holds, 1 with `failed` naming the first thing that does not.
"""

import argparse
import hmac
import json
import struct
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from read_vault import (
    ZERO_NONCE,
    Refused,
    age_open,
    check_checkpoint,
    hmac_sha256,
    parse_canonical,
    parse_vkey,
    require,
    sha256,
    tar_files,
    unbase64,
)

TAG_FILES = [
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "receipt/HOW-TO-CHECK.txt",
    "receipt/decision.json",
    "receipt/entry.bin",
    "receipt/entry.key",
    "receipt/receipt.tlog-proof",
    "receipt/vkey.txt",
]


def manifest(data, name):
    lines = data.decode().split("\n")
    require(lines.pop() == "" and all(line[64:66] == "  " for line in lines), f"{name}: malformed")
    return [(line[66:], line[:64]) for line in lines]


def inclusion_root(leaf, index, size, hashes):
    """RFC 9162, section 2.1.3.2."""
    require(index < size, "the proof: outside the tree")
    node, first, last = leaf, index, size - 1
    for sibling in hashes:
        require(last > 0, "the proof: too long")
        if first & 1 or first == last:
            node = sha256(b"\x01" + sibling + node)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling)
        first, last = first >> 1, last >> 1
    require(last == 0, "the proof: too short")
    return node


def check_receipt(files, log_key):
    origin, _, _ = parse_vkey(log_key)
    require(files["receipt/vkey.txt"].decode() == log_key + "\n", "receipt/vkey.txt: another key than the trusted one")
    proof, _, note = files["receipt/receipt.tlog-proof"].partition(b"\n\n")
    lines = proof.decode().split("\n")
    require(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index "), "the proof: malformed")
    index, hashes = int(lines[1][6:]), [unbase64(line, "the proof") for line in lines[2:]]
    size = int(note.split(b"\n")[1])
    entry = files["receipt/entry.bin"]
    root = inclusion_root(sha256(b"\x00" + entry), index, size, hashes)
    check_checkpoint(note, log_key, origin, size, root)

    key = bytes.fromhex(files["receipt/entry.key"].decode().strip())
    place = origin.encode() + struct.pack(">Q", index)
    commitment = hmac_sha256(key, b"commit" + entry[:24] + place)
    require(hmac.compare_digest(commitment, entry[24:56]), "receipt/entry.bin: the commitment does not hold")
    try:
        padded = AESGCM(hmac_sha256(key, b"encrypt")).decrypt(ZERO_NONCE, entry[56:], entry[:56] + place)
    except InvalidTag as error:
        raise Refused("receipt/entry.bin: does not decrypt") from error
    require(padded.rstrip(b"\x00") == files["receipt/decision.json"] + b"\x80", "receipt/decision.json: not the entry")
    return origin, index, size


def check_package(package, identity, log_key):
    archive = age_open(package, "the package", identity)
    found, end = tar_files(archive, "the package")
    require(len(archive) % 10240 == 0 and not any(archive[end:]), "the package: its padding")
    folder = found[0][0].split("/")[0]
    names = [name.removeprefix(folder + "/") for name, _ in found]
    files = dict(zip(names, (content for _, content in found), strict=True))
    require(
        names[:10] == TAG_FILES + ["tagmanifest-sha256.txt"], "the package: its files are others, or in another order"
    )
    tags = manifest(files["tagmanifest-sha256.txt"], "tagmanifest-sha256.txt")
    payload = manifest(files["manifest-sha256.txt"], "manifest-sha256.txt")
    require([name for name, _ in tags] == TAG_FILES, "tagmanifest-sha256.txt: other files")
    require(
        [name for name, _ in payload] == names[10:] and names[10] == "data/COVER.txt",
        "manifest-sha256.txt: other files",
    )
    for name, digest in tags + payload:
        require(sha256(files[name]).hex() == digest, f"{name}: differs from the manifest")

    origin, index, size = check_receipt(files, log_key)
    info = dict(line.split(": ", 1) for line in files["bag-info.txt"].decode().splitlines())
    expected = {
        "External-Identifier": folder,
        "Payload-Oxum": f"{sum(len(files[name]) for name in names[10:])}.{len(names) - 10}",
        "Strongroom-Format": "strongroom-package/v1",
        "Strongroom-Log": origin,
        "Strongroom-Entry": str(index),
    }
    for label, value in expected.items():
        require(info.get(label) == value, f"bag-info.txt: {label}")
    decision = parse_canonical(files["receipt/decision.json"], "receipt/decision.json")
    require(
        decision["kind"] == "request.decided" and decision["outcome"] == "allowed" and decision["request"] == folder,
        "receipt/decision.json: does not allow this release",
    )
    require(
        decision["manifest"] == sha256(files["manifest-sha256.txt"]).hex(),
        "receipt/decision.json: other files were decided on",
    )
    return {
        "ok": True,
        "request": folder,
        "gateway": decision["gateway"],
        "entry": index,
        "size": size,
        "documents": dict(payload[1:]),
    }


def main():
    parser = argparse.ArgumentParser(description="Check a disclosure package without Strongroom.")
    parser.add_argument("package", type=Path)
    parser.add_argument("identity", type=Path)
    parser.add_argument("vkey")
    arguments = parser.parse_args()
    try:
        result, code = check_package(arguments.package, arguments.identity, arguments.vkey), 0
    except Refused as refused:
        result, code = {"ok": False, "failed": str(refused)}, 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        result, code = {"ok": False, "failed": f"malformed: {type(error).__name__}: {error}"}, 1
    print(json.dumps(result, ensure_ascii=False, indent=2))
    sys.exit(code)


if __name__ == "__main__":
    main()
