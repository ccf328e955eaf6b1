"""sale - opens sales in a cluster, and counts what it recorded of them.

A sale is opened the article's way, by typing both counts; the nodes find it within a tick. What
was recorded is counted in the three places that cannot agree by accident: Redis' hashes, its
event stream, and the four stat.log together.
"""
import collections
import os
import re
import time

from child import wait_until

LINE = re.compile(r"^result:([01]),localSales:(\d+),(.*)$")


def key_of(item, part=None):
    """The Redis key of an item, or of a part of it."""
    return f"{{{item}_hash_key}}:{part}" if part else f"{item}_hash_key"


class Sale:
    """One item of a site."""

    def __init__(self, site, item="ticket"):
        self.site, self.item, self.redis = site, item, site.redis()
        self.marks = {}

    def open(self, total, sold=0):
        """Types the counts, waits until every node sells from them, and returns the epoch."""
        name = key_of(self.item)
        # No ledger runs beside: its backlog must not end the sale.
        self.redis.call("HSET", name, "ticket_total_nums", total, "ticket_sold_nums", sold,
                        "backlog_max", 0)
        wait_until(lambda: self._is_known(total, sold), f"{self.item} to be on sale on all nodes")
        return self.epoch()

    def _is_known(self, total, sold):
        fields = self.redis.hash(key_of(self.item))
        if fields.get("known_total") != str(total) or fields.get("known_sold") != str(sold):
            return False
        epoch = int(fields["epoch"])
        views = self.site.stock_views(self.item)
        return all(view and view["total"] == total and view["left"] == total - sold
                   and view["epoch"] == epoch for view in views)

    def epoch(self):
        """The running epoch's name."""
        return int(self.redis.call("HGET", key_of(self.item), "epoch"))

    def counts(self):
        """(ticket_total_nums, ticket_sold_nums) as Redis has them."""
        return tuple(int(value) for value in self.redis.call(
            "HMGET", key_of(self.item), "ticket_total_nums", "ticket_sold_nums"))

    def orders(self):
        """How many orders are recorded, of all epochs."""
        return self.redis.call("HLEN", key_of(self.item, "orders"))

    def created(self, epoch, page=5000):
        """The seqs of the epoch's `created` events in the stream."""
        seqs, first = set(), f"{epoch}-0"
        while True:
            entries = self.redis.call("XRANGE", key_of(self.item, "events"), first, "+",
                                      "COUNT", page)
            for _, fields in entries:
                seqs |= {int(seq) for seq, text in zip(fields[::2], fields[1::2])
                         if text.startswith(f"created|{epoch}|")}
            if len(entries) < page:
                return seqs
            first = f"({entries[-1][0]}"

    def recorded(self):
        """Up to which seq events are in SQL, by the ledger's word, and may have left the stream."""
        return int(self.redis.call("HGET", key_of(self.item), "recorded_seq") or 0)

    def entries_of(self, keys):
        """The recorded entry of each idempotency key, or None."""
        found, keys = {}, list(keys)
        for at in range(0, len(keys), 1000):
            part = keys[at:at + 1000]
            found.update(zip(part, self.redis.call("HMGET", key_of(self.item, "requests"), *part)))
        return found

    def clear(self, total):
        """Forgets all orders and starts anew with `total`: bounded memory, a short log."""
        parts = [key_of(self.item, part) for part in ("orders", "requests", "unpaid", "events")]
        self.redis.call("UNLINK", *parts)
        self.redis.call("BGREWRITEAOF")
        wait_until(self._is_rewritten, "Redis to rewrite its log", 60)
        return self.open(total)

    def _is_rewritten(self):
        info = self.redis.info("persistence")
        return (info["aof_rewrite_in_progress"] == "0" and info["aof_rewrite_scheduled"] == "0"
                and info["aof_last_bgrewrite_status"] == "ok")

    def mark(self):
        """From here on stat.log lines count."""
        self.marks = {name: os.path.getsize(path) for name, path in self.site.nodes.items()}

    def shorten_logs(self):
        """Empties every stat.log; nodes append, so they go on at its start."""
        for path in self.site.nodes.values():
            os.truncate(path, 0)
        self.mark()

    def lines(self):
        """A Tally of each node's lines of this item since the mark."""
        return {name: Tally.of(path, self.marks[name], self.item)
                for name, path in self.site.nodes.items()}

    def wait_quiet(self):
        """Waits until nothing is sold and no line is written any more; flushes take 100 ms."""
        last, since = None, time.monotonic()
        while time.monotonic() < since + 0.4:
            now = self.counts(), [os.path.getsize(path) for path in self.site.nodes.values()]
            if now != last:
                last, since = now, time.monotonic()
            time.sleep(0.05)


class Tally:
    """The lines of one stat.log, from an offset on."""

    def __init__(self):
        self.lines = self.sold = self.torn = 0
        self.reasons = collections.Counter()
        self.sold_keys = []

    @staticmethod
    def of(path, offset, item):
        """Reads it; lines of other items are passed over."""
        tally = Tally()
        with open(path, encoding="utf-8", errors="replace") as log:
            log.seek(offset)
            for line in log:
                tally._take(line, f",item:{item},")
        return tally

    def _take(self, line, wanted):
        if wanted not in line:
            self.torn += LINE.match(line) is None
            return
        self.lines += 1
        reason = line.split(",reason:", 1)[1].split(",", 1)[0]
        self.reasons[reason] += 1
        if line.startswith("result:1,"):
            self.sold += 1
            self.sold_keys.append(line.rstrip("\n").rsplit(",key:", 1)[1])
