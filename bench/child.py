"""child - programs that a bench starts, ports for them, and waiting for them.

A child dies with the bench (PR_SET_PDEATHSIG), even if the bench is killed; it is ended by its
pid and never by name. Ports come in blocks that belong to whoever holds the lock on the block's
file, from below the range that the kernel uses for clients.
"""
import ctypes
import fcntl
import os
import random
import signal
import socket
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
BLOCK, FIRST, LAST = 10, 12000, 31990


class BenchError(Exception):
    """The bench cannot go on; the text says why."""


def wait_until(condition, what, timeout_s=10.0):
    """Calls `condition` until it is true and returns its value."""
    end = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise BenchError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(0.01)


def listens(port):
    """True when somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Ports:
    """A block of ten ports of our own, until close()."""

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
        raise BenchError("no free block of ports")

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

    def take(self, count):
        """The next ports of the block."""
        taken, self.free = self.free[:count], self.free[count:]
        assert len(taken) == count, "a block has ten ports"
        return taken

    def close(self):
        """Gives the block back."""
        self.lock.close()


class Child:
    """A running program; its stdout and stderr go to `log`."""

    def __init__(self, name, argv, log, port):
        self.name, self.log, self.port = name, log, port
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,  # Ctrl-C is for us: we end it in order
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM))
        self.pid = self.process.pid

    def is_running(self):
        """True until it has ended."""
        return self.process.poll() is None

    def wait_listening(self, timeout_s=20.0):
        """Waits until it accepts connections; its log is the error when it ends instead."""
        wait_until(lambda: listens(self.port) or not self.is_running(), f"{self.name} to listen",
                   timeout_s)
        if not self.is_running():
            raise BenchError(f"{self.name} ended with {self.process.returncode}:\n{self.text()}")
        return self

    def end(self, timeout_s=30.0):
        """SIGTERM, then SIGKILL when that does not help; returns the exit code."""
        if self.is_running():
            self.process.terminate()
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def text(self, lines=30):
        """The end of what it said."""
        with open(self.log, "rb") as log:
            return "\n".join(log.read()[-20000:].decode("utf-8", "replace").splitlines()[-lines:])
