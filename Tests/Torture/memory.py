#!/usr/bin/env python3
"""F12: what a look into the memory of a running command shows, and what happens when memory cannot be locked.

The command is stopped when it has its answer and writes it, after everything was opened and used; then its memory is read.
"""

import argparse
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from office import CANARY, KEYS, Broken, Result, make_office


def memory(office, work):
    """The core of a `store` after its entry was sealed, and of an `open` after its document was written."""
    count = 0
    secret = next(line for line in (KEYS / "senco.key").read_text().splitlines() if line.startswith("AGE-SECRET-KEY-"))
    for words in [["member", "list"], ["child", "add", "--name", "Kim", "--born", "2015-01-01"]]:
        process = subprocess.Popen(
            ["strace", "-f", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:signal=SIGSTOP:when=1",
             office.binary, *words],
            cwd=office.folder, env=office.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child = None
        for _ in range(200):
            time.sleep(0.05)
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            if children and pathlib.Path(f"/proc/{children[0]}/stat").read_text().split()[2] in "tT":
                child = int(children[0])
                break
        if child is None:
            raise Broken(f"{words} was not stopped at its answer")
        limit = pathlib.Path(f"/proc/{child}/limits").read_text()
        core = next(line for line in limit.splitlines() if line.startswith("Max core file size"))
        if core.split()[4] != "0":
            raise Broken(f"core dumps are on: {core}")
        maps = pathlib.Path(f"/proc/{child}/maps").read_text().splitlines()
        found = []
        with open(f"/proc/{child}/mem", "rb", buffering=0) as mem:
            for line in maps:
                span, flags = line.split()[:2]
                if not flags.startswith("rw") or "[v" in line:
                    continue
                start, end = (int(x, 16) for x in span.split("-"))
                try:
                    mem.seek(start)
                    bytes = mem.read(end - start)
                except OSError:
                    continue
                count += len(bytes)
                if secret.encode() in bytes or secret.lower().encode() in bytes:
                    found.append(f"the identity at {span}")
        subprocess.run(["kill", "-KILL", str(child)], check=False)
        process.communicate(timeout=30)
        if found:
            raise Broken(f"{words}: memory holds {found}")
    print(f"F12: {count >> 20} MiB of writable memory read while it answers: no identity in it; core limit 0")


def locked(office):
    """Without a byte of memory that may be locked."""
    def limit():
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))

    process = subprocess.run(
        ["setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock", office.binary, "status"]
        if shutil.which("setpriv") else [office.binary, "status"],
        cwd=office.folder, env=office.environment, stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=limit)
    result = Result(process)
    if result.code < 0 or (result.code != 0 and "strongroom: error:" not in result.err):
        raise Broken(f"without locked memory: {result.code} {result.err}")
    print(f"F12: without memory that may be locked: code {result.code}, {result.err.strip() or 'no words'}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        office = make_office(options.binary, work)
        try:
            if shutil.which("strace"):
                memory(office, work)
            else:
                print("F12: a look into memory: not run, strace is not installed")
            locked(office)
        except Broken as error:
            print(f"F12 FAILED {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
