#!/usr/bin/env python3
"""Checks the proof of one entry without Strongroom, from docs/FORMAT.md, section 21.

    check_proof.py PROOF [VKEY]

VKEY is the log's first key, if it is known by another way than the file. Prints one JSON object; exits 0 if everything
holds, 1 with `failed` naming the first thing that does not.
"""

import argparse
import hmac
import json
import struct
import sys
from pathlib import Path

from check_package import inclusion_root
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from read_vault import (
    ZERO_NONCE,
    Refused,
    check_checkpoint,
    hmac_sha256,
    parse_canonical,
    parse_vkey,
    require,
    sha256,
    unbase64,
)


def checkpoint_lines(note):
    lines = note.partition(b"\n\n")[0].decode().split("\n")
    require(len(lines) == 3, "a checkpoint: lines")
    origin, size, root = lines
    return origin, int(size), unbase64(root, "a checkpoint")


def check_consistency(old_size, new_size, old_root, new_root, proof):
    """RFC 9162, section 2.1.4.2."""
    require(0 < old_size <= new_size, "a consistency proof: sizes")
    if old_size == new_size:
        require(not proof and old_root == new_root, "a consistency proof: equal sizes")
        return
    require(proof, "a consistency proof: empty")
    if old_size & (old_size - 1) == 0:
        proof = [old_root] + proof
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old, new = proof[0], proof[0]
    for node in proof[1:]:
        require(last > 0, "a consistency proof: too long")
        if first & 1 or first == last:
            old, new = sha256(b"\x01" + node + old), sha256(b"\x01" + node + new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = sha256(b"\x01" + new + node)
        first, last = first >> 1, last >> 1
    require(last == 0 and old == old_root and new == new_root, "a consistency proof: another root")


def check_keys(extra, origin, size, root):
    """The key that has to have signed the checkpoint."""
    key, before = extra["vkey"], None
    for epoch in extra["closed"]:
        note = unbase64(epoch["note"], "a closing checkpoint")
        named, closing_size, closing_root = checkpoint_lines(note)
        for signer in (key, epoch["next"]):
            require(parse_vkey(signer)[0] == origin, "a key of another log")
            check_checkpoint(note, signer, origin, closing_size, closing_root)
        proof = [unbase64(node, "a consistency proof") for node in epoch["proof"]]
        require(named == origin and (before is not None or not proof), "a closing checkpoint: out of place")
        if before is not None:
            check_consistency(before[0], closing_size, before[1], closing_root, proof)
        key, before = epoch["next"], (closing_size, closing_root)
    proof = [unbase64(node, "the consistency proof") for node in extra["consistency"]]
    if before is None:
        require(not proof, "the consistency proof: of nothing")
    else:
        check_consistency(before[0], size, before[1], root, proof)
    return key


def check_proof(text, trusted):
    head, _, note = text.partition(b"\n\n")
    lines = head.decode().split("\n")
    require(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra "), "no proof of an entry")
    require(lines[2].startswith("index "), "the proof: malformed")
    extra = parse_canonical(unbase64(lines[1][6:], "extra"), "extra")
    require(set(extra) == {"v", "vkey", "closed", "consistency", "entry", "key"} and extra["v"] == 1, "extra: malformed")
    require(trusted in (None, extra["vkey"]), "another key than the trusted one")
    index, hashes = int(lines[2][6:]), [unbase64(line, "the proof") for line in lines[3:]]
    origin = parse_vkey(extra["vkey"])[0]
    entry = unbase64(extra["entry"], "the entry")
    _, size, _ = checkpoint_lines(note)
    root = inclusion_root(sha256(b"\x00" + entry), index, size, hashes)
    check_checkpoint(note, check_keys(extra, origin, size, root), origin, size, root)

    key = bytes.fromhex(extra["key"])
    place = origin.encode() + struct.pack(">Q", index)
    commitment = hmac_sha256(key, b"commit" + entry[:24] + place)
    require(entry[:4] == b"SRE1" and hmac.compare_digest(commitment, entry[24:56]), "the entry: not its key or place")
    try:
        padded = AESGCM(hmac_sha256(key, b"encrypt")).decrypt(ZERO_NONCE, entry[56:], entry[:56] + place)
    except InvalidTag as error:
        raise Refused("the entry: does not decrypt") from error
    plain = padded.rstrip(b"\x00")
    require(plain[-1:] == b"\x80", "the entry: padding")
    event = parse_canonical(plain[:-1], "the event")
    require(origin == "strongroom.vault/" + event["vault"], "the event: of another vault")
    return {"ok": True, "index": index, "size": size, "origin": origin, "kind": event["kind"], "at": event["at"]}


def main():
    parser = argparse.ArgumentParser(description="Check the proof of one entry without Strongroom.")
    parser.add_argument("proof", type=Path)
    parser.add_argument("vkey", nargs="?")
    arguments = parser.parse_args()
    try:
        result, code = check_proof(arguments.proof.read_bytes(), arguments.vkey), 0
    except Refused as refused:
        result, code = {"ok": False, "failed": str(refused)}, 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        result, code = {"ok": False, "failed": f"malformed: {type(error).__name__}: {error}"}, 1
    print(json.dumps(result, ensure_ascii=False, indent=2))
    sys.exit(code)


if __name__ == "__main__":
    main()
