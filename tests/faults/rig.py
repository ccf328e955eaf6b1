"""rig - a cluster with buyers before it, fault injectors in it, and the checker behind it.

    with Rig(seed, proxied=True) as rig:
        rig.start(300, pay_window_ms=1500)
        rig.buyers(rate=300)
        with rig.fault("node 3 is cut off"):
            rig.proxy.tell("stall 3 up 1")
            ...
            rig.proxy.tell("calm 3")
        verdict = rig.settle(sold_within_s=2)

A short pay window makes a small stock last for ever: units come back unpaid and are sold again,
so after the last fault everything must be sold within seconds, however long the run was.
`add_ledger()` gives it ledgers; settle(ledger=one) then reads what has left the stream from SQL.
`proxied` puts resp_proxy between each node and Redis, route i for node i; `fronted` puts one
between nginx and each node; `shimmed` starts Redis under the sync shim.
"""
import hashlib
import itertools
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from harness.books import before, check_books, check_behind, entries_of, with_poison
from harness.cluster import NODES, Cluster
from harness.ledger import LedgerPart, SqliteBooks
from harness.parts import replace
from harness.ports import Ports
from harness.process import Process
from harness.scripts import script_text
from harness.waiting import stretched, wait_until

from attempts import Attempts
from checker import OVERDUE_MS, Checker
from history import History, read_history
from load import read_answer
from proxy import Proxy
from questions import ask_again
from shim import SyncShim
from stalls import Stalls

NUMBERS = itertools.count(1)
LOAD = Path(__file__).resolve().parent / "load.py"


class Rig:
    """One run; `flags` are settings of all nodes."""

    def __init__(self, seed, proxied=False, fronted=False, shimmed=False, **flags):
        self.seed, self.cluster = seed, Cluster(**flags)
        self.folder, self.ports = self.cluster.folder, Ports()
        self.proxy = self.front = self.load = None
        self.history = History(self.folder / "history.jsonl", seed)
        self.stalls = Stalls(self.history, self.folder)
        self.loads, self.healed, self.is_settled = 0, False, False
        self.books, self.ledgers = SqliteBooks(self.folder), []
        self.shim = SyncShim(self.folder) if shimmed else None
        if shimmed:
            self.cluster.redis_part.process.env.update(self.shim.env())
        if proxied:
            self._stand_before_redis()
        if fronted:
            self._stand_before_nodes()

    def _stand_before_redis(self):
        routes = [(self.ports.take(), self.cluster.redis_part.port) for _ in range(NODES)]
        self.proxy = Proxy(self.folder, routes)
        for node, (port, _) in zip(self.cluster.nodes, routes):
            node.flags["redis"] = f"127.0.0.1:{port}"

    def _stand_before_nodes(self):
        nginx = self.cluster.nginx
        text = nginx.conf.read_text("utf-8")
        routes = [(self.ports.take(), port) for port in self.cluster.node_ports]
        for weight, (port, target) in enumerate(routes, 1):
            text = replace(text, rf"127\.0\.0\.1:{target} ", f"127.0.0.1:{port} ", 6)
            self.cluster.nodes[weight - 1].flags.pop("weights-from", None)
            self.cluster.nodes[weight - 1].flags["weight"] = weight
        nginx.conf.write_text(text, "utf-8")
        self.front = Proxy(self.folder, routes, raw=True, name="front")

    def add_ledger(self, **flags):
        """One more ledger on the rig's books, not started; nginx knows the first of them."""
        port = self.ports.take() if self.ledgers else self.cluster.ledger_port
        name = f"ledger{len(self.ledgers) or ''}"
        self.ledgers.append(LedgerPart(self.folder, port, self.cluster.redis_part, self.books,
                                       name, items="ticket", **flags))
        return self.ledgers[-1]

    # -- life ----------------------------------------------------------------------------------

    def start(self, total, dead=(), **rules):
        """A sale of so many units, with rules (pay_window_ms, limit_units) as hash fields."""
        self.cluster.start(total=total, dead=dead)
        if rules:
            self.cluster.redis.hset("ticket_hash_key", mapping=rules)
        return self

    def close(self):
        """Everything ends and is removed; a node that died by itself is a fault."""
        if self.load:
            self.load.kill()
            self.load.forget()
        for proxy in (self.proxy, self.front):
            if proxy:
                proxy.close()
        self.stalls.close()
        self.history.close()
        for ledger in self.ledgers:
            ledger.close()
        self.ports.close()
        if self.shim:
            self.shim.close()
        self.cluster.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- buyers and faults ---------------------------------------------------------------------

    def buyers(self, rate=300, users=200, resend=False, **shares):
        """
        Buyers begin to come, so many a second, under so many names; see wishes.py for the shares
        of each kind. With `resend` their connections are like those of HTTP libraries (link.py).
        """
        assert not self.load or not self.load.is_running(), "buyers are there already"
        words = [sys.executable, LOAD, "--history", self.history.path, "--nginx",
                 self.cluster.nginx.port, "--seed", self.seed * 100 + self.loads, "--rate", rate,
                 "--grace", stretched(4), "--users", users,
                 "--nodes", ",".join(str(port) for port in self.cluster.node_ports)]
        words += ["--resend"] if resend else []
        if shares:
            words += ["--shares", *[f"{name}={share}" for name, share in shares.items()]]
        self.loads += 1
        self.load = Process(f"buyers {self.loads}", words,
                            self.folder / f"buyers-{self.loads}.log").start()
        return self

    def buyers_stop(self):
        """No new buyers; those under way have a few seconds."""
        assert self.load.end(timeout=20) == 0, self.load.text()

    @contextmanager
    def fault(self, what):
        """The window of a fault; what is done inside is noted as it begins and ends."""
        self.history.fault(what, True)
        try:
            yield
        finally:
            self.history.fault(what, False)

    @staticmethod
    def timer(seconds):
        """A condition that comes true after a while: for faults that last."""
        end = time.monotonic() + seconds
        return lambda: time.monotonic() >= end

    def lines(self, *events):
        """The history's lines of some kinds so far."""
        return [line for line in read_history(self.history.path) if line["e"] in events]

    def seen(self):
        """All that buyers have heard so far: the words of answers, and why there was none."""
        return {line.get("reason") or line.get("why") or str(line["status"])
                for line in self.lines("answer", "cut")}

    def attempts(self):
        """The history as the checker sees it."""
        return Attempts(self.history.path)

    def ask_one(self, key, via, user="", units=1):
        """One purchase with its history, from any thread; returns the word heard, or ""."""
        number = f"one/{key}/{via}/{next(NUMBERS)}"
        self.history.add("send", n=number, i=key, op="buy", key=key, user=user, units=units,
                         via=via, method="GET", first=0)
        facts = {"user": user or None, "units": units}
        answer = self.cluster.buy(key=key, via=via if via == "nginx" else int(via), **facts)
        if answer.status == 0:
            self.history.add("cut", n=number, why=answer.fault)
            return ""
        self.history.add("answer", n=number, **read_answer(answer.status, answer.body))
        return answer.reason

    @staticmethod
    def script_sha(name):
        """By what a script is called."""
        return hashlib.sha1(script_text(name).encode()).hexdigest()

    def wait_heard(self, word, more, timeout=15.0):
        """Until buyers have heard a word so many times more often than so far."""
        def times():
            return sum(line.get("reason") == word for line in self.lines("answer"))
        wanted = times() + more
        wait_until(lambda: times() >= wanted, timeout, f"{more} x {word}", every=0.1)

    def nginx_workers(self):
        """The worker processes of nginx."""
        pid = self.cluster.nginx.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(word) for word in children.read().split()]

    def orders(self):
        """How many orders there are; works while Redis does."""
        return self.cluster.orders()

    def wait_orders(self, more, timeout=20.0):
        """Until so many more orders were made than there are now."""
        wanted = self.orders() + more
        wait_until(lambda: self.orders() >= wanted, timeout, f"{more} more orders", every=0.02)

    def wait_sold_out(self, timeout=10.0):
        """Until nothing is left, by Redis' own count, and nothing is held that is overdue."""
        def unsold():
            seconds, micros = self.cluster.redis.time()
            due = seconds * 1000 + micros / 1000 - stretched(OVERDUE_MS)
            pipe = self.cluster.redis.pipeline(transaction=True)
            pipe.hmget("ticket_hash_key", "ticket_total_nums", "ticket_sold_nums")
            counts, overdue = pipe.zcount("{ticket_hash_key}:unpaid", 0, due).execute()
            return int(counts[0]) - int(counts[1]) + overdue
        wait_until(lambda: unsold() == 0, timeout, "everything to be sold", every=0.01)

    def heal(self):
        """The last fault is over: from here on everything must be sold in time."""
        self.history.add("mark", what="healed")
        self.healed = True

    def wait_lines(self):
        """Until the nodes have written what they had to write."""
        time.sleep(stretched(0.05))  # ten times --stat-flush-ms: no condition tells it

    # -- the verdict ---------------------------------------------------------------------------

    def read_books(self, ledger):
        """
        Waits until a ledger has recorded all, ends it and looks at its books; returns the entries
        that have left the stream, with something harmless in the place of poison.
        """
        held, soon = "{ticket_hash_key}:unpaid", time.time() * 1000 + 60000
        wait_until(lambda: self.cluster.redis.zcount(held, 0, soon) == 0, 20, "holds to have ended")
        ledger.wait_recorded()
        assert ledger.stop() == 0
        if not ledger.poison():
            check_books(ledger)
        return entries_of(before(with_poison(ledger), check_behind(ledger)))

    def settle(self, sold_within_s=None, clocks=True, strangers=0, patience=15.0, ledger=None):
        """
        After healing: everything is sold if it must be, buyers leave, every key is asked again,
        and the checker looks at all of it. Up to `strangers` orders may be of buyers who wrote no
        history; without `clocks` times are not compared. A `ledger` tells what has been trimmed.
        Returns the verdict.
        """
        self.is_settled = True
        if sold_within_s is not None and not self.healed:
            self.heal()
        if sold_within_s is not None:
            try:
                self.wait_sold_out()
            except AssertionError:
                pass  # the checker says so, with more around it
        if self.load:
            self.buyers_stop()
        self.cluster.wait_ready(stretched(15))
        ports = {str(i): self.cluster.nodes[i].port for i in self.cluster.living()}
        still_open = ask_again(self.history, ports, patience=stretched(patience))
        self.wait_lines()
        lines = [line for i in range(NODES) for line in self.cluster.stat_lines(i)]
        earlier = self.read_books(ledger) if ledger else ()
        checker = Checker(self.cluster.redis, self.history.path, lines, clocks=clocks,
                          strangers=strangers, earlier=earlier)
        within = stretched(sold_within_s) if sold_within_s is not None else None
        return checker.check(still_open, within)
