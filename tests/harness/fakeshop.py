"""fakeshop - a server that answers as Penstock does, or as a test wants it to; one thread, a loop.

    shop = FakeShop(port)
    shop.stock(state="open", rules={"startsAt": at})
    shop.buy = lambda request: accepted("ticket-00000001-0123456789ab")
    shop.asked("/buy/")             # what came, with the time of its arrival

Its clock is this machine's plus `shift_ms`. An answer is (status, dict) or (status, dict, headers),
or bytes that are sent as they are, or Later(seconds, answer), or a word: "cut" (the connection ends
without an answer), "hang" (nothing, until close()).
"""
import asyncio
import json
import threading
import time
from collections import namedtuple
from urllib.parse import parse_qs, urlsplit

Later = namedtuple("Later", "seconds answer")
Asked = namedtuple("Asked", "method path query headers body at")
ORDER = "ticket-00000042-9f0c5a7d21be"


def accepted(order=ORDER, reason="ACCEPTED", pay_in_s=300):
    """The answer to a purchase that is one."""
    return 200, {"code": 1, "msg": "抢票成功", "success": True, "resultCode": 0, "reason": reason,
                 "data": {"orderId": order, "payBefore": int((time.time() + pay_in_s) * 1000)}}


def refused(reason, code=60074, status=200, retryable=False, headers=None, **more):
    """Any other answer to a purchase."""
    return status, {"code": -1 if status == 200 else -2, "msg": "没有", "success": False,
                    "resultCode": code, "reason": reason, "retryable": retryable, **more}, \
        headers or {}


def as_bytes(answer):
    """The bytes of an answer."""
    if isinstance(answer, bytes):
        return answer
    status, body, headers = (*answer, {})[:3]
    text = json.dumps(body, ensure_ascii=False).encode() + b"\n"
    lines = {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} As It Is\r\n{head}\r\n".encode("latin-1") + text


class Script:
    """Answers in turn, the last for all others; each an answer or a function of the request."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def __call__(self, request):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request) if callable(answer) else answer


class Memory:
    """A shop with memory: a key that has bought hears REPEATED; `lost` answers are swallowed."""

    def __init__(self, lost=0, left=1):
        self.lost, self.left, self.sold = lost, left, {}

    def __call__(self, request):
        key, first = request.headers["idempotency-key"], "idempotency-attempt" in request.headers
        if key in self.sold and not first:
            return accepted(self.sold[key], "REPEATED")
        if len(self.sold) >= self.left:
            return refused("SOLD_OUT")
        self.sold[key] = f"ticket-{len(self.sold) + 1:08}-9f0c5a7d21be"
        self.lost -= 1
        return "cut" if self.lost >= 0 else accepted(self.sold[key])


class FakeShop:
    """Listens on 127.0.0.1:port until close()."""

    def __init__(self, port, shift_ms=0):
        self.port, self.shift_ms = port, shift_ms
        self.requests, self.connections, self.lock = [], 0, threading.Lock()
        self.facts = {"item": "ticket", "total": 10, "left": 10, "held": 0, "paid": 0,
                      "outside": 0, "epoch": 1, "seq": 1, "gen": 1, "state": "open",
                      "nextExpiry": 0}
        self.buy = lambda request: accepted()
        self.answers = {}  # path begins with -> function of the request
        self.loop, self.writers = asyncio.new_event_loop(), set()
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", port, backlog=1000))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        """Where a buyer finds it."""
        return f"http://127.0.0.1:{self.port}"

    def now_ms(self):
        """Its time."""
        return time.time() * 1000 + self.shift_ms

    def stock(self, **facts):
        """What is on sale; `rules` are the item's."""
        self.facts.update(facts)

    def asked(self, path="/"):
        """What came for paths that begin so."""
        with self.lock:
            return [one for one in self.requests if one.path.startswith(path)]

    def keys(self):
        """The idempotency keys of all purchases, in the order of their arrival."""
        return [one.headers.get("idempotency-key") for one in self.asked("/buy/")]

    def _answer(self, request):
        for path, function in self.answers.items():
            if request.path.startswith(path):
                return function(request)
        if request.path == "/time":
            return 200, {"now": int(self.now_ms())}
        if request.path.startswith("/stock/"):
            return 200, {**self.facts, "asOf": int(self.now_ms())}
        if request.path.startswith("/buy/"):
            return self.buy(request)
        return 404, {"code": -2, "success": False, "reason": "NOT_FOUND"}

    async def _read(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        at = self.now_ms()
        method, target, _ = head[0].split(" ", 2)
        headers = {name.strip().lower(): value.strip()
                   for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return Asked(method, parts.path, query, headers, body, at)

    async def _serve(self, reader, writer):
        self.connections += 1
        self.writers.add(writer)
        try:
            while True:
                request = await self._read(reader)
                answer = self._answer(request)
                with self.lock:
                    self.requests.append(request)
                if isinstance(answer, Later):
                    await asyncio.sleep(answer.seconds)
                    answer = answer.answer
                if answer == "hang":
                    await asyncio.sleep(3600)
                if answer == "cut":
                    break
                writer.write(as_bytes(answer))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError,
                asyncio.CancelledError):
            pass
        finally:
            self.writers.discard(writer)
            writer.transport.abort()

    async def _end(self):
        self.server.close()
        for writer in list(self.writers):
            writer.transport.abort()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.loop.stop()

    def close(self):
        """Ends it; connections are cut."""
        if self.thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self.loop)
            self.thread.join()
            self.loop.close()


class Delay:
    """A relay on `port` that delivers every byte `ms` later to `target`, and likewise back."""

    def __init__(self, port, target, ms):
        self.port, self.target, self.seconds = port, target, ms / 1000
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", port))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        """Where a buyer finds it."""
        return f"http://127.0.0.1:{self.port}"

    async def _pump(self, reader, writer):
        while data := await reader.read(65536):
            self.loop.call_later(self.seconds, writer.write, data)
        self.loop.call_later(self.seconds, writer.close)

    async def _serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer),
                             return_exceptions=True)

    async def _end(self):
        self.server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.loop.stop()

    def close(self):
        """Ends it."""
        asyncio.run_coroutine_threadsafe(self._end(), self.loop)
        self.thread.join()
        self.loop.close()


class Swallow:
    """A relay on `port` that hands requests to `target`, and cuts the first answers to /buy."""

    def __init__(self, port, target, answers):
        self.port, self.target, self.left, self.swallowed = port, target, answers, 0
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", port, backlog=1000))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        """Where a buyer finds it."""
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            while data := await reader.read(65536):
                far_writer.write(data)
                answer = await far_reader.read(65536)
                if data.startswith((b"POST /buy/", b"GET /buy/")) and self.left > 0:
                    self.left -= 1
                    self.swallowed += 1
                    break
                writer.write(answer)
        except OSError:
            pass
        finally:
            far_writer.transport.abort()
            writer.transport.abort()

    _end, close = Delay._end, Delay.close
