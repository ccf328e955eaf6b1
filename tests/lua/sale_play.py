"""sale_play - random sales that hold the scripts to the model.

play() throws batches, payments in time and late, cancellations, refunds, expiries, trims, restocks,
pauses, typed counts, rebuilds and callers that know more than Redis at the real scripts and at a
Sale (sale_model.py), and compares every answer. After every step the invariants and the replay
(harness/model.py) must hold. What it finds, it reports as AssertionError with the seed; the
mutants in test_mutants.py show that it finds things.
"""
import random

from harness.fold import fold
from harness.rebuilding import rebuild
from sale_model import Sale

WINDOW = 300000
UNITS = ["1", "1", "1", "1", "2", "2", "3", "0", "01", "nan", "0x1", "11"]
STEPS = (["buy"] * 8 + ["pay"] * 5 + ["later"] * 3 + ["drift"] * 3 + ["cancel"] * 2
         + ["refund"] * 2 + ["trim"] * 2 + ["alter", "restock", "state", "retype", "foreign",
                                            "delete", "rebuild", "lost",
                                            "stray", "crowd", "squeeze", "farewell"])


class Play:
    """One random sale; each step is a method."""

    def __init__(self, desk, seed):
        self.desk, self.dice = desk, random.Random(seed)
        total = self.dice.choice([1, 7, 60, 300, 900])
        self.keys, self.txns = max(40, 3 * total), 0
        self.sale = Sale(total, {
            "max_units": self.dice.choice([2, 3, 10]), "price": self.dice.choice([0, 7]),
            "limit_units": self.dice.choice([0, 2, 5]), "backlog_max": 1000000,
            "late_pay": self.dice.choice(["refund", "retake", "retake"])})
        assert desk.open(total, **self.sale.rules) == "OPENED"
        desk.later(WINDOW)  # from here on the clock stands still unless it is moved

    # -- buyers --------------------------------------------------------------------------------

    def buy(self, batch=None):
        """A batch with repeats, conflicts, users and bad units."""
        size = self.dice.choice([1, 2, 17, 80, 256])
        users = ["", "", "ann", "bob", "eve"]
        batch = batch or [(f"k{self.dice.randrange(self.keys)}", self.dice.choice(users),
                  self.dice.choice(UNITS)) for _ in range(size)]
        bound = self.sale.rules["backlog_max"]
        counts = self.desk.counts()
        waits = min(len(self.desk.waiting()), counts["seq"] - counts.get("recorded_seq", 0))
        is_full = 0 < bound <= waits
        self.desk.known = self.desk.view.seq
        for purchase, said in zip(batch, self.desk.buy(*batch)):
            word, number = self.sale.decide(*purchase, is_full)
            assert said.word == word, (purchase, said, word)
            assert number is None or said.first == number, (purchase, said, number)
            if word == "ACCEPTED":
                self.sale.accept(said.first, purchase[1], int(purchase[2]), said.second)

    def _number(self):
        """An order's, mostly; else one that is yet to come, or another event's."""
        if self.dice.random() < 0.1:
            others = [seq for seq, kind, _ in self.desk.waiting() if kind != "created"]
            return self.dice.choice(others or [self.desk.view.seq + 1])
        if self.sale.orders and self.dice.random() < 0.95:
            return self.dice.choice(list(self.sale.orders)[-self.dice.choice([3, 30, 300]):])
        return self.desk.view.seq + 1 + self.dice.randrange(3)

    def _txn(self, used=0.25):
        """A new payment's id, or one that was used."""
        if self.txns and self.dice.random() < used:
            return f"t{self.dice.randrange(self.txns)}"
        self.txns += 1
        return f"t{self.txns - 1}"

    def _told(self, answer, expected):
        """An answer as the model has it; where that has None, it is the time."""
        assert answer == tuple(self.desk.view.now if word is None else word
                               for word in expected), (answer, expected)

    def pay(self, numbers=None):
        """A few payments: right, wrong, repeated; the clock may stand at a deadline."""
        for number in numbers or [self._number() for _ in range(self.dice.choice([1, 5, 20]))]:
            txn = self._txn()
            order = self.sale.orders.get(number)
            amount = order.amount if order else 7
            amount += self.dice.choice([0, 0, 0, 0, 0, 0, 0, 1])
            if txn in self.sale.payments and self.dice.random() < 0.5:
                number, amount = (self.sale.payments[txn].number, self.sale.payments[txn].amount)
            gen, sold = self.desk.view.gen, self.sale.sold
            answer = self.desk.pay(number, txn, amount)
            self._told(answer, self.sale.pay(number, txn, amount, self.desk.view.now))
            assert self.desk.view.gen > gen or self.sale.sold >= sold, "a gate would stay shut"

    def cancel(self):
        """Some holds, and some that are none."""
        for _ in range(self.dice.choice([1, 5])):
            number, gen, sold = self._number(), self.desk.view.gen, self.sale.sold
            answer = self.desk.cancel(number)
            self._told(answer, self.sale.cancel(number))
            assert (self.desk.view.gen > gen) == (self.sale.sold < sold), "a gate would stay shut"

    def refund(self):
        """By order or by payment, of any state."""
        for _ in range(self.dice.choice([1, 5])):
            number, txn = self._number(), ""
            if self.dice.random() < 0.6:
                txn = self._txn(0.8)
                payment = self.sale.payments.get(txn)
                number = payment.number if payment and self.dice.random() < 0.7 else number
            gen, sold = self.desk.view.gen, self.sale.sold
            answer = self.desk.refund(number, txn)
            self._told(answer, self.sale.refund(number, txn))
            if self.dice.random() < 0.3:
                self._told(self.desk.refund(number, txn), self.sale.refund(number, txn))
            assert (self.desk.view.gen > gen) == (self.sale.sold < sold), "a gate would stay shut"

    def crowd(self):
        """Hundreds buy, their holds end together, and their records may leave together."""
        self.restock(240)
        self.buy([(f"c{self.desk.view.seq + i}", "", "1") for i in range(230)])
        self.desk.later(WINDOW)
        self.later()
        self.trim(0)

    def squeeze(self):
        """As many units are left as an order that has ended would need, or one less."""
        ended = [n for n, o in self.sale.orders.items() if o.epoch == self.sale.epoch
                 and o.state in ("expired", "cancelled") and not o.gone]
        if ended:
            number = self.dice.choice(ended)
            self.restock(self.sale.orders[number].units - self.dice.choice([0, 0, 1]))
            self.pay([number])

    def farewell(self):
        """Paid orders leave Redis; then some of the payments are given back."""
        self.trim(0)
        paid = [txn for txn, payment in self.sale.payments.items() if payment.fate == "paid"]
        for txn in self.dice.sample(paid, min(2, len(paid))):
            number = self.sale.payments[txn].number
            self._told(self.desk.refund(number, txn), self.sale.refund(number, txn))

    # -- time ----------------------------------------------------------------------------------

    def drift(self):
        """The clock moves to about a deadline, and nobody ticks."""
        held = [o.deadline for o in self.sale.orders.values() if o.state == "held"]
        if held:
            now = self.dice.choice(held) + self.dice.choice([-1, 0, 0, 1])
            self.desk.rule(last_ms=max(now, self.desk.counts()["last_ms"]))

    def later(self):
        """Time passes, and ticks end what is due, at most 200 orders each."""
        if self.dice.random() < 0.3:
            self.drift()
        else:
            self.desk.later(self.dice.choice([1, 1000, WINDOW // 2, WINDOW]))
        expired, gen, sold = 0, self.desk.view.gen, self.sale.sold
        self.desk.known = self.desk.view.seq
        while True:
            ended = self.desk.sync()[1]
            expired += ended
            assert ended <= 200
            if ended == 0:
                break
        assert expired == self.sale.expire(self.desk.view.now), "orders expired"
        assert self.desk.view.gen > gen or self.sale.sold == sold, "a gate would stay shut"

    def stray(self):
        """A deadline of an order that is not held: its state decides, not the set."""
        ended = [n for n, o in self.sale.orders.items() if o.state != "held" and not o.gone]
        if ended:
            self.desk.redis.zadd(self.desk.keys[4], {self.dice.choice(ended): 1})
            self.later()

    # -- the ledger ----------------------------------------------------------------------------

    def trim(self, retain=None):
        """SQL holds some more; what has ended long enough ago, and is held by SQL, leaves."""
        state, now = fold(self.desk.trimmed + self._stream()), self.desk.counts()["last_ms"]
        told = self.dice.randrange(state.seq + 1) if self.dice.random() < 0.6 else state.seq
        retain = self.dice.choice([0, 1000, WINDOW]) if retain is None else retain
        mark = int(self.desk.counts().get("recorded_seq", 0))
        there = self.desk.redis.hkeys(self.desk.keys[1])
        finished = sorted((state.finished[n], n) for n in there if n in state.finished)
        first = [n for seq, n in finished if seq <= told][:200]
        leaves = {n for n in first if int(state.orders[n][8]) + retain <= now}
        waits = [name for name, _ in self._stream() if int(name.split("-")[0]) > told]
        answer = self.desk.trim(told, retain)
        assert answer[0] == "TRIMMED" and answer[2:] == (len(leaves), len(waits), state.seq)
        assert set(there) - set(self.desk.redis.hkeys(self.desk.keys[1])) == leaves
        assert [name for name, _ in self._stream()] == waits, "I6"
        assert self.desk.counts().get("recorded_seq", 0) == max(mark, told), "the mark"
        for number in leaves:
            self.sale.orders[int(number)].gone = True

    def _stream(self):
        return self.desk.redis.xrange(self.desk.keys[5])

    def rebuild(self):
        """SQL holds all; Redis may have lost all; the item is made anew under a far number."""
        self.desk.trim(self.dice.choice([0, self.desk.counts()["seq"]]), 10 * WINDOW)
        self.desk.trimmed += self._stream()
        state, hash_ = fold(self.desk.trimmed), self.desk.counts()
        if self.dice.random() < 0.5:
            self.desk.redis.flushall()
        rules = {**self.sale.rules, "state": self.sale.state, "last_ms": hash_["last_ms"]}
        assert rebuild(self.desk, state, state.seq + self.dice.choice([1, 1000]), **rules) == (
            "REBUILT",)
        for order in self.sale.orders.values():
            order.gone = False

    def lost(self):
        """A node that knows more than Redis: refused, and nothing is written."""
        before, self.desk.known = self.desk.snapshot(), self.desk.counts()["seq"] + 1
        assert self.desk.buy(("k1", "ann"))[0] == "LOST" and self.desk.sync()[0] == "LOST"
        assert self.desk.snapshot() == before

    # -- the operator and strangers ------------------------------------------------------------

    def alter(self):
        """Other rules."""
        waits = len(self.desk.waiting())
        rules = {"late_pay": self.dice.choice(["refund", "retake"]),
                 "price": self.dice.choice([0, 7]),
                 "backlog_max": self.dice.choice([0, 1000000, 1000000, waits + 5, waits + 1])}
        word, *changed = self.desk.item("set", *[w for pair in rules.items() for w in pair])
        if self.sale.state == "closed":
            assert word == "CLOSED"
            return
        differ = {name for name, value in rules.items() if value != self.sale.rules[name]}
        assert (word, changed) == ("SET", [len(differ)])
        self.sale.rules.update(rules)
        if self.dice.random() < 0.5:  # typed, and just at the bound or just below it
            bound = len(self.desk.waiting()) + self.dice.choice([0, 1])
            self.sale.rules["backlog_max"] = bound
            self.desk.rule(backlog_max=bound)
            self.buy()

    def restock(self, more=None):
        """Another total, typed or by the verb, not below what is sold."""
        more = self.dice.randrange(80) if more is None else more
        total, gen = self.sale.sold + more, self.desk.view.gen
        if self.dice.random() < 0.5 and self.sale.state != "closed":
            short = self.sale.sold - self.sale.total - 1
            assert self.desk.item("restock", short) == ("BELOW_SOLD", self.sale.sold)
            delta = total - self.sale.total
            assert self.desk.item("restock", delta, self.sale.total + 1) == (
                "CHANGED", self.sale.total)
            assert self.desk.item("restock", f"{delta:+}", self.sale.total) == ("RESTOCKED",)
        else:
            self.desk.redis.hset(self.desk.hash, "ticket_total_nums", total)
            assert self.desk.adopt() == ("RESTOCKED" if total != self.sale.total else "KNOWN")
        assert (self.desk.view.gen > gen) == (total != self.sale.total), "a gate would stay shut"
        self.sale.total = total

    def state(self):
        """The operator opens, pauses or closes; after a close the item cannot be altered."""
        state = self.dice.choice(["open", "open", "paused", "closed"])
        if state != "closed" and self.sale.state != "closed":
            assert self.desk.item("state", state) == ("STATE",)
        else:
            self.desk.rule(state=state)  # by hand: a closed item could be altered no more
        self.sale.state = state
        self.pay()
        self.alter()
        if state == "closed" and self.dice.random() < 0.7:
            self.sale.state = "open"
            self.desk.rule(state="open")

    def retype(self):
        """The article's line again."""
        if self.sale.sold:
            self.desk.type(50, 0)
            assert self.desk.adopt() == "OPENED"
            self.sale.reopen(50, 0)

    def foreign(self):
        """Another program raises the sold count."""
        if self.sale.sold < self.sale.total:
            self.desk.redis.hincrby(self.desk.hash, "ticket_sold_nums", 1)
            assert self.desk.adopt() == "OPENED"
            self.sale.reopen(self.sale.total, self.sale.sold + 1)

    def delete(self):
        """The hash is deleted and typed again with its rules; clock and mark are carried over."""
        counts = self.desk.counts()
        rules = {**self.sale.rules, "last_ms": counts["last_ms"], "state": self.sale.state,
                 "recorded_seq": counts.get("recorded_seq", 0)}
        self.desk.redis.delete(self.desk.hash)
        assert self.desk.open(60, 0, **rules) == "OPENED"
        self.sale.reopen(60, 0)


def play(desk, seed, steps=30):
    """A random sale of `steps` steps; AssertionError names the seed, the step and the fault."""
    part, taken = Play(desk, seed), []
    for _ in range(steps):
        taken.append(part.dice.choice(STEPS))
        try:
            getattr(part, taken[-1])()
            counts, orders = desk.check()
            assert int(counts["ticket_sold_nums"]) == part.sale.sold, "units sold"
            assert int(counts["ticket_total_nums"]) == part.sale.total, "the total"
            assert int(counts.get("paid_nums", 0)) == part.sale.paid, "units paid"
            assert {int(n): o["state"] for n, o in orders.items()} == {
                n: o.state for n, o in part.sale.orders.items()}, "the states"
        except AssertionError as fault:
            raise AssertionError(f"seed {seed}, steps {taken}: {fault}") from fault
