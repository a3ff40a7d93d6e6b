#!/usr/bin/env python3
"""Reads a whole Strongroom vault without Strongroom, from docs/FORMAT.md alone, and checks everything on the way.

    read_vault.py VAULT IDENTITY [--vkey VKEY] [--names]

IDENTITY is a custodian's age identity file. Needs the `cryptography` package and the `age` command. Prints one JSON
object; exits 0 if everything holds, 1 with `failed` naming the first thing that does not. Nothing is written to disk:
keys go to `age` through a pipe. Section numbers below are those of FORMAT.md.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import struct
import subprocess
import sys
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ZERO_NONCE = bytes(12)
CUSTODIANS = {"senco", "headteacher", "dsl"}


class Refused(Exception):
    """Something in the vault is not what FORMAT.md says it must be."""


def require(condition, what):
    if not condition:
        raise Refused(what)


# --- 1: notation -------------------------------------------------------------------------------------------------


def hkdf(key, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(key)


def hmac_sha256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused(f"{what}: not base64") from error
    require(base64.b64encode(data).decode() == text, f"{what}: not canonical base64")
    return data


def is_hex(text, digits):
    return isinstance(text, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", text) is not None


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse_canonical(data, what):
    try:
        value = json.loads(data.decode())
    except ValueError as error:
        raise Refused(f"{what}: not JSON") from error
    require(isinstance(value, dict), f"{what}: not an object")
    # Written again and compared: duplicate keys, white space, fractions and other spellings all fall here.
    require(canonical(value) == data and not has_fraction(value), f"{what}: not canonical JSON")
    return value


def has_fraction(value):
    if isinstance(value, float):
        return True
    if isinstance(value, dict):
        return any(has_fraction(item) for item in value.values())
    return isinstance(value, list) and any(has_fraction(item) for item in value)


BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32_bytes(text, prefix):
    """The 32 bytes of an age key. The checksum is left to age, which opens a file with every key used here."""
    text = text.strip().lower()
    require(text.startswith(prefix + "1"), "an identity file holds no age key")
    bits = value = 0
    out = bytearray()
    for letter in text[len(prefix) + 1 : -6]:
        value = value << 5 | BECH32.index(letter)
        bits += 5
        if bits >= 8:
            bits -= 8
            out.append(value >> bits & 255)
    require(len(out) == 32, "an age key has another length")
    return bytes(out)


def vkey(name, public):
    key = b"\x01" + public
    key_id = sha256(name.encode() + b"\n" + key)[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(key).decode()}"


def parse_vkey(text):
    parts = text.split("+", 2)
    require(len(parts) == 3, "a vkey is malformed")
    key = unbase64(parts[2], "vkey")
    require(len(key) == 33 and key[0] == 1 and vkey(parts[0], key[1:]) == text, "a vkey is malformed")
    return parts[0], bytes.fromhex(parts[1]), Ed25519PublicKey.from_public_bytes(key[1:])


def is_signed(public, signature, message):
    try:
        public.verify(signature, message)
        return True
    except InvalidSignature:
        return False


# --- 4: key files ------------------------------------------------------------------------------------------------


def age_open(path, name, identity):
    """Opens an age file; `identity` is the text of an identity file, or the path of the custodian's own."""
    by_path = isinstance(identity, Path)
    run = subprocess.run(
        ["age", "--decrypt", "--identity", str(identity) if by_path else "-", str(path)],
        input=None if by_path else identity,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    require(run.returncode == 0, f"{name}: age does not open it")
    return run.stdout


def identity_secret(text, name):
    keys = [line for line in text.decode().splitlines() if line.strip() and not line.startswith("#")]
    require(len(keys) == 1, f"{name}: does not hold one identity")
    return bech32_bytes(keys[0], "age-secret-key-")


def parse_fields(text, labels, name):
    lines = [line for line in text.decode().split("\n") if line and not line.startswith("#")]
    require(len(lines) == len(labels), f"{name}: malformed")
    values = []
    for line, label in zip(lines, labels):
        require(line.startswith(label + ": "), f"{name}: malformed")
        values.append(line[len(label) + 2 :])
    return values


def read_description(vault):
    path = vault / "STRONGROOM"
    require(path.is_file(), "STRONGROOM: missing")
    head = path.read_bytes().split(b"\n\n", 1)[0].decode().split("\n")
    require(head[0] == "Strongroom vault", "STRONGROOM: not a vault")
    require(head[1] == "format: 1", "STRONGROOM: another format")
    require(head[2].startswith("vault: ") and is_hex(head[2][7:], 32), "STRONGROOM: malformed")
    require(head[3].startswith("origin: "), "STRONGROOM: malformed")
    keys = [line[6:] for line in head[4:] if line.startswith("vkey: ")]
    rest = head[4 + len(keys) :]
    require(keys and rest in ([], ["example: yes"]), "STRONGROOM: malformed")
    return {"vault": head[2][7:], "origin": head[3][8:], "vkeys": keys, "example": bool(rest)}


# --- 7: tree -----------------------------------------------------------------------------------------------------


class CompactRange:
    def __init__(self):
        self.size, self.hashes = 0, []

    def append(self, entry):
        node, size = sha256(b"\x00" + entry), self.size
        while size & 1:
            node, size = sha256(b"\x01" + self.hashes.pop() + node), size >> 1
        self.hashes.append(node)
        self.size += 1

    @property
    def root(self):
        if not self.hashes:
            return sha256(b"")
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = sha256(b"\x01" + left + node)
        return node

    def encoded(self):
        return struct.pack(">Q", self.size) + b"".join(self.hashes)


def check_checkpoint(note, log_key, origin, size, root, what="the newest checkpoint"):
    text, _, lines = note.decode().partition("\n\n")
    text += "\n"
    name, key_id, public = parse_vkey(log_key)
    require(
        text.split("\n") == [origin, str(size), base64.b64encode(root).decode(), ""],
        f"{what}: another origin, size or root",
    )
    for line in lines.splitlines():
        mark, signer, data = line.split(" ")
        blob = unbase64(data, what)
        if mark == "\u2014" and signer == name and blob[:4] == key_id:
            require(
                is_signed(public, blob[4:], text.encode()), f"{what}: the log's signature does not hold"
            )
            return
    raise Refused(f"{what}: not signed by the log")


# --- 6: journal --------------------------------------------------------------------------------------------------

CRC_TABLE = []
for byte in range(256):
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    CRC_TABLE.append(value)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


require(crc32c(b"123456789") == 0xE3069283, "CRC-32C is wrong here")
START, ENTRY, MORE, HEAD = 1, 2, 3, 4
LIMITS = {START: 2076, ENTRY: 65535, MORE: 65535, HEAD: 10250}


def record_at(data, offset):
    """(kind, payload, end); None at the end of the segment; False for what is no whole record."""
    if len(data) - offset < 9:
        return None
    length = struct.unpack_from(">I", data, offset)[0]
    if length == 0:
        return None
    kind, end = data[offset + 4], offset + 9 + length
    if length > LIMITS.get(kind, 0) or end > len(data):
        return False
    if crc32c(data[offset : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
        return False
    return kind, data[offset + 5 : end - 4], end


def split_head(payload):
    count = struct.unpack_from(">H", payload)[0]
    return payload[2 : 2 + count], payload[2 + count :]


class Journal:
    """All entries up to the newest head, every record checked."""

    def __init__(self, vault):
        names = sorted(path.name for path in (vault / "ledger").glob("*.seg") if path.name != "next.seg")
        require(names and names == [f"{n:010}.seg" for n in range(len(names))], "ledger: a segment is missing")
        self.tree, self.entries, self.roots = CompactRange(), [], [sha256(b"")]
        self.head = None  # size, checkpoint
        self.segments, self.heads, self.torn = len(names), 0, 0
        for number, name in enumerate(names):
            self.read_segment(vault / "ledger" / name, number, is_last=number == len(names) - 1)
        require(self.head, "ledger: no signed head")
        self.tail = len(self.entries) - self.head[0]
        self.entries = self.entries[: self.head[0]]

    def read_segment(self, path, number, is_last):
        name, data = f"ledger/{path.name}", path.read_bytes()
        offset = record = commit = 0
        pending = []
        while True:
            found = record_at(data, offset)
            where = f"{name}: record {record} at byte {offset} (entry {len(self.entries) + len(pending)})"
            if not found:
                self.settle(data, commit, offset, where, is_last)
                return
            kind, payload, end = found
            require((kind == START) == (record == 0), f"{where}: out of place")
            if kind == START:
                expected = b"SRJ1" + struct.pack(">QQ", number, len(data)) + self.tree.encoded()
                require(payload == expected, f"{where}: another segment, or other entries before it")
            elif kind == MORE:
                pending.append(payload)
            elif kind == ENTRY:
                for entry in pending + [payload]:
                    self.tree.append(entry)
                    self.entries.append(entry)
                    self.roots.append(self.tree.root)
                pending = []
            else:
                require(not pending, f"{where}: a head within a commit")
                self.take_head(payload, where, is_copy=record == 1)
            offset, record = end, record + 1
            if not pending:
                commit = end

    def take_head(self, payload, where, is_copy):
        compact, checkpoint = split_head(payload)
        if is_copy:
            require(self.head and (compact, checkpoint) == self.head[1:], f"{where}: not a copy of the newest head")
            return
        require(compact == self.tree.encoded(), f"{where}: a head over other entries")
        lines = checkpoint.split(b"\n")
        require(
            lines[1:3] == [str(self.tree.size).encode(), base64.b64encode(self.tree.root)],
            f"{where}: its checkpoint differs",
        )
        self.head = (self.tree.size, compact, checkpoint)
        self.heads += 1

    def settle(self, data, commit, record, where, is_last):
        """What lies behind the last whole commit: nothing, a torn write, or damage (6, "Crashes")."""
        end = len(data.rstrip(b"\x00"))
        if end <= commit:
            return
        require(is_last, f"{where}: a bad record, or its checksum differs")
        self.torn = end - commit
        for offset in range(record + 1, end):
            found = data[offset + 4 : offset + 5] == bytes([HEAD]) and record_at(data, offset)
            require(not found, f"{where}: a bad record, or its checksum differs")
        if end <= record:
            return
        require(
            any(self.is_torn(data, record, end, base) for base in (0, commit)),
            f"{where}: a bad record, or its checksum differs",
        )

    @staticmethod
    def is_torn(data, start, end, base):
        def edge(offset):
            return offset + 512 - (offset - base) % 512

        while start < end:
            following = min(edge(start), end)
            if not any(data[start:following]):
                return True
            start = following
        return edge(end - 1) - end <= 3


# --- 5: entries, 10: boxes ---------------------------------------------------------------------------------------


def open_entry(entry, index, origin, ledger_key, epoch):
    what = f"entry {index}"
    size = len(entry) - 72
    require(entry[:4] == b"SRE1" and size >= 128 and size % 128 == 0, f"{what}: malformed")
    require(struct.unpack_from(">I", entry, 4)[0] == epoch, f"{what}: another epoch")
    place = origin.encode() + struct.pack(">Q", index)
    key = hkdf(ledger_key, entry[8:24], b"strongroom/v1 entry" + place)
    commitment = hmac_sha256(key, b"commit" + entry[:24] + place)
    require(hmac.compare_digest(commitment, entry[24:56]), f"{what}: the commitment does not hold")
    try:
        padded = AESGCM(hmac_sha256(key, b"encrypt")).decrypt(ZERO_NONCE, entry[56:], entry[:56] + place)
    except InvalidTag as error:
        raise Refused(f"{what}: does not decrypt") from error
    plain = padded.rstrip(b"\x00")
    require(plain[-1:] == b"\x80" and len(padded) - len(plain) < 128, f"{what}: padding")
    return plain[:-1]


def open_box(event, index, secret):
    what = f"entry {index}: box"
    event_id = bytes.fromhex(event["id"])
    key = hkdf(secret, event_id, b"strongroom/v1 box")
    associated = bytes.fromhex(event["vault"]) + event_id + event["kind"].encode()
    try:
        padded = AESGCM(key).decrypt(ZERO_NONCE, unbase64(event["box"]["data"], what), associated)
    except InvalidTag as error:
        raise Refused(f"{what}: does not decrypt") from error
    plain = padded.rstrip(b"\x00")
    require(plain[-1:] == b"\x80", f"{what}: padding")
    return parse_canonical(plain[:-1], what)


# --- 8, 9, 11: events --------------------------------------------------------------------------------------------

# kind: (common keys that must be there, own keys that must be there, scope of its box; "?" marks a box that may be absent)
KINDS = {
    "vault.created": (
        "policy",
        "member name card_recipient card_key role setting example register_key log_key origin recovery policy_name",
        "register?",
    ),
    "member.added": ("", "member name card_recipient card_key role", None),
    "member.removed": ("", "member", None),
    "policy.proposed": ("policy", "policy_name", None),
    "policy.adopted": ("policy", "policy_name", None),
    "key.rotated": ("", "epoch log_key cause", "register"),
    "child.added": ("child", "key", "child"),
    "child.changed": ("child", "", "child"),
    "restriction.placed": ("child", "restriction restriction_kind from", "child"),
    "restriction.lifted": ("child", "restriction", "child"),
    "contact.added": ("child", "contact", "child"),
    "record.stored": ("child record", "document_kind object object_size object_sha256", "child"),
    "record.opened": ("child record outcome policy facts", "document_kind", "child"),
    "access.refused": ("outcome reasons policy", "action", None),
    "consent.recorded": ("child", "consent recipient document_kinds until answer", "child"),
    "consent.withdrawn": ("child", "consent", None),
    "recipient.added": ("", "recipient recipient_kind", "register"),
    "request.checked": ("child gateway outcome policy facts", "recipient records evidence", "child"),
    "request.made": ("child request gateway", "recipient records evidence", "child"),
    "evidence.attached": ("child request", "evidence", "child"),
    "request.decided": ("child request gateway outcome policy facts", "scope phase", None),
    "approval.given": ("child request gateway", "scope", None),
    "approval.declined": ("child request gateway", "scope", "child?"),
    "disclosure.released": (
        "child request gateway outcome policy",
        "recipient records decision package_sha256 package_size sealed_to",
        None,
    ),
    "hold.placed": ("child", "hold", "child"),
    "hold.lifted": ("child", "hold", None),
    "erasure.proposed": ("child outcome policy facts", "proposal", "child"),
    "erasure.withdrawn": ("child", "proposal", None),
    "record.disposed": ("child outcome policy facts", "proposal records", None),
    "child.erased": ("child", "", None),
    "register.viewed": ("", "view", None),
    "audit.viewed": ("", "to", None),
    "audit.exported": ("", "size", None),
    "audit.verified": ("", "size findings depth", None),
    "backup.created": ("", "size root files bytes findings", None),
    "backup.verified": ("", "size root samples findings", None),
    "recovery.changed": ("", "recipients set key shares", None),
    "recovery.drilled": ("", "", None),
    "recovery.used": ("", "member name card_recipient card_key role", None),
    "audit.proved": ("", "entry", None),
    "system.recovered": ("", "count", None),
    "system.restored": ("", "lost_size lost_root reason", None),
}
FOR_EVERYBODY = {
    "access.refused",
    "approval.given",
    "approval.declined",
    "audit.viewed",
    "audit.exported",
    "audit.verified",
    "backup.created",
    "backup.verified",
    "recovery.used",
    "audit.proved",
    "system.recovered",
    "system.restored",
}


class Fold:
    def __init__(self, vault_id, roots):
        self.vault, self.roots = vault_id, roots
        self.names = set()
        self.newest_at = ""
        self.first = None
        self.policy = None
        self.proposed = None
        self.restrictions = {}
        self.recovery = None
        self.policies = []
        self.members, self.children, self.records, self.requests = {}, {}, {}, {}
        self.contacts, self.consents, self.recipients = {}, {}, {}
        self.holds, self.proposals = {}, {}
        self.erased, self.disposed = set(), set()
        self.boxes = []  # (index, event)
        self.epochs = []  # (log key, index of the entry that began it, index of its first entry)

    def use(self, name, what):
        require(is_hex(name, 32) and name not in self.names, f"{what}: an id is malformed or used twice")
        self.names.add(name)

    def take(self, index, plain):
        what = f"entry {index}"
        event = parse_canonical(plain, what)
        kind = event.get("kind")
        require(event.get("v") == 1 and kind in KINDS, f"{what}: another version or kind")
        what = f"entry {index} ({kind})"
        common, own, scope = KINDS[kind]
        for key in f"id vault seen at actor sig {common} {own}".split():
            require(key in event, f"{what}: {key} is missing")
        require(event["vault"] == self.vault, f"{what}: another vault")
        self.use(event["id"], what)
        seen = event["seen"]
        require(
            index - 15 <= seen["size"] <= index and self.roots[seen["size"]].hex() == seen["root"],
            f"{what}: its actor saw another history",
        )
        require(event["at"] >= self.newest_at, f"{what}: says it is older than the entry before it")
        self.newest_at = event["at"]
        self.check_actor(event, index, what)
        box = event.get("box")
        if box is None:
            require(scope is None or scope.endswith("?"), f"{what}: box is missing")
        else:
            require(scope and set(box) == {"data", "scope"} and box["scope"] == scope.rstrip("?"), f"{what}: box")
            self.boxes.append((index, event))
        handler = getattr(self, kind.replace(".", "_"), None)
        if handler:
            handler(event, index, what)

    def check_actor(self, event, index, what):
        actor = event["actor"]
        if index == 0:
            require(
                event["kind"] == "vault.created" and actor == {"member": event["member"], "role": event["role"]},
                f"{what}: not a beginning",
            )
            card = event["card_key"]
        elif event["kind"] == "recovery.used":
            # The only thing the recovery set may sign.
            require(
                self.recovery and actor == {"member": self.recovery["set"], "role": "recovery"},
                f"{what}: not by the recovery set",
            )
            card = self.recovery["key"]
        else:
            member = self.members.get(actor["member"])
            require(member and not member["removed"], f"{what}: its actor is no member")
            require(member["role"] == actor["role"], f"{what}: its actor has another role")
            card = member["card_key"]
        name, _, public = parse_vkey(card)
        message = canonical({key: value for key, value in event.items() if key != "sig"})
        require(
            name == "strongroom.member" and is_signed(public, unbase64(event["sig"], what), message),
            f"{what}: its actor's signature does not hold",
        )
        again = event["kind"] == "child.erased" and "again" in event and event["child"] in self.erased
        require(again or event["kind"] in FOR_EVERYBODY or actor["role"] in CUSTODIANS, f"{what}: not for this role")

    # Section 11, rule 5 and following.

    def known_child(self, event, what):
        require(event["child"] in self.children and event["child"] not in self.erased, f"{what}: an unknown child")

    def new(self, table, reference, what):
        require(reference not in table, f"{what}: {reference} is not new")

    def vault_created(self, event, index, what):
        require(index == 0, f"{what}: not the first entry")
        self.first, self.policy = event, event["policy"]
        self.policies.append(self.policy)
        self.epochs.append((event["log_key"], 0, 0))
        self.member_added(event, index, what)

    def key_rotated(self, event, index, what):
        require(event["epoch"] == len(self.epochs) + 1, f"{what}: not the next epoch")
        require(event["cause"] in ("leaver", "yearly", "suspicion"), f"{what}: malformed")
        name, key_id, _ = parse_vkey(event["log_key"])
        require(name == self.first["origin"], f"{what}: another log's key")
        require(key_id not in [parse_vkey(old)[1] for old, _, _ in self.epochs], f"{what}: a key used before")
        self.epochs.append((event["log_key"], index, index + 1))

    def member_added(self, event, index, what):
        self.new(self.members, event["member"], what)
        for member in self.members.values():
            require(
                member["removed"]
                or (member["card_key"] != event["card_key"] and member["card_recipient"] != event["card_recipient"]),
                f"{what}: an active member has these keys",
            )
        self.members[event["member"]] = {key: event[key] for key in ("name", "role", "card_key", "card_recipient")} | {
            "removed": False
        }

    def recovery_changed(self, event, index, what):
        needed, _, count = event["shares"].partition("-of-")
        require(len(event["recipients"]) == 1 and 2 <= int(needed) <= int(count) <= 10, f"{what}: no recovery set")
        require(event["set"] not in self.members, f"{what}: its set is a member")
        self.recovery = {"set": event["set"], "key": event["key"]}

    def recovery_used(self, event, index, what):
        require(event["role"] in CUSTODIANS, f"{what}: not for this role")
        self.member_added(event, index, what)

    def member_removed(self, event, index, what):
        member = self.members.get(event["member"])
        require(member and not member["removed"], f"{what}: no active member")
        member["removed"] = True

    def same_person(self, one, other):
        a, b = self.members[one], self.members[other]
        return a["card_key"] == b["card_key"] or a["card_recipient"] == b["card_recipient"]

    def policy_proposed(self, event, index, what):
        require(event["policy"] != self.policy, f"{what}: in force already")
        self.proposed = (event["policy"], event["actor"]["member"])

    def policy_adopted(self, event, index, what):
        require(self.proposed and self.proposed[0] == event["policy"], f"{what}: nobody proposed it")
        require(not self.same_person(self.proposed[1], event["actor"]["member"]), f"{what}: one signature only")
        self.proposed = None
        self.policy = event["policy"]
        self.policies.append(self.policy)

    def child_added(self, event, index, what):
        require(event["child"] == f"CH-{len(self.children) + 1:04}", f"{what}: not in order of filing")
        require(event["key"] != self.first["register_key"], f"{what}: the register's key")
        self.use(event["key"], what)
        self.children[event["child"]] = {"key": event["key"]}

    def child_changed(self, event, index, what):
        self.known_child(event, what)
        words = {
            "competence": {"competent", "not-competent"},
            "capacity": {"has", "lacks"},
            "care": {"none", "looked-after", "care-order", "accommodated", "placement-order", "health-placement"},
        }
        found = [key for key in words if key in event]
        require(found and all(event[key] in words[key] for key in found), f"{what}: not a note about a child")
        if "capacity" in event:
            require(event.get("capacity_for") in self.recipients, f"{what}: capacity for no decision")

    def restriction_placed(self, event, index, what):
        self.known_child(event, what)
        self.new(self.restrictions, event["restriction"], what)
        kinds = {"court-restricted-parent", "shielded-address", "sealed-identity", "harm-flag", "third-party-passages"}
        require(event["restriction_kind"] in kinds, f"{what}: not a restriction")
        require(event["from"] <= event.get("until", event["from"]), f"{what}: ends before it begins")
        is_court = event["restriction_kind"] == "court-restricted-parent"
        require(is_court == ("contact" in event), f"{what}: whom it restricts")
        if is_court:
            require(self.contacts.get(event["contact"]) == event["child"], f"{what}: an unknown contact")
        require("recipient" not in event or event["recipient"] in self.recipients, f"{what}: an unknown recipient")
        self.restrictions[event["restriction"]] = {"child": event["child"], "lifted": False}

    def restriction_lifted(self, event, index, what):
        self.known_child(event, what)
        restriction = self.restrictions.get(event["restriction"])
        require(restriction and restriction["child"] == event["child"], f"{what}: an unknown restriction")
        require(not restriction["lifted"], f"{what}: lifted already")
        restriction["lifted"] = True

    def contact_added(self, event, index, what):
        self.known_child(event, what)
        self.new(self.contacts, event["contact"], what)
        self.contacts[event["contact"]] = event["child"]

    def record_stored(self, event, index, what):
        self.known_child(event, what)
        self.new(self.records, event["record"], what)
        self.use(event["object"], what)
        self.records[event["record"]] = {
            "child": event["child"],
            "kind": event["document_kind"],
            "object": event["object"],
            "size": event["object_size"],
            "sha256": event["object_sha256"],
        }

    def record_opened(self, event, index, what):
        record = self.records.get(event["record"])
        self.known_child(event, what)
        require(record and record["child"] == event["child"], f"{what}: an unknown record")
        require(event["record"] not in self.disposed, f"{what}: a record that was disposed of")
        require(event["outcome"] == "allowed" and event["policy"] == self.policy, f"{what}: opened without a decision")

    def consent_recorded(self, event, index, what):
        self.known_child(event, what)
        self.new(self.consents, event["consent"], what)
        require(event["recipient"] in self.recipients, f"{what}: an unknown recipient")
        require(
            event.get("given_by_subject") is True or self.contacts.get(event.get("contact")) == event["child"],
            f"{what}: an unknown contact",
        )
        self.consents[event["consent"]] = {"child": event["child"], "recipient": event["recipient"], "withdrawn": None}

    def consent_withdrawn(self, event, index, what):
        self.known_child(event, what)
        consent = self.consents.get(event["consent"])
        require(
            consent and consent["child"] == event["child"] and consent["withdrawn"] is None,
            f"{what}: no consent in force",
        )
        consent["withdrawn"] = index

    def recipient_added(self, event, index, what):
        self.new(self.recipients, event["recipient"], what)
        self.recipients[event["recipient"]] = {"kind": event["recipient_kind"]}

    def request_made(self, event, index, what):
        self.known_child(event, what)
        self.new(self.requests, event["request"], what)
        require(event["recipient"] in self.recipients, f"{what}: an unknown recipient")
        require(
            event["records"] and all(self.is_kept(record, event["child"]) for record in event["records"]),
            f"{what}: an unknown record",
        )
        self.requests[event["request"]] = {
            "child": event["child"],
            "recipient": event["recipient"],
            "gateway": event["gateway"],
            "records": event["records"],
            "requester": event["actor"]["member"],
            "evidence": {},
            "evidence_records": {},
            "approvals": set(),
            "declined": False,
            "decision": None,
            "released": False,
        }
        self.take_evidence(event, what)

    def take_evidence(self, event, what):
        request = self.requests[event["request"]]
        for piece in event["evidence"]:
            require(
                piece["form"] in ("text", "document") and (piece["form"] == "document") == ("record" in piece),
                f"{what}: evidence",
            )
            require(
                "record" not in piece or self.records.get(piece["record"], {}).get("child") == event["child"],
                f"{what}: an unknown record",
            )
            request["evidence"][piece["id"]] = piece["sha256"]
            request["evidence_records"][piece["id"]] = piece.get("record")

    # Section 20.

    def is_kept(self, record, child):
        return self.records.get(record, {}).get("child") == child and record not in self.disposed

    def is_same_person(self, one, other):
        keys = ("card_key", "card_recipient")
        return one == other or any(self.members[one][key] == self.members[other][key] for key in keys)

    def open_requests(self, child, records):
        def needs(request):
            return records is None or not records.isdisjoint([*request["records"], *request["evidence_records"].values()])

        return [
            request
            for request in self.requests.values()
            if request["child"] == child and not request["released"] and not request["declined"] and needs(request)
        ]

    def is_held(self, child, day):
        return any(
            hold["child"] == child and not hold["lifted"] and (hold["until"] is None or day <= hold["until"])
            for hold in self.holds.values()
        )

    def hold_placed(self, event, index, what):
        self.known_child(event, what)
        self.new(self.holds, event["hold"], what)
        self.holds[event["hold"]] = {"child": event["child"], "until": event.get("until"), "lifted": False}

    def hold_lifted(self, event, index, what):
        self.known_child(event, what)
        hold = self.holds.get(event["hold"])
        require(hold and hold["child"] == event["child"] and not hold["lifted"], f"{what}: no hold in force")
        hold["lifted"] = True

    def erasure_facts(self, event, records, proposal, what):
        """What follows from the entries before, `due` taken over (section 12)."""
        day = date.fromisoformat(event["at"][:10])
        named = None if records is None else set(records)
        waited = (day - proposal["day"]).days if proposal else 0
        same = bool(proposal) and self.is_same_person(proposal["by"], event["actor"]["member"])
        facts = {
            "phase": "carry-out" if proposal else "propose",
            "scope": "child" if records is None else "records",
            "ground": proposal["ground"] if proposal else event["facts"]["ground"],
            "due": event["facts"]["due"],
            "held": self.is_held(event["child"], event["at"][:10]),
            "requested": bool(self.open_requests(event["child"], named)),
            "same_person": same,
            "days_waited": max(0, waited),
        }
        require(event["facts"] == facts, f"{what}: its facts are not those of the ledger")
        require(
            event["outcome"] == "allowed" and event["policy"] == self.policy, f"{what}: without a decision of now"
        )
        require(not (facts["held"] or facts["requested"] or same), f"{what}: a hold, a request or one person alone")

    def erasure_proposed(self, event, index, what):
        self.known_child(event, what)
        self.new(self.proposals, event["proposal"], what)
        records = event.get("records")
        if records is not None:
            require(
                records and len(set(records)) == len(records) and all(self.is_kept(r, event["child"]) for r in records),
                f"{what}: an unknown record",
            )
        self.erasure_facts(event, records, None, what)
        self.proposals[event["proposal"]] = {
            "child": event["child"],
            "records": records,
            "ground": event["facts"]["ground"],
            "by": event["actor"]["member"],
            "day": date.fromisoformat(event["at"][:10]),
            "open": True,
        }

    def open_proposal(self, event, what):
        self.known_child(event, what)
        proposal = self.proposals.get(event["proposal"])
        require(
            proposal and proposal["open"] and proposal["child"] == event["child"], f"{what}: no open proposal"
        )
        return proposal

    def erasure_withdrawn(self, event, index, what):
        self.open_proposal(event, what)["open"] = False

    def record_disposed(self, event, index, what):
        proposal = self.open_proposal(event, what)
        records = event["records"]
        require(
            records == proposal["records"] and all(self.is_kept(r, event["child"]) for r in records),
            f"{what}: other records than proposed",
        )
        self.erasure_facts(event, records, proposal, what)
        proposal["open"] = False
        self.disposed.update(records)

    def child_erased(self, event, index, what):
        child = self.children.get(event["child"])
        if event.get("again") is True:
            require(child and event["key"] == child["key"] and event["entry"] >= 0, f"{what}: another key")
            self.erased.add(event["child"])
            return
        proposal = self.open_proposal(event, what)
        require(proposal["records"] is None, f"{what}: not proposed for the whole file")
        self.erasure_facts(event, None, proposal, what)
        proposal["open"] = False
        self.erased.add(event["child"])

    def request_of(self, event, what):
        request = self.requests.get(event["request"])
        self.known_child(event, what)
        require(request and request["child"] == event["child"], f"{what}: an unknown request")
        return request

    def scope(self, request):
        return sha256(
            canonical(
                {
                    "child": request["child"],
                    "recipient": request["recipient"],
                    "gateway": request["gateway"],
                    "records": sorted(request["records"]),
                    "evidence": sorted(f"{key} {digest}" for key, digest in request["evidence"].items()),
                }
            )
        ).hex()

    def evidence_attached(self, event, index, what):
        self.request_of(event, what)
        self.take_evidence(event, what)

    def request_decided(self, event, index, what):
        request = self.request_of(event, what)
        require(
            event["gateway"] == request["gateway"] and event["scope"] == self.scope(request),
            f"{what}: decided on something else",
        )
        require(
            event["policy"] == self.policy and event["facts"]["phase"] == event["phase"],
            f"{what}: under other rules or in another phase",
        )
        request["decision"] = (index, event)

    def approval_given(self, event, index, what):
        request = self.request_of(event, what)
        approval = (event["actor"]["member"], event["scope"])
        require(event["scope"] == self.scope(request), f"{what}: approves something else")
        require(
            approval[0] != request["requester"] and approval not in request["approvals"],
            f"{what}: by the requester, or twice",
        )
        request["approvals"].add(approval)

    def approval_declined(self, event, index, what):
        request = self.request_of(event, what)
        require(event["scope"] == self.scope(request), f"{what}: declines something else")
        request["declined"] = True

    def disclosure_released(self, event, index, what):
        request = self.request_of(event, what)
        require(
            request["decision"] is not None and request["decision"][0] == event["decision"],
            f"{what}: not after a decision",
        )
        decision = request["decision"][1]
        require(
            decision["outcome"] == "allowed" and decision["phase"] == "release" and event["outcome"] == "allowed",
            f"{what}: not allowed",
        )
        require(decision["policy"] == event["policy"] == self.policy, f"{what}: under other rules")
        require(
            event["records"] == request["records"]
            and event["recipient"] == request["recipient"]
            and not request["declined"],
            f"{what}: something else",
        )
        for consent in self.consents.values():
            same = consent["child"] == request["child"] and consent["recipient"] == request["recipient"]
            require(
                not (same and (consent["withdrawn"] or 0) > event["decision"]),
                f"{what}: a consent was withdrawn before",
            )
        request["released"] = True


# --- 13: policies, 14: documents ---------------------------------------------------------------------------------


def check_policy(vault, digest):
    folder = vault / "policies" / digest
    files = sorted(
        (path.relative_to(folder).as_posix().encode(), path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    )
    require(files, f"policies/{digest}: missing")
    data = b"".join(path + b"\x00" + str(len(text)).encode() + b"\x00" + text for path, text in files)
    require(sha256(data).hex() == digest, f"policies/{digest}: differs from its hash")


def padme(size):
    exponent = size.bit_length() - 1
    bits = exponent.bit_length()
    step = 1 << max(0, exponent - bits)
    return (size + step - 1) // step * step


def tar_files(data, what):
    """Regular files of a pax archive as (name, content), and the offset where its end begins."""
    files, offset, extended = [], 0, {}
    while True:
        header = data[offset : offset + 512]
        require(len(header) == 512, f"{what}: cut")
        if not any(header):
            return files, offset
        require(header[257:265] == b"ustar\x0000" and not any(header[345:500]), f"{what}: no ustar header")
        total = sum(header) - sum(header[148:156]) + 8 * 32
        require(int(header[148:154], 8) == total, f"{what}: a header's checksum")
        size, kind = int(header[124:135], 8), header[156:157]
        size = int(extended.get("size", size))
        content = data[offset + 512 : offset + 512 + size]
        padded = (size + 511) // 512 * 512
        require(len(content) == size and not any(data[offset + 512 + size : offset + 512 + padded]), f"{what}: cut")
        offset += 512 + padded
        if kind == b"x":
            rest = content
            while rest:
                length = int(rest.split(b" ", 1)[0])
                key, value = rest[:length].split(b" ", 1)[1].rstrip(b"\n").split(b"=", 1)
                extended[key.decode()] = value.decode()
                rest = rest[length:]
            continue
        require(kind == b"0", f"{what}: a file of another type")
        files.append((extended.get("path", header[:100].rstrip(b"\x00").decode()), content))
        extended = {}


def check_document(vault, fold, reference, identity, details):
    record = fold.records[reference]
    name = f"records/{record['object'][:2]}/{record['object'][2:4]}/{record['object']}.age"
    path = vault / name
    require(path.is_file(), f"{name} ({reference}): missing")
    sealed = path.read_bytes()
    require(
        len(sealed) == record["size"] and sha256(sealed).hex() == record["sha256"],
        f"{name} ({reference}): differs from the ledger",
    )
    archive = age_open(path, name, identity)
    files, end = tar_files(archive, name)
    require(len(files) == 2 and files[0][0] == "META.json", f"{name}: not META.json and one document")
    require(len(archive) == padme(end + 1024) and not any(archive[end:]), f"{name}: its padding")
    meta, document = parse_canonical(files[0][1], f"{name}: META.json"), files[1][1]
    expected = {
        "format": "strongroom-document/v1",
        "vault": fold.vault,
        "child": record["child"],
        "record": reference,
        "version": 1,
        "kind": record["kind"],
        "sha256": details["sha256"],
        "length": details["size"],
    }
    for key, value in expected.items():
        require(meta.get(key) == value, f"{name}: META.json: {key} differs from the ledger")
    require(
        len(document) == meta["length"] and sha256(document).hex() == meta["sha256"],
        f"{name}: the document differs from META.json",
    )
    return meta, files[1][0]


# --- 18: step by step --------------------------------------------------------------------------------------------


def ledger_key_file(vault, number, origin, epoch_text, vkeys):
    """The key of one epoch's entries; that of an epoch that has ended without its signing key."""
    name = f"ledger/keys/{number:04}.age"
    labels = ["format", "epoch", "origin", "ledger-key", "log-signing-seed"]
    fields = parse_fields(age_open(vault / name, name, epoch_text), labels, name)
    require(fields[0] == "1" and fields[1] == str(number) and is_hex(fields[3], 64), f"{name}: malformed")
    require(fields[2] == origin, "STRONGROOM: another origin")
    if number < len(vkeys):
        require(fields[4] == "destroyed", f"{name}: still holds a signing key")
    else:
        require(is_hex(fields[4], 64), f"{name}: malformed")
        seed = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(fields[4]))
        public = seed.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        require(vkey(origin, public) == vkeys[-1], "STRONGROOM: another vkey")
    return bytes.fromhex(fields[3])


def read_vault(vault, identity, trusted_vkey, with_names):
    description = read_description(vault)
    require(trusted_vkey in (None, *description["vkeys"]), "STRONGROOM: another vkey than the trusted one")
    number = len(description["vkeys"])
    epoch_name = f"epoch/{number:04}.age"
    epoch_text = age_open(vault / epoch_name, epoch_name, identity)
    origin = description["origin"]
    require(origin == f"strongroom.vault/{description['vault']}", "STRONGROOM: another origin")

    journal = Journal(vault)
    size = journal.head[0]
    root = journal.roots[size]
    fold = Fold(description["vault"], journal.roots)
    ledger_key = None
    for index, entry in enumerate(journal.entries):
        epoch = len(fold.epochs) or 1
        if ledger_key is None or ledger_key[0] != epoch:
            ledger_key = (epoch, ledger_key_file(vault, epoch, origin, epoch_text, description["vkeys"]))
        fold.take(index, open_entry(entry, index, origin, ledger_key[1], epoch))
    first = fold.first
    log_keys = [log_key for log_key, _, _ in fold.epochs]
    require(log_keys == description["vkeys"], "STRONGROOM: another vkey")
    require(first["origin"] == origin and first["example"] == description["example"], "STRONGROOM: differs from entry 0")
    require(len(fold.epochs) == number, f"{epoch_name}: not the epoch that lasts")
    check_checkpoint(journal.head[2], log_keys[-1], origin, size, root)
    for ended in range(1, number):
        name = f"ledger/closed/{ended:04}"
        require((vault / name).is_file(), f"{name}: missing")
        closing = fold.epochs[ended][2]
        for log_key in log_keys[ended - 1 : ended + 1]:
            note = (vault / name).read_bytes()
            check_checkpoint(note, log_key, origin, closing, journal.roots[closing], name)
    for digest in set(fold.policies):
        check_policy(vault, digest)

    def key_file(key_id):
        name = f"keys/{key_id[:2]}/{key_id}.age"
        require((vault / name).is_file(), f"{name}: missing")
        text = age_open(vault / name, name, epoch_text)
        return text, identity_secret(text, name)

    register = key_file(first["register_key"])
    living = [child for child in fold.children if child not in fold.erased]
    keys = {child: key_file(fold.children[child]["key"]) for child in living}
    boxes, closed = {}, 0
    for index, event in fold.boxes:
        if event["box"]["scope"] == "child" and event["child"] in fold.erased:
            closed += 1
            continue
        _, secret = register if event["box"]["scope"] == "register" else keys[event["child"]]
        boxes[index] = open_box(event, index, secret)
    begun = fold.epochs[-1][1]
    if begun in boxes:
        epoch_public = X25519PrivateKey.from_private_bytes(identity_secret(epoch_text, epoch_name)).public_key()
        named = bech32_bytes(boxes[begun]["epoch"], "age")
        require(
            epoch_public.public_bytes(Encoding.Raw, PublicFormat.Raw) == named,
            f"{epoch_name}: another epoch than entry {begun} names",
        )
    opened = [(index, event) for index, event in fold.boxes if index in boxes]
    details = {event["record"]: boxes[index] for index, event in opened if event["kind"] == "record.stored"}
    born = {event["child"]: boxes[index] for index, event in opened if event["kind"] == "child.added"}

    children = []
    for child in living:
        records = []
        for reference, record in fold.records.items():
            if fold.is_kept(reference, child):
                meta, _ = check_document(vault, fold, reference, keys[child][0], details[reference])
                line = {
                    "record": reference,
                    "kind": meta["kind"],
                    "media_type": meta["media_type"],
                    "length": meta["length"],
                    "sha256": meta["sha256"],
                }
                records.append(line | ({"name": meta["name"]} if with_names else {}))
        line = {"child": child, "records": records}
        children.append(line | ({"name": born[child]["name"], "born": born[child]["born"]} if with_names else {}))

    named = {f"{r['object']}.age" for ref, r in fold.records.items() if ref not in fold.disposed and r["child"] in keys}
    named |= {f"{fold.children[child]['key']}.age" for child in living} | {f"{first['register_key']}.age"}
    orphans = sorted(
        p.relative_to(vault).as_posix()
        for folder in ("records", "keys")
        for p in (vault / folder).rglob("*")
        if p.is_file() and p.name not in named
    )
    return {
        "ok": True,
        "vault": fold.vault,
        "origin": origin,
        "vkey": log_keys[-1],
        "epochs": number,
        "example": description["example"],
        "entries": size,
        "root": root.hex(),
        "segments": journal.segments,
        "heads": journal.heads,
        "unsigned_tail": journal.tail,
        "torn_bytes": journal.torn,
        "signatures": size,
        "boxes": len(boxes),
        "closed_boxes": closed,
        "erased": sorted(fold.erased),
        "disposed": sorted(fold.disposed),
        "members": len(fold.members),
        "policies": len(set(fold.policies)),
        "children": children,
        "releases": sum(request["released"] for request in fold.requests.values()),
        "orphans": orphans,
    }


def main():
    parser = argparse.ArgumentParser(description="Read a Strongroom vault without Strongroom.")
    parser.add_argument("vault", type=Path)
    parser.add_argument("identity", type=Path)
    parser.add_argument("--vkey", help="the log's key, known by another way")
    parser.add_argument("--names", action="store_true", help="show children's names and file names")
    arguments = parser.parse_args()
    try:
        result, code = read_vault(arguments.vault, arguments.identity, arguments.vkey, arguments.names), 0
    except Refused as refused:
        result, code = {"ok": False, "failed": str(refused)}, 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        # Text and JSON of another shape than the format has; the kind of error names it well enough.
        result, code = {"ok": False, "failed": f"malformed: {type(error).__name__}: {error}"}, 1
    print(json.dumps(result, ensure_ascii=False, indent=2))
    sys.exit(code)


if __name__ == "__main__":
    main()
