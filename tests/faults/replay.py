"""replay - the event log of an item, replayed by a model that notes what is wrong and goes on.

harness/model.py stops at the first event that breaks a rule; here the whole log is told, so that
what was lost, doubled or oversold can be counted, and when how many units were left.
"""
from bisect import bisect_right
from collections import defaultdict, namedtuple

Event = namedtuple("Event", "seq at kind words")
Order = namedtuple("Order", "seq at units deadline user key epoch")
# What an order was before it became what an event says. A late payment may take the units again
# where the item's rule says so; the sales of this suite have no such rule.
MOVES = {"paid": ("held",), "expired": ("held",), "cancelled": ("held",), "refunded": ("paid",)}


def events_of(entries):
    """The stream's entries, as XRANGE gives them, as Events."""
    events = []
    for _, fields in entries:
        for seq, text in fields.items():
            events.append(event_of(seq, *text.split("|", 1)))
    return events


def event_of(seq, kind, words):
    """An event of its seq, its kind and its words in one text."""
    words = words.split("|")
    return Event(int(seq), int(words[1]), kind, words)


class Model:
    """An item after its events."""

    def __init__(self, events):
        self.total = self.sold = self.epoch = self.oversold = 0
        self.orders, self.by_key, self.states = {}, defaultdict(list), {}
        self.moves = defaultdict(list)  # the events of an order after its birth
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
        elif event.kind == "paid" and event.at >= order.deadline:
            self._wrong("H8", event, f"order {seq} paid {event.at - order.deadline} ms late")
        self.states[seq] = event.kind
        self.moves[seq].append(event)
        if order and order.epoch == self.epoch:
            self.sold += units * ((event.kind == "paid") * (was != "held") - (event.kind != "paid"))

    _expired = _cancelled = _paid = _refunded = _moved

    def _due(self, event):
        """A payment that came too late moves nothing."""
        self.moves[int(event.words[2])].append(event)

    def _other(self, event):
        """Rules that were altered move no stock."""

    def least_left(self, from_ms, until_ms):
        """The least that was left at any instant of a span of Redis' time."""
        first = max(bisect_right(self.times, from_ms) - 1, 0)
        return min(self.lefts[first:max(bisect_right(self.times, until_ms), first + 1)],
                   default=0)

    def _overdue(self, grace_ms):
        """[(ms, units)]: holds of the last sale that become overdue, and that end after that."""
        steps = []
        for order in self.orders.values():
            over = order.deadline + grace_ms
            ended = next((move.at for move in self.moves[order.seq] if move.kind != "due"), None)
            if order.epoch != self.epoch or ended is not None and ended <= over:
                continue
            steps.append((over, order.units))
            if ended is not None:
                steps.append((ended, -order.units))
        return steps

    def sold_out_after(self, from_ms, grace_ms):
        """
        (ms from then until everything was sold, unit-ms unsold meanwhile); None if it never was. A
        unit is unsold if it is left, and also if it is held `grace_ms` beyond its deadline: it
        should have been on sale again.
        """
        # Of one millisecond the events come first: what expires is left before it is not overdue.
        steps = [(at, 0, left) for at, left in zip(self.times, self.lefts)]
        steps += [(at, 1, units) for at, units in self._overdue(grace_ms)
                  if at <= (self.times or [0])[-1]]
        left = overdue = area = 0
        last_ms = from_ms
        for at, is_overdue, units in sorted(steps, key=lambda step: step[:2]):
            if at > last_ms:
                if left + overdue == 0 and self.times[0] <= last_ms:
                    return last_ms - from_ms, area
                area += (left + overdue) * (at - last_ms)
                last_ms = at
            left, overdue = (left, overdue + units) if is_overdue else (units, overdue)
            if at > from_ms and left + overdue == 0:
                return at - from_ms, area
        return (last_ms - from_ms, area) if self.times and left + overdue == 0 else None
