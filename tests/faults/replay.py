"""replay - the event log of an item, replayed by a model that notes what is wrong and goes on.

harness/model.py stops at the first event that breaks a rule; here the whole log is told, so that
what was lost, doubled or oversold can be counted, and when how many units were left.
"""
from bisect import bisect_right
from collections import defaultdict, namedtuple

Event = namedtuple("Event", "seq at kind words")
Order = namedtuple("Order", "seq at units deadline user key epoch")
# What an order was before it became what an event says.
MOVES = {"paid": ("held", "expired", "cancelled"), "expired": ("held",), "cancelled": ("held",),
         "refunded": ("paid",)}


def events_of(entries):
    """The stream's entries, as XRANGE gives them, as Events."""
    events = []
    for _, fields in entries:
        for seq, text in fields.items():
            kind, *words = text.split("|")
            events.append(Event(int(seq), int(words[1]), kind, words))
    return events


class Model:
    """An item after its events."""

    def __init__(self, events):
        self.total = self.sold = self.epoch = self.oversold = 0
        self.orders, self.by_key, self.states = {}, defaultdict(list), {}
        self.faults = []  # (rule, event, text)
        self.times, self.lefts = [], []  # how many are left since when, in Redis' ms
        last = 0
        for event in sorted(events):
            if event.seq != last + 1 and event.kind != "rebuilt":
                self._wrong("I5", event, f"event {event.seq} follows event {last}")
            last = event.seq
            getattr(self, "_" + event.kind, self._other)(event)
            if self.sold > self.total:
                self._wrong("H4", event, f"{self.sold} of {self.total} units are held and paid")
                self.oversold = max(self.oversold, self.sold - self.total)
            self.times.append(event.at)
            self.lefts.append(self.total - self.sold)

    def _wrong(self, rule, event, text):
        self.faults.append((rule, event, text))

    def _opened(self, event):
        self.epoch, self.total, self.sold = event.seq, int(event.words[2]), int(event.words[3])

    def _restocked(self, event):
        self.total = int(event.words[2])

    def _created(self, event):
        _epoch, _at, units, _amount, deadline, user, key = event.words
        order = Order(event.seq, event.at, int(units), int(deadline), user, key, self.epoch)
        self.orders[order.seq], self.states[order.seq] = order, "held"
        self.by_key[key].append(order.seq)
        self.sold += order.units
        if len(self.by_key[key]) > 1:
            self._wrong("H2", event, f"orders {self.by_key[key]} have one key, {key}")

    def _moved(self, event):
        seq, units = int(event.words[2]), int(event.words[3])
        if event.kind == "refunded" and units == 0:
            return  # a payment that had bought nothing
        was, order = self.states.get(seq), self.orders.get(seq)
        if was not in MOVES[event.kind]:
            self._wrong("I5", event, f"order {seq} is {event.kind}, and was {was}")
        elif event.kind == "expired" and event.at < order.deadline:
            self._wrong("H8", event, f"order {seq} expired {order.deadline - event.at} ms early")
        self.states[seq] = event.kind
        if order and order.epoch == self.epoch:
            self.sold += units * ((event.kind == "paid") * (was != "held") - (event.kind != "paid"))

    _expired = _cancelled = _paid = _refunded = _moved

    def _other(self, event):
        """Rules that were altered move no stock."""

    def least_left(self, from_ms, until_ms):
        """The least that was left at any instant of a span of Redis' time."""
        first = max(bisect_right(self.times, from_ms) - 1, 0)
        return min(self.lefts[first:max(bisect_right(self.times, until_ms), first + 1)],
                   default=0)

    def sold_out_after(self, from_ms):
        """(ms from then until nothing was left, unit-ms unsold meanwhile); None if it never was."""
        at, area = max(bisect_right(self.times, from_ms) - 1, 0), 0
        for i in range(at, len(self.times)):
            since = max(self.times[i], from_ms)
            if self.lefts[i] == 0:
                return since - from_ms, area
            until = self.times[i + 1] if i + 1 < len(self.times) else since
            area += self.lefts[i] * max(until - since, 0)
        return None
