"""sockets - who is connected to a port, as the kernel says; and a node that dies on its buyers.

`established(port)` counts connections without touching the program. DyingNode stands in for a
node: it takes a request, perhaps passes it on to a real node so that the purchase is made, waits
for whatever is to come `then`, and closes the connection without an answer, as a process does that
is killed at that instant.
"""
import socket
import threading

ESTABLISHED = "01"


def established(port):
    """Connections whose local end is 127.0.0.1:port and that are up."""
    wanted, found = f"0100007F:{port:04X}", 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table:
            words = line.split()
            found += words[1] == wanted and words[3] == ESTABLISHED
    return found


class DyingNode:
    """Listens on `port`; counts the requests it swallowed."""

    def __init__(self, port, pass_on_to=None, then=None):
        self.pass_on_to, self.then, self.swallowed = pass_on_to, then, []
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(128)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                raw = connection.recv(65536)
                if raw:
                    self._pass_on(raw)
                    self.swallowed.append(raw)

    def _pass_on(self, raw):
        """The real node makes the purchase; its answer is read, and lost."""
        if self.pass_on_to is None:
            return
        with socket.create_connection(("127.0.0.1", self.pass_on_to), 5) as node:
            node.sendall(raw)
            node.recv(65536)
        if self.then:
            self.then()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
