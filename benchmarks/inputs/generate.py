#!/usr/bin/env python3
"""Writes the extender requests that the benchmarks send, from a fixed seed.

The same arguments give the same bytes on every machine. Into the output folder go:

  nodes.jsonl      one Node object a line, as a kube-scheduler's informer holds it (no kind, no apiVersion)
  prices.csv       the price of each instance type of the fleet, USD an hour, on demand and spot
  requests/*.json  bodies of filter and prioritize calls
  cases.json       which bodies make up which case, in the order in which they are sent

A case is a cache mode (`full`: nodeCacheCapable false; `names`: true) and a number of nodes. It cycles over two
pods, an ordinary one that may run anywhere and a live-migratable one that may run on labelled nodes only; for
each, filter gets all nodes and prioritize those that filter should have left over, as kube-scheduler sends them.
"""

import argparse
import json
import os
import random
import sys

import fleet

SIZES = (100, 781, 5000, 15000)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def request_body(pod, node_texts, names):
    """ExtenderArgs: Pascal-case outer keys, all three always there, the unused one null."""
    if names is None:
        nodes = '{"metadata":{},"items":[' + ",".join(node_texts) + "]}"
        return '{"Pod":' + pod + ',"Nodes":' + nodes + ',"NodeNames":null}'
    return '{"Pod":' + pod + ',"Nodes":null,"NodeNames":' + compact(names) + "}"


def write_case(folder, mode, nodes, texts, pods):
    """Writes the bodies of one case and returns its entry of cases.json."""
    steps = []
    for kind, pod in pods:
        survivors = [i for i, node in enumerate(nodes) if kind == "ordinary" or fleet.is_labelled(node)]
        for verb, indices in (("filter", range(len(nodes))), ("prioritize", survivors)):
            # The ordinary pod's two calls carry the same bytes, which are stored once.
            stem = f"{mode}-{len(nodes)}-{kind}" + ("" if len(indices) == len(nodes) else "-survivors")
            path = os.path.join("requests", stem + ".json")
            names = [nodes[i]["metadata"]["name"] for i in indices] if mode == "names" else None
            body = request_body(pod, [texts[i] for i in indices] if mode == "full" else [], names)
            target = os.path.join(folder, path)
            if not os.path.exists(target):
                with open(target, "w", encoding="utf-8") as file:
                    file.write(body)
            steps.append({"verb": verb, "pod": kind, "nodes": len(indices), "body": path, "bytes": len(body.encode())})
    return {"mode": mode, "nodes": len(nodes), "steps": steps}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", help="output folder; emptied of earlier requests")
    parser.add_argument("--seed", type=int, default=20240817)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of nodes, comma-separated")
    arguments = parser.parse_args()
    sizes = sorted(int(size) for size in arguments.sizes.split(","))
    os.makedirs(os.path.join(arguments.folder, "requests"), exist_ok=True)
    for name in os.listdir(os.path.join(arguments.folder, "requests")):
        os.remove(os.path.join(arguments.folder, "requests", name))

    nodes = [fleet.node(arguments.seed, index) for index in range(sizes[-1])]
    texts = [compact(node) for node in nodes]
    with open(os.path.join(arguments.folder, "nodes.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(text + "\n" for text in texts)
    with open(os.path.join(arguments.folder, "prices.csv"), "w", encoding="utf-8") as file:
        file.write(fleet.price_table())

    pods = [(kind, compact(fleet.pod(random.Random(arguments.seed), kind == "migratable")))
            for kind in ("ordinary", "migratable")]
    cases = [write_case(arguments.folder, mode, nodes[:size], texts[:size], pods)
             for size in sizes for mode in ("full", "names")]
    mean = sum(len(text) for text in texts) // len(texts)
    with open(os.path.join(arguments.folder, "cases.json"), "w", encoding="utf-8") as file:
        json.dump({"seed": arguments.seed, "bytesPerNode": mean, "cases": cases}, file, indent=1)
    print(f"{len(nodes)} nodes of {mean} bytes on average", file=sys.stderr)


if __name__ == "__main__":
    main()
