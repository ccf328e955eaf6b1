#!/usr/bin/env python3
"""rush.py - `make rush`: a million buyers for ten thousand tickets, and then the crossing.

A sale of TOTAL units is opened in a private cluster (or, with --up, in the one that is up),
build/bench/rush sends REQUESTS purchases of distinct buyers through nginx, and what the buyers
were told is crossed with what was recorded, each count from a source of its own:

    buyers' answers | Redis' counts | orders | event stream | four stat.log | idempotency keys

Any mismatch is printed, and the exit status is 1. The whole takes about a minute.

    REQUESTS=1000000 TOTAL=10000 CONNECTIONS=400 python3 bench/rush.py [--up]
"""
import argparse
import os
import sys
import tempfile

import loads
from child import BenchError
from cluster import RUSH, site_for
from redis_wire import RedisError
from sale import Sale


class Verdict:
    """A table of what was wanted and what was found."""

    def __init__(self):
        self.rows = []

    def add(self, what, wanted, found, slack=0):
        """One row; good when `found` is `wanted`, give or take `slack`."""
        self.rows.append((what, wanted, found, abs(found - wanted) <= slack))

    def show(self):
        """Prints the table; returns True when all rows are good."""
        print(f"{'crossing':<52}{'wanted':>12}{'found':>12}")
        for what, wanted, found, good in self.rows:
            print(f"{what:<52}{wanted:>12,}{found:>12,}  {'ok' if good else 'MISMATCH'}")
        return all(good for *_, good in self.rows)


def promised(path):
    """{idempotency key: order number} of what the buyers were told."""
    with open(path, encoding="utf-8") as orders:
        return {key: number for key, _, number in (line.split() for line in orders)}


def seq_of(number):
    """The seq in an order's number, <item>-<seq>-<MAC>."""
    return int(number.rsplit("-", 2)[1])


def cross_buyers(verdict, report, numbers, total):
    """What the buyers saw."""
    good = sum(row["count"] for row in report["answers"] if row["status"] == 200)
    accepted = sum(row["count"] for row in report["answers"] if row["reason"] == "ACCEPTED")
    failed = sum(report[name] for name in
                 ("broken", "timed_out", "malformed", "abandoned", "connect_failures"))
    sold = min(total, report["requests"])
    verdict.add("buyers: answered with status 200", report["requests"], good)
    verdict.add("buyers: failed requests and connections", 0, failed)
    verdict.add("buyers: told ACCEPTED", sold, accepted)
    verdict.add("buyers: different order numbers", sold, len(set(numbers.values())))
    verdict.add("buyers: shortest answer, bytes", 256, report["body_bytes_min"])
    verdict.add("buyers: longest answer, bytes", 256, report["body_bytes_max"])


def cross_redis(verdict, sale, epoch, numbers, sold, orders_before):
    """What Redis recorded."""
    entries = sale.entries_of(numbers)
    agree = sum(1 for key, number in numbers.items()
                if entries[key] and int(entries[key].split("|")[0]) == seq_of(number))
    verdict.add("Redis: ticket_sold_nums", sold, sale.counts()[1])
    verdict.add("Redis: orders", sold, sale.orders() - orders_before)
    created, newest = sale.created(epoch), sale.recorded()
    recorded = {seq for seq in map(seq_of, numbers.values()) if seq <= newest}
    verdict.add("events: created, in the stream or in SQL", sold, len(created | recorded))
    verdict.add("Redis: promised orders found by their key", sold, agree)


def cross_logs(verdict, sale, numbers, sold, requests):
    """What the nodes wrote down."""
    tallies = sale.lines()
    keys = [key for tally in tallies.values() for key in tally.sold_keys]
    verdict.add("stat.log: result:1 lines", sold, sum(t.sold for t in tallies.values()))
    agree = len(set(keys) & set(numbers))
    verdict.add("stat.log: their keys are the promised ones", sold, agree)
    verdict.add("stat.log: lines", requests, sum(t.lines for t in tallies.values()))
    verdict.add("stat.log: torn lines", 0, sum(t.torn for t in tallies.values()))
    weights = sale.site.weights
    for (name, tally), weight in zip(tallies.items(), weights):
        share = round(requests * weight / sum(weights))
        verdict.add(f"stat.log: lines of {name}, weight {weight}", share, tally.lines, slack=1)


def rush(site, requests, total, connections):
    """Runs the sale in the site; True when everything agrees."""
    sale = Sale(site)
    epoch = sale.open(total)
    sale.mark()
    orders_before = sale.orders()
    with tempfile.NamedTemporaryFile(prefix="penstock-rush-") as orders:
        _, report = loads.rush(RUSH, f"127.0.0.1:{site.front_port}", requests, connections,
                               "--orders", orders.name)
        numbers = promised(orders.name)
    sale.wait_quiet()
    sold = min(total, requests)
    verdict = Verdict()
    cross_buyers(verdict, report, numbers, total)
    cross_redis(verdict, sale, epoch, numbers, sold, orders_before)
    cross_logs(verdict, sale, numbers, sold, requests)
    latency = report["latency_us"]
    print(f"{report['per_second']:,.0f} answers/s; p50 {latency['p50'] / 1000:.2f} ms, "
          f"p99 {latency['p99'] / 1000:.2f} ms, max {latency['max'] / 1000:.2f} ms")
    return verdict.show()


def main():
    """Reads the variables, runs, and tells the verdict by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--up", action="store_true", help="use the cluster that is up")
    options = parser.parse_args()
    requests = int(os.environ.get("REQUESTS") or "1000000")
    total = int(os.environ.get("TOTAL") or "10000")
    connections = int(os.environ.get("CONNECTIONS") or "400")
    if not os.path.exists(RUSH):
        raise BenchError("build/bench/rush is missing: run make first")
    site = site_for("up" if options.up else "private")
    try:
        good = rush(site, requests, total, connections)
    finally:
        site.close()
    print("every count agrees" if good else "THE COUNTS DO NOT AGREE")
    if options.up:
        print('the same sale as a page with plots: make ctl ARGS="report ticket"')
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (BenchError, RedisError, loads.LoadError, OSError) as error:
        sys.exit(f"rush.py: {error}")
