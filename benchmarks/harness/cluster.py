"""A real etcd, kube-apiserver and kube-scheduler on loopback, for `benchmarks/run scheduler`."""

import concurrent.futures
import http.client
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import urllib.request

import servers

TOKEN = "benchmark"
SCHEDULER_NAME = "dz-scheduler"


class API:
    """The API server as its administrator; one connection for each thread."""

    def __init__(self, port, authority):
        self.port = port
        self.context = ssl.create_default_context(cafile=authority)
        self.local = threading.local()

    def send(self, method, path, body=None):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=120)
            self.local.connection = connection
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise servers.ServerFailure(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def send_all(self, calls):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda call: self.send(*call), calls):
                pass


class Cluster:
    """etcd and kube-apiserver with nodes, started on construction."""

    def __init__(self, kit, binaries, nodes):
        self.kit, self.binaries = kit, binaries
        self.folder = tempfile.mkdtemp(prefix="bench-cluster-")
        self.processes = []
        storage = self.start_etcd()
        port = servers.free_port()
        self.api = API(port, kit.authority)
        self.start_api_server(port, storage)
        self.kubeconfig = self.write("kubeconfig", f"""apiVersion: v1
kind: Config
current-context: bench
contexts: [{{name: bench, context: {{cluster: bench, user: bench}}}}]
clusters: [{{name: bench, cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: "{kit.authority}"}}}}]
users: [{{name: bench, user: {{token: {TOKEN}}}}}]
""")
        self.api.send_all(("POST", "/api/v1/nodes", node) for node in self.nodes(nodes))

    def nodes(self, count):
        """The generator's nodes without what an API server fills in itself."""
        with open(self.kit.input("nodes.jsonl"), encoding="utf-8") as file:
            for _, line in zip(range(count), file):
                node = json.loads(line)
                for field in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
                    del node["metadata"][field]
                yield {"apiVersion": "v1", "kind": "Node", **node}

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_etcd(self):
        client, peer = (f"http://127.0.0.1:{servers.free_port()}" for _ in range(2))
        process = servers.Process("etcd", [
            f"{self.binaries}/etcd", "--data-dir", f"{self.folder}/etcd", "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", f"default={peer}", "--log-level", "error", "--logger", "zap",
            "--unsafe-no-fsync"], core=None)
        self.processes.append(process)
        process.wait_for_port(int(client.rsplit(":", 1)[1]))
        return client

    def start_api_server(self, port, storage):
        tokens = self.write("tokens.csv", f'{TOKEN},admin,admin,"system:masters"\n')
        key = f"{self.folder}/service-account.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        options = {
            "etcd-servers": storage, "bind-address": "127.0.0.1", "secure-port": port,
            "tls-cert-file": self.kit.certificate, "tls-private-key-file": self.kit.key, "token-auth-file": tokens,
            "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
            "service-account-signing-key-file": key, "service-account-key-file": key, "authorization-mode": "RBAC",
            "service-cluster-ip-range": "10.96.0.0/16", "endpoint-reconciler-type": "none",
            # Nobody would make default service accounts or take a new node's taint away here.
            "disable-admission-plugins": "ServiceAccount,TaintNodesByCondition,Priority",
            "max-requests-inflight": 2000, "max-mutating-requests-inflight": 1000,
            "enable-priority-and-fairness": "false"}
        process = servers.Process("kube-apiserver", [f"{self.binaries}/kube-apiserver"] + [
            f"--{name}={value}" for name, value in options.items()], core=None)
        self.processes.append(process)
        process.wait_for_port(port, seconds=180)

        def ready():
            try:
                self.api.send("GET", "/readyz")
                return True
            except (servers.ServerFailure, OSError, http.client.HTTPException):
                return False
        servers.wait_until(ready, 180, "readiness of kube-apiserver", interval=0.2)

    def make_pods(self, count):
        """Pending pods of our scheduler's, every fourth one live-migratable."""
        def pod(index):
            labels = {"app": "bench"}
            if index % 4 == 0:
                labels["dakr.devzero.io/live-migration"] = "true"
            return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{index}", "labels": labels}, "spec": {
                "schedulerName": SCHEDULER_NAME, "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 0, "containers": [{
                    "name": "main", "image": "app", "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}}}]}}
        self.api.send_all(("POST", "/api/v1/namespaces/default/pods", pod(index)) for index in range(count))

    def delete_pods(self):
        self.api.send("DELETE", "/api/v1/namespaces/default/pods?gracePeriodSeconds=0",
                      {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0})

        def none_left():
            return json.loads(self.api.send("GET", "/api/v1/namespaces/default/pods?limit=1"))["items"] == []
        servers.wait_until(none_left, 120, "deletion of all pods", interval=0.2)

    def start_scheduler(self, extender, cache_capable, percentage):
        """kube-scheduler with an extender at https://HOST:PORT, or without one; returns its process and port."""
        port = servers.free_port()
        stanzas = [] if extender is None else [{
            "urlPrefix": f"https://{extender}", "filterVerb": "filter", "prioritizeVerb": "prioritize", "weight": 1,
            "enableHTTPS": True, "nodeCacheCapable": cache_capable, "ignorable": False, "httpTimeout": "30s",
            "tlsConfig": {"caFile": self.kit.authority}}]
        configuration = {
            "apiVersion": "kubescheduler.config.k8s.io/v1beta1", "kind": "KubeSchedulerConfiguration",
            # Far above the default of 50 a second, which would hide what an extender costs.
            "clientConnection": {"kubeconfig": self.kubeconfig, "qps": 10000, "burst": 10000},
            "leaderElection": {"leaderElect": False}, "percentageOfNodesToScore": percentage,
            "healthzBindAddress": f"127.0.0.1:{port}", "metricsBindAddress": f"127.0.0.1:{port}",
            "profiles": [{"schedulerName": SCHEDULER_NAME}], "extenders": stanzas}
        process = servers.Process("kube-scheduler", [
            f"{self.binaries}/kube-scheduler", "--config", self.write("scheduler.yaml", json.dumps(configuration)),
            "--secure-port", "0"], core=None)
        process.wait_for_port(port)
        return process, port

    def stop(self):
        for process in reversed(self.processes):
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def attempts(port):
    """How many scheduling attempts a kube-scheduler has made, by result."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    result = {}
    for line in text.splitlines():
        if line.startswith("scheduler_schedule_attempts_total{"):
            name = line.split('result="', 1)[1].split('"', 1)[0]
            result[name] = result.get(name, 0) + int(float(line.rsplit(" ", 1)[1]))
    return result
