#!/usr/bin/env python3
"""F2 and F3: every system call of every operation fails once, or is the last one before SIGKILL; then the oracle.

strace makes the calls fail (`-e inject=CALL:error=E:when=N`) or kills there (`signal=SIGKILL`), for N = 1, 2, ... until none is hit. The
counter of strace is a thread's own. Prints how many runs there were, how many were hit, and what they ended with; ends with 1 if the oracle
was not satisfied once.
"""

import argparse
import collections
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

from office import CANARY, KEYS, Broken, Office, make_office

CALLS = [
    "openat", "openat2", "write", "pwrite64", "pread64", "fsync", "fdatasync", "renameat2", "mkdirat", "unlinkat", "linkat",
    "fallocate", "close", "flock", "newfstatat", "getdents64",
]
ERRORS = ["EIO", "ENOSPC", "EDQUOT", "EINTR", "EMFILE", "EROFS"]


class Operation:
    """One command, and what must be true when it says it is done."""

    def __init__(self, words, judge=lambda office, result: None, prepare=lambda office: None):
        self.words, self.judge, self.prepare = words, judge, prepare


def stored(office, result):
    if result.code == 0:
        record = result.json()["record"]
        opened = office.run("open", record, "--reason", "x", "--out", "opened.txt")
        same = opened.code == 0 and (office.folder / "opened.txt").read_bytes() == (office.folder / "advice.txt").read_bytes()
        if not same:
            raise Broken(f"{record} was filed and does not open: {opened.err}")


def opened(office, result):
    count = sum(e.get("record") == office.plan for e in office.entries("record.opened"))
    out = office.folder / "out.txt"
    if out.exists():
        if count < 1:
            raise Broken("a document left the vault without its entry")
        if out.read_bytes() != (office.folder / "plan.txt").read_bytes():
            raise Broken("half a document lies at the output")
    elif result.code == 0:
        raise Broken("said to be opened, and nothing is there")


def released(office, result):
    entries = [e for e in office.entries("disclosure.released") if e.get("request") == office.request]
    if (office.folder / "out.age").exists() and not entries:
        raise Broken("a package left the vault without its entry")
    if result.code == 0 and not (office.folder / "out.age").exists():
        raise Broken("said to be released, and nothing is there")


def added(office, result):
    if result.code == 0 and result.json()["child"] not in office.run("child", "list").out:
        raise Broken("a child that was filed is gone")


def removed(office, result):
    if result.code == 0:
        shown = office.run("status", who="teacher")
        if shown.code != 13:
            raise Broken(f"somebody who was removed still gets in: {shown.code}")


def made(office, result):
    if result.code == 0 and office.run("status").code != 0:
        raise Broken("a vault that was made is not there")


def operations(office):
    child = office.child
    return {
        "store": Operation(["store", "advice.txt", "--child", child, "--kind", "advice", "--title", CANARY], stored),
        "open": Operation(["open", office.plan, "--reason", CANARY, "--out", "out.txt"], opened),
        "release": Operation(["disclose", "release", office.request, "--out", "out.age"], released),
        "child": Operation(["child", "add", "--name", CANARY, "--born", "2016-02-03"], added),
        "leaver": Operation(["member", "remove", office.members["teacher"]], removed),
        "init": Operation(
            ["init", "--name", "Jo Patel"], made, prepare=lambda office: shutil.rmtree(office.folder / "v")),
    }


class Campaign:
    def __init__(self, office, work, generator, share):
        self.office, self.work, self.generator, self.share = office, pathlib.Path(work), generator, share
        self.counts = collections.Counter()
        self.failures = []
        self.number = 0

    def chosen(self):
        """One run in so many, by the seed."""
        return self.generator.random() * self.share < 1

    def fresh(self, operation):
        self.number += 1
        office = self.office.copy(self.work / str(self.number))
        operation.prepare(office)
        return office

    def ordinals(self, operation):
        """Of each call: the numbers it has in its own thread, from where the vault is first touched."""
        office = self.fresh(operation)
        log = office.folder / "trace"
        result = office.run(*operation.words, "--json", before=["strace", "-f", "-o", str(log), "-e", "trace=" + ",".join(CALLS)])
        if result.code != 0:
            raise SystemExit(f"{operation.words}: {result.code} {result.err}")
        counters = collections.Counter()
        numbers = collections.defaultdict(set)
        begun = False
        for line in log.read_text(errors="replace").splitlines():
            match = re.match(r"(\d+) +(\w+)\(", line)
            if not match:
                continue
            thread, call = match.groups()
            counters[thread, call] += 1
            begun = begun or "openssl.cnf" in line or '/v"' in line or "STRONGROOM" in line
            if begun:
                numbers[call].add(counters[thread, call])
        shutil.rmtree(office.folder)
        return numbers

    def one(self, name, operation, call, injection, number):
        office = self.fresh(operation)
        log = office.folder / "trace"
        label = f"{name}: {call}:{injection}:when={number}"
        try:
            result = office.run(
                *operation.words, "--json",
                before=["strace", "-f", "-o", str(log), "-e", "trace=" + ",".join(CALLS), "-e", f"inject={call}:{injection}:when={number}"])
            lines = log.read_text(errors="replace").splitlines()
            isKill = "SIGKILL" in injection
            self.counts["runs"] += 1
            if any("(INJECTED)" in line for line in lines) or (isKill and result.code in (-9, 137)):
                self.counts["hit"] += 1
            self.counts[f"ended with {'SIGKILL' if result.code in (-9, 137) else result.code}"] += 1
            if result.code == 137:
                result.code = -9
            if result.code == 127:
                # The loader failed, before there was a process of ours.
                return
            if call in ("fsync", "fdatasync") and "error=EIO" in injection:
                self.must_stop(lines, result)
            by_hand = self.number % 10 == 0
            if name == "init" and result.code != 0:
                self.begin_again(office, result)
            else:
                if isKill and self.number % 3 == 0:
                    self.kill_recovery(office)
                office.judge(result, by_hand)
                operation.judge(office, result)
        except (Broken, subprocess.TimeoutExpired, ValueError, KeyError) as error:
            self.failures.append(f"{label}: {error}")
        finally:
            shutil.rmtree(office.folder, ignore_errors=True)

    def must_stop(self, lines, result):
        """After a failed flush of the vault the process writes nothing more into it, and does not say that it is done."""
        hit = next((i for i, line in enumerate(lines) if "(INJECTED)" in line), None)
        if hit is None:
            return
        self.counts["failed flushes"] += 1
        later = [line for line in lines[hit + 1:] if re.match(r"\d+ +(pwrite64|renameat2|linkat)\(", line) and "= -1" not in line]
        if result.code == 0 or later:
            raise Broken(f"it went on after a failed flush: code {result.code}, {later[:2]}")

    def begin_again(self, office, result):
        office.judge_words(result)
        again = office.run("init", "--name", "Jo Patel")
        # Either it was made before the end, or it can be made now.
        if again.code != 0 and office.run("status").code != 0:
            raise Broken(f"neither made nor to be made: {again.code} {again.err}")
        if office.run("check").code not in (0, 3):
            raise Broken("what was begun again is not whole")

    def kill_recovery(self, office):
        call = self.generator.choice(["pwrite64", "fdatasync", "fsync", "renameat2", "unlinkat"])
        number = self.generator.randint(1, 6)
        self.counts["killed again while recovering"] += 1
        office.run("child", "add", "--name", "Kim", "--born", "2016-01-01",
                   before=["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}"])

    def run(self, names, kinds):
        for name, operation in operations(self.office).items():
            if names and name not in names:
                continue
            before = self.counts["runs"]
            for call, numbers in sorted(self.ordinals(operation).items()):
                for number in sorted(numbers):
                    injections = ["signal=SIGKILL"] if "kill" in kinds else []
                    if "fail" in kinds:
                        injections += [f"error={error}" for error in ERRORS]
                    for injection in injections:
                        self.counts["cases"] += 1
                        if self.chosen():
                            self.one(name, operation, call, injection, number)
            print(f"F2/F3 {name}: {self.counts['runs'] - before} runs", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--one-in", type=float, default=1, help="run one case in so many")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--operation", action="append", default=[])
    parser.add_argument("--kind", choices=["fail", "kill"], action="append", default=[])
    options = parser.parse_args()
    if not shutil.which("strace"):
        print("F2/F3 not run: strace is not installed")
        return 0
    with tempfile.TemporaryDirectory() as work:
        base = pathlib.Path(work) / "base"
        base.mkdir()
        campaign = Campaign(make_office(options.binary, base), work, random.Random(options.seed), options.one_in)
        campaign.run(options.operation, options.kind or ["fail", "kill"])
    counts = ", ".join(f"{count} {what}" for what, count in sorted(campaign.counts.items()))
    print(f"F2/F3: {counts}, {len(campaign.failures)} failures (seed {options.seed})")
    for failure in campaign.failures[:20]:
        print(f"F2/F3 FAILED {failure}")
    return 1 if campaign.failures else 0


if __name__ == "__main__":
    sys.exit(main())
