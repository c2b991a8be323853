"""The servers that take part in a comparison: how each is started, found and stopped."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

SERVER_CORE, CLIENT_CORE = "0", "1"


class ServerFailure(Exception):
    """A server did not start, or ended while it was needed."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds, what, interval=0.02):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise ServerFailure(f"{what} did not happen within {seconds} s")
        time.sleep(interval)


class Process:
    """A child process bound to one core, whose output goes to a file."""

    def __init__(self, name, command, core=SERVER_CORE, environment=None):
        self.name = name
        self.log = tempfile.NamedTemporaryFile(prefix=f"bench-{name}-", suffix=".log", delete=False)
        self.started = time.monotonic()
        self.child = subprocess.Popen(
            (["taskset", "-c", core] if core else []) + command, stdout=self.log, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, start_new_session=True)
        self.pid = self.child.pid

    def output(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for_output(self, pattern, seconds=60):
        def found():
            if self.child.poll() is not None:
                raise ServerFailure(f"{self.name} ended with {self.child.returncode}:\n{self.output()[-2000:]}")
            return re.search(pattern, self.output())
        wait_until(found, seconds, f"{self.name}'s start")
        return re.search(pattern, self.output())

    def wait_for_port(self, port, seconds=60):
        def accepts():
            if self.child.poll() is not None:
                raise ServerFailure(f"{self.name} ended with {self.child.returncode}:\n{self.output()[-2000:]}")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_until(accepts, seconds, f"{self.name}'s listening")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.log.close()
        os.unlink(self.log.name)

    def cpu_seconds(self):
        """User and system time so far, of ended threads too."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident and peak resident memory in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            fields = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", file.read(), re.M))
        return {"resident": int(fields["VmRSS"]) * 1024, "peak": int(fields["VmHWM"]) * 1024}

    def reset_peak(self):
        """Makes the peak start again from what is resident now (proc(5), clear_refs)."""
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")


class Kit:
    """Paths of everything that a run needs."""

    def __init__(self, cache, product=None):
        self.cache, self.product = cache, product
        self.inputs = os.path.join(cache, "inputs")
        self.certificate = os.path.join(cache, "tls", "tls.crt")
        self.key = os.path.join(cache, "tls", "tls.key")
        self.authority = os.path.join(cache, "tls", "ca.crt")

    def tool(self, name):
        return os.path.join(self.cache, "bin", name)

    def input(self, *parts):
        return os.path.join(self.inputs, *parts)


class Server:
    """What a case is sent to. Subclasses start `process` and set `address`."""

    is_floor = False

    def path(self, case, index):
        """Where step `index` of the case is sent."""
        return f"/{index}.json" if self.is_floor else "/" + case["steps"][index]["verb"]

    def stop(self):
        self.process.stop()


class Peer(Server):
    """The Go extender; `collect_at` is its GOGC. As a floor, it answers without looking at what it is asked."""

    def __init__(self, kit, collect_at, floor=False):
        self.kit, self.collect_at, self.options = kit, collect_at, ["-floor"] if floor else []
        self.name = "floor-go" if floor else f"go-gogc{collect_at}"

    def start(self, case, cluster_nodes, replies, core=SERVER_CORE):
        kit = self.kit
        self.process = Process(self.name, [
            kit.tool("peer-go"), "-certificate", kit.certificate, "-key", kit.key, "-gogc", str(self.collect_at),
            "-prices", kit.input("prices.csv"), "-nodes", kit.input("nodes.jsonl"), "-limit", str(cluster_nodes)] + self.options,
            core=core)
        self.address = self.process.wait_for_output(r"listening on (\S+)").group(1)


class StaticFloor(Server):
    """nghttpd: takes the same bytes in and gives the same bytes out, from files, with nothing in between."""

    name = "floor-nghttpd"
    is_floor = True

    def __init__(self, kit):
        self.kit = kit

    def start(self, case, cluster_nodes, replies):
        port = free_port()
        self.process = Process(self.name, [
            "nghttpd", "-a", "127.0.0.1", "-d", replies, "-w", "22", "-W", "24", str(port), self.kit.key,
            self.kit.certificate])
        self.process.wait_for_port(port)
        self.address = f"127.0.0.1:{port}"


class TransportFloor(Server):
    """Our own transport with a responder that gives recorded replies without looking at the request."""

    name = "floor-transport"
    is_floor = True

    def __init__(self, kit, parts):
        self.kit, self.parts = kit, parts

    def start(self, case, cluster_nodes, replies):
        self.process = Process(self.name, [
            self.parts, "echo", "--certificate", self.kit.certificate, "--key", self.kit.key, "--replies", replies])
        self.address = self.process.wait_for_output(r"listening on (\S+)").group(1)


class PartsExtender(Server):
    """Our verbs over our transport, without the rest of the product."""

    name = "dakr-parts"

    def __init__(self, kit, parts):
        self.kit, self.parts = kit, parts

    def start(self, case, cluster_nodes, replies):
        kit = self.kit
        self.process = Process(self.name, [
            self.parts, "extender", "--certificate", kit.certificate, "--key", kit.key, "--prices",
            kit.input("prices.csv"), "--nodes", kit.input("nodes.jsonl"), "--limit", str(cluster_nodes)])
        self.address = self.process.wait_for_output(r"listening on (\S+)").group(1)


class Product(Server):
    """`dakr-scheduler serve`, which learns its nodes from an API server."""

    name = "dakr"

    def __init__(self, kit):
        self.kit = kit

    def start(self, case, cluster_nodes, replies, pods=0, events=0):
        self.api = APIStub(self.kit, cluster_nodes, pods, events)
        self.launch(self.api.kubeconfig)

    def start_alone(self):
        """Without an API server: serves full nodes only."""
        self.launch("none")

    def launch(self, kubeconfig, core=SERVER_CORE):
        kit = self.kit
        port, plain = free_port(), free_port()
        self.address, self.plain = f"127.0.0.1:{port}", f"127.0.0.1:{plain}"
        self.process = Process(self.name, [
            kit.product, "serve", "--tls-cert", kit.certificate, "--tls-key", kit.key, "--kubeconfig", kubeconfig,
            "--price-file", kit.input("prices.csv"), "--strategy", "unit", "--listen", self.address, "--metrics-listen", self.plain,
        ], core=core, environment={"DAKR_LIMITS_BODY_BYTES": "256MiB", "DAKR_LIMITS_BUFFERED_BYTES": "2GiB"})
        wait_until(self.is_ready, 120, "readiness of dakr-scheduler", interval=0.002)
        self.ready_at = time.monotonic()

    def is_ready(self):
        if self.process.child.poll() is not None:
            raise ServerFailure(f"dakr-scheduler ended:\n{self.process.output()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://{self.plain}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        self.process.stop()
        if self.api:
            self.api.stop()


class APIStub:
    """The stand-in for kube-apiserver; runs on the client's core, as it is idle while requests are measured."""

    def __init__(self, kit, nodes, pods=0, events=0):
        self.process = Process("api-stub", [
            kit.tool("api-stub"), "-certificate", kit.certificate, "-key", kit.key, "-nodes", kit.input("nodes.jsonl"),
            "-limit", str(nodes), "-pods", str(pods), "-events", str(events)], core=CLIENT_CORE)
        self.address = self.process.wait_for_output(r"listening on (\S+)").group(1)
        self.kubeconfig = os.path.join(tempfile.mkdtemp(prefix="bench-"), "kubeconfig")
        with open(self.kubeconfig, "w", encoding="utf-8") as file:
            file.write(f"""apiVersion: v1
kind: Config
current-context: bench
contexts: [{{name: bench, context: {{cluster: bench, user: bench}}}}]
clusters: [{{name: bench, cluster: {{server: "https://{self.address}", certificate-authority: "{kit.authority}"}}}}]
users: [{{name: bench, user: {{token: bench}}}}]
""")

    def stop(self):
        self.process.stop()
        os.unlink(self.kubeconfig)
        os.rmdir(os.path.dirname(self.kubeconfig))
