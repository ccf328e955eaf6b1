"""redis_wire - the few words of RESP that the benches speak, without any package.

One blocking connection, one command at a time, and a pipeline for many of a kind. Replies are
bytes as str, int, list or None; an error reply is raised as RedisError.
"""
import socket


class RedisError(Exception):
    """An error reply, with Redis' own words."""


class RedisWire:
    """A connection to Redis as the given user."""

    def __init__(self, port, user=None, password=None, host="127.0.0.1", timeout_s=30):
        self.socket = socket.create_connection((host, port), timeout=timeout_s)
        self.stream = self.socket.makefile("rb")
        if user is not None:
            self.call("AUTH", user, password)

    def call(self, *words):
        """One command, one reply."""
        return self.pipeline([words])[0]

    def pipeline(self, commands):
        """Many commands in one go; all replies in order."""
        self.socket.sendall(b"".join(_encoded(words) for words in commands))
        return [self._reply() for _ in commands]

    def hash(self, key):
        """HGETALL as a dict."""
        flat = self.call("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))

    def info(self, section):
        """INFO as a dict."""
        lines = (line.split(":", 1) for line in self.call("INFO", section).splitlines())
        return {line[0]: line[1] for line in lines if len(line) == 2}

    def close(self):
        """Ends the connection."""
        self.stream.close()
        self.socket.close()

    def _reply(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.stream.read(size + 2)[:-2].decode()
        if kind == b"*":
            return None if int(rest) < 0 else [self._reply() for _ in range(int(rest))]
        raise ConnectionError(f"not RESP2: {line!r}")


def _encoded(words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)
