"""Nodes and pods as a kube-scheduler of a mid-sized EKS cluster sees them.

The field order, the omitted fields and the size of each part follow what the API server's Go types serialise to:
25 images a node, four conditions, the managed fields of kubelet and of two controllers, about 6.3 KB in all.
"""

import random

REGION = "us-east-2"
ZONES = ("us-east-2a", "us-east-2b", "us-east-2c")
CHECKPOINT_LABEL = "dakr.devzero.io/checkpoint-node"
HOURLY_COST_ANNOTATION = "dakr.devzero.io/hourly-cost"

# type: (vCPU, GiB, pods, USD an hour on demand, USD an hour spot)
TYPES = {
    "m5.xlarge": (4, 16, 58, 0.192, 0.0768),
    "m5.2xlarge": (8, 32, 58, 0.384, 0.1651),
    "m5.4xlarge": (16, 64, 234, 0.768, 0.3072),
    "m6a.2xlarge": (8, 32, 58, 0.3456, 0.1313),
    "m6i.4xlarge": (16, 64, 234, 0.768, 0.2918),
    "m7a.xlarge": (4, 16, 58, 0.23184, 0.1043),
    "m7i.8xlarge": (32, 128, 234, 1.6128, 0.6451),
    "c5.2xlarge": (8, 16, 58, 0.34, 0.1462),
    "c6a.4xlarge": (16, 32, 234, 0.612, 0.2326),
    "c6i.8xlarge": (32, 64, 234, 1.36, 0.5304),
    "c7a.xlarge": (4, 8, 58, 0.20528, 0.0903),
    "r5.2xlarge": (8, 64, 58, 0.504, 0.1865),
    "r6i.4xlarge": (16, 128, 234, 1.008, 0.3931),
    "r7a.xlarge": (4, 32, 58, 0.3043, 0.1309),
}

REPOSITORIES = (
    "602401143452.dkr.ecr.us-east-2.amazonaws.com/eks/kube-proxy", "quay.io/cilium/cilium", "docker.io/library/nginx",
    "registry.k8s.io/pause", "ghcr.io/acme/checkout", "ghcr.io/acme/ledger", "docker.io/grafana/promtail",
    "docker.io/envoyproxy/envoy", "quay.io/prometheus/node-exporter", "ghcr.io/acme/search-indexer",
    "docker.io/library/redis", "docker.io/library/postgres", "registry.k8s.io/coredns/coredns",
)


def price_table():
    """Columns as in the catalogue, so that the file also serves as a user's price file."""
    lines = ["provider,region,instance_type,capacity_type,usd_per_hour"]
    for name, (_, _, _, on_demand, spot) in sorted(TYPES.items()):
        lines += [f"aws,{REGION},{name},on-demand,{on_demand}", f"aws,{REGION},{name},spot,{spot}"]
    return "\n".join(lines) + "\n"


def is_labelled(node):
    return node["metadata"]["labels"].get(CHECKPOINT_LABEL) == "true"


def uid(source):
    text = f"{source.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def timestamp(source):
    return f"2025-{source.randint(1, 9):02d}-{source.randint(1, 28):02d}T{source.randint(0, 23):02d}:" \
           f"{source.randint(0, 59):02d}:{source.randint(0, 59):02d}Z"


def labels(source, name, kind, zone, spot):
    result = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": kind,
        "beta.kubernetes.io/os": "linux",
        "karpenter.sh/capacity-type": "spot" if spot else "on-demand",
        "karpenter.sh/nodepool": source.choice(("general", "batch", "web")),
        "karpenter.sh/registered": "true",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": kind,
        "topology.ebs.csi.aws.com/zone": zone,
        "topology.kubernetes.io/region": REGION,
        "topology.kubernetes.io/zone": zone,
    }
    if source.random() < 0.75:
        result[CHECKPOINT_LABEL] = "true"
    return dict(sorted(result.items()))


def annotations(source, instance, hourly_cost):
    result = {
        "csi.volume.kubernetes.io/nodeid": '{"ebs.csi.aws.com":"' + instance + '"}',
        "karpenter.sh/nodepool-hash": str(source.getrandbits(63)),
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    }
    if hourly_cost is not None:
        result[HOURLY_COST_ANNOTATION] = hourly_cost
    return dict(sorted(result.items()))


def managed_fields(source):
    def entry(manager, operation, fields, subresource=None):
        value = {"manager": manager, "operation": operation, "apiVersion": "v1", "time": timestamp(source),
                 "fieldsType": "FieldsV1", "fieldsV1": fields}
        if subresource:
            value["subresource"] = subresource
        return value
    heartbeat = {"f:lastHeartbeatTime": {}}
    return [
        entry("karpenter", "Update", {"f:metadata": {"f:labels": {
            "f:karpenter.sh/capacity-type": {}, "f:karpenter.sh/nodepool": {}}}}),
        entry("kube-controller-manager", "Update", {"f:metadata": {"f:annotations": {
            "f:node.alpha.kubernetes.io/ttl": {}}}}),
        entry("kubelet", "Update", {"f:status": {
            "f:allocatable": {"f:cpu": {}, "f:memory": {}},
            "f:conditions": {'k:{"type":"%s"}' % kind: heartbeat
                             for kind in ("DiskPressure", "MemoryPressure", "PIDPressure")},
            "f:images": {}}}, "status"),
    ]


def conditions(source):
    def entry(kind, status, reason, message):
        return {"type": kind, "status": status, "lastHeartbeatTime": timestamp(source),
                "lastTransitionTime": timestamp(source), "reason": reason, "message": message}
    return [
        entry("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        entry("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        entry("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        entry("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]


def images(source):
    result = []
    for number in range(25):
        repository = REPOSITORIES[(number + source.randrange(len(REPOSITORIES))) % len(REPOSITORIES)]
        # Some images were pulled by digest, some were loaded by tag, and some have both names.
        names = [f"{repository}@sha256:{source.getrandbits(256):064x}"] if number % 5 < 2 else []
        if number % 5 >= 1:
            names.append(f"{repository}:v{source.randint(1, 9)}.{source.randint(0, 40)}")
        result.append({"names": names, "sizeBytes": source.randint(300_000, 900_000_000)})
    return result


def amounts(kind):
    vcpu, gibibytes, pods, _, _ = TYPES[kind]
    capacity = {"cpu": str(vcpu), "ephemeral-storage": "83873772Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
                "memory": f"{gibibytes * 1048576 - 524288}Ki", "pods": str(pods)}
    allocatable = dict(capacity)
    # EKS keeps 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest.
    reserved_millicores = 60 + 10 + 10 + round(2.5 * (vcpu - 4))
    allocatable["cpu"] = f"{vcpu * 1000 - reserved_millicores}m"
    allocatable["ephemeral-storage"] = "76224326324"
    allocatable["memory"] = f"{gibibytes * 1048576 - 524288 - 1048576}Ki"
    return capacity, allocatable


def node(seed, index):
    """The index-th node; it does not depend on how many are made."""
    source = random.Random(seed * 1_000_003 + index)
    address = f"10.{index // 62500 + 20}.{index // 250 % 250}.{index % 250 + 4}"
    name = "ip-" + address.replace(".", "-") + f".{REGION}.compute.internal"
    kind, zone, spot = source.choice(list(TYPES)), source.choice(ZONES), source.random() < 0.4
    instance = f"i-0{source.getrandbits(64):016x}"
    list_price = TYPES[kind][4 if spot else 3]
    # A few nodes carry a negotiated price, which wins over the table.
    hourly_cost = f"{list_price * 0.9:.4f}" if source.random() < 0.05 else None
    capacity, allocatable = amounts(kind)
    return {
        "metadata": {
            "name": name, "uid": uid(source), "resourceVersion": str(source.randint(10**6, 10**8)),
            "creationTimestamp": timestamp(source), "labels": labels(source, name, kind, zone, spot),
            "annotations": annotations(source, instance, hourly_cost), "managedFields": managed_fields(source),
        },
        "spec": {"providerID": f"aws:///{zone}/{instance}"},
        "status": {
            "capacity": capacity, "allocatable": allocatable, "conditions": conditions(source),
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "InternalDNS", "address": name},
                          {"type": "Hostname", "address": name}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "machineID": f"{source.getrandbits(128):032x}", "systemUUID": uid(source), "bootID": uid(source),
                "kernelVersion": "6.1.141-155.222.amzn2023.x86_64", "osImage": "Amazon Linux 2023.7.20250623",
                "containerRuntimeVersion": "containerd://1.7.27", "kubeletVersion": "v1.33.1-eks-1fbb135",
                "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64", "swap": {"capacity": 0},
            },
            "images": images(source),
        },
    }


def container(source, name):
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 1,
             "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
    return {
        "name": name, "image": f"ghcr.io/acme/{name}:v3.{source.randint(0, 40)}",
        "args": ["--config=/etc/app/config.yaml", "--listen=:8080"],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
                {"name": "GOMAXPROCS", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}},
                {"name": "LOG_LEVEL", "value": "info"}],
        "resources": {"limits": {"cpu": "2", "memory": "2Gi"}, "requests": {"cpu": "500m", "memory": "1Gi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"},
                         {"name": "kube-api-access-7xk2p", "readOnly": True,
                          "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
        "livenessProbe": probe, "readinessProbe": probe,
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
        "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True, "allowPrivilegeEscalation": False},
    }


def pod(source, migratable):
    """A Deployment's pod of two containers, not yet bound."""
    name = "checkout-7d9f6c5b8d-x2x9q"
    pod_labels = {"app.kubernetes.io/name": "checkout", "pod-template-hash": "7d9f6c5b8d"}
    if migratable:
        pod_labels["dakr.devzero.io/live-migration"] = "true"
    return {
        "metadata": {
            "name": name, "generateName": "checkout-7d9f6c5b8d-", "namespace": "shop", "uid": uid(source),
            "resourceVersion": "48213377", "creationTimestamp": "2025-08-17T09:12:44Z",
            "labels": dict(sorted(pod_labels.items())), "annotations": {"prometheus.io/scrape": "true"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "checkout-7d9f6c5b8d",
                                 "uid": uid(source), "controller": True, "blockOwnerDeletion": True}],
        },
        "spec": {
            "volumes": [
                {"name": "config", "configMap": {"name": "checkout", "defaultMode": 420}},
                {"name": "kube-api-access-7xk2p", "projected": {"sources": [
                    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                    {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                    {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {
                        "apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}], "defaultMode": 420}}],
            "containers": [container(source, "checkout"), container(source, "proxy")],
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "serviceAccountName": "checkout", "serviceAccount": "checkout",
            "securityContext": {"fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 100, "podAffinityTerm": {"labelSelector": {"matchLabels": {
                    "app.kubernetes.io/name": "checkout"}}, "topologyKey": "topology.kubernetes.io/zone"}}]}},
            "schedulerName": "dz-scheduler",
            "tolerations": [{"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute",
                             "tolerationSeconds": 300} for key in ("not-ready", "unreachable")],
            "priority": 0, "enableServiceLinks": True, "preemptionPolicy": "PreemptLowerPriority",
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
                                           "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {
                                               "matchLabels": {"app.kubernetes.io/name": "checkout"}}}],
        },
        "status": {"phase": "Pending", "qosClass": "Burstable"},
    }
