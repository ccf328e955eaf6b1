#!/usr/bin/env python3
"""load.py - many buyers with a history, from a seed: through nginx and directly at nodes.

    load.py --history FILE --nginx PORT --nodes PORT,PORT,... --seed N --rate R [--seconds S]

`rate` buyers a second begin, whatever happens to those before them, as long as fewer than --open
have not finished. A buyer whose answer is unknown or was cut asks again with the same key, after a
pause, perhaps elsewhere, for --patience seconds. SIGTERM, or the end of --seconds: no new ones,
and --grace seconds for those under way. What stays unknown is for the checker to ask.

Writes every attempt to the history before it is sent (history.py), and a summary to stdout.
"""
import argparse
import asyncio
import json
import random
import signal
import sys
import time
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))

from errands import Errands  # noqa: E402
from history import History  # noqa: E402
from link import Lost, Pool  # noqa: E402
from wishes import Wishes  # noqa: E402

TICK_S = 0.005
DEFINITE = {"ACCEPTED", "REPEATED", "SOLD_OUT", "HELD", "LIMIT", "PAUSED", "ENDED", "CONFLICT",
            "NO_ITEM", "BAD_REQUEST", "NOT_STARTED"}


def purchase_bytes(item, wish, key, first):
    """The request of one attempt."""
    head = "Host: penstock.test\r\n"
    if key:
        head += f"Idempotency-Key: {key}\r\n"
    if first:
        head += "Idempotency-Attempt: 1\r\n"
    if wish.method == "POST":
        facts = {"units": wish.units, **({"user": wish.user} if wish.user else {})}
        body = json.dumps(facts)
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"POST /buy/{item} HTTP/1.1\r\n{head}\r\n{body}".encode()
    user = f"&user={quote(wish.user)}" if wish.user else ""
    return f"GET /buy/{item}?units={wish.units}{user} HTTP/1.1\r\n{head}\r\n".encode()


def read_answer(status, body):
    """What the history keeps of an answer: status, reason, seq, told."""
    try:
        words = json.loads(body)
    except ValueError:
        words = {}
    facts = {"status": status, "reason": words.get("reason", "")}
    if status == 200 and words.get("data"):
        facts["seq"] = int(words["data"]["orderId"].rsplit("-", 2)[1])
    if "key" in words:
        facts["told"] = words["key"]
    return facts


class Load:
    """The buyers of one run."""

    def __init__(self, options):
        self.options, self.history = options, History(options.history)
        self.ports = {"nginx": options.nginx}
        self.ports.update({str(i): port for i, port in enumerate(options.nodes)})
        shares = {name: float(share) for name, share in
                  (pair.split("=") for pair in options.shares)}
        self.wishes = Wishes(options.seed, len(options.nodes), users=options.users, **shares)
        self.random, self.pool = random.Random(f"pauses {options.seed}"), Pool(options.resend)
        self.errands = Errands(self.history, self.pool, self.ports, self.wishes.via, options.seed,
                               options.patience, options.timeout)
        self.attempts, self.open, self.words, self.stopping = 0, set(), {}, asyncio.Event()

    async def attempt(self, wish, key, number):
        """One request, noted before and after; returns (what read_answer() says or {}, body)."""
        self.attempts += 1
        n, first = f"{self.options.seed}/{self.attempts}", wish.first and number == 0
        via = wish.via if number == 0 else self.wishes.via() if key else "nginx"
        self.history.add("send", n=n, i=wish.name, op="buy", key=key, user=wish.user,
                         units=wish.units, via=via, method=wish.method, first=int(first))
        try:
            link = await self.pool.take(self.ports[via])
            status, body = await link.ask(
                purchase_bytes(self.options.item, wish, key, first), self.options.timeout,
                wish.abort_s if number == 0 else 0.0)
        except Lost as lost:
            self.history.add("cut", n=n, why=str(lost))
            self.words[str(lost)] = self.words.get(str(lost), 0) + 1
            return {}, b""
        facts = read_answer(status, body)
        self.history.add("answer", n=n, **facts)
        self.pool.give(self.ports[via], link)
        word = facts["reason"] or str(status)
        self.words[word] = self.words.get(word, 0) + 1
        return facts, body

    async def buyer(self, wish):
        """A wish with all its retries, and what is done with its order."""
        key, number, end = wish.key, 0, time.monotonic() + self.options.patience
        while True:
            facts, body = await self.attempt(wish, key, number)
            key = key or facts.get("told", "")
            if facts.get("seq") and wish.then:
                await self.errands.go(wish.name, wish.then, json.loads(body)["data"])
            if facts.get("reason") in DEFINITE or not key or time.monotonic() > end:
                return
            await asyncio.sleep(self.random.uniform(0.05, 0.5))
            number += 1

    async def run(self):
        """Until told to stop; then until the buyers under way are done, or grace is over."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        if self.options.seconds:
            loop.call_later(self.options.seconds, self.stopping.set)
        began, asked = time.monotonic(), 0
        while not self.stopping.is_set():
            due = (time.monotonic() - began) * self.options.rate
            while asked < due:
                asked += self.begin()
            await asyncio.sleep(TICK_S)
        seconds = time.monotonic() - began
        if self.open:
            _, late = await asyncio.wait(self.open, timeout=self.options.grace)
            for task in late:
                task.cancel()
        self.pool.close()
        print(json.dumps({"seconds": round(seconds, 2), "wishes": self.wishes.count,
                          "attempts": self.attempts, "unfinished": len(self.open),
                          "words": {**self.words, **self.errands.words}}))

    def begin(self):
        """The next buyers set out, unless too many are under way; returns how many were due."""
        if len(self.open) >= self.options.open:
            return 1
        wishes = self.wishes.draw()
        for wish in wishes:
            task = asyncio.get_running_loop().create_task(self.buyer(wish))
            self.open.add(task)
            task.add_done_callback(self.open.discard)
        return len(wishes)


def options_of(argv):
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--history", required=True)
    words.add_argument("--nginx", type=int, required=True)
    words.add_argument("--nodes", type=lambda text: [int(p) for p in text.split(",")], default=[])
    words.add_argument("--item", default="ticket")
    words.add_argument("--seed", type=int, required=True)
    words.add_argument("--rate", type=float, default=300)
    words.add_argument("--seconds", type=float, default=0)
    words.add_argument("--open", type=int, default=2000)
    words.add_argument("--users", type=int, default=200)
    words.add_argument("--patience", type=float, default=20)
    words.add_argument("--timeout", type=float, default=15)
    words.add_argument("--grace", type=float, default=4)
    words.add_argument("--resend", action="store_true")
    words.add_argument("--shares", nargs="*", default=[], metavar="KIND=SHARE")
    return words.parse_args(argv)


if __name__ == "__main__":
    asyncio.run(Load(options_of(sys.argv[1:])).run())
