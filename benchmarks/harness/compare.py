#!/usr/bin/env python3
"""Compares extenders with each other and with the floor under them: `benchmarks/run extender`."""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time

import machine
import measure
import report
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "..", "results")
# kube-scheduler sends at most 781 nodes of any cluster by default; the caches hold what a large cluster has.
CLUSTER_NODES = 5000


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks/run extender", description=__doc__)
    parser.add_argument("--cases", default="full-100,names-100,full-781,names-781,full-5000,names-5000,full-15000,"
                        "names-15000", help="cases to run, in this order")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of all servers in turn")
    parser.add_argument("--seconds", type=float, default=1.5, help="at least this long for each server and round")
    parser.add_argument("--samples", type=int, default=measure.P99_SAMPLES,
                        help="at least so many requests, one in flight, of each extender over all rounds")
    parser.add_argument("--quick", action="store_true", help="two short rounds: to see that it works")
    parser.add_argument("--servers", help="only these, comma-separated")
    parser.add_argument("--label", default="extender", help="stem of the results' names")
    parser.add_argument("--no-save", action="store_true", help="print the table only")
    parser.add_argument("--cache", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--product", help=argparse.SUPPRESS)
    parser.add_argument("--parts", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.samples = 2, 0.3, 0
    return chosen


def contestants(kit, parts, wanted):
    """Who takes part. The order is that of the table."""
    result = []
    if kit.product:
        result.append(servers.Product(kit))
    if parts:
        result += [servers.PartsExtender(kit, parts), servers.TransportFloor(kit, parts)]
    result += [servers.StaticFloor(kit), servers.Peer(kit, 100), servers.Peer(kit, 400)]
    return [server for server in result if not wanted or server.name in wanted]


def run_case(kit, case, everyone, chosen, folder):
    """Measures one case with everyone in turn; returns the entries of the result by server's name."""
    cluster_nodes = max(CLUSTER_NODES, case["nodes"])
    working = [server for server in everyone if not server.is_floor]
    floors = [server for server in everyone if server.is_floor]
    replies, started, notes = {}, [], []
    try:
        for server in working:
            server.start(case, cluster_nodes, None)
            started.append(server)
            target = os.path.join(folder, server.name)
            os.makedirs(target)
            replies[server.name] = measure.record_replies(kit, server, case, target)
        for server in working[1:]:
            difference = measure.disagreement(case, replies[working[0].name], replies[server.name])
            if difference:
                notes.append(f"{working[0].name} and {server.name} disagree in {difference}")
        for server in floors:
            server.start(case, cluster_nodes, os.path.join(folder, working[0].name))
            started.append(server)
        del replies
        return measure_rounds(kit, case, started, chosen), notes
    finally:
        for server in started:
            server.stop()


def measure_rounds(kit, case, everyone, chosen):
    # Full nodes take long enough that two cycles are a measurement; names are cheap enough to warm up properly.
    warm_up = 2 if case["mode"] == "full" and case["nodes"] > 1000 else 10
    tallies = {(server.name, in_flight): measure.Tally() for server in everyone for in_flight in (1, 8)}
    memory = {server.name: {"start": server.process.memory()["resident"]} for server in everyone}
    for in_flight in (1, 8):
        for server in everyone:
            server.process.reset_peak()
        for turn in range(chosen.rounds):
            shift = turn % len(everyone)
            for server in everyone[shift:] + everyone[:shift]:
                run = measure.run_driver(kit, server, case, in_flight, chosen.seconds, warm_up,
                                         minimum=minimum_cycles(case, server, in_flight, chosen))
                tallies[server.name, in_flight].add(case, run)
        for server in everyone:
            memory[server.name][f"peak{in_flight}"] = server.process.memory()["peak"]
    time.sleep(2)
    result = {}
    for server in everyone:
        memory[server.name]["afterwards"] = server.process.memory()["resident"]
        result[server.name] = {
            "oneInFlight": tallies[server.name, 1].summary(), "eightInFlight": tallies[server.name, 8].summary(),
            "memoryBytes": memory[server.name]}
    return result


def minimum_cycles(case, server, in_flight, chosen):
    """Cycles a round: two at least, and with one in flight enough for a 99th percentile of the slowest extender."""
    if server.is_floor or in_flight > 1:
        return 2
    return max(2, math.ceil(chosen.samples / (chosen.rounds * len(case["steps"]))))


def parser_floor(kit, case):
    """Microseconds of simdjson's pass over the bodies of a filter and a prioritize call."""
    files = [kit.input(step["body"]) for step in case["steps"]]
    output = subprocess.run(["taskset", "-c", servers.SERVER_CORE, kit.tool("simdjson_pass")] + sorted(set(files)),
                            capture_output=True, text=True, check=True).stdout
    passes = json.loads(output)
    return round(2 * sum(passes[file]["nanoseconds"] for file in files) / len(files) / 1e3, 1)


def main():
    chosen = arguments()
    kit = servers.Kit(chosen.cache, chosen.product)
    with open(kit.input("cases.json"), encoding="utf-8") as file:
        inputs = json.load(file)
    cases = {f"{case['mode']}-{case['nodes']}": case for case in inputs["cases"]}
    everyone = contestants(kit, chosen.parts, chosen.servers.split(",") if chosen.servers else None)
    result = {"machine": machine.describe(os.path.join(HERE, "..", "..")), "rounds": chosen.rounds,
              "secondsPerRound": chosen.seconds, "seed": inputs["seed"], "bytesPerNode": inputs["bytesPerNode"],
              "cases": {}}
    for name in chosen.cases.split(","):
        case = cases[name]
        print(f"{name} ...", file=sys.stderr, flush=True)
        folder = tempfile.mkdtemp(prefix="bench-replies-")
        try:
            measured, notes = run_case(kit, case, everyone, chosen, folder)
        finally:
            shutil.rmtree(folder)
        for note in notes:
            print("  " + note, file=sys.stderr)
        result["cases"][name] = {
            "mode": case["mode"], "nodes": case["nodes"], "notes": notes,
            "requestBytes": [step["bytes"] for step in case["steps"]],
            "simdjsonPassPerPairMicroseconds": parser_floor(kit, case), "servers": measured}
    result["machine"]["loadAverageAtEnd"] = round(os.getloadavg()[0], 2)
    text = report.table(result)
    print(text)
    if not chosen.no_save:
        os.makedirs(RESULTS, exist_ok=True)
        stem = os.path.join(RESULTS, f"{result['machine']['date'][:10]}-{chosen.label}")
        with open(stem + ".json", "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")
        with open(stem + ".md", "w", encoding="utf-8") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    main()
