"""load - ab, the load tool that the users judge by.

ab counts as failed whatever differs in length from the first answer, was cut, or never came, and
counts answers outside 2xx apart; both are part of what must be shown.
"""
import re
import signal
import subprocess
from dataclasses import dataclass

from harness.waiting import stretched


@dataclass
class Result:
    """What ab says of a run."""

    complete: int
    failed: int
    refused: int  # answers that are not 2xx
    text: str


class Ab:
    """A running ab; finish() waits for it, stop() ends it early."""

    def __init__(self, url, n, c, keepalive=False, headers=()):
        words = ["ab", "-q", "-r", "-n", str(n), "-c", str(c), "-s", str(int(stretched(20)))]
        words += ["-k"] if keepalive else []
        for header in headers:
            words += ["-H", header]
        self.child = subprocess.Popen(words + [url], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)

    def is_running(self):
        """Not finished so far."""
        return self.child.poll() is None

    def stop(self):
        """Ends it now; returns its Result so far."""
        self.child.send_signal(signal.SIGINT)
        return self.finish()

    def finish(self, timeout=60.0):
        """Waits for its end; returns its Result."""
        try:
            text, _ = self.child.communicate(timeout=stretched(timeout))
        except subprocess.TimeoutExpired:
            self.child.kill()
            text, _ = self.child.communicate()
            raise AssertionError(f"ab did not come to its end:\n{text}") from None

        def number(label):
            found = re.search(rf"^{label}:\s+(\d+)", text, re.M)
            return int(found[1]) if found else 0

        assert "Complete requests" in text, f"ab gave up:\n{text}"
        return Result(number("Complete requests"), number("Failed requests"),
                      number("Non-2xx responses"), text)
