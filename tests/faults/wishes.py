"""wishes - what buyers want, drawn from a seed: the same seed, the same buyers in the same order.

A wish is one intended purchase with all its retries. Most are plain; some share a key with another
(twins ask for the same thing at once, a thief asks for something else under a key that was seen),
some hang up before their answer, some leave the choice of a key to nginx, some talk to a node.
`then` names what the buyer does with an order (errands.py): most let it expire, and in a plain sale
all do.
"""
import random
from dataclasses import dataclass


@dataclass
class Wish:
    """One intended purchase."""

    name: str
    key: str = ""  # empty: nginx' request id is the key
    user: str = ""
    units: int = 1
    method: str = "GET"
    via: str = "nginx"  # or a node's number, as text
    first: bool = False  # the first attempt says that it is one
    abort_s: float = 0.0  # hang up so long after the first attempt was sent
    then: str = ""  # one of THEN: what becomes of the order


# pay: soon; late: within a few ms of its deadline; cancel: soon; race: paid and cancelled at once.
THEN = ("pay", "late", "cancel", "race")
SHARES = {"twin": 0.03, "thief": 0.02, "abort": 0.05, "keyless": 0.08, "direct": 0.15,
          "first": 0.3, "named": 0.5, "post": 0.3, **{name: 0.0 for name in THEN}}


class Wishes:
    """An endless stream of them; `shares` change how often each kind is drawn."""

    def __init__(self, seed, nodes, users=200, units=(1, 1, 1, 1, 2, 3), **shares):
        unknown = set(shares) - set(SHARES)
        assert not unknown, f"no kinds of buyers: {unknown}"
        self.random, self.seed, self.nodes = random.Random(seed), seed, nodes
        self.users, self.units, self.shares = users, units, {**SHARES, **shares}
        self.count, self.seen = 0, []

    def _is(self, kind):
        return self.random.random() < self.shares[kind]

    def via(self):
        """Where an attempt goes."""
        direct = self.nodes and self._is("direct")
        return str(self.random.randrange(self.nodes)) if direct else "nginx"

    def _one(self):
        self.count += 1
        name = f"{self.seed}.{self.count}"
        wish = Wish(name, name, via=self.via())
        wish.units = self.random.choice(self.units)
        if self._is("named"):
            wish.user = f"user-{self.random.randrange(self.users)}"
        wish.method = "POST" if self._is("post") else "GET"
        wish.first = self._is("first")
        if self._is("abort"):
            wish.abort_s = self.random.choice((0.0001, 0.001, 0.003))
        if self._is("keyless"):
            wish.key, wish.via = "", "nginx"
        wish.then = next((name for name in THEN if self._is(name)), "")
        return wish

    def draw(self):
        """The wishes of the next buyers, who begin together."""
        wish = self._one()
        if not wish.key:
            return [wish]
        if self.seen and self._is("thief"):
            wish.key = self.random.choice(self.seen)
            wish.first = False
        self.seen = (self.seen + [wish.key])[-500:]
        if not self._is("twin"):
            return [wish]
        twin = self._one()
        twin.key, twin.user, twin.units = wish.key, wish.user, wish.units
        wish.first = twin.first = False
        return [wish, twin]
