"""parts - Redis, a node and nginx of one test cluster, each started as the real one is.

The configuration is the one in deploy/, rendered for other ports by replacing what its comments
name; whatever else it says is therefore under test. Everything lies in the cluster's own folder,
laid out like run/.
"""
import os
import re
import signal
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from harness import web
from harness.process import Process
from harness.scripts import ROOT
from harness.waiting import wait_until

BINARY = Path(os.environ.get("PENSTOCK_NODE", ROOT / "build" / "penstock-node"))
BINARY = BINARY if BINARY.is_absolute() else ROOT / BINARY
IS_SANITIZED = "asan" in BINARY.parts
SANITIZER_SAYS = ("AddressSanitizer", "runtime error:", "LeakSanitizer", "UndefinedBehavior")
SANITIZED = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:abort_on_error=1",
}


def replace(text, pattern, new, times):
    """re.sub that insists on the number of places."""
    text, found = re.subn(pattern, new, text, flags=re.M)
    assert found == times, f"{pattern} stands at {found} places, not {times}"
    return text


class RedisPart:
    """Redis under deploy/redis.conf, started by deploy/redis-start.sh, with ACLs and AOF."""

    def __init__(self, folder, port):
        self.port, self.secrets, self.data = port, folder / "secrets", folder / "redis"
        self.data.mkdir()
        subprocess.run([ROOT / "deploy" / "secrets.sh", self.secrets], check=True)
        text = (ROOT / "deploy" / "redis.conf").read_text("utf-8")
        self.conf = folder / "redis.conf"
        self.conf.write_text(replace(text, r"^port \d+$", f"port {port}", 1), "utf-8")
        self.process = Process("redis", [ROOT / "deploy" / "redis-start.sh", self.conf, self.data],
                               folder / "redis.log")
        self.client = self.connect()

    def connect(self, **options):
        """A client as the operator."""
        password = self.secret("redis-admin.password")
        # No retries of its own (newer versions have some): a test asks again when it wants to.
        return redis.Redis(port=self.port, username="admin", password=password,
                           decode_responses=True, retry=Retry(NoBackoff(), 0), **options)

    def secret(self, name):
        """The text of a secret's file."""
        return (self.secrets / name).read_text("ascii").strip()

    def start(self):
        """Starts it and waits until it answers."""
        self.process.start()
        wait_until(self.answers, 10, "Redis to answer")

    def answers(self):
        """It is there and has read its log."""
        assert self.process.is_running(), "Redis did not start"
        try:
            return self.client.ping()
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False


class NodePart:
    """One penstock-node in a folder of its own, named by its port as in run/."""

    def __init__(self, folder, port, redis_part, flags):
        self.port, self.name, self.folder = port, f"node-{port}", folder / f"node-{port}"
        self.binary = BINARY
        self.folder.mkdir(exist_ok=True)
        self.stat_log = self.folder / "stat.log"
        self.flags = {
            "listen": f"127.0.0.1:{port}",
            "redis": f"127.0.0.1:{redis_part.port}",
            "redis-password-file": redis_part.secrets / "redis-node.password",
            "order-key-file": redis_part.secrets / "order.key",
            "payment-key-file": redis_part.secrets / "payment.key",
            "token-key-file": redis_part.secrets / "token.key",
            "operator-token-file": redis_part.secrets / "operator.token",
            "stat-log": self.stat_log,
            # sockets() looks into it, which takes root or this.
            **({} if os.geteuid() == 0 else {"debuggable": 1}), **flags}
        self.env = dict(SANITIZED)
        self.process = Process(self.name, self.argv(), folder / f"{self.name}.log", self.env,
                               cwd=self.folder)

    def argv(self, *more):
        """The command line."""
        words = [self.binary]
        for flag, value in self.flags.items():
            words += [f"--{flag}", str(value)]
        return words + list(more)

    def start(self, **flags):
        """Starts it, perhaps with other flags (deadline_ms=500)."""
        self.flags.update({name.replace("_", "-"): value for name, value in flags.items()})
        self.process.argv = [str(word) for word in self.argv()]
        self.process.start()
        return self

    def is_ready(self):
        """It may sell, as it says itself."""
        assert self.process.is_running(), f"{self.name} ended by itself: {self.process.text()}"
        return web.get(self.port, "/readyz").status == 200

    def sockets(self):
        """How many sockets it has open."""
        folder, found = Path(f"/proc/{self.process.pid}/fd"), 0
        for descriptor in folder.iterdir():
            try:
                found += os.readlink(descriptor).startswith("socket:")
            except OSError:
                pass  # closed meanwhile
        return found

    def check_sanitizers(self):
        """Fails when a sanitizer has said anything."""
        text = self.process.text()
        at = min((text.find(word) for word in SANITIZER_SAYS if word in text), default=-1)
        assert at < 0, f"{self.name}: {text[at:at + 4000]}"


class NginxPart:
    """nginx under deploy/nginx.conf, in front of the given node ports and the ledger's."""

    def __init__(self, folder, port, node_ports, ledger_port, shield=False):
        self.port, self.prefix = port, folder / "nginx"
        self.prefix.mkdir()
        text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
        text = replace(text, r"listen 0\.0\.0\.0:8080", f"listen 127.0.0.1:{port}", 1)
        for standard, ours in zip((3001, 3002, 3003, 3004), node_ports):
            text = replace(text, rf"127\.0\.0\.1:{standard} ", f"127.0.0.1:{ours} ", 6)
        text = replace(text, r"server 127\.0\.0\.1:3100;", f"server 127.0.0.1:{ledger_port};", 1)
        text = replace(text, r'alias "[^"]*";', f'alias "{ROOT}/web/";', 1)
        text = replace(text, r'"GET " off;', f'"GET " {"shield" if shield else "off"};', 1)
        self.conf = self.prefix / "nginx.conf"
        self.conf.write_text(text, "utf-8")
        path = os.environ.get("PATH", "") + ":/usr/sbin"
        self.process = Process("nginx", [
            "nginx", "-e", "stderr", "-p", self.prefix, "-c", self.conf, "-g", self.extra(),
        ], folder / "nginx.log", {"PATH": path}, with_us=signal.SIGTERM)

    @staticmethod
    def extra():
        """Workers who may read the pages where they lie, as in local.sh."""
        return "daemon off; user root;" if os.getuid() == 0 else "daemon off;"

    def start(self):
        """Starts it and waits until it answers."""
        self.process.start()
        wait_until(lambda: web.get(self.port, "/").status == 200, what="nginx to answer")
