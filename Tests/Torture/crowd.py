#!/usr/bin/env python3
"""F11: several processes on one vault. None of their commits is lost, none is numbered twice; a stopped writer holds nobody up for ever,
and a killed one holds nobody up at all."""

import argparse
import collections
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from office import Broken, make_office


def many(office, processes, commits):
    """Each process files so many children; a busy one tries again."""
    given, failures, busy = [], [], collections.Counter()

    def work(number):
        for commit in range(commits):
            while True:
                result = office.run("child", "add", "--name", f"Kim {number} {commit}", "--born", "2015-01-01", "--json")
                if result.code == 15:
                    busy[number] += 1
                    continue
                if result.code != 0:
                    failures.append(f"{result.code} {result.err}")
                else:
                    given.append(result.json()["child"])
                break

    threads = [threading.Thread(target=work, args=(n,)) for n in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Broken(f"{len(failures)} commits failed: {failures[0]}")
    if len(set(given)) != processes * commits:
        raise Broken(f"{len(set(given))} references for {processes * commits} children")
    listed = set(re.findall(r"CH-\d{4}", office.run("child", "list").out))
    if not set(given) <= listed:
        raise Broken(f"lost: {sorted(set(given) - listed)}")
    names = office.run("child", "list").out
    for number in range(processes):
        for commit in range(commits):
            if f"Kim {number} {commit}" not in names:
                raise Broken(f"Kim {number} {commit} was filed and is gone")
    office.judge(by_hand=True)
    print(f"F11: {processes} processes, {processes * commits} commits, all there, none twice; {sum(busy.values())} times busy")


def go_on(process, child, ending):
    """Each thread of the writer stops at its first flush, so it may have to be told more than once."""
    for _ in range(100):
        try:
            os.kill(child, ending)
            process.wait(0.3)
            return
        except ProcessLookupError:
            process.wait(30)
        except subprocess.TimeoutExpired:
            continue
    raise Broken("the writer did not go on")


def stopped(office):
    """A writer that is stopped while it holds the lock: others are told to wait, readers are not; then it goes on, or is killed."""
    for ending in (signal.SIGCONT, signal.SIGKILL):
        process = subprocess.Popen(
            ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:signal=SIGSTOP:when=1",
             office.binary, "child", "add", "--name", "Stopped", "--born", "2015-01-01", "--json"],
            cwd=office.folder, env=office.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child = None
        for _ in range(200):
            time.sleep(0.05)
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            if children and pathlib.Path(f"/proc/{children[0]}/stat").read_text().split()[2] in "tT":
                child = int(children[0])
                break
        if child is None:
            raise Broken("the writer was not stopped")
        time.sleep(0.3)
        busy = office.run("child", "add", "--name", "Waiting", "--born", "2015-01-01")
        if busy.code != 15:
            raise Broken(f"a second writer got {busy.code} while the first was stopped: {busy.err}")
        if office.run("status").code != 0:
            raise Broken("a reader waits for a writer that is stopped")
        go_on(process, child, ending)
        if ending == signal.SIGCONT and process.returncode != 0:
            raise Broken(f"the writer did not go on: {process.returncode} {process.stderr.read().decode()}")
        after = office.run("child", "add", "--name", "After", "--born", "2015-01-01")
        if after.code != 0:
            raise Broken(f"the lock of a writer that is gone holds: {after.code} {after.err}")
        office.judge()
    print("F11: a writer stopped while it held the lock, then continued, then another killed: nobody hurt")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--commits", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        office = make_office(options.binary, work)
        try:
            if shutil.which("strace"):
                stopped(office)
            else:
                print("F11: a stopped writer: not run, strace is not installed")
            many(office, options.processes, options.commits)
        except Broken as error:
            print(f"F11 FAILED {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
