"""questions - after healing, every key is asked again until its answer is definite.

Each (key, user, units) that was ever sent is asked of a living node, and so is each payment or
cancellation that has no definite answer; question and answer go into the history like any other.
What has none by the end of patience stays open: then nobody knows how the run ended.
"""
import asyncio
import itertools
import time

from errands import Errands, is_settled
from history import read_history
from link import Lost, Pool
from load import DEFINITE, purchase_bytes, read_answer
from wishes import Wish

AT_ONCE = 48
NUMBERS = itertools.count(1)


def asked_keys(lines):
    """The distinct (key, user, units) of a history; a key that was told counts as one."""
    wishes, sends = {}, {}
    for line in lines:
        if line["e"] == "send" and "key" in line:
            sends[line["n"]] = line
            key = line["key"]
        elif line["e"] == "answer" and line.get("told") and line["n"] in sends:
            key = line["told"]
        else:
            continue
        send = sends[line["n"]]
        if key:
            wishes.setdefault((key, send["user"], send["units"]), send["i"])
    return wishes


def open_errands(lines):
    """[(intent, op, number)] of those that never had a definite answer."""
    wanted, sends = {}, {}
    for line in lines:
        if line["e"] == "send" and "order" in line:
            sends[line["n"]] = line
            wanted.setdefault((line["op"], line["order"]), line["i"])
        elif line["e"] == "answer" and line["n"] in sends and is_settled(line):
            send = sends[line["n"]]
            wanted[send["op"], send["order"]] = None
    return [(i, op, number) for (op, number), i in wanted.items() if i is not None]


class Questions:
    """One round of asking everything."""

    def __init__(self, history, ports, item, patience):
        self.history, self.ports, self.item = history, ports, item
        self.end, self.pool, self.open = time.monotonic() + patience, Pool(), []

    async def ask(self, wish, via):
        """One attempt; returns the reason, or nothing."""
        n = f"question/{next(NUMBERS)}"
        self.history.add("send", n=n, i=wish.name, op="ask", key=wish.key, user=wish.user,
                         units=wish.units, via=str(via), method="GET", first=0)
        try:
            link = await self.pool.take(self.ports[via])
            status, body = await link.ask(purchase_bytes(self.item, wish, wish.key, False), 10)
        except Lost as lost:
            self.history.add("cut", n=n, why=str(lost))
            return ""
        self.pool.give(self.ports[via], link)
        facts = read_answer(status, body)
        self.history.add("answer", n=n, **facts)
        return facts["reason"]

    async def worker(self, wishes, vias):
        """Takes wishes until there are none."""
        for wish in wishes:
            while time.monotonic() < self.end and \
                    await self.ask(wish, next(vias)) not in DEFINITE:
                await asyncio.sleep(0.1)
            if time.monotonic() >= self.end:
                self.open.append(wish.key)

    async def errands(self, wanted, vias):
        """Each errand until it is settled."""
        errands = Errands(self.history, self.pool, self.ports, lambda: next(vias),
                          f"question {next(NUMBERS)}")
        for intent, op, number in wanted:
            facts = {}
            while time.monotonic() < self.end and not is_settled(facts):
                facts = await errands.attempt(intent, op, number)
                await asyncio.sleep(0 if is_settled(facts) else 0.1)
            if not is_settled(facts):
                self.open.append(f"{op} {number}")

    async def run(self, wishes, wanted, vias):
        """All of them, some at once."""
        queue, turn = iter(wishes), itertools.cycle(vias)
        await asyncio.gather(self.errands(wanted, itertools.cycle(vias)),
                             *[self.worker(queue, turn) for _ in range(AT_ONCE)])
        self.pool.close()


def ask_again(history, ports, item="ticket", patience=10.0):
    """
    Asks every key of the history at the `ports` (by node number); returns the keys that are still
    open. Units that are left may be sold by this: it is demand like any other.
    """
    lines = read_history(history.path)
    wishes = [Wish(i, key, user, units) for (key, user, units), i in asked_keys(lines).items()]
    questions = Questions(history, ports, item, patience)
    asyncio.run(questions.run(wishes, open_errands(lines), list(ports)))
    return questions.open
