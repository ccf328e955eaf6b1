"""rules_play - random sales of two items with buyers' rules, held to a model of a few lines.

A play is decided by its seed. Every question is asked of the scripts and of the model, and the
answers must be the same; times are chosen at the edges of the rules, where slips live.
"""
import random

from harness.desk import Desk

FAR, WINDOW, DAY = 32503680000000, 300000, 86400000
USERS = ("", "ann", "bob", "cat")
GROUP = "{_hash_key}:group:spring"


class Shelf:
    """One item: its desk, its rules, and what the model knows of it."""

    def __init__(self, desk, dice):
        self.desk, self.left, self.held, self.reserved = desk, 12, {}, set()
        edge = [0, 0, *(FAR + ms for ms in (1000, WINDOW, DAY))]
        self.rule = {
            "token_required": dice.randrange(2), "starts_ms": dice.choice(edge),
            "ends_ms": dice.choice(edge), "reserve_starts_ms": dice.choice(edge),
            "reserve_ends_ms": dice.choice(edge), "reserve_required": dice.randrange(2),
            "reserve_quota": dice.randrange(4), "group": "spring", "group_units": 2,
            "group_days": 1, "risk": dice.choice(("off", "shadow", "on", "on"))}
        desk.item("create", self.left, *[word for pair in self.rule.items() for word in pair])
        assert desk.counts()["ruled"] == 1, "no mark"

    def edges(self):
        """Times at which something changes."""
        deadlines = [deadline for deadline, *_ in self.held.values()]
        return [*deadlines, *(at for name, at in self.rule.items()
                              if name.endswith("_ms") and at > 0)]


class Play:
    """A sale after the other question, until the seed is used up."""

    def __init__(self, desk, seed):
        self.dice, self.now, self.counted = random.Random(seed), FAR, []
        self.shelves = [Shelf(Desk(desk.redis, name, desk.texts), self.dice)
                        for name in ("ticket", "mug")]
        self.keys = 0

    def run(self, questions=90):
        """All of it."""
        for _ in range(questions):
            self.move()
            shelf = self.dice.choice(self.shelves)
            verbs = (self.buy, self.buy, self.reserve, self.reserve, self.cancel, self.tick)
            self.dice.choice(verbs)(shelf)
        for shelf in self.shelves:
            shelf.desk.check()
        self.check_group()
        self.shelves[0].desk.redis.hdel(GROUP, "ann")
        for shelf in self.shelves:
            self.rebuild(shelf)
        self.check_group()

    def move(self):
        """Later by a little, or exactly to an edge, or to a millisecond before it."""
        edges = [edge for shelf in self.shelves for edge in shelf.edges()]
        edges += [at + DAY for at, *_ in self.counted]
        times = [time for edge in edges for time in (edge - 1, edge) if time >= self.now]
        self.now = self.dice.choice([self.now, self.now + 1, *sorted(times)[:4]])
        for shelf in self.shelves:
            shelf.desk.rule(last_ms=self.now)

    def group_left(self, user):
        """Units that the group still allows."""
        return max(2 - sum(units for at, who, units, *_ in self.counted
                           if who == user and at + DAY > self.now), 0)

    def answer(self, shelf, user, proof, units):
        """What a purchase must hear: a word, and a number if it tells one."""
        rule, left = shelf.rule, self.group_left(user)
        if rule["token_required"] and proof in ("", "x"):
            return "NO_TOKEN", 0
        if self.now < rule["starts_ms"]:
            return "NOT_STARTED", rule["starts_ms"]
        if rule["ends_ms"] and self.now >= rule["ends_ms"]:
            return "ENDED", rule["ends_ms"]
        if rule["reserve_required"] and user not in shelf.reserved:
            return "NOT_RESERVED", 0
        if rule["risk"] == "on" and proof in ("r", "x"):
            return "REFUSED", 0
        if user and units > left:
            return "LIMIT", left
        return ("SOLD_OUT", shelf.left) if units > shelf.left else ("ACCEPTED", None)

    def buy(self, shelf):
        """A purchase, sometimes in the short form, which an item with rules must not take."""
        user, proof = self.dice.choice(USERS), self.dice.choice(("", "p", "", "p", "r", "x"))
        units, key = self.dice.choice((1, 1, 2, 3)), f"key-{self.keys}"
        self.keys += 1
        if self.dice.random() < 0.1:
            assert shelf.desk.buy((key, user, str(units))) == ["RULES"], "the short form"
        wanted = self.answer(shelf, user, proof, units)
        said = shelf.desk.ask(key, user, str(units), proof)
        assert said.word == wanted[0] and wanted[1] in (None, said.first), (said, wanted)
        if said.word == "ACCEPTED":
            shelf.left -= units
            shelf.held[said.first] = (said.second, user, units)
            if user:
                self.counted.append((self.now, user, units, shelf.desk.name, said.first))

    def forget(self, shelf, number):
        """An order has ended."""
        _, _, units = shelf.held.pop(number)
        shelf.left += units
        self.counted = [one for one in self.counted if one[3:] != (shelf.desk.name, number)]

    def cancel(self, shelf):
        """One that is held, if there is one."""
        if shelf.held:
            number = self.dice.choice(sorted(shelf.held))
            assert shelf.desk.cancel(number)[0] == "CANCELLED"
            self.forget(shelf, number)

    def tick(self, shelf):
        """What is due ends."""
        due = [number for number, (at, *_) in shelf.held.items() if at <= self.now]
        assert shelf.desk.sync()[1] == len(due), "expired"
        for number in due:
            self.forget(shelf, number)

    def reserve(self, shelf):
        """Looking, or taking a reservation."""
        user, proof = self.dice.choice(USERS[1:]), self.dice.choice(("", "p"))
        verb, rule = self.dice.choice(("look", "reserve")), shelf.rule
        closes = rule["reserve_ends_ms"] or rule["starts_ms"] or rule["ends_ms"]
        takes = any(rule[f"reserve_{name}"] for name in ("required", "quota", "starts_ms",
                                                         "ends_ms"))
        if rule["token_required"] and not proof:
            wanted = "NO_TOKEN"
        elif user in shelf.reserved:
            wanted = "ALREADY_RESERVED"
        elif verb == "look":
            wanted = "NOT_RESERVED"
        elif not takes or closes and self.now >= closes:
            wanted = "RESERVE_OVER"
        elif self.now < rule["reserve_starts_ms"]:
            wanted = "RESERVE_NOT_OPEN"
        elif rule["reserve_quota"] and len(shelf.reserved) >= rule["reserve_quota"]:
            wanted = "RESERVE_FULL"
        else:
            wanted = "RESERVED"
            shelf.reserved.add(user)
        assert shelf.desk.reserve(user, verb, proof)[0] == wanted, verb
        assert shelf.desk.redis.smembers(shelf.desk.keys[9]) == shelf.reserved

    def check_group(self):
        """Who has what of the group, but for what is too old to count; and that it will go."""
        client, kept = self.shelves[0].desk.redis, set()
        for user, text in client.hgetall(GROUP).items():
            for entry in text.split(","):
                at, units, name, number, _ = entry.split(":")
                kept.add((int(at), user, int(units), name, int(number)))
        young = {one for one in self.counted if one[0] + DAY > self.now}
        assert {one for one in kept if one[0] + DAY > self.now} == young, "the group"
        assert not kept or client.pttl(GROUP) > 0, "the group never goes"

    def rebuild(self, shelf):
        """Made anew from its own records, it has its mark, and the group its orders."""
        desk, client = shelf.desk, shelf.desk.redis
        records, seq = client.hgetall(desk.keys[1]), desk.counts()["seq"]
        desk.tell("rebuild", "begin", "t", seq, "insist")
        if records:
            desk.tell("rebuild", "orders", "t",
                      *[word for pair in records.items() for word in pair])
        sold = sum(units for _, _, units in shelf.held.values())
        rules = [word for pair in shelf.rule.items() for word in pair]
        said = desk.tell("rebuild", "finish", "t", seq, seq + 9, "ticket_total_nums", 12,
                         "ticket_sold_nums", sold, "epoch", 1, "last_ms", self.now, *rules)
        assert said == ("REBUILT",) and desk.counts()["ruled"] == 1, "no mark after a rebuild"


def play(desk, seed):
    """One random sale; an AssertionError says where scripts and model part."""
    Play(desk, seed).run()
