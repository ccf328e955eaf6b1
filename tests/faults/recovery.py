#!/usr/bin/env python3
"""recovery.py - how long a whole system under load needs after each of its parts is killed.

    recovery.py [--times 7] [--seed N]

A rig with buyers before it and a ledger behind it; kill -9, and the part is started again at once.
Printed are medians and extremes, in ms, from the kill and from the moment at which the part was
started again, until:

    Redis   the next order is accepted, and a buyer has its answer
    node    the heaviest of four: the next order is accepted by anybody; it answers /readyz again
    ledger  the next event is in SQL
    nginx   a worker: the next order is accepted (the master starts another one by itself)

The checker looks at everything at the end: times of a run that lost something are worth nothing.
"""
import argparse
import os
import random
import signal
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from harness.waiting import wait_until  # noqa: E402
from history import read_history  # noqa: E402
from rig import Rig  # noqa: E402

TOTAL, RATE, WINDOW_MS = 100000, 300, 60000
LOOK_S = 0.0005


class Watch:
    """One recovery: stamps by name, in ns of the history's clock."""

    def __init__(self, rig):
        self.rig, self.killed = rig, time.monotonic_ns()
        self.back = self.killed

    def restarted(self):
        """The part is being started again."""
        self.back = time.monotonic_ns()

    def times(self, stamp):
        """(ms from the kill, ms from the start of the part)."""
        return (stamp - self.killed) / 1e6, (stamp - self.back) / 1e6

    def accepted(self, since):
        """The stamp of the first ACCEPTED that was sent and answered after `since`."""
        def first():
            sent, found = set(), None
            for line in read_history(self.rig.history.path):
                if line["e"] == "send" and line["t"] > since:
                    sent.add(line["n"])
                elif line["e"] == "answer" and line["n"] in sent and \
                        line.get("reason") == "ACCEPTED":
                    found = line["t"]
                    break
            return found
        return wait_until(first, 60, "an order to be accepted", every=0.05)


def kill_redis(rig):
    """kill -9, and the checked start at once."""
    watch = Watch(rig)
    rig.cluster.redis_part.process.send(signal.SIGKILL)
    rig.cluster.redis_part.process.wait()
    watch.restarted()
    rig.cluster.redis_part.process.start()
    found = watch.accepted(watch.killed)
    rig.cluster.wait_ready()
    return {"Redis: the next order": watch.times(found)}


def kill_node(rig):
    """The heaviest one."""
    node, watch = rig.cluster.nodes[3], Watch(rig)
    node.process.send(signal.SIGKILL)
    node.process.wait()
    watch.restarted()
    node.process.start()
    wait_until(node.is_ready, 10, "the node", every=LOOK_S)
    ready = time.monotonic_ns()
    return {"node: the next order, by anybody": watch.times(watch.accepted(watch.killed)),
            "node: ready to sell again": watch.times(ready)}


def kill_ledger(rig):
    """It opens the database, asks its cursor, and goes on."""
    ledger, watch = rig.ledgers[0], Watch(rig)
    ledger.process.send(signal.SIGKILL)
    ledger.process.wait()
    cursor = ledger.cursor()
    watch.restarted()
    ledger.process.start()
    wait_until(lambda: ledger.cursor() > cursor, 20, "an event in SQL", every=LOOK_S)
    return {"ledger: the next event in SQL": watch.times(time.monotonic_ns())}


def kill_worker(rig):
    """One of nginx' two."""
    watch = Watch(rig)
    os.kill(rig.nginx_workers()[0], signal.SIGKILL)
    return {"nginx worker: the next order": watch.times(watch.accepted(watch.killed))}


PARTS = (kill_redis, kill_node, kill_ledger, kill_worker)


def measure(rig, times, dice):
    """All parts in turn, so often; {what: [(ms, ms)]}."""
    found = {}
    for _ in range(times):
        for part in PARTS:
            rig.wait_orders(dice.randrange(60, 120))
            with rig.fault(f"{part.__name__}"):
                for what, pair in part(rig).items():
                    found.setdefault(what, []).append(pair)
    return found


def main(argv):
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--times", type=int, default=7)
    words.add_argument("--seed", type=int, default=0)
    options = words.parse_args(argv)
    seed = options.seed or random.SystemRandom().randrange(1, 1000000)
    with Rig(seed) as rig:
        rig.start(TOTAL, pay_window_ms=WINDOW_MS)
        rig.add_ledger().start()
        rig.history.add("books", path=str(rig.books.path))
        rig.buyers(rate=RATE, abort=0)
        found = measure(rig, options.times, random.Random(seed))
        verdict = rig.settle()
    print(f"{RATE} buyers a second, {options.times} kills each, seed {seed}; the checker: "
          f"{verdict.word}, {verdict.checked} orders, {verdict.lost} lost, {verdict.doubled} "
          f"doubled\n{verdict.text}".rstrip())
    print(f"{'ms until':34} {'from the kill':>22} {'from its start':>22}")
    for what, pairs in found.items():
        cells = [f"{statistics.median(column):.0f} ({min(column):.0f}..{max(column):.0f})"
                 for column in zip(*pairs)]
        print(f"{what:34} {cells[0]:>22} {cells[1]:>22}")
    return 0 if verdict.word == "good" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
