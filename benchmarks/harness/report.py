"""Turns a result into a table that people read."""

OURS = "dakr"
PARTS = "dakr-parts"
PEERS = ("go-gogc100", "go-gogc400")
TRANSPORT_FLOOR = "floor-transport"


def best_peer(case, value):
    """The peer's better setting is what counts, for each measure on its own."""
    values = [value(case["servers"][name]) for name in PEERS if name in case["servers"]]
    values = [number for number in values if number is not None]
    return min(values) if values else None


def ours_of(case):
    return case["servers"].get(OURS) or case["servers"].get(PARTS)


def ratio(over, under):
    return None if not over or not under else over / under


def cpu(entry):
    return entry["oneInFlight"]["cpuPerPairMicroseconds"]


def p99(entry):
    return entry["oneInFlight"]["latencyMicroseconds"].get("p99")


def peak(entry):
    return entry["memoryBytes"]["peak8"]


def targets(result):
    """(what, target, measured, met) of the targets that this result can judge."""
    rows = []

    def judge(what, target, measured, at_least=True):
        if measured is None:
            return
        met = measured >= target if at_least else measured <= target
        rows.append((what, ("≥ " if at_least else "≤ ") + str(target), f"{measured:.2f}", "yes" if met else "**no**"))

    for name, case in result["cases"].items():
        ours = ours_of(case)
        if ours is None:
            continue
        if case["nodes"] in (781, 5000):
            goal = 6 if case["mode"] == "full" else 4
            judge(f"{name}: CPU per filter+prioritize, peer ÷ ours", goal, ratio(best_peer(case, cpu), cpu(ours)))
        if case["nodes"] >= 781:
            judge(f"{name}: p99, one in flight, peer ÷ ours", 3, ratio(best_peer(case, p99), p99(ours)))
        floor = case["servers"].get(TRANSPORT_FLOOR)
        if floor and name in ("names-781", "full-5000"):
            judge(f"{name}: CPU over the echo floor", 1.5 if name == "names-781" else 1.6,
                  ratio(cpu(ours), cpu(floor)), at_least=False)
        if name == "full-5000":
            judge(f"{name}: peak memory, 8 in flight, peer ÷ ours", 4, ratio(best_peer(case, peak), peak(ours)))
    return rows


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def table(result):
    about = result["machine"]
    lines = [
        f"# Extender, {about['date']}", "",
        f"{about['cpu']}, {about['cores']} cores, {about['memoryGiB']} GiB, {about['system']}, kernel {about['kernel']}; "
        f"{about['swift']}; commit {about['commit']}. Load average {about['loadAverage']} before, "
        f"{about.get('loadAverageAtEnd')} after. Server on one core, client on the other, "
        f"{result['rounds']} rounds of at least {result['secondsPerRound']} s for each server in turn, seed "
        f"{result['seed']}, {result['bytesPerNode']} bytes a node.", "",
        "CPU: user and system time of the server for one filter and one prioritize together, median of the rounds, one "
        "request in flight. Latency: over both verbs; `–` where there are too few samples.", ""]
    for name, case in result["cases"].items():
        lines += [f"## {name}", "",
                  "| server | CPU µs a pair | × ours | p50 µs | p99 µs | p99.9 µs | req/s, 1 | p99 µs, 8 | req/s, 8 | "
                  "CPU µs a pair, 8 | peak MB, 1 | peak MB, 8 | afterwards MB |",
                  "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
        ours = ours_of(case)
        for server, entry in case["servers"].items():
            one, eight, memory = entry["oneInFlight"], entry["eightInFlight"], entry["memoryBytes"]
            latency = one["latencyMicroseconds"]
            times = ratio(cpu(entry), cpu(ours)) if ours else None
            lines.append("| " + " | ".join([
                server, number(cpu(entry)), f"{times:.2f}" if times else "–", number(latency["p50"]),
                number(latency.get("p99")), number(latency.get("p99.9")), number(one["requestsPerSecond"]),
                number(eight["latencyMicroseconds"].get("p99")), number(eight["requestsPerSecond"]),
                number(eight["cpuPerPairMicroseconds"]),
                number(memory["peak1"] / 1e6), number(memory["peak8"] / 1e6), number(memory["afterwards"] / 1e6)]) + " |")
        lines.append(f"| simdjson's pass alone | {number(case['simdjsonPassPerPairMicroseconds'])} |" + " |" * 11)
        lines += ["", *(f"- {note}" for note in case["notes"])]
    rows = targets(result)
    if rows:
        lines += ["", "## Targets", "", "| measure | target | measured | met |", "|---|--:|--:|---|"]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
