"""cluster - a cluster to be measured: our own in a temporary folder, or the one that is up.

Both know the same things: the entrance's port, a Redis connection as the operator, the folder of
each node's stat.log. The private one is built from the deploy/ files: nginx.conf with other ports,
redis.conf and redis-start.sh, secrets.sh, and four nodes that read their weight from nginx.conf.
"""
import os
import shutil
import subprocess
import tempfile

import fronts
from child import BenchError, Child, Ports, wait_until
from redis_wire import RedisWire

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NODE = os.environ.get("PENSTOCK_NODE", os.path.join(ROOT, "build", "penstock-node"))
RUSH = os.environ.get("PENSTOCK_RUSH", os.path.join(ROOT, "build", "bench", "rush"))
DEPLOY = os.path.join(ROOT, "deploy")
FLAGS = os.environ.get("BENCH_NODE_FLAGS", "").split()  # further settings of the nodes, to try out


def read(*parts):
    """A text file."""
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


class Site:
    """What a bench needs to know of a cluster."""

    def __init__(self, folder, redis_port, front_port):
        self.folder, self.redis_port, self.front_port = folder, redis_port, front_port
        self.nodes = {}  # name -> stat.log, lightest first
        self.weights = []

    def redis(self):
        """A new connection as the operator."""
        password = read(self.folder, "secrets", "redis-admin.password").strip()
        return RedisWire(self.redis_port, "admin", password)

    def url(self, item="ticket"):
        """The address at which the item is bought."""
        return f"http://127.0.0.1:{self.front_port}/buy/{item}"

    def stock_views(self, item):
        """What the nodes say is on sale, enough of them that each has spoken."""
        return [fronts.stock(self.front_port, item) for _ in range(sum(self.weights))]


class RunningSite(Site):
    """The cluster of `make up` or `docker compose up`; nothing of it is started or ended."""

    def __init__(self):
        super().__init__(os.path.join(ROOT, "run"), 6380, 8080)
        self.weights = fronts.weights(read(DEPLOY, "nginx.conf"))
        for port in fronts.upstream_ports(read(DEPLOY, "nginx.conf")):
            name = f"node-{port}"
            self.nodes[name] = os.path.join(self.folder, name, "stat.log")

    def close(self):
        """Leaves it as it is."""


class PrivateSite(Site):
    """nginx, four nodes and Redis of our own; close() ends them and removes the folder."""

    def __init__(self, items=("ticket",)):
        self.ports = Ports()
        ports = self.ports.take(8)
        super().__init__(tempfile.mkdtemp(prefix="penstock-bench-"), ports[4], ports[5])
        os.chmod(self.folder, 0o755)  # nginx' workers may be somebody else
        self.node_ports, self.spare_port, self.shield_port = ports[:4], ports[6], ports[7]
        self.redis_socket = os.path.join(self.folder, "redis.sock")
        self.items, self.children = items, {}
        try:
            self._start_redis()
            conf = fronts.rendered(read(DEPLOY, "nginx.conf"), self.front_port, self.node_ports)
            self.weights = fronts.weights(conf)
            self.conf = os.path.join(self.folder, "nginx.conf")
            with open(self.conf, "w", encoding="utf-8") as file:
                file.write(conf)
            for port in self.node_ports:
                self.start_node(port)
            self.children["nginx"] = fronts.start(
                "nginx", os.path.join(self.folder, "nginx"), conf, self.front_port)
            text = fronts.rendered(read(DEPLOY, "nginx.conf"), self.shield_port, self.node_ports)
            self.children["nginx with its shield"] = fronts.start(
                "nginx with its shield", os.path.join(self.folder, "shield"),
                fronts.shielded(text), self.shield_port)
        except BaseException:
            self.close()
            raise

    def _start_redis(self):
        secrets, data = os.path.join(self.folder, "secrets"), os.path.join(self.folder, "redis")
        subprocess.run([os.path.join(DEPLOY, "secrets.sh"), secrets], check=True)
        os.makedirs(data)
        argv = [os.path.join(DEPLOY, "redis-start.sh"), os.path.join(DEPLOY, "redis.conf"), data,
                "--port", self.redis_port, "--unixsocket", self.redis_socket]
        log = os.path.join(self.folder, "redis.log")
        self.children["redis"] = Child("redis", argv, log, self.redis_port).wait_listening()

    def node_argv(self, name, port):
        """The command line of a node of this site; its folder is made."""
        home = os.path.join(self.folder, name)
        os.makedirs(home, exist_ok=True)
        secrets = os.path.join(self.folder, "secrets")
        return [NODE, "--name", name, "--listen", f"127.0.0.1:{port}",
                "--items", ",".join(self.items), "--redis", f"unix:{self.redis_socket}",
                "--redis-password-file", os.path.join(secrets, "redis-node.password"),
                "--order-key-file", os.path.join(secrets, "order.key"),
                "--stat-log", os.path.join(home, "stat.log"), *FLAGS]

    def start_node(self, port):
        """Starts one of the four and waits until it is ready."""
        name = f"node-{port}"
        # Marked answers cost the usual entrance a header, and the limit has it too.
        argv = self.node_argv(name, port) + ["--weights-from", self.conf, "--shield", "1"]
        log = os.path.join(self.folder, f"{name}.log")
        child = Child(name, argv, log, port).wait_listening()
        self.children[name] = child
        self.nodes[name] = os.path.join(self.folder, name, "stat.log")
        wait_until(lambda: fronts.status(port, "/readyz") == 200, f"{name} to be ready")

    def pids(self):
        """{"nginx": [...], "nodes": [...], "redis": [...]}, for a cpu.Meter."""
        nginx = [self.children[name].pid for name in ("nginx", "nginx with its shield")]
        return {"nginx": nginx, "redis": [self.children["redis"].pid],
                "nodes": [self.children[name].pid for name in self.nodes]}

    def close(self):
        """Ends everything, entrance first, and removes the folder."""
        failed = []
        for child in reversed(list(self.children.values())):
            code = child.end()
            if code != 0:
                failed.append(f"{child.name} ended with {code}:\n{child.text()}")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.ports.close()
        if failed:
            raise BenchError("\n".join(failed))


def site_for(choice, items=("ticket",)):
    """`private`, or `up` for the cluster that is up."""
    if choice == "up":
        return RunningSite()
    for needed in (NODE, os.path.join(DEPLOY, "secrets.sh")):
        if not os.path.exists(needed):
            raise BenchError(f"{os.path.relpath(needed, ROOT)} is missing: run make first")
    return PrivateSite(items)
