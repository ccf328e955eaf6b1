"""draw_play - random sales of an item that is sold by draw, held to a model of a few lines.

A play is decided by its seed. Users ask, the draw is held (sometimes cut off half-way and begun
again), and then ticks, payments, cancellations, refunds, restocks, pauses and time decide who of
the ranks gets a unit. Whatever the order, the winners must be the first of the ranks, one unit
each, and what comes back must go to the next of them.
"""
import random

from harness.draws import commit_of, rank_of, ranked

FAR, OVER, WINDOW = 32503680000000, 32503680001000, 300000
USERS = [f"user-{i}" for i in range(12)]


class Play:
    """One sale after the other question, until the seed is used up."""

    def __init__(self, desk, seed):
        self.dice, self.desk = random.Random(seed), desk
        self.seed, self.now, self.total = self.dice.randbytes(32).hex(), FAR, self.dice.randrange(7)
        self.entrants, self.waiting, self.is_drawn, self.is_open = [], [], False, True
        self.held, self.paid, self.numbers, self.made = {}, {}, {}, 0
        desk.item("create", self.total, "draw", commit_of(self.seed), "draw_ends_ms", OVER)

    def run(self, questions=120):
        """All of it."""
        verbs = (self.ask, self.ask, self.hold, self.tick, self.tick, self.pay, self.cancel,
                 self.refund, self.restock, self.turn)
        for _ in range(questions):
            self.move()
            self.dice.choice(verbs)()
        self.compare()

    def left(self):
        """Units that nobody has."""
        return self.total - len(self.held) - len(self.paid)

    def move(self):
        """Later by a little, or exactly to an edge, or to a millisecond before it."""
        edges = [OVER, *(deadline for deadline, _ in self.held.values())]
        times = [time for edge in edges for time in (edge - 1, edge) if time >= self.now]
        self.now = self.dice.choice([self.now] * 4 + [self.now + 1, *sorted(times)[:2]])
        self.desk.rule(last_ms=self.now)

    def answer(self, user, units):
        """What who asks must hear."""
        if not self.is_open:
            return "PAUSED"
        if not user:
            return "NO_TOKEN"
        if user in self.numbers:
            return "REPEATED"
        if self.is_drawn:
            return "NOT_DRAWN"
        if self.now >= OVER:
            return "TOOK_PART" if user in self.entrants else "ENDED"
        return "TOOK_PART" if units == 1 else "LIMIT"

    def ask(self):
        """A batch of one to three: some nobodies, some for two units, some the same user twice."""
        batch = []
        for _ in range(self.dice.choice((1, 1, 2, 3))):
            user, units = self.dice.choice([*USERS, ""]), self.dice.choice((1, 1, 1, 2))
            self.made += 1
            batch.append((f"key-{self.made}", user, str(units), ""))
        for purchase, said in zip(batch, self.desk.buy(*batch)):
            _, user, units, _ = purchase
            wanted = self.answer(user, int(units))
            assert said.word == wanted, (purchase, said, wanted)
            assert wanted != "REPEATED" or said.first == self.numbers[user], (purchase, said)
            if wanted == "TOOK_PART" and user not in self.entrants:
                self.entrants.append(user)

    def hold(self):
        """All of the draw, or the beginning of it; again when it was held already."""
        said = self.desk.tell("draw", "begin")
        if self.now < OVER:
            assert said == ("NOT_OVER", OVER)
        elif self.is_drawn:
            assert said == ("DRAWN", len(self.entrants))
        else:
            assert said == ("BEGUN", len(self.entrants))
            some = self.dice.sample(self.entrants, len(self.entrants))
            some = some[:self.dice.choice((len(some), len(some) // 2))]
            if some:
                words = [word for user in some for word in (rank_of(self.seed, user), user)]
                assert self.desk.tell("draw", "rank", *words) == ("RANKED", len(some))
            said = self.desk.tell("draw", "finish", self.seed)[0]
            assert said == ("DRAWN" if len(some) == len(self.entrants) else "UNRANKED")
            self.is_drawn = said == "DRAWN"
            self.waiting = ranked(self.seed, self.entrants) if self.is_drawn else []

    def tick(self):
        """What is due ends, then the next of the ranks get what is left."""
        due = [number for number, (deadline, _) in self.held.items() if deadline <= self.now]
        assert self.desk.sync()[1] == len(due), "expired"
        for number in due:
            del self.held[number]
        most = self.left() if self.is_drawn and self.is_open else 0
        given, self.waiting = self.waiting[:most], self.waiting[most:]
        self.compare(given)

    def compare(self, given=()):
        """Redis' orders, held to those that there must be; `given` have a new one each."""
        orders = self.desk.check()[1]
        new = {int(number): order for number, order in orders.items()
               if int(number) not in self.numbers.values()}
        assert [new[number]["user"] for number in sorted(new)] == list(given), "the winners"
        for number, order in new.items():
            assert (order["units"], int(order["deadline_ms"])) == ("1", self.now + WINDOW), order
            self.numbers[order["user"]] = number
            self.held[number] = (self.now + WINDOW, order["user"])
        for state, wanted in (("held", self.held), ("paid", self.paid)):
            assert {int(n) for n, order in orders.items() if order["state"] == state} == \
                set(wanted), state

    def pay(self):
        """For one that is held and not due."""
        numbers = [number for number, (deadline, _) in self.held.items() if deadline > self.now]
        if numbers:
            number = self.dice.choice(numbers)
            assert self.desk.pay(number, f"txn-{number}")[0] == "PAID"
            self.paid[number] = self.held.pop(number)

    def cancel(self):
        """One that is held, due or not: no tick has ended it yet."""
        if self.held:
            number = self.dice.choice(sorted(self.held))
            assert self.desk.cancel(number)[0] == "CANCELLED"
            del self.held[number]

    def refund(self):
        """One that is paid; its unit goes to the next."""
        if self.paid:
            number = self.dice.choice(sorted(self.paid))
            assert self.desk.refund(number) == ("REFUNDED", 1)
            del self.paid[number]

    def restock(self):
        """One or two more, or one less if nobody has it."""
        delta = self.dice.choice((1, 2, -1))
        if self.left() + delta >= 0 and self.total < 9:
            assert self.desk.item("restock", delta)[0] == "RESTOCKED"
            self.total += delta

    def turn(self):
        """Paused, or open again."""
        if not self.is_open or self.dice.random() < 0.3:
            self.is_open = not self.is_open
            assert self.desk.item("state", "open" if self.is_open else "paused")[0] == "STATE"


def play(desk, seed):
    """One random sale; an AssertionError says where scripts and model part."""
    Play(desk, seed).run()
