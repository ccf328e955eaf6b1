"""stalls - notes when the machine itself stood still, so that no program is blamed for it.

A thread that wakes every 50 ms and syncs a byte to the disk. When that takes 250 ms longer than it
should, whatever the programs did meanwhile they did late: the span goes into the history, and the
checker, which is strict about times only where nothing was wrong, takes it as such a window. It is
no fault of ours, so it is not counted among the faults, and nothing but times is excused by it.
"""
import os
import threading
import time

EVERY_S, LATE_S = 0.05, 0.25


class Stalls:
    """Watches until close()."""

    def __init__(self, history, folder):
        self.history, self.over = history, threading.Event()
        self.file = os.open(folder / "stalls", os.O_WRONLY | os.O_CREAT, 0o600)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.over.is_set():
            since = time.monotonic_ns()
            os.pwrite(self.file, b"x", 0)
            os.fdatasync(self.file)
            self.over.wait(EVERY_S)
            if time.monotonic_ns() - since > (EVERY_S + LATE_S) * 1e9:
                self.history.add("stall", since=since)

    def close(self):
        """No more."""
        if not self.over.is_set():
            self.over.set()
            self.thread.join()
            os.close(self.file)
