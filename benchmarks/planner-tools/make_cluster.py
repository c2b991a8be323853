#!/usr/bin/env python3
"""Writes a cluster as `kubectl get nodes,pods,pdb,… -A -o json` would, to try `dakr-scheduler plan` on.

usage: make_cluster.py NODES PODS [SEED] > cluster.json

AWS nodes of Karpenter's in three zones, nine in ten able to checkpoint; ReplicaSets of 1 to 40 pods with a few kinds of
rules, DaemonSets, budgets, volumes; pods placed where there is room, and then four in ten of them gone.
"""

import json
import random
import sys

TYPES = [("m5.2xlarge", 7910, 31), ("m5.4xlarge", 15890, 62), ("c5.4xlarge", 15890, 30), ("r5.2xlarge", 7910, 62),
         ("m5.8xlarge", 31850, 124), ("c6i.8xlarge", 31850, 62)]
ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]


def uid(kind, number):
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def node(index, draw):
    name, milli, gibibytes = draw.choice(TYPES)
    zone = ZONES[index % 3]
    labels = {
        "kubernetes.io/hostname": f"ip-10-0-{index // 256}-{index % 256}", "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": name, "karpenter.sh/nodepool": "default",
        "karpenter.sh/capacity-type": "spot" if draw.random() < 0.3 else "on-demand",
        "topology.kubernetes.io/region": "us-east-1", "topology.kubernetes.io/zone": zone}
    if draw.random() < 0.9:
        labels["dakr.devzero.io/checkpoint-node"] = "true"
    return {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": labels["kubernetes.io/hostname"], "uid": uid(1, index), "labels": labels},
        "spec": {"providerID": f"aws:///{zone}/i-{index:017x}"},
        "status": {
            "allocatable": {"cpu": f"{milli}m", "memory": f"{gibibytes}Gi", "pods": "110", "ephemeral-storage": "90Gi"},
            "conditions": [{"type": "Ready", "status": "True"}]}}


class Workload:
    def __init__(self, index, draw):
        self.name, self.namespace = f"app-{index}", f"team-{index % 20}"
        self.replicas = draw.choice([1, 1, 2, 3, 3, 5, 8, 20, 40])
        self.milli = draw.choice([50, 100, 100, 250, 250, 500, 1000])
        self.mebibytes = int(self.milli * draw.choice([1, 2, 2, 4, 8]) * 1.024)
        self.migratable = draw.random() < 0.8
        self.spread = self.replicas > 2 and draw.random() < 0.2
        self.apart = self.replicas > 1 and draw.random() < 0.1
        self.pinned = draw.random() < 0.03
        self.claim = self.replicas == 1 and draw.random() < 0.1
        self.budget = self.replicas > 2 and draw.random() < 0.2


def pod(work, number, node_name, serial):
    labels = {"app": work.name, "pod-template-hash": f"{hash_of(work.name):x}"}
    if work.migratable:
        labels["dakr.devzero.io/live-migration"] = "true"
    spec = {
        "nodeName": node_name, "schedulerName": "dz-scheduler", "containers": [{
            "name": "main", "image": f"registry.example/{work.name}:1.0",
            "resources": {"requests": {"cpu": f"{work.milli}m", "memory": f"{work.mebibytes}Mi"},
                          "limits": {"memory": f"{work.mebibytes}Mi"}}}],
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}]}
    selector = {"labelSelector": {"matchLabels": {"app": work.name}}}
    if work.spread:
        spec["topologySpreadConstraints"] = [{
            "maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", **selector}]
    if work.apart:
        spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "kubernetes.io/hostname", **selector}]}}
    if work.claim:
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": f"data-{work.name}"}}]
    metadata = {
        "name": f"{work.name}-{hash_of(work.name):x}-{number:05d}", "namespace": work.namespace, "uid": uid(2, serial),
        "labels": labels, "ownerReferences": [{
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{work.name}-{hash_of(work.name):x}",
            "uid": uid(3, hash_of(work.name)), "controller": True}]}
    if work.pinned:
        metadata["annotations"] = {"karpenter.sh/do-not-disrupt": "true"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": "Running"}}


def hash_of(text):
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def daemon(node_name, serial):
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {
            "name": f"agent-{serial}", "namespace": "kube-system", "uid": uid(4, serial), "labels": {"app": "agent"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent", "uid": uid(3, 1),
                                 "controller": True}]},
        "spec": {"nodeName": node_name, "containers": [{
            "name": "agent", "image": "agent", "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}]},
        "status": {"phase": "Running"}}


def place(work, nodes, room, placed, draw):
    """Places the workload's pods as a spreading scheduler would, among a few nodes; yields node indices."""
    zones = {zone: 0 for zone in ZONES}
    for _ in range(work.replicas):
        best = None
        for candidate in draw.sample(range(len(nodes)), min(24, len(nodes))):
            zone = nodes[candidate]["metadata"]["labels"]["topology.kubernetes.io/zone"]
            able = "dakr.devzero.io/checkpoint-node" in nodes[candidate]["metadata"]["labels"]
            free = room[candidate]
            if free[0] < work.milli or free[1] < work.mebibytes or free[2] < 1 or (work.migratable and not able):
                continue
            if work.apart and candidate in placed or work.spread and zones[zone] > min(zones.values()):
                continue
            if best is None or free[0] > room[best][0]:
                best = candidate
        if best is None:
            return
        placed.add(best)
        zones[nodes[best]["metadata"]["labels"]["topology.kubernetes.io/zone"]] += 1
        room[best][0] -= work.milli
        room[best][1] -= work.mebibytes
        room[best][2] -= 1
        yield best


def main():
    count, wanted = int(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    nodes = [node(index, draw) for index in range(count)]
    room = []
    for each in nodes:
        allocatable = each["status"]["allocatable"]
        room.append([int(allocatable["cpu"][:-1]) - 100, int(allocatable["memory"][:-2]) * 1024 - 128, 109])
    items = list(nodes)
    items += [daemon(each["metadata"]["name"], index) for index, each in enumerate(nodes)]
    serial = made = misses = 0
    index = 0
    while made < wanted and misses < 50 + count // 10:
        work = Workload(index, draw)
        index += 1
        # Four in ten have gone again, which is what leaves nodes half empty; whole workloads keep their rules.
        stays = draw.random() < 0.6
        alive = [(number, where) for number, where in enumerate(place(work, nodes, room, set(), draw))]
        misses = misses + 1 if not alive else 0
        if not stays:
            continue
        for number, where in alive:
            items.append(pod(work, number, nodes[where]["metadata"]["name"], serial))
            serial += 1
        made += len(alive)
        items += extras(work, alive, nodes)
    items += [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in
              ["kube-system"] + [f"team-{number}" for number in range(20)]]
    json.dump({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}, sys.stdout, indent=4)
    print()


def extras(work, alive, nodes):
    """Claims, volumes and budgets of a workload."""
    result = []
    if work.claim and alive:
        zone = nodes[alive[0][1]]["metadata"]["labels"]["topology.kubernetes.io/zone"]
        result.append({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {
            "name": f"data-{work.name}", "namespace": work.namespace}, "spec": {"volumeName": f"pv-{work.name}"}})
        result.append({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"pv-{work.name}"}, "spec": {
            "accessModes": ["ReadWriteOnce"], "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": f"vol-{work.name}"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [
                {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [zone]}]}]}}}})
    if work.budget:
        result.append({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {
            "name": work.name, "namespace": work.namespace}, "spec": {
                "maxUnavailable": 1, "selector": {"matchLabels": {"app": work.name}}},
            "status": {"disruptionsAllowed": 1}})
    return result


if __name__ == "__main__":
    main()
