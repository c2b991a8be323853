#!/usr/bin/env python3
"""Instructions and allocations per request of the verbs alone, against recorded thresholds: `benchmarks/run gate`.

Neither depends on the clock or on what else the machine does, so a regression shows on any machine of the same
architecture. Each number is the difference of two runs that differ only in how often the request is answered.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
THRESHOLDS = os.path.join(HERE, "..", "gate", "thresholds.json")
# More than this above its threshold is a regression; more than this below asks for a new threshold.
TOLERANCE = 0.03

# Start-up's work is in both runs and cancels out, but for what Swift's random hash seeds change of it.
DETERMINISTIC = {"SWIFT_DETERMINISTIC_HASHING": "1"}

# (name, mode, nodes, verb, body, repetitions). Many, since what is left of start-up's noise is divided by them.
REQUESTS = [
    (f"{mode}-{nodes} {verb} {pod}", nodes, verb, f"{mode}-{nodes}-{pod}.json", repetitions)
    for mode, nodes, repetitions in (("names", 781, 200), ("names", 5000, 100), ("full", 100, 40))
    for verb, pod in (("filter", "ordinary"), ("filter", "migratable"), ("prioritize", "ordinary"))
]


def run(command, environment=None):
    result = subprocess.run(command, capture_output=True, text=True, check=False,
                            env={**os.environ, **DETERMINISTIC, **(environment or {})})
    if result.returncode != 0:
        sys.exit(f"gate: {' '.join(command)} failed:\n{result.stderr[-2000:]}")
    return result.stderr


def verb_command(program, inputs, nodes, verb, body, repetitions):
    # The cluster has the request's nodes only, because reading it is the longer part of a run under valgrind.
    return [program, "verb", "--nodes", f"{inputs}/nodes.jsonl", "--limit", str(nodes), "--prices",
            f"{inputs}/prices.csv", "--verb", verb, "--body", f"{inputs}/requests/{body}", "--repetitions",
            str(repetitions)]


def instructions(command):
    with tempfile.TemporaryDirectory() as folder:
        output = run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"] + command)
    return int(re.search(r"Collected : (\d+)", output).group(1))


def allocations(command, library):
    return int(re.search(r"allocations (\d+)", run(command, {"LD_PRELOAD": library})).group(1))


def measure(program, inputs, library):
    results = {}
    for name, nodes, verb, body, repetitions in REQUESTS:
        # The first answers fill caches that later ones use, so that both runs have those behind them.
        low, high = 10, 10 + repetitions
        commands = [verb_command(program, inputs, nodes, verb, body, count) for count in (low, high)]
        counted = [allocations(command, library) for command in commands]
        executed = [instructions(command) for command in commands]
        results[name] = {"instructions": round((executed[1] - executed[0]) / repetitions),
                         "allocations": round((counted[1] - counted[0]) / repetitions, 1)}
        print(f"{name}: {results[name]['instructions']:,} instructions ({results[name]['instructions'] // nodes:,} a "
              f"node), {results[name]['allocations']:g} allocations", flush=True)
    return results


def judge(results, thresholds):
    problems, better = [], []
    for name, measured in results.items():
        for what, value in measured.items():
            limit = thresholds.get(name, {}).get(what)
            if limit is None:
                problems.append(f"{name}: no threshold for {what}; it is {value:g}")
            elif value > limit * (1 + TOLERANCE) + 1:
                problems.append(f"{name}: {value:,g} {what}, threshold {limit:,g}")
            elif value < limit * (1 - TOLERANCE) - 1:
                better.append(f"{name}: {value:,g} {what}, threshold {limit:,g}")
    # The names path must not allocate for each node.
    for verb in ("filter ordinary", "filter migratable", "prioritize ordinary"):
        few, many = (results[f"names-{nodes} {verb}"]["allocations"] for nodes in (781, 5000))
        slope = (many - few) / (5000 - 781)
        print(f"names {verb}: {slope:.4f} allocations a node")
        # Buffers that grow by doubling allocate with the logarithm of the number of nodes; a hundredth is far above it.
        if slope > 0.01:
            problems.append(f"names {verb}: {slope:.3f} allocations for each node, 0 are allowed")
    return problems, better


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run gate", description=__doc__.split("\n")[0])
    parser.add_argument("--update", action="store_true", help="record what is measured as the new thresholds")
    parser.add_argument("--cache", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--parts", required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # valgrind of Debian 12 cannot read the debug information that Swift 6 writes.
        program = os.path.join(folder, "dakr-benchmarks")
        subprocess.run(["strip", "--strip-debug", "-o", program, chosen.parts], check=True)
        results = measure(program, os.path.join(chosen.cache, "inputs"),
                          os.path.join(chosen.cache, "bin", "count_allocations.so"))
    if chosen.update:
        with open(THRESHOLDS, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
        return
    with open(THRESHOLDS, encoding="utf-8") as file:
        problems, better = judge(results, json.load(file))
    for line in better:
        print("better than recorded, run with --update: " + line)
    for line in problems:
        print("REGRESSION: " + line, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
