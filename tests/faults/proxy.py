"""proxy - starts resp_proxy and tells it what to spoil; see tools/rules.h for what it can.

    with Proxy(folder, [(port, target), ...]) as proxy:
        proxy.tell("deed 0 swallow 1")
        proxy.wait_fired(0, 1)
"""
import os
import socket
import threading
from pathlib import Path

from harness.process import Process
from harness.scripts import ROOT
from harness.waiting import wait_until

TOOLS = ROOT / os.environ.get("PENSTOCK_FAULT_TOOLS", "build/faults")


class Proxy:
    """A running resp_proxy with some routes, numbered from 0."""

    def __init__(self, folder, routes, raw=False, name="proxy"):
        self.control = str(Path(folder) / f"{name}.sock")
        self.process = Process(name, [
            TOOLS / "resp_proxy", self.control,
            *[f"{'raw:' if raw else ''}{port}:{target}" for port, target in routes],
        ], Path(folder) / f"{name}.log").start()
        self.lock = threading.Lock()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.control + ".us")
        self.socket.settimeout(5)
        wait_until(lambda: Path(self.control).exists(), what="the proxy to listen")
        self.socket.connect(self.control)

    def tell(self, command):
        """One command of rules.h; returns what the proxy said."""
        with self.lock:
            self.socket.send(command.encode())
            said = self.socket.recv(512).decode()
        assert not said.startswith("what?"), said
        return said

    def count(self, route):
        """marked, fired, links, request, answer of a route."""
        return {name: int(number) for name, number in
                (pair.split("=") for pair in self.tell(f"count {route}").split())}

    def wait_fired(self, route, times, timeout=10.0):
        """Until a route's deeds were done so often in all."""
        wait_until(lambda: self.count(route)["fired"] >= times, timeout,
                   f"{times} deeds on route {route}", every=0.002)

    def close(self):
        """Ends it."""
        self.process.kill()
        self.process.forget()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
