"""The load generator against servers that misbehave: every attempt is accounted for.

Run by `python3 -m pytest bench/test_rush.py`; PENSTOCK_RUSH names the binary to test.
"""
import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUSH = os.environ.get("PENSTOCK_RUSH", os.path.join(ROOT, "build", "bench", "rush"))
BODY = b'{"code":-1,"reason":"SOLD_OUT"}\n'


def answer(body=BODY, status=b"200 OK", headers=b""):
    """A good answer."""
    return (b"HTTP/1.1 " + status + b"\r\n" + headers
            + b"Content-Length: %d\r\n\r\n" % len(body) + body)


class Server:
    """Runs `behave(link, request, number)` for each request; number counts all of them from 0."""

    def __init__(self, behave):
        self.behave, self.requests, self.lock = behave, [], threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                link, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link):
        with link, contextlib.suppress(OSError):
            pending = b""
            while True:
                data = link.recv(4096)
                if not data:
                    return
                pending += data
                while b"\r\n\r\n" in pending:
                    request, pending = pending.split(b"\r\n\r\n", 1)
                    with self.lock:
                        self.requests.append(request.decode())
                        number = len(self.requests) - 1
                    self.behave(link, self.requests[number], number)


@pytest.fixture(name="serve")
def _serve():
    servers = []

    def start(behave):
        servers.append(Server(behave))
        return servers[-1]

    yield start
    for server in servers:
        server.socket.close()


def run(server, requests, *options, connections=4):
    """(exit code, report)."""
    done = subprocess.run(
        [RUSH, "--json", "--quiet", "-n", str(requests), "-c", str(connections), *options,
         f"127.0.0.1:{server.port}"], stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    report = json.loads(done.stdout)
    ended = sum(report[name] for name in ("answers_total", "broken", "timed_out", "malformed",
                                          "abandoned"))
    assert report["attempts"] == ended
    return done.returncode, report


def test_every_buyer_is_different_and_asks_once(serve):
    """A server that always answers: N requests, N users, N keys, each a first attempt."""
    server = serve(lambda link, request, number: link.sendall(answer()))
    code, report = run(server, 200)
    users = {request.split("user=")[1].split(" ")[0] for request in server.requests}
    keys = {request.split("Idempotency-Key: ")[1].split("\r\n")[0] for request in server.requests}
    assert (code, report["settled"], len(server.requests)) == (0, 200, 200)
    assert len(users) == len(keys) == 200
    assert all("Idempotency-Attempt: 1\r\n" in request + "\r\n" for request in server.requests)
    assert report["answers"] == [{"status": 200, "reason": "SOLD_OUT", "count": 200}]


def test_a_connection_that_breaks_loses_one_request(serve):
    """Every tenth request is answered by closing: those are broken, all others settled."""
    def behave(link, _request, number):
        if number % 10 == 9:
            link.shutdown(socket.SHUT_RDWR)
        else:
            link.sendall(answer())
    code, report = run(serve(behave), 100)
    assert (code, report["broken"], report["settled"]) == (1, 10, 90)


def test_a_broken_request_is_asked_again_under_its_key(serve):
    """With --retry the same key comes again, and no longer as a first attempt."""
    def behave(link, _request, number):
        if number == 0:
            link.shutdown(socket.SHUT_RDWR)
        else:
            link.sendall(answer(b'{"reason":"REPEATED","orderId":"ticket-1-ab"}'))
    server = serve(behave)
    code, report = run(server, 1, "--retry", "3", connections=1)
    first, second = server.requests
    assert (code, report["sold"], report["broken"], report["retried"]) == (0, 1, 1, 1)
    assert first == second.rstrip("\r\n") + "\r\nIdempotency-Attempt: 1"
    assert "Idempotency-Attempt" not in second


def test_half_an_answer_is_a_broken_one(serve):
    """The server dies in the middle of a body: at once broken, not only after the time-out."""
    def behave(link, _request, _number):
        link.sendall(answer()[:-5])
        link.shutdown(socket.SHUT_RDWR)
    began = time.monotonic()
    _, report = run(serve(behave), 5, connections=1)
    assert (report["broken"], report["timed_out"]) == (5, 0)
    assert time.monotonic() - began < 5


def test_an_answer_in_single_bytes_is_whole(serve):
    """TCP may cut anywhere."""
    def behave(link, _request, _number):
        for at in range(len(answer())):
            link.sendall(answer()[at:at + 1])
    code, report = run(serve(behave), 10, connections=2)
    assert (code, report["settled"]) == (0, 10)


@pytest.mark.parametrize("nonsense", [
    b"hello\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nab",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc",
    b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"reason":"no!"}',
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 4000 + b"\r\n\r\n",
], ids=lambda text: repr(text[:40]))
def test_nonsense_is_malformed_and_the_run_goes_on(serve, nonsense):
    """The first answer is nonsense: one malformed, and the others are settled."""
    def behave(link, _request, number):
        link.sendall(nonsense if number == 0 else answer())
    code, report = run(serve(behave), 5, connections=1)
    assert (code, report["malformed"], report["settled"]) == (1, 1, 4)


def test_a_silent_server_is_timed_out(serve):
    """An answer that never comes costs its request and no other."""
    def behave(link, _request, number):
        if number != 0:
            link.sendall(answer())
    _, report = run(serve(behave), 5, "--timeout-ms", "300", connections=1)
    assert (report["timed_out"], report["settled"]) == (1, 4)


def test_a_busy_server_is_asked_again_when_it_said(serve):
    """503 with Retry-After: with --retry the request rests that long and is then settled."""
    def behave(link, _request, number):
        busy = answer(b'{"reason":"BUSY"}', b"503 Busy", b"Retry-After: 1\r\n")
        link.sendall(busy if number == 0 else answer())
    began = time.monotonic()
    code, report = run(serve(behave), 1, "--retry", "1", connections=1)
    assert (report["settled"], report["retried"], report["answers_total"]) == (1, 1, 2)
    assert code == 0 and time.monotonic() - began >= 1


def test_connection_close_is_obeyed(serve):
    """Each answer says close: every request has a connection of its own, none is broken."""
    def behave(link, _request, _number):
        link.sendall(answer(headers=b"Connection: close\r\n"))
        link.shutdown(socket.SHUT_RDWR)
    code, report = run(serve(behave), 20, connections=2)
    assert (code, report["connects"], report["broken"]) == (0, 20, 0)


def test_nobody_there_ends_the_run(serve):
    """A closed port: the run gives up after its patience and says that nothing was asked."""
    server = serve(lambda *_: None)
    server.socket.shutdown(socket.SHUT_RDWR)
    code, report = run(server, 100, "--patience-ms", "300")
    assert (code, report["asked"], report["gave_up"]) == (1, 0, True)
    assert report["connect_failures"] > 0


def test_interrupted_it_tells_what_is_known(serve):
    """SIGINT in mid-run: exit 130, and the sums still hold."""
    server = serve(lambda link, request, number: (time.sleep(0.001), link.sendall(answer())))
    argv = [RUSH, "--json", "--quiet", "-n", "1000000", "-c", "4", f"127.0.0.1:{server.port}"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
        while len(server.requests) < 50:
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        report = json.loads(child.communicate(timeout=10)[0])
    assert child.returncode == 130 and report["interrupted"]
    assert report["asked"] == report["settled"] == len(server.requests)


def test_what_was_promised_is_written_down(serve, tmp_path):
    """--orders: a line for each unit sold, and for nothing else."""
    def behave(link, _request, number):
        sold = b'{"code":1,"reason":"ACCEPTED","orderId":"ticket-%d-ab"}' % number
        link.sendall(answer(sold if number < 3 else BODY))
    path = tmp_path / "orders"
    _, report = run(serve(behave), 10, "--seed", "s", "--orders", str(path), connections=1)
    assert report["sold"] == 3
    assert path.read_text().splitlines() == [f"ks-{n} ACCEPTED ticket-{n}-ab" for n in range(3)]


@pytest.mark.parametrize("words", [
    ["-n", "0"], ["-n", "1x"], ["-c", "-1"], ["nowhere"], ["a:0"], ["--seed", "a b"],
    ["--item", "a/b"], ["--what"], ["a:1", "b:1"],
])
def test_bad_options_are_refused(words):
    """Exit 2 and a sentence, before anything is sent."""
    done = subprocess.run([RUSH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=10, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "rush: " in done.stderr


def test_help_tells_every_option():
    """--help goes to stdout and exits 0."""
    done = subprocess.run([RUSH, "--help"], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--requests", "--retry", "--orders", "--json"))
