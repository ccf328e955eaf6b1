"""expiry - what ten thousand holds that end together cost the buyers who go on.

A round buys the holds under a short pay window, then measures a load of buyers twice: once while
nothing ends, and once from the moment at which the holds begin to end. Both loads are of one
length and sell the same item, so their p99 may be compared. That all holds have ended, and how long
it took from the first deadline to the last unit back, is looked up in Redis while the load runs.
"""
import dataclasses
import statistics
import threading
import time

import loads
from child import BenchError
from cluster import RUSH
from sale import key_of

CONNECTIONS, SECONDS, WINDOW_MS, LONG_MS = 50, 2, 6000, 300000
UNITS = 50000000
RATIO_MAX = 3.0


@dataclasses.dataclass
class Round:
    """What one round has shown."""

    quiet: loads.Load
    during: loads.Load
    took_ms: float  # from the first deadline until the last hold had ended

    @property
    def ratio(self):
        """p99 while they end, over p99 while nothing does."""
        return self.during.p99_ms / self.quiet.p99_ms


class Watch(threading.Thread):
    """Looks every few milliseconds whether the holds with a deadline up to `last` are gone."""

    def __init__(self, redis, item, first_ms, last_ms):
        super().__init__(daemon=True)
        self.redis, self.key = redis, key_of(item, "unpaid")
        self.first_ms, self.last_ms, self.took_ms = first_ms, last_ms, None

    def due(self):
        """How many of them are there still."""
        return self.redis.call("ZCOUNT", self.key, "-inf", self.last_ms)

    def run(self):
        while self.due() > 0:
            time.sleep(0.005)
        self.took_ms = time.time() * 1000 - self.first_ms


def _round(site, sale, holds):
    redis, url = sale.redis, site.url(sale.item)
    sale.clear(UNITS)  # holds of other loads must not end among these
    redis.call("HSET", key_of(sale.item), "pay_window_ms", WINDOW_MS)
    code, report = loads.rush(RUSH, f"127.0.0.1:{site.front_port}", holds, 100, "--quiet",
                              "--item", sale.item)
    if code != 0:
        raise BenchError(f"the holds could not be bought: {report}")
    redis.call("HSET", key_of(sale.item), "pay_window_ms", LONG_MS)
    last = redis.call("ZREVRANGEBYSCORE", key_of(sale.item, "unpaid"),
                      int(time.time() * 1000) + WINDOW_MS, "-inf", "WITHSCORES", "LIMIT", 0, 1)
    first = redis.call("ZRANGE", key_of(sale.item, "unpaid"), 0, 0, "WITHSCORES")
    watch = Watch(site.redis(), sale.item, float(first[1]), float(last[1]))
    if watch.due() != holds:
        raise BenchError(f"{watch.due()} holds wait for their end, not {holds}")
    quiet = loads.wrk(url, CONNECTIONS, SECONDS)
    rest_s = watch.first_ms / 1000 - time.time() - 0.05
    if rest_s < 0:
        raise BenchError("the holds ended during the quiet load: the machine is too slow for this")
    time.sleep(rest_s)
    watch.start()
    during = loads.wrk(url, CONNECTIONS, SECONDS)
    watch.join(30)
    if watch.took_ms is None:
        raise BenchError(f"{watch.due()} holds have not ended in time")
    return Round(quiet, during, watch.took_ms)


def measure(site, sale, rounds, holds):
    """The rounds, one after the other."""
    return [_round(site, sale, holds) for _ in range(rounds)]


def show(rounds, holds):
    """Prints them; returns the missed target, if any."""
    print(f"\n{holds:,} holds end together while {CONNECTIONS} connections buy, through nginx"
          f" ({len(rounds)} rounds, medians)")
    print("load         answers/s   p50 ms   p99 ms  bad")
    for name, pick in (("quiet", lambda r: r.quiet), ("while ending", lambda r: r.during)):
        print(f"{name:<12}{statistics.median(pick(r).rate for r in rounds):>10,.0f}"
              f"{statistics.median(pick(r).p50_ms for r in rounds):>9.2f}"
              f"{statistics.median(pick(r).p99_ms for r in rounds):>9.2f}"
              f"{sum(pick(r).bad for r in rounds):>5}")
    ratio = statistics.median(r.ratio for r in rounds)
    good = ratio <= RATIO_MAX
    print(f"p99 while they end is {ratio:.2f} of the quiet one, at most {RATIO_MAX:.0f}: "
          f"{'ok' if good else 'missed'}; the last unit was back "
          f"{statistics.median(r.took_ms for r in rounds):,.0f} ms after the first deadline")
    return [] if good else [f"p99 while {holds:,} holds end: {ratio:.2f} of the quiet one"]
