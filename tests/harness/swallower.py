"""swallower - stands before Redis and loses answers: what was asked is done, and nobody hears.

    with Swallower(port, redis_port, b"EVALSHA", times=1) as lost: ...

A request that holds the needle is passed on, its answer read and thrown away, and the connection
closed, so often as it was told. For clients that wait for each answer before they ask again.
"""
import socket
import threading


class Swallower:
    """
    Listens on `port` for Redis at `target`; `lost` counts the answers thrown away, and `then` is
    called before the connection is closed on one.
    """

    def __init__(self, port, target, needle, times=1, then=lambda: None):
        self.then, self.target = then, target
        self.needle, self.times, self.lost = needle, times, 0
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(16)
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target), 5) as redis:
            while asked := self._whole(client):
                redis.sendall(asked)
                answer = redis.recv(1 << 20)
                is_done = not answer.startswith(b"-")  # an unknown script is asked for again
                if self.wants(asked) and is_done and self.lost < self.times:
                    self.lost += 1
                    self.then()
                    return
                client.sendall(answer)
                self._drain(redis, client)

    def wants(self, asked):
        """Is it a request whose answer is to be lost?"""
        return self.needle in asked

    @staticmethod
    def _whole(client):
        """A request; a long one comes in several pieces, the last ends with a line's end."""
        asked = client.recv(1 << 20)
        while asked and not asked.endswith(b"\r\n"):
            asked += client.recv(1 << 20)
        return asked

    @staticmethod
    def _drain(redis, client):
        """The rest of a long answer, for a moment."""
        redis.settimeout(0.02)
        try:
            while more := redis.recv(1 << 20):
                client.sendall(more)
        except TimeoutError:
            pass
        redis.settimeout(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends it; may be said twice."""
        if self.listener.fileno() < 0:
            return
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in list(self.threads):
            thread.join(5)
