#!/usr/bin/env python3
"""Asks a Cedar engine (the PyPI package cedarpy) questions about exported rules.

    ask.py POLICIES SCHEMA QUESTIONS [--time]

QUESTIONS holds one JSON object a line: principal, action, resource, context, entities. Prints `policies: N` once the rules
are valid under the schema (strict), then one line for each question: `1` allow, `0` deny. An engine that had an error in a
policy would skip it, so an error is printed as `error: ...` and ends the run with 1. With --time, the last line is
`microseconds: X`, the mean of one answer with rules, schema and entities already read.
"""

import json
import sys
import time

import cedarpy


def main():
    policies = open(sys.argv[1], encoding="utf-8").read()
    schema = open(sys.argv[2], encoding="utf-8").read()
    found = cedarpy.validate_policies(policies, schema)
    if not found.validation_passed:
        for problem in found.errors:
            print(f"error: {problem}")
        return 1
    rules = cedarpy.PolicySet.from_str(policies)
    shape = cedarpy.Schema.from_str(schema)
    print(f"policies: {policies.count('@id(')}")
    asked = []
    for line in open(sys.argv[3], encoding="utf-8"):
        question = json.loads(line)
        entities = cedarpy.Entities.from_json_str(json.dumps(question.pop("entities")))
        question["context"] = json.dumps(question["context"])
        answer = cedarpy.is_authorized(question, rules, entities, schema=shape)
        if answer.diagnostics.errors:
            print(f"error: {answer.diagnostics.errors}")
            return 1
        print("1" if answer.allowed else "0")
        asked.append((question, entities))
    if "--time" in sys.argv[4:]:
        start = time.perf_counter()
        for question, entities in asked:
            cedarpy.is_authorized(question, rules, entities)
        print(f"microseconds: {(time.perf_counter() - start) / len(asked) * 1e6:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
