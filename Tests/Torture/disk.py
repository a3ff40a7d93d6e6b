#!/usr/bin/env python3
"""F5: no room. Small file systems of several kinds are filled at every step; the command says so, nothing is lost, and with room again it
goes on. Needs root, or a user namespace, to mount; says what it could not do."""

import argparse
import collections
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

from inject import operations
from office import Broken, Office, Result, make_office

#: Each gives the shell lines that mount `small`, or None.
KINDS = {
    "tmpfs of 8 MiB": "mount -t tmpfs -o size=8m tmpfs small",
    "ext4 of 16 MiB": "truncate -s 16m disk && mkfs.ext4 -q -F -m 0 disk && mount -o loop disk small",
    "tmpfs with 200 names": "mount -t tmpfs -o size=64m,nr_inodes=200 tmpfs small",
}


class Small:
    """A small file system, mounted for the time of a `with`."""

    def __init__(self, folder, line):
        self.folder, self.line = folder, line

    def __enter__(self):
        self.folder.mkdir(parents=True)
        (self.folder / "small").mkdir()
        made = subprocess.run(["bash", "-ec", self.line], cwd=self.folder, capture_output=True)
        self.mounted = made.returncode == 0
        self.why = made.stderr.decode().strip()
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder / "small")], check=False)


def fill(folder, kind):
    """Takes what is left: names where names are short, bytes otherwise."""
    filler = folder / "filler"
    filler.mkdir(exist_ok=True)
    number = 0
    try:
        if "names" in kind:
            while True:
                (filler / str(number)).touch()
                number += 1
        for size in (1 << 16, 1 << 12, 1):
            try:
                with open(filler / str(size), "wb", buffering=0) as file:
                    while True:
                        if file.write(b"x" * size) == 0:
                            break
            except OSError:
                continue
    except OSError:
        pass


def free(folder):
    shutil.rmtree(folder / "filler", ignore_errors=True)


def leave(folder, kilobytes):
    """Gives back so much of a full disk."""
    kept = folder / "filler" / str(1 << 16)
    if kept.exists():
        with open(kept, "r+b") as file:
            file.truncate(max(0, kept.stat().st_size - kilobytes * 1024))


def one(base, work, kind, line, name, room, counts):
    with Small(work, line) as small:
        if not small.mounted:
            print(f"F5 not run: {kind}: {small.why}")
            return False
        office = base.copy(work / "small" / "o")
        operation = operations(office)[name]
        if name == "init":
            operation.prepare(office)
        fill(work / "small", kind)
        leave(work / "small", room)
        result = office.run(*operation.words, "--json")
        counts["cases"] += 1
        counts[f"ended with {result.code}"] += 1
        if result.code not in (0, 74):
            raise Broken(f"{result.code} {result.out}{result.err}")
        if result.code == 74:
            office.judge_words(result)
        # Full as it is, one can look; and with room again everything goes on.
        if name != "init" and office.run("status").code != 0:
            raise Broken("a full disk keeps from looking")
        free(work / "small")
        again = office.run(*operation.words, "--json")
        if result.code == 74 and again.code != 0:
            raise Broken(f"with room again: {again.code} {again.err}")
        office.judge()
    return True


def limits(base, work, counts):
    """RLIMIT_FSIZE, and a file system that was made read-only."""
    office = base.copy(work / "limited")
    for bytes in (0, 4096, 20000):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))

        process = subprocess.run(
            [office.binary, "store", "advice.txt", "--child", office.child, "--kind", "advice", "--json"], cwd=office.folder,
            env=office.environment, stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=limit)
        counts["cases"] += 1
        result = Result(process)
        if result.code != 74:
            raise Broken(f"with files of {bytes} bytes at most: {result.code} {result.out}{result.err}")
        office.judge()
    with Small(work / "readonly", KINDS["tmpfs of 8 MiB"]) as small:
        if not small.mounted:
            print(f"F5 not run: a read-only file system: {small.why}")
            return
        office = base.copy(work / "readonly" / "small" / "o")
        subprocess.run(["mount", "-o", "remount,ro", str(work / "readonly" / "small")], check=True)
        counts["cases"] += 1
        result = office.run("child", "add", "--name", "Kim", "--born", "2015-01-01", "--json")
        if result.code != 74 or "read-only" not in result.err:
            raise Broken(f"read-only: {result.code} {result.out}{result.err}")
        if office.run("status").code != 0:
            raise Broken("a read-only vault cannot be looked at")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--quick", action="store_true", help="two amounts of room instead of ten")
    options = parser.parse_args()
    counts, failures = collections.Counter(), []
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "base").mkdir()
        base = make_office(options.binary, work / "base")
        number = 0
        for kind, line in KINDS.items():
            for name in ["store", "open", "release", "child", "leaver", "init"]:
                for room in [0, 64] if options.quick else [0, 4, 8, 16, 32, 64, 128, 256, 512, 1024]:
                    number += 1
                    try:
                        if not one(base, work / str(number), kind, line, name, room, counts):
                            break
                    except Broken as error:
                        failures.append(f"{kind}, {name} with {room} KiB: {error}")
        try:
            limits(base, work, counts)
        except Broken as error:
            failures.append(str(error))
    print("F5: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())) + f", {len(failures)} failures")
    for failure in failures[:20]:
        print(f"F5 FAILED {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
