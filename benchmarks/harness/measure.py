"""Sends one case to one server and reads what it cost."""

import json
import os
import subprocess
import tempfile

from servers import CLIENT_CORE

# A quantile that needs more samples than there are is left out rather than made up.
P99_SAMPLES, P999_SAMPLES = 100, 1000


class DriverFailure(Exception):
    """The driver stopped: a reply was an error, changed its length or never came."""


def run_driver(kit, server, case, in_flight, seconds, warm_up=3, minimum=2, maximum=None, record=None):
    """One run of the driver; its JSON object as a dictionary."""
    with tempfile.NamedTemporaryFile("w", suffix=".plan", encoding="utf-8") as plan:
        for index, step in enumerate(case["steps"]):
            plan.write(f"{server.path(case, index)}\t{kit.input(step['body'])}\n")
        plan.flush()
        command = [
            "taskset", "-c", CLIENT_CORE, kit.tool("driver"), "--address", server.address, "--ca", kit.authority,
            "--plan", plan.name, "--pid", str(server.process.pid), "--in-flight", str(in_flight), "--seconds",
            str(seconds), "--warm-up-cycles", str(warm_up), "--minimum-cycles", str(minimum)]
        if maximum is not None:
            command += ["--maximum-cycles", str(maximum)]
        if record:
            command += ["--record", record]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise DriverFailure(f"{server.name}, {case['mode']} {case['nodes']}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def record_replies(kit, server, case, folder):
    """Keeps one reply a step in the folder; returns them decoded."""
    run_driver(kit, server, case, in_flight=1, seconds=0, warm_up=1, minimum=1, maximum=1, record=folder)
    replies = []
    for index in range(len(case["steps"])):
        with open(os.path.join(folder, f"{index}.json"), encoding="utf-8") as file:
            replies.append(json.load(file))
    return replies


def meaning(verb, reply):
    """What kube-scheduler understands of a reply, in a form that can be compared."""
    if verb == "prioritize":
        return sorted((entry["Host"], entry["Score"]) for entry in reply)
    if reply.get("Error"):
        return {"error": reply["Error"]}
    names, nodes = reply.get("NodeNames"), (reply.get("Nodes") or {}).get("items")
    kept = sorted(names if names is not None else [node["metadata"]["name"] for node in nodes or []])
    return {"kept": kept, "failed": sorted(reply.get("FailedNodes") or {}),
            "unresolvable": sorted(reply.get("FailedAndUnresolvableNodes") or {})}


def disagreement(case, ours, theirs):
    """The first difference in meaning between two servers' replies, or None."""
    for index, step in enumerate(case["steps"]):
        left, right = meaning(step["verb"], ours[index]), meaning(step["verb"], theirs[index])
        if left == right:
            continue
        if isinstance(left, list):
            differing = [(a, b) for a, b in zip(left, right) if a != b]
            return f"step {index} ({step['verb']}): {len(differing)} of {len(left)} scores, first {differing[:1]}"
        keys = [key for key in {**left, **right} if left.get(key) != right.get(key)]
        return f"step {index} ({step['verb']}): {keys}"
    return None


class Tally:
    """All rounds of one server, one case and one number of requests in flight."""

    def __init__(self):
        self.rounds, self.latencies = [], {}

    def add(self, case, run):
        requests = run["requests"]
        self.rounds.append({
            "requests": requests, "wall": run["wallNanoseconds"], "cpu": run["serverCPUNanoseconds"],
            "client": run["clientCPUNanoseconds"], "user": run["userTicks"], "system": run["systemTicks"]})
        for step, measured in zip(case["steps"], run["steps"]):
            self.latencies.setdefault(step["verb"], []).extend(measured["latencyNanoseconds"])

    def summary(self):
        """Microseconds; CPU for one filter and one prioritize together, median over the rounds."""
        cpu = sorted(r["cpu"] / r["requests"] for r in self.rounds)
        ticks = sum(r["user"] + r["system"] for r in self.rounds)
        everything = sorted(sum(self.latencies.values(), []))
        result = {
            "rounds": len(self.rounds), "requests": sum(r["requests"] for r in self.rounds),
            "cpuPerPairMicroseconds": round(2 * cpu[len(cpu) // 2] / 1e3, 1),
            "cpuPerPairSpreadMicroseconds": [round(2 * cpu[0] / 1e3, 1), round(2 * cpu[-1] / 1e3, 1)],
            "systemShare": round(sum(r["system"] for r in self.rounds) / ticks, 2) if ticks else None,
            "requestsPerSecond": round(sum(r["requests"] for r in self.rounds)
                                       / sum(r["wall"] for r in self.rounds) * 1e9, 1),
            "latencyMicroseconds": quantiles(everything),
        }
        for verb, samples in self.latencies.items():
            result[verb + "LatencyMicroseconds"] = quantiles(sorted(samples))
        return result


def quantiles(ordered):
    def at(share):
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e3, 1)
    result = {"p50": at(0.5)}
    if len(ordered) >= P99_SAMPLES:
        result["p99"] = at(0.99)
    if len(ordered) >= P999_SAMPLES:
        result["p99.9"] = at(0.999)
    result["max"] = round(ordered[-1] / 1e3, 1)
    return result
