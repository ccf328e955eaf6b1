"""idle - what an idle connection costs a node, by holding thousands of them.

Every connection has made a request and read its answer before it idles, so that whatever the node
allocates for a connection has been allocated. The figure is resident memory of the process; what
the kernel keeps for the sockets is not in it.
"""
import os
import resource
import socket
import time

import cpu
import fronts
from child import BenchError, Child, wait_until


def _allow_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
    except ValueError:
        raise BenchError(f"{count} descriptors are needed, ulimit -Hn says {hard}") from None


def _ask(link, item):
    link.sendall(f"GET /buy/{item} HTTP/1.1\r\nHost: idle\r\n\r\n".encode())
    answer = b""
    while not answer.endswith(b"\n") or b"\r\n\r\n" not in answer:
        data = link.recv(4096)
        if not data:
            raise BenchError("the node closed a connection that should idle")
        answer += data
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise BenchError(f"not an answer of 200: {answer[:80]!r}")


def _opened(port, item):
    link = socket.create_connection(("127.0.0.1", port), timeout=10)
    _ask(link, item)
    return link


def measure(site, item, connections):
    """(bytes of memory a connection, milliseconds of one more request while all are held)."""
    _allow_descriptors(connections + 200)
    name, port = "node-idle", site.spare_port
    child = Child(name, site.node_argv(name, port), os.path.join(site.folder, f"{name}.log"), port)
    held = []
    try:
        child.wait_listening()
        wait_until(lambda: fronts.status(port, "/readyz") == 200, f"{name} to be ready")
        wait_until(lambda: fronts.stock(port, item), f"{name} to know {item}")
        held.append(_opened(port, item))
        before = cpu.resident_bytes(child.pid)
        held.extend(_opened(port, item) for _ in range(connections))
        after = cpu.resident_bytes(child.pid)
        began = time.monotonic()
        _opened(port, item).close()
        took_ms = (time.monotonic() - began) * 1000
        for link in held:  # nobody was let go in the meantime
            _ask(link, item)
    finally:
        for link in held:
            link.close()
        child.end()
    return (after - before) / connections, took_ms
