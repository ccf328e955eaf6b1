"""model - what the event stream says, and whether Redis agrees with it.

fold() replays the stream of an item with a few lines that share nothing with the Lua or the C: an
order is born by `created`, ends by `expired`; stock moves by `opened` and `restocked`. check_item()
reads every key of the item and asserts the invariants of docs/ARCHITECTURE.md: I1 conservation,
I2 deadlines, I3 keys, I4 limits, I5 a log without gaps, and I7, that the replay gives Redis' state
back, field by field. It takes its picture in one MULTI, so it may be called at any time.
"""
from collections import Counter

from harness.scripts import keys_of

RECORD = ("state", "units", "amount", "created_ms", "deadline_ms", "epoch", "user", "key",
          "moved_ms", "txn")


class Folded:
    """The state of an item after some of its events."""

    def __init__(self):
        self.total = self.sold = self.outside = self.seq = self.epoch = self.last_ms = 0
        self.orders, self.requests, self.buyers = {}, {}, Counter()

    def apply(self, seq, kind, payload):
        """One event; fails on anything the rules do not allow."""
        assert seq == self.seq + 1, f"I5: event {seq} follows event {self.seq}"
        words = payload.split("|")
        assert int(words[1]) >= self.last_ms, f"event {seq} lies before event {self.seq}"
        self.seq, self.last_ms = seq, int(words[1])
        getattr(self, "_" + kind)(*words)

    def _opened(self, epoch, _at, total, outside):
        assert int(epoch) == self.seq, "an epoch is named by the seq that opened it"
        self.epoch, self.total, self.buyers = self.seq, int(total), Counter()
        self.sold = self.outside = int(outside)

    def _restocked(self, epoch, _at, total, delta):
        assert int(epoch) == self.epoch and int(total) == self.total + int(delta), "restocked"
        self.total = int(total)

    def _created(self, epoch, at, units, amount, deadline, user, key):
        number = str(self.seq)
        assert int(epoch) == self.epoch, f"order {number} is of epoch {epoch}, not {self.epoch}"
        assert key not in self.requests, f"I3: order {number} is a second one of key {key}"
        self.orders[number] = ["held", units, amount, at, deadline, epoch, user, key, "0", ""]
        self.requests[key] = f"{number}|{deadline}|{units}|{user}"
        self.sold += int(units)
        assert self.sold <= self.total, f"H4: oversold by order {number}"
        if user:
            self.buyers[user] += int(units)

    def _expired(self, epoch, at, number, units):
        record = self.orders[number]
        assert record[0] == "held", f"order {number} ended twice"
        assert record[1] == units and record[5] == epoch, f"expiry of {number} names other facts"
        assert int(at) >= int(record[4]), f"H8: order {number} expired before its deadline"
        record[0], record[8] = "expired", at
        if int(epoch) == self.epoch:
            self.sold -= int(units)
            if record[6]:
                self.buyers[record[6]] -= int(units)


def fold(events):
    """Replays [(id, {type: payload})] as XRANGE gives them."""
    state = Folded()
    for name, fields in events:
        seq, part = name.split("-")
        assert part == "0" and len(fields) == 1, f"I5: event {name} is not of its form"
        state.apply(int(seq), *next(iter(fields.items())))
    return state


def check_item(client, item="ticket"):
    """Asserts I1-I5 and I7 for one item; returns (its hash, its orders as dicts by seq)."""
    key, orders, requests, buyers, unpaid, events, *_ = keys_of(item)
    pipe = client.pipeline(transaction=True)
    pipe.hgetall(key).hgetall(orders).hgetall(requests).hgetall(buyers)
    pipe.zrange(unpaid, 0, -1, withscores=True).xrange(events)
    counts, orders, requests, buyers, unpaid, events = pipe.execute()
    state = fold(events)
    records = {n: dict(zip(RECORD, text.split("|"))) for n, text in orders.items()}
    number = {name: int(counts.get(name, 0)) for name in
              ("ticket_total_nums", "ticket_sold_nums", "paid_nums", "outside_nums", "seq", "epoch",
               "known_total", "known_sold", "last_ms")}

    assert all(len(text.split("|")) == len(RECORD) for text in orders.values()), "a torn record"
    ours = [r for r in records.values() if int(r["epoch"]) == number["epoch"]]
    units = Counter()
    for record in ours:
        units[record["state"]] += int(record["units"])
    left = number["ticket_total_nums"] - number["ticket_sold_nums"]
    assert left >= 0, f"I1: {left} left"
    assert units["held"] + number["paid_nums"] + number["outside_nums"] == \
        number["ticket_sold_nums"], f"I1: held {units} does not add up to {counts}"
    assert units["paid"] == number["paid_nums"], "I1: paid"
    held = {n: float(r["deadline_ms"]) for n, r in records.items() if r["state"] == "held"}
    assert dict(unpaid) == held, "I2: unpaid is not the held orders"
    assert len(requests) == len(orders), "I3: as many keys as orders"
    for n, record in records.items():
        assert requests[record["key"]].split("|")[0] == n, f"I3: order {n} and its key"
    owned = Counter()
    for record in ours:
        if record["user"] and record["state"] in ("held", "paid"):
            owned[record["user"]] += int(record["units"])
    assert {u: int(n) for u, n in buyers.items()} == dict(owned), "I4: buyers"
    limit = int(counts.get("limit_units", 0))
    assert not limit or all(n <= limit for n in owned.values()), "I4: above the limit"
    assert state.seq == number["seq"], f"I5: seq {number['seq']}, last event {state.seq}"

    assert (state.total, state.sold, state.outside, state.epoch) == tuple(
        number[name] for name in ("ticket_total_nums", "ticket_sold_nums", "outside_nums", "epoch")
    ), "I7: counts"
    assert (number["known_total"], number["known_sold"]) == (state.total, state.sold), "shadows"
    assert number["last_ms"] >= state.last_ms, "the clock is behind the last event"
    assert {n: "|".join(words) for n, words in state.orders.items()} == orders, "I7: orders"
    assert state.requests == requests, "I7: requests"
    assert {u: n for u, n in state.buyers.items() if n} == dict(owned), "I7: buyers"
    return counts, records
