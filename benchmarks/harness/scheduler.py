#!/usr/bin/env python3
"""Pods per second through a real kube-scheduler, with and without extenders: `benchmarks/run scheduler`.

All pods exist before kube-scheduler starts, so that its loop never waits; the rate is taken between a tenth and nine
tenths of them. etcd, kube-apiserver, kube-scheduler and the extender share this machine's cores, so a pod's CPU time in
each of them is taken over the same stretch: it tells whose time an extender costs, and hardly depends on the load.
"""

import argparse
import json
import os
import statistics
import time

import cluster
import machine
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "..", "results")
LABELS = {"none": "no extender", "dakr": "ours", "go": "Go peer", "floor": "an extender that does not look"}


def measure(where, pods, extender, chosen):
    """One run: (pods a second, CPU milliseconds a pod by process, attempts by result). `extender` is (address, process)."""
    where.make_pods(pods)
    address, server = extender
    process, port = where.start_scheduler(address, not chosen.full, chosen.percentage)
    watched = {"kube-scheduler": [process], "API server": where.processes, "extender": [server] if server else []}
    samples = []
    try:
        deadline = time.monotonic() + 900
        while True:
            counted = cluster.attempts(port)
            done = counted.get("scheduled", 0)
            spent = {name: sum(each.cpu_seconds() for each in group) for name, group in watched.items()}
            samples.append((time.monotonic(), done, spent))
            if done >= pods:
                break
            if time.monotonic() > deadline:
                raise servers.ServerFailure(f"only {done} of {pods} pods were scheduled: {counted}")
            time.sleep(0.05)
    finally:
        process.stop()
    low = next(sample for sample in samples if sample[1] >= pods * 0.1)
    high = next(sample for sample in samples if sample[1] >= pods * 0.9)
    where.delete_pods()
    between = high[1] - low[1]
    milliseconds = {name: 1e3 * (high[2][name] - low[2][name]) / between for name in watched}
    return between / max(1e-3, high[0] - low[0]), milliseconds, counted


def contestants(kit, where, nodes):
    """(name, start, stop); start returns the extender's address and process."""
    product, peer, floor = servers.Product(kit), servers.Peer(kit, 400), servers.Peer(kit, 400, floor=True)

    def start_product():
        product.api = None
        product.launch(where.kubeconfig, core=None)
        return product.address, product.process

    def start_peer(server):
        server.start(None, nodes, None, core=None)
        return server.address, server.process

    return [("none", lambda: (None, None), lambda: None), ("dakr", start_product, product.stop),
            ("go", lambda: start_peer(peer), peer.stop), ("floor", lambda: start_peer(floor), floor.stop)]


def run_size(kit, binaries, nodes, chosen):
    where = cluster.Cluster(kit, binaries, nodes)
    rates, times, worst = {}, {}, {}
    try:
        for turn in range(chosen.rounds):
            everyone = contestants(kit, where, nodes)
            if chosen.full:
                everyone.pop()  # the floor echoes names only
            shift = turn % len(everyone)
            for name, start, stop in everyone[shift:] + everyone[:shift]:
                extender = start()
                try:
                    rate, milliseconds, counted = measure(where, chosen.pods, extender, chosen)
                finally:
                    stop()
                rates.setdefault(name, []).append(round(rate, 1))
                times.setdefault(name, []).append({key: round(value, 2) for key, value in milliseconds.items()})
                failed = sum(count for result, count in counted.items() if result != "scheduled")
                worst[name] = max(worst.get(name, 0), failed)
                print(f"{nodes} nodes, {name}: {rate:.1f} pods/s {counted}, CPU ms a pod {times[name][-1]}", flush=True)
    finally:
        where.stop()
    return {"podsPerSecond": rates, "cpuMillisecondsPerPod": times, "failedAttempts": worst}


def cpu_table(sizes):
    """Where a pod's CPU time goes, medians over the rounds."""
    lines = ["", "CPU milliseconds a pod, median:", "", "| nodes | with | kube-scheduler | etcd and API server | extender |",
             "|--:|---|--:|--:|--:|"]
    for nodes, size in sizes.items():
        for name, label in LABELS.items():
            spent = size["cpuMillisecondsPerPod"].get(name, [])
            if not spent:
                continue
            cells = (statistics.median(each[key] for each in spent) for key in ("kube-scheduler", "API server", "extender"))
            lines.append(f"| {nodes} | {label} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run scheduler", description=__doc__)
    parser.add_argument("--nodes", default="1000,5000")
    parser.add_argument("--pods", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--percentage", type=int, default=0, help="percentageOfNodesToScore; 0 is kube-scheduler's own")
    parser.add_argument("--full", action="store_true", help="nodeCacheCapable: false")
    parser.add_argument("--no-save", action="store_true")
    parser.add_argument("--cache", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--product", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--binaries", required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    kit = servers.Kit(chosen.cache, chosen.product)
    about = machine.describe(os.path.join(HERE, "..", ".."))
    sizes = {nodes: run_size(kit, chosen.binaries, int(nodes), chosen) for nodes in chosen.nodes.split(",")}
    lines = [f"# kube-scheduler 1.20.2, {about['date']}", "",
             f"{about['cpu']}, {about['cores']} cores, {about['system']}; commit {about['commit']}; load average "
             f"{about['loadAverage']}. {chosen.pods} pods, every fourth live-migratable, {chosen.rounds} rounds in turn, "
             f"percentageOfNodesToScore {chosen.percentage or 'default'}, nodeCacheCapable {str(not chosen.full).lower()}"
             ". Pods per second, median.", "",
             "| nodes | with | pods per second | ÷ no extender | failed attempts |", "|--:|---|--:|--:|--:|"]
    for nodes, size in sizes.items():
        rates = {name: statistics.median(values) for name, values in size["podsPerSecond"].items()}
        for name in (name for name in LABELS if name in rates):
            lines.append(f"| {nodes} | {LABELS[name]} | {rates[name]} | {rates[name] / rates['none']:.2f} | "
                         f"{size['failedAttempts'][name]} |")
    text = "\n".join(lines + cpu_table(sizes))
    print(text)
    if not chosen.no_save:
        mode = "full" if chosen.full else "names"
        stem = os.path.join(RESULTS, f"{about['date'][:10]}-scheduler-{mode}-{chosen.percentage or 'default'}")
        with open(stem + ".md", "w", encoding="utf-8") as file:
            file.write(text + "\n")
        with open(stem + ".json", "w", encoding="utf-8") as file:
            json.dump({"machine": about, "pods": chosen.pods, "percentageOfNodesToScore": chosen.percentage,
                       "nodeCacheCapable": not chosen.full, "sizes": sizes}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
