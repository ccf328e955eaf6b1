"""rounds - compares sides under the same load, in alternating rounds of one run.

Two shared cores are a noisy scale: a bare number says little, and the first half of a run may be
slower than the second. So every round measures every side under every load, one after the other,
and the order is turned from round to round: A B C, B C A, C A B, ... What counts is the ratio of
the medians; beside it stand the smallest and the largest ratio of one round.

A load waits for the others to leave the machine alone, and is repeated when they took more than
a tenth of it all the same, as long as the patience and the allowance of repeats last; how much
they took in the end is in the last column. (Selling, some of that is the kernel writing our log.)
"""
import statistics

import loads

OTHERS_MAX = 0.10


class Side:
    """Something that answers, e.g. the limit; subclasses do what has to be done around a load."""

    def __init__(self, name, url, target=None):
        self.name, self.url, self.target = name, url, target

    def before(self):
        """Called before each load; not measured."""

    def after(self, load, connections):
        """Called after each load with its result; not measured."""


class Crowd:
    """One kind of load: wrk with so many connections, or ab."""

    def __init__(self, tool, connections, threads=1):
        self.tool, self.connections, self.threads = tool, connections, threads
        self.name = f"{tool} {'-k ' if tool == 'ab' else ''}-c {connections}"
        self.rates = {}  # side -> the last rate, from which ab's count of requests follows

    def run(self, side, seconds):
        """Loads the side for about so many seconds."""
        if self.tool == "wrk":
            load = loads.wrk(side.url, self.connections, seconds, self.threads)
        else:
            requests = max(int(self.rates.get(side.name, 10000) * seconds), self.connections)
            load = loads.ab(side.url, self.connections, requests)
        self.rates[side.name] = load.rate
        return load


class Match:
    """Sides, the first of which is the limit; crowds; and what was measured."""

    def __init__(self, title, sides, crowds, meter):
        self.title, self.sides, self.crowds, self.meter = title, sides, crowds, meter
        self.repeats, self.patience_s = 0, 0.0
        self.loads = {(crowd.name, side.name): [] for crowd in crowds for side in sides}
        self.spent = {key: [] for key in self.loads}

    def be_patient(self, repeats, patience_s):
        """How many loads may be repeated, and how long may be waited, for a quiet machine."""
        self.repeats, self.patience_s = repeats, patience_s

    def run(self, rounds, seconds, warmup_s):
        """A short round to warm up and to learn ab's counts, then the rounds that count."""
        for turn in range(-1, rounds):
            if turn < 0 and not warmup_s:
                continue
            for crowd in self.crowds:
                at = turn % len(self.sides)
                for side in self.sides[at:] + self.sides[:at]:
                    self._measure(crowd, side, seconds if turn >= 0 else warmup_s, turn >= 0)

    def _measure(self, crowd, side, seconds, counts):
        load, spent, others = self._load(crowd, side, seconds)
        while counts and others > OTHERS_MAX and self.repeats > 0:
            self.repeats -= 1
            load, spent, others = self._load(crowd, side, seconds)
        if not counts:
            return
        self.loads[crowd.name, side.name].append(load)
        each = {name: used / load.answers for name, used in spent.items()}
        self.spent[crowd.name, side.name].append(dict(each, others=100 * others))

    def _load(self, crowd, side, seconds):
        side.before()
        if self.patience_s > 0:
            self.patience_s = self.meter.wait_quiet(OTHERS_MAX, self.patience_s)
        self.meter.look()
        load = crowd.run(side, seconds)
        spent, others = self.meter.look(), self.meter.others
        side.after(load, crowd.connections)
        return load, spent, others

    def ratio(self, crowd, side):
        """(ratio of the medians, smallest, largest ratio of one round) to the limit."""
        ours = [load.rate for load in self.loads[crowd.name, side.name]]
        limit = [load.rate for load in self.loads[crowd.name, self.sides[0].name]]
        pairs = [one / other for one, other in zip(ours, limit)]
        return statistics.median(ours) / statistics.median(limit), min(pairs), max(pairs)

    def show(self):
        """Prints rates, ratios, latencies and processor time; returns the missed targets."""
        missed = []
        print(f"\n{self.title}")
        print(f"{'load':<13}{'side':<10}{'answers/s':>10}{'min':>9}{'max':>9}"
              f"{'of limit':>10}{'min':>6}{'max':>6}{'target':>8}{'p50 ms':>9}{'p99 ms':>8}"
              f"{'bad':>5}")
        for crowd in self.crowds:
            for side in self.sides:
                missed += self._show_row(crowd, side)
        self._show_spent()
        return missed

    def _show_row(self, crowd, side):
        results = self.loads[crowd.name, side.name]
        rates = [load.rate for load in results]
        row = (f"{crowd.name:<13}{side.name:<10}{statistics.median(rates):>10,.0f}"
               f"{min(rates):>9,.0f}{max(rates):>9,.0f}")
        ratio, low, high = self.ratio(crowd, side)
        compared = side is not self.sides[0]
        row += f"{ratio:>10.2f}{low:>6.2f}{high:>6.2f}" if compared else " " * 22
        row += f"{side.target:>8.2f}" if side.target else " " * 8
        row += (f"{statistics.median(load.p50_ms for load in results):>9.2f}"
                f"{statistics.median(load.p99_ms for load in results):>8.2f}"
                f"{sum(load.bad for load in results):>5}")
        short = side.target and ratio < side.target
        print(row + ("  missed" if short else "  ok" if side.target else ""))
        return [f"{self.title}, {crowd.name}, {side.name}: {ratio:.2f}"] if short else []

    def _show_spent(self):
        print("processor time an answer, microseconds; the others' share of the machine (medians)")
        names = [name for name in next(iter(self.spent.values()))[0] if name != "others"]
        heads = "".join(f"{name:>9}" for name in names + ["all", "others %"])
        print(f"{'load':<13}{'side':<10}{heads}")
        for (crowd, side), rows in self.spent.items():
            used = [statistics.median(row[name] for row in rows) for name in names]
            figures = used + [sum(used), statistics.median(row["others"] for row in rows)]
            print(f"{crowd:<13}{side:<10}" + "".join(f"{figure:>9.1f}" for figure in figures))
