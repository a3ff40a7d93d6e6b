"""A vault as a school has one, made by the built command, and the oracle that every torture ends with (docs/TESTING.md)."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEYS = ROOT / "keys-example"
CANARY = "Kanarienvogel"


class Broken(Exception):
    """The oracle was not satisfied."""


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode("utf-8", "replace")
        self.err = process.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)


class Office:
    """A folder with a vault `v` in it, and ways to run the command there."""

    def __init__(self, binary, folder):
        self.binary = str(binary)
        self.folder = pathlib.Path(folder)
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "STRONGROOM_VAULT": str(self.folder / "v"), "STRONGROOM_IDENTITY": str(KEYS / "senco.key"),
            "STRONGROOM_STATE_HOME": str(self.folder / "state"), "SWIFT_BACKTRACE": "enable=no",
        }

    def run(self, *words, before=(), who=None, wait=120):
        environment = dict(self.environment)
        if who:
            environment["STRONGROOM_IDENTITY"] = str(KEYS / f"{who}.key")
        return Result(subprocess.run(
            [*before, self.binary, *words], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=wait))

    def must(self, *words, who=None):
        result = self.run(*words, "--json", who=who)
        if result.code != 0:
            raise Broken(f"{words}: {result.code} {result.out}{result.err}")
        return result.json()

    def fill(self):
        """People, a child, documents, an address book, a consent and a request that it allows."""
        key = lambda name: next(w for w in (KEYS / f"{name}.card").read_text().split() if w.startswith("age1"))
        self.write("plan.txt", 3000)
        self.write("advice.txt", 40000)
        self.must("init", "--name", "Jo Patel")
        self.members = {
            role: self.must("member", "add", "--card", str(KEYS / f"{role}.card"), "--role", role)["member"]
            for role in ["headteacher", "dsl", "teacher", "compliance-officer"]
        }
        self.child = self.must("child", "add", "--name", CANARY, "--born", "2015-05-03")["child"]
        mother = self.must(
            "contact", "add", "--child", self.child, "--name", CANARY, "--relationship", "mother",
            "--parental-responsibility")["contact"]
        self.plan = self.must("store", "plan.txt", "--child", self.child, "--kind", "ehc-plan", "--title", CANARY)["record"]
        college = self.must("recipient", "add", "--name", CANARY, "--kind", "college", "--key", key("college"))["recipient"]
        self.must(
            "consent", "record", "--child", self.child, "--given-by", mother, "--to", college, "--kind", "ehc-plan",
            "--purpose", CANARY, "--until", "2099-07-31")
        self.request = self.must(
            "disclose", "request", "--child", self.child, "--to", college, "--gateway", "consent", "--record", self.plan,
            "--reason", CANARY)["request"]
        return self

    def write(self, name, size):
        line = f"{CANARY} {name}\n".encode()
        (self.folder / name).write_bytes((line * (size // len(line) + 1))[:size])

    def copy(self, folder):
        """This office on a copy of its vault."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        for name in ["v", "plan.txt", "advice.txt"]:
            if (self.folder / name).is_dir():
                shutil.copytree(self.folder / name, folder / name)
            elif (self.folder / name).exists():
                shutil.copy2(self.folder / name, folder / name)
        other = Office(self.binary, folder)
        for name in ["child", "plan", "request", "members"]:
            setattr(other, name, getattr(self, name))
        return other

    def entries(self, kind):
        result = self.run("audit", "list", "--kind", kind, "--json")
        if result.code != 0:
            raise Broken(f"audit list: {result.code} {result.err}")
        return [json.loads(line) for line in result.out.splitlines()]

    def judge_words(self, result):
        """It ended as it should, said why, and told nothing that it was given."""
        if result.code < 0 and result.code != -9:
            raise Broken(f"ended by signal {-result.code}: {result.err}")
        if CANARY in result.err:
            raise Broken(f"told what it was given: {result.err}")
        if result.code > 0 and "strongroom: error:" not in result.err and '"error"' not in result.err:
            raise Broken(f"code {result.code} without a word: {result.err!r}")

    def judge(self, result=None, by_hand=False):
        """Whatever happened: no damage, the record verifies, nothing readable lies about, and stock tools open everything."""
        if result is not None:
            self.judge_words(result)
        check = self.run("check", "--json")
        if check.code not in (0, 3):
            raise Broken(f"check: {check.code} {check.out}{check.err}")
        verify = self.run("audit", "verify")
        if verify.code != 0:
            raise Broken(f"audit verify: {verify.code} {verify.out}{verify.err}")
        for path in (self.folder / "v").rglob("*"):
            if path.is_file() and CANARY.encode() in path.read_bytes():
                raise Broken(f"plaintext in {path}")
        if by_hand:
            self.open_by_hand()

    def open_by_hand(self):
        """Every document in `records/` with age and tar alone, each against the SHA-256 in its META.json."""
        vault = self.folder / "v"
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)

            def age(identity, path):
                return subprocess.run(["age", "-d", "-i", str(identity), str(path)], capture_output=True)

            epochs = []
            for path in sorted((vault / "epoch").glob("*.age")):
                opened = age(KEYS / "senco.key", path)
                if opened.returncode != 0:
                    raise Broken(f"age does not open {path.name}")
                (work / path.name).write_bytes(opened.stdout)
                epochs.append(work / path.name)
            children = []
            for path in sorted((vault / "keys").rglob("*.age")):
                opened = next((o for o in (age(e, path) for e in reversed(epochs)) if o.returncode == 0), None)
                if opened is None:
                    raise Broken(f"age does not open {path}")
                (work / path.name).write_bytes(opened.stdout)
                children.append(work / path.name)
            for path in sorted((vault / "records").rglob("*.age")):
                opened = next((o for o in (age(c, path) for c in children) if o.returncode == 0), None)
                if opened is None:
                    raise Broken(f"age does not open {path}")
                (work / "tar").write_bytes(opened.stdout)
                with tarfile.open(work / "tar") as archive:
                    meta = json.load(archive.extractfile(archive.next()))
                    content = archive.extractfile(archive.next()).read()
                if hashlib.sha256(content).hexdigest() != meta["sha256"]:
                    raise Broken(f"{path} has other bytes than its META.json says")


def make_office(binary, folder):
    return Office(binary, folder).fill()
