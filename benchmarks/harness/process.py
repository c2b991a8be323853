#!/usr/bin/env python3
"""What the process costs beside requests: `benchmarks/run process`.

Start to ready, memory with an idle snapshot, and the CPU that keeping a large, busy snapshot takes.
"""

import argparse
import json
import os
import time

import machine
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "..", "results")


def cpu_seconds(pid):
    # clock_getcpuclockid(3) of Linux: the process's CPU clock is ~pid << 3 | 2.
    return time.clock_gettime((~pid << 3) | 2)


def start_to_ready(kit, runs):
    """Milliseconds from the start of the process to the first 200 of /readyz, without a cluster; the median."""
    taken = []
    for _ in range(runs):
        server = servers.Product(kit)
        server.start_alone()
        taken.append((server.ready_at - server.process.started) * 1e3)
        server.process.stop()
    return round(sorted(taken)[len(taken) // 2], 1)


def idle_memory(kit):
    """Bytes resident five seconds after 5,000 nodes and 20,000 pods have been read, and the peak until then."""
    server = servers.Product(kit)
    server.start(None, 5000, None, pods=20_000)
    try:
        ready = (server.ready_at - server.process.started) * 1e3
        time.sleep(5)
        return {"startToReadyMilliseconds": round(ready, 1), **server.process.memory()}
    finally:
        server.stop()


def busy_snapshot(kit, pods, events, seconds):
    """The share of one core that 5,000 nodes, so many pods and so many pod events a second take."""
    server = servers.Product(kit)
    server.start(None, 5000, None, pods=pods, events=events)
    try:
        time.sleep(5)
        begin, before = time.monotonic(), cpu_seconds(server.process.pid)
        time.sleep(seconds)
        share = (cpu_seconds(server.process.pid) - before) / (time.monotonic() - begin)
        return {"shareOfOneCore": round(share, 4), **server.process.memory()}
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run process", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--no-save", action="store_true")
    parser.add_argument("--cache", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--product", required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    kit = servers.Kit(chosen.cache, chosen.product)
    about = machine.describe(os.path.join(HERE, "..", ".."))
    ready = start_to_ready(kit, 9)
    idle = idle_memory(kit)
    quiet = busy_snapshot(kit, 150_000, 0, chosen.seconds)
    busy = busy_snapshot(kit, 150_000, 1000, chosen.seconds)
    rows = [
        ("start to ready, catalogue loaded, no cluster", "≤ 100 ms", f"{ready} ms", ready <= 100),
        ("start to ready, 5,000 nodes and 20,000 pods to be read", "", f"{idle['startToReadyMilliseconds']} ms", None),
        ("memory, idle, 5,000 nodes and 20,000 pods", "≤ 60 MB", f"{idle['resident'] / 1e6:.1f} MB",
         idle["resident"] <= 60e6),
        ("peak memory until then", "", f"{idle['peak'] / 1e6:.1f} MB", None),
        ("CPU, 5,000 nodes, 150,000 pods, no events", "", f"{quiet['shareOfOneCore']:.2%} of a core", None),
        ("CPU, 5,000 nodes, 150,000 pods, 1,000 pod events/s", "≤ 10 % of a core",
         f"{busy['shareOfOneCore']:.2%} of a core", busy["shareOfOneCore"] <= 0.1),
        ("memory with them", "", f"{busy['resident'] / 1e6:.1f} MB", None),
    ]
    lines = [f"# Process, {about['date']}", "",
             f"{about['cpu']}, {about['cores']} cores, {about['system']}; {about['swift']}; commit {about['commit']}; "
             f"load average {about['loadAverage']}.", "", "| measure | target | measured | met |", "|---|--:|--:|---|"]
    for what, target, measured, met in rows:
        lines.append(f"| {what} | {target} | {measured} | {'' if met is None else 'yes' if met else '**no**'} |")
    text = "\n".join(lines)
    print(text)
    if not chosen.no_save:
        stem = os.path.join(RESULTS, f"{about['date'][:10]}-process")
        with open(stem + ".md", "w", encoding="utf-8") as file:
            file.write(text + "\n")
        with open(stem + ".json", "w", encoding="utf-8") as file:
            json.dump({"machine": about, "startToReadyMilliseconds": ready, "idle": idle, "withoutEvents": quiet,
                       "withEvents": busy}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
