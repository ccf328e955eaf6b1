"""town - a whole system: nginx, four nodes, Redis, the ledger, and an operator with penstockctl.

    town = Town(trial_pay=1).start(total=1000)
    with Crowd(town, pays=0.5) as crowd: ...
    town.audit()

The cluster is tests/harness/cluster.py's; the ledger is a SQLite file in its folder.
"""
import random
import threading
import time
from collections import Counter

from harness import web
from harness.cluster import Cluster
from harness.ledger import LedgerPart, SqliteBooks
from harness.operator import Operator


class Town:
    """A cluster with everything around it; `flags` are settings of all nodes."""

    def __init__(self, ledger=None, **flags):
        self.cluster = Cluster(**flags)
        self.redis = self.cluster.redis
        self.books = SqliteBooks(self.cluster.folder)
        self.ledger = LedgerPart(self.cluster.folder, self.cluster.ledger_port,
                                 self.cluster.redis_part, self.books, **(ledger or {}))
        self.operator = Operator(self.cluster.redis_part, self.books.url)

    def start(self, total, **rules):
        """All of it, with a sale of `total` under these rules."""
        self.cluster.start()
        self.ledger.start()
        if rules:
            self.redis.hset("ticket_hash_key", mapping=rules)
        self.cluster.open_sale(total)
        return self

    def stop(self):
        """Ends all parts; fails if one has died by itself."""
        try:
            self.ledger.close()
        finally:
            self.cluster.stop()

    def audit(self, code=0):
        """penstockctl audit, with the stat.logs; its output."""
        logs = str(self.cluster.folder / "node-*" / "stat.log")
        return self.operator.says(code, "audit", "ticket", stat_log=logs).out

    def counts(self):
        """(total, held, paid) as Redis has them now."""
        counts = self.cluster.counts()
        sold, paid = counts["ticket_sold_nums"], counts.get("paid_nums", 0)
        return counts["ticket_total_nums"], sold - paid - counts.get("outside_nums", 0), paid


class Crowd:
    """Buyers who never tire: waves of them buy, and pay a part of what they get."""

    def __init__(self, town, pays=0.5, wave=100, seed=1, rest_s=0.02, item="ticket"):
        self.town, self.pays, self.wave, self.rest_s, self.item = town, pays, wave, rest_s, item
        self.accepted, self.paid, self.reasons, self.fault = {}, set(), Counter(), None
        self.dice, self.seed = random.Random(seed), seed
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        waves = 0
        try:
            while not self.ending.is_set():
                waves += 1
                if not self._once(f"c{self.seed}-{waves}"):
                    time.sleep(self.rest_s)
        except BaseException as fault:  # raised again by whoever ends the crowd
            self.fault = fault

    def _once(self, name):
        """One wave; how many got something."""
        cluster = self.town.cluster
        answers = cluster.buy_together(self.wave, item=self.item, first=True,
                                       key=lambda i: f"{name}-{i}")
        self.reasons.update(answer.reason for answer in answers)
        numbers = [answer.json["data"]["orderId"] for answer in answers
                   if answer.reason == "ACCEPTED"]
        self.accepted.update({number: name for number in numbers})
        paying = [number for number in numbers if self.dice.random() < self.pays]
        port = cluster.port("nginx")
        told = web.ask_all([(port, web.request(f"/orders/{number}/pay", "POST", {}))
                            for number in paying])
        self.paid.update(number for number, answer in zip(paying, told)
                         if answer.reason == "PAID")
        return len(numbers)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.ending.set()
        self.thread.join()
        if kind is None and self.fault:
            raise self.fault
