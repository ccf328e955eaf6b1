"""process - one child: its argv, its log, and its end by pid.

A child dies with the test run (PR_SET_PDEATHSIG), even if the run is killed. All logs are kept in
a register, so that a failing test can print the tails of those that were written to since it
started. Nobody is ever ended by name.
"""
import ctypes
import os
import signal
import subprocess

from harness.waiting import stretched, wait_until

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
LOGS = {}  # path -> name of whoever writes it; what a failing test prints


def tails(lines=30):
    """[(name, the last lines)] of every registered log that is not empty."""
    found = []
    for path, name in LOGS.items():
        try:
            with open(path, "rb") as log:
                text = log.read()[-20000:].decode("utf-8", "replace")
        except OSError:
            continue
        if text:
            found.append((name, "\n".join(text.splitlines()[-lines:])))
    return found


class Process:
    """A program that runs until end(), kill() or by itself; start() may be called again."""

    def __init__(self, name, argv, log, env=None, cwd=None, with_us=signal.SIGKILL):
        self.name, self.argv, self.log = name, [str(word) for word in argv], str(log)
        self.env = dict(os.environ, **(env or {}))
        self.cwd, self.with_us, self.child = cwd, with_us, None
        LOGS[self.log] = name

    def start(self):
        """Starts it; its stdout and stderr are added to the log."""
        assert not self.is_running(), f"{self.name} runs already"
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env,
                cwd=self.cwd,
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, int(self.with_us)))
        return self

    @property
    def pid(self):
        """Its process id, also after its end."""
        return self.child.pid

    def is_running(self):
        """Started, and not ended so far."""
        return self.child is not None and self.child.poll() is None

    def send(self, number):
        """Sends a signal, if it runs."""
        if self.is_running():
            os.kill(self.child.pid, number)

    def wait(self, timeout=10.0):
        """Waits for its end; returns the exit code, negative for a signal."""
        try:
            return self.child.wait(stretched(timeout))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {stretched(timeout)} s") from None

    def end(self, number=signal.SIGTERM, timeout=10.0):
        """Sends the signal and waits; returns the exit code."""
        self.send(number)
        return self.wait(timeout)

    def kill(self):
        """Ends it whatever it does, paused included; silent if it never started."""
        if self.child is not None:
            self.send(signal.SIGKILL)
            self.child.wait()

    def forget(self):
        """Its log is gone or no longer of interest."""
        LOGS.pop(self.log, None)

    def pause(self):
        """SIGSTOP, and until the kernel says that it stands."""
        self.send(signal.SIGSTOP)
        wait_until(lambda: self._state() in "Tt", what=f"{self.name} to stand still")

    def resume(self):
        """SIGCONT."""
        self.send(signal.SIGCONT)

    def _state(self):
        with open(f"/proc/{self.child.pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]

    def text(self):
        """Everything it has written so far."""
        try:
            with open(self.log, "rb") as log:
                return log.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
