"""Makes the benchmark instances that are derived from public traces.

  make_instances.py TRACES OUT

TRACES holds openb_node_list_all_node.csv, openb_pod_list_cpu250.csv, openb_pod_list_gpuspec33.csv (Alibaba GPU trace
2023 as published under Apache-2.0 in hkust-adsl/kubernetes-scheduler-simulator) and azure_v1_vm_arrivals.csv (Azure VM
trace 2017, CC-BY-4.0). The output format is described in benchmarks/instances/README.md.
"""
import csv, os, random, sys

GPU_PRICE = {"": 0.0, "P100": 1.2, "T4": 0.35, "V100M16": 2.2, "V100M32": 2.6, "G1": 1.0, "G2": 1.6, "G3": 3.0}


def openb(traces, out, pods_file, name, removed, seed, pinned):
    rng = random.Random(seed)
    nodes = list(csv.DictReader(open(os.path.join(traces, "openb_node_list_all_node.csv"))))
    models = sorted({n["model"] for n in nodes})
    pods = list(csv.DictReader(open(os.path.join(traces, pods_file))))
    rng.shuffle(pods)
    size = [[int(n["cpu_milli"]), int(n["memory_mib"]), int(n["gpu"]) * 1000, 110] for n in nodes]
    price = [n[0] / 1000 * 0.034 + n[1] / 1024 * 0.0042 + n[2] / 1000 * GPU_PRICE.get(m["model"], 1.0)
             for n, m in zip(size, nodes)]
    spot = [rng.random() < 0.3 for _ in nodes]
    free = [list(s) for s in size]
    placed = []
    for pod in pods:
        gpus = int(pod["num_gpu"])
        need = [int(pod["cpu_milli"]), int(pod["memory_mib"]),
                int(pod["gpu_milli"]) if gpus == 1 else gpus * 1000, 1]
        allowed = [models.index(m) for m in pod["gpu_spec"].split("|") if m in models] if pod["gpu_spec"] else \
            list(range(len(models)))
        mask = sum(1 << a for a in allowed)
        best, score = -1, -1.0
        for i, f in enumerate(free):
            if not mask >> models.index(nodes[i]["model"]) & 1 or any(a < b for a, b in zip(f, need)):
                continue
            s = (f[0] - need[0]) / size[i][0] + (f[1] - need[1]) / size[i][1]
            if s > score:
                best, score = i, s
        if best < 0:
            continue
        for r in range(4):
            free[best][r] -= need[r]
        placed.append((need, best, mask))
    kept = [p for p in placed if rng.random() >= removed]
    with open(os.path.join(out, name + ".txt"), "w") as f:
        f.write(f"{len(nodes)} {len(kept)}\n")
        for s, n, p, cheap in zip(size, nodes, price, spot):
            labelled = 0 if pinned and rng.random() < 0.3 else 1
            f.write(f"{s[0]} {s[1]} {s[2]} {s[3]} {p * (0.4 if cheap else 1):.4f} {labelled} "
                    f"{models.index(n['model'])}\n")
        for need, node, mask in kept:
            movable = 0 if pinned and rng.random() < 1 / 3 else 1
            f.write(f"{need[0]} {need[1]} {need[2]} {movable} -1 -1 {node} {mask}\n")


def azure(traces, out):
    """Runs of equal VMs in arrival order: flavour and count, such as `m12`."""
    runs = []
    last = None
    for row in csv.DictReader(open(os.path.join(traces, "azure_v1_vm_arrivals.csv"))):
        key = (row["batch"], row["flavor"])
        if key == last:
            runs[-1][1] += 1
        else:
            runs.append([row["flavor"], 1])
            last = key
    with open(os.path.join(out, "azure_v1_runs.txt"), "w") as f:
        f.write("\n".join(" ".join(f"{a}{n}" for a, n in runs[i:i + 40]) for i in range(0, len(runs), 40)) + "\n")


if __name__ == "__main__":
    traces, out = sys.argv[1:3]
    openb(traces, out, "openb_pod_list_gpuspec33.csv", "openb_mid", 0.35, 1, True)
    openb(traces, out, "openb_pod_list_cpu250.csv", "openb_cpu250", 0.35, 2, True)
    openb(traces, out, "openb_pod_list_gpuspec33.csv", "openb_free", 0.45, 1, False)
    azure(traces, out)
