"""history - what buyers sent and heard, and when faults were on: one JSON line each, append-only.

A line is written before a request is sent and after its answer, so whatever happened to a buyer is
in the file, also when nobody ever answered. The load and the test write to the same file, each line
in one write(2) to its end. Stamps are nanoseconds of CLOCK_MONOTONIC, which all processes of a
machine share and nobody can set; the first line says what the wall clock showed then.

    clock   wall_ms, seed                    the first line
    send    n, i, op, key, user, units, via  attempt n of intent i; `first`: it says it is the first
    send    n, i, op, order, via             likewise, to pay or cancel an order, by its number
    answer  n, status, reason, seq, told     what came back; `told`: the key to ask again with
    answer  n, status, reason, state, due    what came back of an errand
    cut     n, why                           closed, stale, refused, timeout, or aborted
    fault   what, on                         a fault begins (1) or is over (0)
    mark    what                             any other moment that the checker needs
    stall   since                            the machine stood still since a stamp (stalls.py)
    books   path                             a ledger writes all of it into this SQLite file
"""
import json
import os
import time


class History:
    """The file, open for adding."""

    def __init__(self, path, seed=None):
        self.path = str(path)
        self.fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        if seed is not None:
            self.add("clock", wall_ms=time.time_ns() // 1000000, seed=seed)

    def add(self, event, **facts):
        """One line, in the file when this returns; returns its stamp."""
        stamp = time.monotonic_ns()
        line = json.dumps({"e": event, "t": stamp, **facts}, separators=(",", ":"))
        os.write(self.fd, line.encode() + b"\n")
        return stamp

    def fault(self, what, on):
        """A fault begins or is over."""
        return self.add("fault", what=what, on=int(on))

    def close(self):
        """No more lines from here."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def read_history(path):
    """All lines as dicts, by their stamps; a torn last line is not there."""
    with open(path, encoding="utf-8") as lines:
        text = lines.read()
    return sorted((json.loads(line) for line in text.split("\n")[:-1]), key=lambda line: line["t"])
