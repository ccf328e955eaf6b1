#!/usr/bin/env python3
"""bench.py - `make bench`: what the cluster costs, as ratios to what no cluster could beat.

The limit is nginx itself: the entrance of deploy/nginx.conf in front of four nginx servers that
`return 200` the same 256 bytes, and for one node, one such server. Both paths of a purchase, sold
out and selling, are measured against it under wrk and ab, in alternating rounds of one run, with
everything on: every accepted purchase is an order on the disk (appendfsync always) before its
answer leaves, and every request is a line in a stat.log. After each selling load the orders in
Redis are compared with the accepted lines and the answers; a difference is an error.

`shield` is the sold-out path with nginx' shield up (a setting, off by default): the crowd is
answered from nginx' memory, and stat.log sees a part of it only.

Also: what ten thousand holds that end together do to the buyers who go on, whether a sale's first
second is slower than its next, instructions a request by callgrind, memory an idle connection,
latencies of both paths.

    python3 bench/bench.py [--quick] [--assert] [--profile]

Knobs (environment): BENCH_ROUNDS 5, BENCH_SECONDS 3 a load, BENCH_WARMUP 1, BENCH_THREADS 1 of wrk,
BENCH_REQUESTS 5000 under callgrind, BENCH_IDLE 10000 connections, BENCH_UNITS 50000000 on sale,
BENCH_HOLDS 10000 that end together,
BENCH_REPEATS 10 loads a part that may be repeated because others were using the machine,
BENCH_PATIENCE 60 seconds a part that may be waited for them to stop,
BENCH_NODE_FLAGS "" further settings of the nodes, BENCH_LIMIT_BATCH 0 (see fronts.py).
TMPDIR is where everything of a run lies, Redis' log too: in memory, it says what the disk costs.
"""
import argparse
import os
import platform
import subprocess
import sys

import cpu
import disk
import expiry
import fronts
import idle
import instructions
import loads
import start
from child import BenchError, Ports
from cluster import RUSH, site_for
from redis_wire import RedisError
from rounds import Crowd, Match, Side
from sale import Sale

SOLD_OUT, SELLING = "ticket", "spring"  # of the same length, as are their requests
IDLE_BYTES_MAX = 12 * 1024
NOT_MEASURED = """
not measured: a network (everything shares the loopback and the cores of one machine, load
generators included); TLS; requests with bodies; several items at once; an open-loop load, so
latencies are those of a closed loop of the stated connections; disks slower or faster than this
one; kernel memory of sockets; other machines and other numbers of cores."""


def knob(name, standard, quick_value, quick):
    """A number from the environment, else the usual one."""
    return int(os.environ.get(f"BENCH_{name}", quick_value if quick else standard))


class Knobs:
    """How long and how much."""

    def __init__(self, quick):
        self.rounds = knob("ROUNDS", 5, 1, quick)
        self.seconds = knob("SECONDS", 3, 1, quick)
        self.warmup_s = knob("WARMUP", 1, 0, quick)
        self.threads = knob("THREADS", 1, 1, quick)
        self.requests = knob("REQUESTS", 5000, 300, quick)
        self.idle = knob("IDLE", 10000, 500, quick)
        self.holds = knob("HOLDS", 10000, 1000, quick)
        self.units = knob("UNITS", 50000000, 50000000, quick)
        self.repeats = knob("REPEATS", 10, 0, quick)
        self.patience_s = knob("PATIENCE", 60, 0, quick)


class Limit:
    """Four nginx servers that answer from a constant, and the same entrance in front of them."""

    def __init__(self, site):
        self.ports, self.children = Ports(), []
        ports = self.ports.take(5)
        self.front_port, self.back_ports = ports[4], ports[:4]
        headers, body = fronts.raw_answer(site.node_ports[0], f"/buy/{SOLD_OUT}")
        folder = os.path.join(site.folder, "limit")
        os.makedirs(folder)
        try:
            for port in self.back_ports:
                text = fronts.constant(port, headers, body)
                self._start(os.path.join(folder, str(port)), text, port, False)
            with open(site.conf, encoding="utf-8") as conf:
                text = fronts.rendered(conf.read(), self.front_port, self.back_ports)
            self._start(os.path.join(folder, "front"), text, self.front_port, True)
        except BaseException:
            self.close()
            raise

    def _start(self, folder, text, port, master):
        name = f"the limit's nginx at {port}"
        self.children.append(fronts.start(name, folder, text, port, master))

    def pids_beside(self, pids):
        """The groups of a site with our entrance among its nginx, our servers among its nodes."""
        *servers, entrance = [child.pid for child in self.children]
        return dict(pids, nginx=pids["nginx"] + [entrance], nodes=pids["nodes"] + servers)

    def close(self):
        """Ends them."""
        for child in reversed(self.children):
            child.end()
        self.ports.close()


class SoldOut(Side):
    """An item of which nothing is left: answered from the nodes' memory."""

    def __init__(self, site, port, target, name="sold out"):
        super().__init__(name, f"http://127.0.0.1:{port}/buy/{SOLD_OUT}", target)
        self.sale = Sale(site, SOLD_OUT)

    def before(self):
        self.sale.shorten_logs()


class Selling(Side):
    """An item that never sells out: each answer is a durable order, counted afterwards."""

    def __init__(self, site, port, target, units):
        super().__init__("selling", f"http://127.0.0.1:{port}/buy/{SELLING}", target)
        self.sale, self.units = Sale(site, SELLING), units
        self.loads = self.orders = 0
        self.wrong = []

    def before(self):
        self.sale.shorten_logs()

    def after(self, load, connections):
        self.sale.wait_quiet()
        orders, tallies = self.sale.orders(), list(self.sale.lines().values())
        sold, lines = sum(t.sold for t in tallies), sum(t.lines for t in tallies)
        # wrk leaves with requests on their way: sold, but not counted by it.
        agrees = load.answers - load.bad <= orders <= load.answers + connections
        # Nor is what it had sent and a node had not read yet: refused, a line without an order.
        left = 0 <= lines - orders <= connections
        if not (orders == sold == self.sale.counts()[1] and left and agrees):
            self.wrong.append(f"{load.answers} answers ({load.bad} bad), {orders} orders, {sold} "
                              f"result:1 of {lines} lines, {self.sale.counts()[1]} units sold")
        self.loads, self.orders = self.loads + 1, self.orders + orders
        self.sale.clear(self.units)

    def show(self):
        """Says how the crossing of all loads went."""
        print(f"selling: {self.orders:,} orders of {self.loads} loads: orders in Redis = result:1 "
              f"lines = units sold, and answers agree: {'NO' if self.wrong else 'yes, each time'}")
        for text in self.wrong:
            print(f"  {text}")
        return not self.wrong


def version(*argv):
    """The first line that a program says of itself."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return (done.stdout.splitlines() or ["?"])[0].strip()


def show_machine(knobs, folder):
    """What the figures were measured on, in kind."""
    print(f"machine: {os.cpu_count()} cores shared by load generator, nginx, nodes and Redis; "
          f"{platform.system()} {platform.machine()}")
    print(f"  {version('nginx', '-v')}; {version('redis-server', '--version')[:24]}; "
          f"{version('wrk', '-v').split(' Copyright')[0]}")
    print(f"  {disk.sentence(folder)}")
    print(f"rounds: {knobs.rounds} of {knobs.seconds} s a load, order turned each round")


def match(title, site, limit, knobs, direct):
    """One comparison, through nginx or directly; returns (missed targets, all counts agree)."""
    node, back = site.node_ports[-1], limit.back_ports[-1]
    ports = (node, back) if direct else (site.front_port, limit.front_port)
    targets = (1.0, 0.45) if direct else (0.90, 0.60)
    selling = Selling(site, ports[0], targets[1], knobs.units)
    sides = [Side("limit", f"http://127.0.0.1:{ports[1]}/buy/{SOLD_OUT}"),
             SoldOut(site, ports[0], targets[0]), selling]
    if not direct:
        sides.append(SoldOut(site, site.shield_port, 1.5, "shield"))
    crowds = [Crowd("wrk", 100, knobs.threads), Crowd("wrk", 400, knobs.threads), Crowd("ab", 100)]
    meter = cpu.Meter(limit.pids_beside(site.pids()))
    contest = Match(title, sides, crowds, meter)
    contest.be_patient(knobs.repeats, knobs.patience_s)
    contest.run(knobs.rounds, knobs.seconds, knobs.warmup_s)
    missed = contest.show()
    return missed, selling.show()


def show_instructions(site, knobs, profile):
    """Instructions a request of both paths."""
    print("\ninstructions a request of one node (callgrind, difference of two runs)")
    paths = (("sold out", SOLD_OUT, "SOLD_OUT"), ("selling", SELLING, "ACCEPTED"))
    for name, item, reason in paths:
        found = instructions.count(site, item, reason, knobs.requests)
        print(f"  {name:<10}{found.each:>10,.0f}  ({knobs.requests:,} requests, "
              f"{instructions.CONNECTIONS} connections)")
        for each, function in found.functions[:10 if profile else 0]:
            print(f"    {each:>10,.0f}  {100 * each / found.each:>5.1f} %  {function}")


def show_idle(site, knobs):
    """Memory an idle connection; returns the missed target, if any."""
    each, took_ms = idle.measure(site, SOLD_OUT, knobs.idle)
    good = each <= IDLE_BYTES_MAX
    print(f"\nmemory an idle connection: {each / 1024:.1f} KB ({knobs.idle:,} held, all answered "
          f"again; one more buyer was answered in {took_ms:.1f} ms), at most 12 KB: "
          f"{'ok' if good else 'missed'}")
    return [] if good else [f"memory an idle connection: {each / 1024:.1f} KB"]


def bench(site, knobs, profile):
    """All of it; returns (missed targets, all counts agree)."""
    Sale(site, SOLD_OUT).open(10000, sold=10000)
    Sale(site, SELLING).open(knobs.units)
    limit = Limit(site)
    try:
        missed, good = match("through nginx", site, limit, knobs, direct=False)
        more, also_good = match("one node, one nginx worker, directly", site, limit, knobs,
                                direct=True)
    finally:
        limit.close()
    rounds = expiry.measure(site, Sale(site, SELLING), min(knobs.rounds, 3), knobs.holds)
    more += expiry.show(rounds, knobs.holds)
    more += start.show(start.measure(site, Sale(site, SELLING), min(knobs.rounds, 3), knobs.units))
    show_instructions(site, knobs, profile)
    return missed + more + show_idle(site, knobs), good and also_good


def main():
    """Runs it; exit 1 when counts disagree, or with --assert when a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="a smoke test of under a minute")
    parser.add_argument("--assert", action="store_true", dest="asserts", help="targets must be met")
    parser.add_argument("--profile", action="store_true", help="ten costliest functions of a node")
    options = parser.parse_args()
    if not os.path.exists(RUSH):
        raise BenchError("build/bench/rush is missing: run make first")
    knobs = Knobs(options.quick)
    site = site_for("private", (SOLD_OUT, SELLING))
    try:
        show_machine(knobs, site.folder)
        missed, good = bench(site, knobs, options.profile)
    finally:
        site.close()
    print(NOT_MEASURED)
    for text in missed:
        print(f"target missed: {text}")
    return 1 if not good or (options.asserts and missed) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (BenchError, RedisError, loads.LoadError, OSError) as error:
        sys.exit(f"bench.py: {error}")
