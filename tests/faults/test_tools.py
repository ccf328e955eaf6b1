"""The injectors and the checker themselves: what they promise to spoil is spoilt, and noticed.

A proxy that passes everything on would make every case of this suite pass.
"""
import errno
import os
import signal
import socket
import time

import pytest
import redis

from harness.ports import Ports
from harness.process import Process
from harness.throwaway import ThrowawayRedis
from harness.waiting import wait_until
from proxy import Proxy
from shim import SyncShim

LOAD_SCRIPT = "return redis.call('INCR', KEYS[1])"


class Served:
    """A Redis on a port, with a proxy in front."""

    def __init__(self, folder):
        self.ports, self.port = Ports(), None
        target = self.ports.take()
        self.server = Process("redis", [
            "redis-server", "--port", target, "--save", "", "--dir", folder], folder / "redis.log",
        ).start()
        self.port = self.ports.take()
        self.direct = redis.Redis(port=target, decode_responses=True)
        wait_until(self._answers, what="Redis")
        self.proxy = Proxy(folder, [(self.port, target)])
        self.sha = self.direct.script_load(LOAD_SCRIPT)

    def _answers(self):
        try:
            return self.direct.ping()
        except redis.ConnectionError:
            return False

    def raw(self, command, timeout=1.0):
        """Sends one command over a connection of its own; all bytes that come back, or a fault."""
        words = command.split()
        text = f"*{len(words)}\r\n" + "".join(f"${len(w)}\r\n{w}\r\n" for w in words)
        with socket.create_connection(("127.0.0.1", self.port), 2) as link:
            link.settimeout(timeout)
            link.sendall(text.encode())
            said = b""
            try:
                while not said.endswith(b"\r\n"):
                    got = link.recv(4096)
                    if not got:
                        return said, "closed"
                    said += got
            except OSError as fault:
                return said, type(fault).__name__
            return said, ""

    def buy(self, timeout=1.0):
        """A call that counts; raises the count of `sold`."""
        return self.raw(f"EVALSHA {self.sha} 1 sold", timeout)

    def sold(self):
        """How often it was executed."""
        return int(self.direct.get("sold") or 0)

    def close(self):
        """All of it ends."""
        self.proxy.close()
        self.server.kill()
        self.server.forget()
        self.ports.close()


@pytest.fixture
def served(tmp_path):
    """A Redis behind a proxy."""
    one = Served(tmp_path)
    yield one
    one.close()


def test_a_calm_proxy_passes_everything(served):
    """Nothing is told: requests and answers arrive, and are counted."""
    assert [served.buy() for _ in range(3)] == [(b":1\r\n", ""), (b":2\r\n", ""), (b":3\r\n", "")]
    assert served.raw("PING") == (b"+PONG\r\n", "")
    count = served.proxy.count(0)
    assert (count["marked"], count["fired"], count["answer"]) == (3, 0, 4)


def test_a_swallowed_answer_was_executed(served):
    """swallow 2: the second call is executed, its connection is reset; others pass."""
    served.proxy.tell("deed 0 swallow 2")
    assert served.buy() == (b":1\r\n", "")
    assert served.raw("PING") == (b"+PONG\r\n", ""), "only calls that count are counted"
    said, fault = served.buy()
    assert (said, fault) == (b"", "ConnectionResetError") and served.sold() == 2
    assert served.buy() == (b":3\r\n", "")


def test_a_muted_connection_is_silent_and_stays(served):
    """mute 1: executed, no answer, no end."""
    served.proxy.tell("deed 0 mute 1")
    assert served.buy(timeout=0.3) == (b"", "TimeoutError") and served.sold() == 1


def test_a_doubled_request_is_executed_twice_and_answered_once(served):
    """twice 1: the second answer is the one that comes."""
    served.proxy.tell("deed 0 twice 1")
    assert served.buy() == (b":2\r\n", "") and served.sold() == 2
    assert served.buy() == (b":3\r\n", "")


def test_a_request_is_cut_at_every_byte_and_executed_only_whole(served):
    """cut-up with a step: each byte in turn; the last one, which is all of it, is executed."""
    served.buy()
    size = served.proxy.count(0)["request"]
    served.proxy.tell("deed 0 cut-up 1 0 1")
    for byte in range(size):
        said, fault = served.buy()
        assert (said, fault) in [(b"", "ConnectionResetError"), (b"", "closed")], byte
        assert served.sold() == 1, byte
    served.buy()
    wait_until(lambda: served.sold() == 2, what="the whole request")


def test_an_answer_is_cut_at_a_byte(served):
    """cut-down: so many bytes arrive, then the end."""
    served.proxy.tell("deed 0 cut-down 1 2")
    assert served.buy() == (b":1", "closed") and served.sold() == 1


def test_one_way_of_a_partition(served):
    """stall down: executed, unanswered; stall up: not executed; calm: what waited goes on."""
    served.proxy.tell("stall 0 down 1")
    assert served.buy(timeout=0.2) == (b"", "TimeoutError") and served.sold() == 1
    served.proxy.tell("calm 0")
    served.proxy.tell("stall 0 up 1")
    assert served.buy(timeout=0.2) == (b"", "TimeoutError") and served.sold() == 1
    served.proxy.tell("calm 0")
    wait_until(lambda: served.sold() == 2, what="what waited")


def test_an_answer_is_forged_and_one_too_many_comes(served, tmp_path):
    """forge: executed, and other bytes come back; extra: those come behind the answer."""
    (tmp_path / "forged").write_bytes(b"+NO\r\n")
    served.proxy.tell(f"forged 0 {tmp_path}/forged")
    served.proxy.tell("deed 0 forge 1")
    assert served.buy() == (b"+NO\r\n", "") and served.sold() == 1
    served.proxy.tell("deed 0 extra 1")
    with socket.create_connection(("127.0.0.1", served.port), 2) as link:
        link.settimeout(2)
        words = ["EVALSHA", served.sha, "1", "sold"]
        link.sendall(f"*{len(words)}\r\n".encode() +
                     b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words))
        said = b""
        while len(said) < len(b":2\r\n+NO\r\n"):
            said += link.recv(4096) or pytest.fail(f"closed after {said!r}")
    assert said == b":2\r\n+NO\r\n"


def test_delay_refuse_and_reset(served):
    """Each does what it says."""
    served.proxy.tell("delay 0 down 150")
    before = time.monotonic()
    assert served.buy() == (b":1\r\n", "") and time.monotonic() - before >= 0.15
    served.proxy.tell("calm 0")
    with socket.create_connection(("127.0.0.1", served.port)) as link:
        wait_until(lambda: served.proxy.count(0)["links"] == 1, what="the link")
        served.proxy.tell("reset 0")
        link.settimeout(2)
        with pytest.raises(ConnectionResetError):
            link.recv(1)
    served.proxy.tell("refuse 0 1")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port))
    served.proxy.tell("refuse 0 0")
    assert served.buy() == (b":2\r\n", "")


def test_nonsense_is_not_obeyed(served):
    """Commands that make no sense are answered as such."""
    for command in ("", "calm", "calm 7", "deed 0 dance 1", "stall 0 sideways 1", "mark 0"):
        with pytest.raises(AssertionError):
            served.proxy.tell(command)


@pytest.fixture
def shimmed(tmp_path):
    """A Redis that syncs each write, under the shim, and its folder."""
    shim, ports = SyncShim(tmp_path), Ports()
    data = tmp_path / "data"
    data.mkdir()
    port = ports.take()
    server = Process("redis", ["redis-server", "--port", port, "--save", "", "--appendonly", "yes",
                               "--appendfsync", "always", "--dir", data], tmp_path / "redis.log",
                     shim.env())
    client = redis.Redis(port=port, decode_responses=True)

    def start():
        server.start()
        wait_until(lambda: "Ready to accept" in server.text().split("PID")[-1], what="Redis")
        wait_until(ping, what="Redis to answer")

    def ping():
        try:
            return client.ping()
        except redis.RedisError:
            return False

    yield shim, server, client, data, start
    server.kill()
    server.forget()
    shim.close()
    ports.close()


def test_the_shim_drops_what_was_not_synced(shimmed):
    """appendfsync no, then kill -9: the kernel has it, the disk has not; synced writes stay."""
    shim, server, client, data, start = shimmed
    start()
    client.set("synced", 1)
    assert shim.syncs() > 0
    client.config_set("appendfsync", "no")
    client.set("unsynced", 1)
    server.end(signal.SIGKILL)
    assert shim.lose(data) > 0 and shim.lose(data) == 0
    start()
    assert client.get("synced") == "1" and client.get("unsynced") is None


def test_a_sync_that_fails_ends_a_redis_that_must_sync(shimmed):
    """fdatasync says EIO once: no answer, and Redis ends by itself."""
    shim, server, client, _, start = shimmed
    start()
    shim.fail(errno.EIO)
    with pytest.raises(redis.ConnectionError):
        client.set("x", 1)
    assert server.wait(5) == 1


def test_a_sync_can_take_long(shimmed):
    """150 ms more for each."""
    shim, _, client, _, start = shimmed
    start()
    shim.delay(0.15)
    before = time.monotonic()
    client.set("x", 1)
    assert time.monotonic() - before >= 0.15


def test_a_throwaway_redis_is_untouched_by_shims():
    """LD_PRELOAD is in the environment of the watched server only."""
    assert "LD_PRELOAD" not in os.environ
    server = ThrowawayRedis()
    server.close()
