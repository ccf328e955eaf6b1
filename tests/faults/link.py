"""link - one HTTP connection of a buyer: one request at a time, kept alive, cut whenever wanted.

Made for thousands of requests a second from one Python thread: a protocol on the loop, no streams.
An answer is (status, body); everything else is a Lost with the reason that the history tells.
"""
import asyncio


class Lost(Exception):
    """
    No answer: closed, refused, timeout or aborted; or stale: a connection that was used before was
    closed as the request set out, which the other side may do with an idle one at any time.
    """


class Link(asyncio.Protocol):
    """A connection; ask() it, and give it back to its pool unless it is `gone`."""

    def __init__(self):
        self.transport, self.waiting, self.buffer, self.gone = None, None, b"", False
        self.asked = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self.buffer[:head].lower()
        at = lower.find(b"\r\ncontent-length:")
        size = int(lower[at + 17:].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < head + 4 + size:
            return
        body, self.buffer = self.buffer[head + 4:head + 4 + size], self.buffer[head + 4 + size:]
        self.gone = self.gone or b"\r\nconnection: close" in lower
        if self.waiting and not self.waiting.done():
            self.waiting.set_result((int(lower[9:12]), body))
        else:
            self.close()  # an answer to nothing

    def connection_lost(self, _fault):
        self.gone = True
        if self.waiting and not self.waiting.done():
            is_stale = self.asked > 1 and not self.buffer
            self.waiting.set_exception(Lost("stale" if is_stale else "closed"))

    async def ask(self, raw, timeout, abort=0.0):
        """
        Sends a request; returns (status, body) or raises Lost, and then is gone. Its buyer hangs up
        after `abort` seconds, if any, whether or not there is an answer by then.
        """
        loop = asyncio.get_running_loop()
        self.waiting = loop.create_future()
        self.asked += 1
        alarm = loop.call_later(abort or timeout, self._give_up, "aborted" if abort else "timeout")
        self.transport.write(raw)
        try:
            return await self.waiting
        finally:
            alarm.cancel()
            self.waiting = None

    def _give_up(self, why):
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(Lost(why))
        self.close()

    def close(self):
        """At once, with a reset."""
        self.gone = True
        if self.transport:
            self.transport.abort()


class Resending:
    """
    A connection as HTTP libraries keep them: when a used one turns out to be closed before one byte
    of an answer came, the request goes once more over a new one.
    """

    def __init__(self, link, port):
        self.link, self.port = link, port

    @property
    def gone(self):
        """Nothing more can be asked."""
        return self.link.gone

    async def ask(self, raw, timeout, abort=0.0):
        """Link.ask(), and once more if that was stale."""
        try:
            return await self.link.ask(raw, timeout, abort)
        except Lost as lost:
            if str(lost) != "stale":
                raise
        self.link = await connect(self.port)
        return await self.link.ask(raw, timeout, abort)

    def close(self):
        """At once, with a reset."""
        self.link.close()


async def connect(port):
    """A new connection; raises Lost when the port refuses."""
    try:
        _, link = await asyncio.get_running_loop().create_connection(Link, "127.0.0.1", port)
    except OSError:
        raise Lost("refused") from None
    return link


class Pool:
    """Idle connections by port; with `resend` they are as HTTP libraries have them."""

    def __init__(self, resend=False):
        self.idle, self.resend = {}, resend

    async def take(self, port):
        """One that is connected; raises Lost when the port refuses."""
        links = self.idle.setdefault(port, [])
        while links:
            link = links.pop()
            if not link.gone:
                return link
        link = await connect(port)
        return Resending(link, port) if self.resend else link

    def give(self, port, link):
        """Back for the next request."""
        if not link.gone:
            self.idle.setdefault(port, []).append(link)

    def close(self):
        """All of them."""
        for links in self.idle.values():
            for link in links:
                link.close()
