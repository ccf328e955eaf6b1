"""sale_model - the rules of a sale in Python, and random sales that hold the scripts to them.

Sale decides one purchase after the other, as buy.lua must; play() throws batches, expiries,
restocks, pauses and typed counts at the real scripts and at a Sale, and compares every answer.
After every step the invariants and the replay (harness/model.py) must hold. What it finds, it
reports as AssertionError with the seed; the mutants in test_mutants.py show that it finds things.
"""
import random

WINDOW = 300000
UNITS = ["1", "1", "1", "1", "2", "2", "3", "0", "01", "nan", "0x1", "11"]
STEPS = ["buy"] * 8 + ["later"] * 3 + ["restock", "state", "retype", "foreign", "delete"]


class Sale:
    """A sale as it should be."""

    def __init__(self, total, most, limit):
        self.total, self.most, self.limit, self.state = total, most, limit, "open"
        self.sold, self.epoch = 0, 1
        self.keys, self.owned = {}, {}
        self.held = []  # (deadline, units, user, epoch)

    def decide(self, key, user, units):
        """(word, number); the number is None where it is a seq."""
        if not (units.isascii() and units.isdigit()) or units.startswith("0"):
            return "BAD_UNITS", 0
        if key in self.keys:
            return ("REPEATED", None) if self.keys[key] == (user, units) else ("CONFLICT", 0)
        if self.state != "open":
            return ("PAUSED" if self.state == "paused" else "ENDED"), 0
        if int(units) > self.most:
            return "LIMIT", self.most
        has = self.owned.get(user, 0)
        if user and self.limit and has + int(units) > self.limit:
            return "LIMIT", max(self.limit - has, 0)
        if int(units) > self.total - self.sold:
            return "SOLD_OUT", self.total - self.sold
        self.sold += int(units)
        self.keys[key] = (user, units)
        self.owned[user] = has + int(units)
        return "ACCEPTED", None

    def expire(self, now):
        """Ends what is due; returns how many orders."""
        due = [order for order in self.held if order[0] <= now]
        self.held = [order for order in self.held if order[0] > now]
        for _, units, user, epoch in due:
            if epoch == self.epoch:
                self.sold -= units
                self.owned[user] -= units
        return len(due)

    def reopen(self, total, sold):
        """Counts typed from outside: a new epoch."""
        self.total, self.sold, self.epoch, self.owned = total, sold, self.epoch + 1, {}


class Play:
    """One random sale; each step is a method."""

    def __init__(self, desk, seed):
        self.desk, self.dice = desk, random.Random(seed)
        total, most = self.dice.choice([1, 7, 60, 300, 900]), self.dice.choice([2, 3, 10])
        self.keys = max(40, 3 * total)
        self.sale = Sale(total, most, self.dice.choice([0, 2, 5]))
        assert desk.open(total, max_units=most, limit_units=self.sale.limit) == "OPENED"
        desk.later(WINDOW)  # from here on the clock stands still unless it is moved

    def buy(self):
        """A batch with repeats, conflicts, users and bad units."""
        size = self.dice.choice([1, 2, 17, 80, 256])
        users = ["", "", "ann", "bob", "eve"]
        batch = [(f"k{self.dice.randrange(self.keys)}", self.dice.choice(users),
                  self.dice.choice(UNITS)) for _ in range(size)]
        for purchase, said in zip(batch, self.desk.buy(*batch)):
            word, number = self.sale.decide(*purchase)
            assert said.word == word, (purchase, said, word)
            assert number is None or said.first == number, (purchase, said, number)
            if word == "ACCEPTED":
                self.sale.held.append((said.second, int(purchase[2]), purchase[1],
                                       self.sale.epoch))

    def later(self):
        """Time passes, perhaps to just before a deadline; ticks end at most 200 orders each."""
        if self.sale.held and self.dice.random() < 0.3:
            self.desk.rule(last_ms=max(self.sale.held[0][0] - 1, self.desk.view.now))
        else:
            self.desk.later(self.dice.choice([1, 1000, WINDOW // 2, WINDOW]))
        expired, gen = 0, self.desk.view.gen
        while True:
            ended = self.desk.sync()[1]
            expired += ended
            assert ended <= 200
            assert (self.desk.view.gen > gen) == (expired > 0), "a gate would stay shut"
            if ended == 0:
                break
        assert expired == self.sale.expire(self.desk.view.now)

    def restock(self):
        """Another total, not below what is sold."""
        total = self.sale.sold + self.dice.randrange(80)
        self.desk.redis.hset(self.desk.hash, "ticket_total_nums", total)
        gen = self.desk.view.gen
        assert self.desk.adopt() == ("RESTOCKED" if total != self.sale.total else "KNOWN")
        assert (self.desk.view.gen > gen) == (total != self.sale.total), "a gate would stay shut"
        self.sale.total = total

    def state(self):
        """The operator opens, pauses or closes."""
        self.sale.state = self.dice.choice(["open", "open", "open", "paused", "closed"])
        self.desk.rule(state=self.sale.state)

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
        """The hash is deleted and typed again with its rules; the clock is carried over."""
        rules = {"max_units": self.sale.most, "limit_units": self.sale.limit,
                 "last_ms": self.desk.counts()["last_ms"], "state": self.sale.state}
        self.desk.redis.delete(self.desk.hash)
        assert self.desk.open(60, 0, **rules) == "OPENED"
        self.sale.reopen(60, 0)


def play(desk, seed, steps=25):
    """A random sale of `steps` steps; AssertionError names the seed, the step and the fault."""
    part, taken = Play(desk, seed), []
    for _ in range(steps):
        taken.append(part.dice.choice(STEPS))
        try:
            getattr(part, taken[-1])()
            counts, _ = desk.check()
            assert int(counts["ticket_sold_nums"]) == part.sale.sold, "units sold"
            assert int(counts["ticket_total_nums"]) == part.sale.total, "the total"
        except AssertionError as fault:
            raise AssertionError(f"seed {seed}, steps {taken}: {fault}") from fault
