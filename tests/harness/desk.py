"""desk - one item on a throwaway Redis, and the scripts as verbs.

Answers come back as small tuples that a test can compare at a glance. The clock is moved, never
waited for: `last_ms` is the item's own lower bound of time, so later(ms) makes it that much later.
"""
from collections import namedtuple

from harness.fold import taken_apart
from harness.model import check_item
from harness.scripts import keys_of, script_text

View = namedtuple("View", "now total sold paid outside epoch seq gen state expiry max")
ALL = 12  # keys of an item
Said = namedtuple("Said", "word first second")
SCRIPTS = ("buy", "sync", "item", "order", "pay", "cancel", "refund", "trim", "archive", "rebuild",
           "reserve", "draw")


class Desk:
    """The verbs of one item."""

    def __init__(self, client, name="ticket", texts=None):
        self.redis, self.name, self.keys = client, name, keys_of(name)
        self.hash = self.keys[0]
        self.texts = texts or {verb: script_text(verb) for verb in SCRIPTS}
        self.view, self.known = None, 0  # the last view; the seq that buy and sync say they know
        self.trimmed = []  # the events that trim() took out of the stream, as the ledger has them

    def run(self, script, keys, *words):
        """Calls a script with the first `keys` keys; returns its raw reply."""
        reply = self.redis.eval(self.texts[script], keys, *self.keys[:keys], *words)
        if reply[0] == "OK":
            self.view = View(*(word if i == 8 else int(word) for i, word in enumerate(reply[1:12])))
        return reply

    def tell(self, script, *words):
        """Calls a script with all keys; returns its own words, or the raw refusal."""
        reply = self.run(script, ALL, *words)
        return tuple(reply[12:] if reply[0] == "OK" else reply)

    def type(self, total, sold=0):
        """The article's line, typed into redis-cli."""
        self.redis.hset(self.hash, mapping={"ticket_total_nums": total, "ticket_sold_nums": sold})

    def rule(self, **fields):
        """Sets other fields of the hash."""
        self.redis.hset(self.hash, mapping=fields)

    def adopt(self):
        """item.lua adopt: what was done, or the answer's first word."""
        return self.tell("item", "adopt")[0]

    def open(self, total, sold=0, **rules):
        """A fresh sale, taken over."""
        self.type(total, sold)
        if rules:
            self.rule(**rules)
        return self.adopt()

    def buy(self, *purchases):
        """
        Each is (key, user, units) or the first of them; with a fourth word, the proof, as for an
        item with buyers' rules. Returns [Said] or the raw refusal.
        """
        size = 4 if any(len(purchase) > 3 for purchase in purchases) else 3
        if all(tuple(purchase[1:]) in ((), ("",), ("", "1")) for purchase in purchases):
            size = 1  # as the node does
        words = [self.known, size]
        for purchase in purchases:
            words += (list(purchase) + ["", "1", ""][len(purchase) - 1:])[:size]
        reply = self.run("buy", ALL if size == 4 else 6, *words)
        if reply[0] != "OK":
            return reply
        deadline, told, said = int(reply[12]), iter(reply[13:]), []
        for first in told:
            if isinstance(first, int):
                said.append(Said("ACCEPTED", first, deadline))
            else:
                said.append(Said(first, int(next(told)), int(next(told))))
        return said

    def buy_one(self, key, user="", units="1"):
        """A batch of one."""
        answer = self.buy((key, user, units))
        return answer[0]

    def ask(self, key, user="", units="1", proof=""):
        """A batch of one of an item with buyers' rules; `proof` is p or empty."""
        answer = self.buy((key, user, units, proof))
        return answer[0]

    def sync(self, node="node-1", weight=1, asked=0, sold=0):
        """A tick; returns (live weight, orders expired), or the raw refusal."""
        reply = self.run("sync", ALL, node, weight, asked, sold, self.known)
        return (int(reply[12]), int(reply[13])) if reply[0] == "OK" else reply

    def reserve(self, user, verb="reserve", proof=""):
        """reserve.lua's own words, or the refusal."""
        return self.tell("reserve", self.known, verb, user, proof)

    def told_rules(self):
        """What a tick tells of the buyers' rules."""
        told = self.run("sync", ALL, "node-1", 1, 0, 0, self.known, "")[15:]
        return tuple(told[1:told.index("=rules") + 15]) if "=rules" in told else ()

    def item(self, *words):
        """item.lua with any verb; its own words, or the refusal."""
        return self.tell("item", *words)

    def order(self, number):
        """The raw reply of order.lua."""
        return tuple(self.run("order", ALL, number))

    def pay(self, number, txn, amount=0):
        """pay.lua's own words, or the refusal."""
        return self.tell("pay", number, txn, amount)

    def cancel(self, number):
        """cancel.lua's own words, or the refusal."""
        return self.tell("cancel", number)

    def refund(self, number, txn=""):
        """refund.lua's own words, or the refusal."""
        return self.tell("refund", number, txn)

    def trim(self, seq, retain_ms=0):
        """The raw reply of trim.lua; keeps the events that it took out."""
        before = self.redis.xrange(self.keys[5])
        reply = tuple(self.run("trim", ALL, seq, retain_ms))
        if reply[0] == "TRIMMED":
            self.trimmed += before[:reply[1]]
        return reply

    def later(self, ms):
        """Makes it `ms` later for this item than it was at its last event or view."""
        now = max(int(self.redis.hget(self.hash, "last_ms") or 0), self.view.now)
        self.rule(last_ms=now + ms)

    def snapshot(self):
        """Everything in Redis, to compare before and after."""
        return {key: self.redis.dump(key) for key in sorted(self.redis.keys("*"))}

    def counts(self):
        """The hash with its numbers as int."""
        return {field: int(text) if text.isdigit() else text
                for field, text in self.redis.hgetall(self.hash).items()}

    def events(self):
        """All events, trimmed ones first, as (seq, name, list of words)."""
        entries = self.trimmed + self.redis.xrange(self.keys[5])
        return [(seq, kind, words.split("|")) for seq, kind, words in taken_apart(entries)]

    def waiting(self):
        """The events that are in the stream, likewise."""
        last = int(self.trimmed[-1][0].split("-")[0]) if self.trimmed else 0
        return [event for event in self.events() if event[0] > last]

    def check(self):
        """The invariants and the replay; returns (hash, all orders)."""
        return check_item(self.redis, self.name, self.trimmed)
