#!/usr/bin/env python3
"""example.py - `make report-example`: a rush with everything on, and the report of it.

nginx, four nodes, Redis and a ledger of our own, on free ports. build/bench/rush sends REQUESTS
buyers after TOTAL tickets, as `make rush` does, while others do what buyers do: most pay what they
got, some cancel, and some forget it, so that it expires after PAY_WINDOW_MS and is sold again to
those who still ask. Then penstockctl audits, and writes the report.

    REQUESTS=1000000 TOTAL=10000 python3 bench/example.py OUT.html [--zh OUT.zh.html] [--svg FOLDER]
        [--picture OUT.png]      # the top of the page, by Chromium
"""
import argparse
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import loads  # noqa: E402
from cluster import RUSH  # noqa: E402
from harness import web  # noqa: E402
from harness.scripts import keys_of  # noqa: E402
from harness.town import Town  # noqa: E402
from harness.waiting import wait_until  # noqa: E402

UNPAID = keys_of("ticket")[4]
PAYS, CANCELS = 0.80, 0.05


class Afterwards:
    """What becomes of the orders, while they are made: a thread that pays and cancels."""

    def __init__(self, town, forgetful):
        """All but the first `forgetful` buyers pay, so that the sale comes to an end."""
        self.town, self.dice, self.seen = town, random.Random(1), set()
        self.forgetful = forgetful
        self.ending, self.fault = threading.Event(), None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self.ending.wait(0.2):
                self._once()
        except BaseException as fault:  # raised again by whoever ends it
            self.fault = fault

    def _once(self):
        """Some of the orders that are held and were not looked at before."""
        held = [int(seq) for seq in self.town.redis.zrange(UNPAID, 0, -1)]
        fresh = [seq for seq in held if seq not in self.seen]
        some = self.dice.sample(fresh, min(len(fresh), 800))
        self.seen.update(some)
        asks = []
        for seq in some:
            luck, number = self.dice.random(), self.town.cluster.number_of(seq)
            if len(self.seen) > self.forgetful:
                luck = 0
            if luck < PAYS + CANCELS:
                verb = "pay" if luck < PAYS else "cancel"
                asks.append((self.town.cluster.port("nginx"),
                             web.request(f"/orders/{number}/{verb}", "POST", {})))
        web.ask_all(asks)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        if self.fault:
            raise self.fault


def sell(town, requests, total, connections):
    """The sale, until nothing is held any more."""
    with Afterwards(town, total):
        _, said = loads.rush(RUSH, f"127.0.0.1:{town.cluster.port('nginx')}", requests,
                             connections)
        wait_until(lambda: town.counts()[1] == 0, 120, "all orders to be paid or expired")
    town.ledger.wait_recorded("ticket", timeout=60)
    print(f"{said['per_second']:,.0f} answers/s; total, held, paid: {town.counts()}")
    assert town.counts()[0] == total


def take_picture(page, picture):
    """The top of a page, as a screenshot."""
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--hide-scrollbars",
                    "--window-size=900,930", f"--screenshot={Path(picture).resolve()}",
                    Path(page).resolve().as_uri()], check=True, stderr=subprocess.DEVNULL)


def main():
    """Runs the sale and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out")
    parser.add_argument("--zh")
    parser.add_argument("--svg")
    parser.add_argument("--picture")
    given = parser.parse_args()
    requests = int(os.environ.get("REQUESTS") or "1000000")
    total = int(os.environ.get("TOTAL") or "10000")
    connections = int(os.environ.get("CONNECTIONS") or "400")
    town = Town(trial_pay=1)
    try:
        town.start(total, pay_window_ms=int(os.environ.get("PAY_WINDOW_MS") or "15000"), price=9900)
        sell(town, requests, total, connections)
        flags = {"stat_log": f"{town.cluster.folder}/node-*/stat.log",
                 "weights_from": town.cluster.nginx.conf}
        print(town.operator.does("audit", "ticket", stat_log=flags["stat_log"], timeout=120).out)
        svg = {"svg": given.svg} if given.svg else {}
        print(town.operator.does("report", "ticket", out=given.out, **svg, **flags).out)
        if given.zh:
            town.operator.does("report", "ticket", out=given.zh, language="zh", **flags)
        if given.picture:
            take_picture(given.out, given.picture)
    finally:
        town.stop()


if __name__ == "__main__":
    main()
