"""ports - blocks of free TCP ports that parallel runs do not take from each other.

Asking the kernel for port 0 and closing it again is a race between two runs. Here a block of ten
ports belongs to whoever holds the lock on its file; the lock dies with the process. Blocks lie
below the range from which the kernel picks client ports, and above those that people like.
"""
import fcntl
import os
import random
import socket
import tempfile

BLOCK, FIRST, LAST = 10, 21000, 31990


class Ports:
    """Ten ports of our own, until close()."""

    def __init__(self):
        folder = os.path.join(tempfile.gettempdir(), f"penstock-ports-{os.getuid()}")
        os.makedirs(folder, exist_ok=True)
        bases = list(range(FIRST, LAST, BLOCK))
        random.SystemRandom().shuffle(bases)
        for base in bases:
            self.lock = open(os.path.join(folder, str(base)), "w", encoding="ascii")
            if self._is_ours(base):
                self.free = list(range(base, base + BLOCK))
                return
            self.lock.close()
        raise RuntimeError("no free block of ports")

    def _is_ours(self, base):
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for port in range(base, base + BLOCK):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

    def take(self):
        """The next port of the block."""
        return self.free.pop(0)

    def close(self):
        """Gives the block back."""
        self.lock.close()
