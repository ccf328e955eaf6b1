"""recorded - a sale of one item on a desk, a ledger that records it, and an operator who looks.

    sale = RecordedSale(redis_part, desk, ledger)
    sale.live()                   # orders of every fate, in two epochs
    sale.audit()                  # clean, or an AssertionError
    sale.violation("I2: order")   # exit 1, and this in its sentence
"""
from harness.operator import Operator
from harness.scripts import keys_of


class RecordedSale:
    """The item `ticket`."""

    def __init__(self, redis_part, desk, ledger):
        self.desk, self.ledger, self.redis = desk, ledger, desk.redis
        self.operator = Operator(redis_part, ledger.books.url)
        (self.hash, self.orders, self.requests, self.buyers, self.unpaid, self.events, _,
         self.payments, self.finished, *_) = keys_of(desk.name)

    # -- making --------------------------------------------------------------------------------

    def live(self):
        """Orders held, paid, expired, cancelled, refunded, retaken, due; in two epochs."""
        desk = self.desk
        desk.open(60, price=10, limit_units=9)
        self.pass_by("a")
        desk.rule(late_pay="retake")
        desk.item("restock", "+40")
        self.pass_by("b")
        desk.rule(pay_window_ms=10 ** 9)
        self.hold("old-1", "old-2")                       # held in an earlier sale
        desk.rule(pay_window_ms=300000)
        desk.type(100)
        desk.adopt()
        self.pass_by("c")
        desk.item("set", "late_pay", "refund", "pay_window_ms", "600000")
        return self

    def pass_by(self, name):
        """Ten buyers, what becomes of their orders, and two more that stay held."""
        desk = self.desk
        said = desk.buy(*[(f"{name}-{i}", f"{name}{i % 4}" if i % 3 else "", "2" if i % 2 else "1")
                          for i in range(10)])
        numbers = [answer.first for answer in said]
        assert all(answer.word == "ACCEPTED" for answer in said), said
        owed = [int(self.redis.hget(self.orders, n).split("|")[2]) for n in numbers]
        desk.pay(numbers[0], f"{name}-t0", owed[0])
        desk.pay(numbers[1], f"{name}-t1", owed[1])
        desk.pay(numbers[1], f"{name}-t1b", owed[1])      # a second one: due
        desk.refund(numbers[1])
        desk.cancel(numbers[2])
        desk.pay(numbers[2], f"{name}-t2", owed[2])       # late: due, or retaken
        desk.cancel(numbers[3])
        desk.pay(numbers[3], f"{name}-t3", owed[3])
        desk.refund(numbers[3], f"{name}-t3")
        desk.later(300001)
        desk.sync()                                        # the rest expires
        self.hold(f"{name}-h1", f"{name}-h2", user=f"{name}0")
        return numbers

    def hold(self, *keys, user=""):
        """Orders that stay held; returns their seqs."""
        return [answer.first for answer in self.desk.buy(*[(key, user, "1") for key in keys])]

    def settle(self):
        """Until the ledger has recorded all and trimmed the stream."""
        self.ledger.wait_recorded(self.desk.name)
        return self

    def numbers(self, state, epoch=None):
        """The seqs of the orders in Redis that are in this state, perhaps of this sale only."""
        found = []
        for number, record in self.redis.hgetall(self.orders).items():
            words = record.split("|")
            if words[0] == state and epoch in (None, int(words[5])):
                found.append(int(number))
        return sorted(found)

    def alter(self, number, place, text):
        """Writes another text into a place of an order's record."""
        words = self.redis.hget(self.orders, number).split("|")
        assert words[place] != text
        words[place] = text
        self.redis.hset(self.orders, number, "|".join(words))

    # -- looking -------------------------------------------------------------------------------

    def audit(self, *words, **flags):
        """Clean; returns what was counted."""
        said = self.operator.knows("audit", *words, **flags)
        assert said["clean"] and all(item["clean"] for item in said["items"]), said
        return said["items"][0]["counted"]

    def violation(self, sentence, *words, **flags):
        """Exit 1, and the sentence in what is said; returns the violation."""
        said = self.operator.says(1, "audit", *words, json=True, **flags).json
        found = [item["violation"] for item in said["items"] if not item["clean"]]
        assert len(found) == 1 and not said["clean"], said
        assert sentence in found[0]["what"], found[0]
        return found[0]
