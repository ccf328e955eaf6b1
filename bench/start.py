"""start - is a sale's first second slower than its next?

A round gives an item a start a good second away and lets buyers ask all the while, so that at the
start every connection is open and every node knows the item. Orders are counted by the time that
Redis wrote into their events: those of the first second from the start on, and those of the second
after it. Beside them stands how long after the start the first order was made.
"""
import dataclasses
import statistics
import time

import loads
from child import BenchError
from sale import key_of

CONNECTIONS, BEFORE_MS, SECONDS = 100, 1500, 5
RATIO_MIN = 0.9  # a second of a shared machine is not more even than that


@dataclasses.dataclass
class Round:
    """Orders made, and when the first of them."""

    first: int  # in the first second
    second: int  # in the next
    began_ms: int  # from the start to the first order

    @property
    def ratio(self):
        """Of the first second's orders to the second's."""
        return self.first / self.second


def _times(redis, item, page=5000):
    """When each order was made, in Redis' ms."""
    first = "-"
    while True:
        entries = redis.call("XRANGE", key_of(item, "events"), first, "+", "COUNT", page)
        for _, fields in entries:
            for text in fields[1::2]:
                if text.startswith("created|"):
                    yield int(text.split("|")[2])
        if len(entries) < page:
            return
        first = f"({entries[-1][0]}"


def _round(site, sale, units):
    redis, key = sale.redis, key_of(sale.item)
    sale.clear(units)
    seconds, micros = redis.call("TIME")
    starts_ms = int(seconds) * 1000 + int(micros) // 1000 + BEFORE_MS
    redis.call("HSET", key, "starts_ms", starts_ms, "ruled", 1)
    try:
        loads.wrk(site.url(sale.item), CONNECTIONS, SECONDS)
    finally:
        redis.call("HSET", key, "starts_ms", 0, "ruled", 0)
    sale.wait_quiet()
    times = [at - starts_ms for at in _times(redis, sale.item)]
    if not times or min(times) < 0:
        raise BenchError(f"{len(times)} orders, the first {min(times, default=0)} ms after the "
                         "start")
    found = Round(sum(at < 1000 for at in times), sum(1000 <= at < 2000 for at in times),
                  min(times))
    if not found.second:
        raise BenchError("nothing was sold in the second second")
    return found


def measure(site, sale, rounds, units):
    """The rounds, one after the other."""
    found = [_round(site, sale, units) for _ in range(rounds)]
    time.sleep(0.2)  # a tick, so that all nodes know that there are no rules any more
    sale.clear(units)
    return found


def show(rounds):
    """Prints them; returns the missed target, if any."""
    ratio = statistics.median(one.ratio for one in rounds)
    good = ratio >= RATIO_MIN
    print(f"\na sale that starts while {CONNECTIONS} connections ask, through nginx "
          f"({len(rounds)} rounds, medians)")
    print(f"orders of the first second {statistics.median(one.first for one in rounds):,.0f}, of "
          f"the second {statistics.median(one.second for one in rounds):,.0f}: {ratio:.2f}, at "
          f"least {RATIO_MIN:.2f}: {'ok' if good else 'missed'}; the first order "
          f"{statistics.median(one.began_ms for one in rounds):.0f} ms after the start")
    return [] if good else [f"a sale's first second: {ratio:.2f} of its second"]
