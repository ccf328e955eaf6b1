"""web - an HTTP client that can send anything, to many connections at once.

Well-formed requests are built by request(); hostile ones are plain bytes. Each goes over a
connection of its own and is answered by an Answer, whatever happens: a refused connection, a cut
answer or a deadline is an answer with status 0 and the reason in `fault`.
"""
import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import quote

from harness.waiting import stretched


@dataclass
class Answer:
    """What came back for one request."""

    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""
    seconds: float = 0.0
    key: str = ""

    @property
    def json(self):
        """The body as JSON; fails if it is none."""
        return json.loads(self.body)

    @property
    def reason(self):
        """The word of a /buy answer, or "" if there is none."""
        try:
            return self.json.get("reason", "")
        except ValueError:
            return ""

    @property
    def seq(self):
        """The seq in the order's number, or None."""
        data = self.json.get("data") if self.status == 200 else None
        return int(data["orderId"].rsplit("-", 2)[1]) if data else None

    def __repr__(self):
        text = self.body.decode("utf-8", "replace").strip()[:180]
        return f"<{self.status} {text!r}{' ' + self.fault if self.fault else ''}>"


def request(path, method="GET", headers=None, body=None):
    """The bytes of a well-formed request; a dict as body is sent as JSON."""
    lines = {"Host": "penstock.test"}
    if isinstance(body, dict):
        body = json.dumps(body).encode()
        lines["Content-Type"] = "application/json"
    if body is not None:
        lines["Content-Length"] = str(len(body))
    lines.update(headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + (body or b"")


def purchase(item="ticket", key=None, user=None, units=None, first=False, method="GET",
             headers=None, body=None):
    """The bytes of a purchase; `first` says Idempotency-Attempt: 1."""
    named = {"user": user, "units": units}
    query = "&".join(f"{name}={quote(str(value), safe='')}"
                     for name, value in named.items() if value is not None)
    lines = dict(headers or {})
    if key is not None:
        lines["Idempotency-Key"] = key
    if first:
        lines["Idempotency-Attempt"] = "1"
    return request(f"/buy/{item}{'?' + query if query else ''}", method, lines, body)


async def _read(reader, head_only):
    """One answer from a connection: head, then Content-Length bytes."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip()
               for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    status = int(lines[0].split()[1])
    size = 0 if head_only or status == 304 else int(headers.get("content-length", 0))
    return Answer(status, headers, await reader.readexactly(size))


async def _ask(port, raw, timeout):
    start, writer = time.monotonic(), None
    try:
        async with Deadline(timeout):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            writer.write(raw)
            answer = await _read(reader, raw.startswith(b"HEAD "))
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError,
            asyncio.TimeoutError, asyncio.CancelledError) as fault:
        answer = Answer(fault=f"{type(fault).__name__} {fault}")
    finally:
        if writer:
            writer.transport.abort()
    answer.seconds = time.monotonic() - start
    return answer


class Deadline:
    """Cancels the surrounding coroutine after a while (asyncio.timeout came with 3.11 only)."""

    def __init__(self, seconds):
        self.seconds, self.handle = seconds, None

    async def __aenter__(self):
        task = asyncio.current_task()
        self.handle = asyncio.get_running_loop().call_later(self.seconds, task.cancel)

    async def __aexit__(self, *_):
        self.handle.cancel()


def ask_all(pairs, timeout=10.0):
    """Sends every (port, bytes) at once, each over its own connection; returns the Answers."""
    async def everybody():
        return await asyncio.gather(*[_ask(port, raw, stretched(timeout)) for port, raw in pairs])
    return asyncio.run(everybody())


def ask_at(triples, timeout=10.0):
    """Sends every (port, bytes, unix time) at its time; returns the Answers."""
    async def one(port, raw, at):
        await asyncio.sleep(max(0.0, at - time.time()))
        return await _ask(port, raw, stretched(timeout))

    async def everybody():
        return await asyncio.gather(*[one(*triple) for triple in triples])
    return asyncio.run(everybody())


def ask(port, raw, timeout=10.0):
    """Sends one request; returns its Answer."""
    return ask_all([(port, raw)], timeout)[0]


def pipeline(port, requests, timeout=10.0):
    """Sends all requests over one connection at once; returns their answers, in order."""
    async def talk():
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        try:
            async with Deadline(stretched(timeout)):
                writer.write(b"".join(requests))
                return [await _read(reader, False) for _ in requests]
        finally:
            writer.transport.abort()
    return asyncio.run(talk())


def get(port, path, **headers):
    """A plain GET."""
    return ask(port, request(path, headers=headers))
