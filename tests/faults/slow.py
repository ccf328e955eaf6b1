#!/usr/bin/env python3
"""slow.py - clients that mean no good: thousands of connections which cost nothing to keep open.

    slow.py PORT [KIND=COUNT ...]

    idle     has made a request, and says nothing more
    header   sends a request's headers a byte every two seconds, without end (slowloris)
    body     sends a body of a thousand bytes likewise
    read     asks for more than fits into the buffers on the way, and reads none of it

Whatever the server closes is opened again. Says "ready" when all have been open for a turn, and at
the end, on SIGTERM, how many of each kind were opened in all.
"""
import asyncio
import collections
import signal
import socket
import sys

AT_ONCE = 100  # connections that are being made
TURN_S = 2
HEAD = b"HTTP/1.1\r\nHost: slow\r\n"
BEGINS = {
    "idle": b"GET / " + HEAD + b"\r\n",
    "header": b"GET /buy/ticket " + HEAD + b"X-Slow: ",
    "body": b"POST /buy/ticket " + HEAD + b"Content-Type: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n",
    "read": (b"GET / " + HEAD + b"\r\n") * 200,
}
TRICKLING = ("header", "body")


class Slow(asyncio.Protocol):
    """One connection of a kind."""

    def __init__(self, crowd, kind):
        self.crowd, self.kind, self.transport = crowd, kind, None

    def connection_made(self, transport):
        self.transport = transport
        if self.kind == "read":
            transport.pause_reading()
        transport.write(BEGINS[self.kind])
        self.crowd.opened[self.kind] += 1
        self.crowd.links.add(self)

    def connection_lost(self, _fault):
        self.crowd.links.discard(self)
        self.crowd.wanted.append(self.kind)


class Crowd:
    """All of them."""

    def __init__(self, port, counts):
        self.port, self.links, self.opened = port, set(), collections.Counter()
        self.wanted = [kind for kind, count in counts.items() for _ in range(count)]

    async def open(self, kind):
        """One more; a refusal is tried again."""
        link = socket.socket()
        link.setblocking(False)
        if kind == "read":  # small segments and buffers, or megabytes would fit on the way
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(link, ("127.0.0.1", self.port))
            await loop.create_connection(lambda: Slow(self, kind), sock=link)
        except OSError:
            link.close()
            self.wanted.append(kind)

    async def fill(self):
        """Opens whatever is not open."""
        while self.wanted:
            some, self.wanted = self.wanted[:AT_ONCE], self.wanted[AT_ONCE:]
            await asyncio.gather(*[self.open(kind) for kind in some])

    async def run(self):
        """Until SIGTERM."""
        ending = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
        await self.fill()
        turns = 0
        while not ending.is_set():
            try:
                await asyncio.wait_for(ending.wait(), TURN_S)
            except asyncio.TimeoutError:
                pass
            for link in [link for link in self.links if link.kind in TRICKLING]:
                link.transport.write(b"a")
            await self.fill()
            turns += 1
            if turns == 1:
                print("ready", flush=True)
        print(" ".join(f"{kind}={count}" for kind, count in sorted(self.opened.items())))


def main(argv):
    """The command line."""
    pairs = (word.split("=") for word in argv[1:])
    asyncio.run(Crowd(int(argv[0]), {kind: int(count) for kind, count in pairs}).run())


if __name__ == "__main__":
    main(sys.argv[1:])
