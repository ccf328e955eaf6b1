"""holder - stands before Redis and holds one request back, as a network may, for as long as told.

    with Holder(port, redis_port, b"the-key") as late:
        ...                       # the first request with these bytes does not arrive
        late.wait_held()
        late.release()            # now it does, though whoever sent it has long given up

All other connections, and all requests before it, pass.
"""
import socket
import threading

from harness.waiting import stretched


class Holder:
    """Listens on `port` for Redis at `target`."""

    def __init__(self, port, target, needle):
        self.target, self.needle = target, needle
        self.held, self.late, self.links = threading.Event(), None, []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            redis = socket.create_connection(("127.0.0.1", self.target), 5)
            redis.settimeout(None)
            self.links += [client, redis]
            for pump in (self._up, self._down):
                threading.Thread(target=pump, args=(client, redis), daemon=True).start()

    def _up(self, client, redis):
        try:
            while asked := client.recv(1 << 20):
                if self.needle in asked and not self.held.is_set():
                    self.late = redis, asked
                    self.held.set()
                    return  # nothing more of this connection passes, and Redis does not see its end
                redis.sendall(asked)
            redis.close()
        except OSError:
            pass

    @staticmethod
    def _down(client, redis):
        try:
            while said := redis.recv(1 << 20):
                client.sendall(said)
            client.close()
        except OSError:
            pass

    def wait_held(self):
        """Until it holds one."""
        assert self.held.wait(stretched(5)), "no such request came"

    def release(self):
        """It arrives."""
        redis, asked = self.late
        redis.sendall(asked)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for link in self.links:
            link.close()
        self.thread.join(5)
