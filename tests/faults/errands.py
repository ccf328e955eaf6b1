"""errands - what a buyer does with an order: pays, cancels, or both at once, until it is settled.

An errand is asked again, perhaps elsewhere, until its answer is definite: it is the same payment
(the trial's, one for each order) or the same wish to cancel. Noted like purchases (history.py).
"""
import asyncio
import json
import random
import time

from link import Lost

SOON_S, NEAR_S, LATEST_S = 0.6, 0.12, 5.0


def errand_bytes(op, number):
    """The request: pay or cancel."""
    return (f"POST /orders/{number}/{op} HTTP/1.1\r\nHost: penstock.test\r\n"
            "Content-Length: 0\r\n\r\n").encode()


def read_errand(status, body):
    """What the history keeps of an answer: status, reason, state, due."""
    try:
        words = json.loads(body)
    except ValueError:
        words = {}
    return {"status": status, "reason": words.get("reason", ""), "due": bool(words.get("refund")),
            "state": (words.get("data") or {}).get("state", "")}


def is_settled(facts):
    """Nobody has to ask again."""
    return 0 < facts.get("status", 0) < 500


class Errands:
    """The errands of one load; `via` draws where an attempt goes, `ports` are by that name."""

    def __init__(self, history, pool, ports, via, seed, patience=20.0, timeout=15.0):
        self.history, self.pool, self.ports, self.via = history, pool, ports, via
        self.seed, self.random = seed, random.Random(f"errands {seed}")
        self.patience, self.timeout, self.count, self.words = patience, timeout, 0, {}

    async def attempt(self, intent, op, number, via=None):
        """One request, noted before and after; returns what read_errand() says, or {}."""
        self.count += 1
        n, via = f"{self.seed}/errand/{self.count}", via or self.via()
        self.history.add("send", n=n, i=intent, op=op, order=number, via=via)
        try:
            link = await self.pool.take(self.ports[via])
            status, body = await link.ask(errand_bytes(op, number), self.timeout)
        except Lost as lost:
            self.history.add("cut", n=n, why=str(lost))
            return {}
        facts = read_errand(status, body)
        self.history.add("answer", n=n, **facts)
        self.pool.give(self.ports[via], link)
        word = f"{op} {facts['reason'] or status}"
        self.words[word] = self.words.get(word, 0) + 1
        return facts

    async def errand(self, intent, op, number):
        """Until it is settled, or patience is at its end."""
        end = time.monotonic() + self.patience
        while not is_settled(await self.attempt(intent, op, number)) and time.monotonic() < end:
            await asyncio.sleep(self.random.uniform(0.05, 0.5))

    async def go(self, intent, then, data):
        """All that a buyer wants of an order; `data` is what the answer told of it."""
        number, left_s = data["orderId"], data["payBefore"] / 1000 - time.time()
        if then == "late" and left_s < LATEST_S:
            await asyncio.sleep(max(left_s + self.random.uniform(-NEAR_S, NEAR_S), 0))
        else:
            await asyncio.sleep(self.random.uniform(0, SOON_S))
        ops = {"cancel": ["cancel"], "race": ["pay", "cancel"]}.get(then, ["pay"])
        await asyncio.gather(*[self.errand(intent, op, number) for op in ops])
