#!/usr/bin/env python3
"""Makes a vault to keep: `golden.py BINARY OUT.tar.gz`. Its keys are the example keys; LongLifeTests open it with every later build."""

import json
import pathlib
import sys
import tarfile
import tempfile

from office import make_office


def main(binary, out):
    with tempfile.TemporaryDirectory() as work:
        office = make_office(binary, work)
        advice = office.must("store", "advice.txt", "--child", office.child, "--kind", "advice")["record"]
        office.must("open", office.plan, "--reason", "Annual review", "--out", "opened.txt")
        office.must("disclose", "release", office.request, "--out", "package.age")
        office.must("member", "remove", office.members["teacher"])
        status = office.must("status")
        documents = {"documents": {office.plan: "plan.txt", advice: "advice.txt"}, "child": office.child, "entries": status["entries"]}
        (pathlib.Path(work) / "vault.json").write_text(json.dumps(documents, indent=1))

        def plain(entry):
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            return entry

        with tarfile.open(out, "w:gz") as archive:
            for name in ["v", "plan.txt", "advice.txt", "vault.json"]:
                archive.add(pathlib.Path(work) / name, name, filter=plain)
    print(f"{out}: {pathlib.Path(out).stat().st_size} bytes, {status['entries']} entries")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
