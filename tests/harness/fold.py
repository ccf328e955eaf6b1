"""fold - what an item's event log says, replayed by a few lines that share nothing with Lua or C.

An order is born by `created`, moves by `paid`, `expired`, `cancelled` and `refunded`; a payment
that bought nothing is `due`; stock moves by `opened` and `restocked`. Anything that the rules do
not allow is an AssertionError, so a fold that comes to its end has proved the log.
"""
from collections import Counter


class Folded:
    """The state of an item after some of its events."""

    def __init__(self):
        self.total = self.sold = self.paid = self.outside = self.seq = self.epoch = 0
        self.last_ms = 0
        self.orders, self.requests, self.buyers = {}, {}, Counter()
        self.payments, self.finished, self.rules = {}, {}, {}

    def apply(self, seq, kind, payload):
        """One event; fails on anything the rules do not allow."""
        words = payload.split("|")
        if kind == "rebuilt":
            assert seq > self.seq == int(words[2]), f"I5: event {seq} goes on from {words[2]}"
        else:
            assert seq == self.seq + 1, f"I5: event {seq} follows event {self.seq}"
        assert int(words[1]) >= self.last_ms, f"event {seq} lies before event {self.seq}"
        self.seq, self.last_ms = seq, int(words[1])
        getattr(self, "_" + kind)(*words)
        assert 0 <= self.paid + self.outside <= self.sold <= self.total, f"I1: at event {seq}"

    # -- the sale ------------------------------------------------------------------------------

    def _opened(self, epoch, _at, total, outside):
        assert int(epoch) == self.seq, "an epoch is named by the seq that opened it"
        self.epoch, self.total, self.buyers = self.seq, int(total), Counter()
        self.sold, self.paid, self.outside = int(outside), 0, int(outside)

    def _restocked(self, epoch, _at, total, delta):
        assert int(epoch) == self.epoch and int(total) == self.total + int(delta), "restocked"
        assert int(delta) != 0, "a restock of nothing"
        self.total = int(total)

    def _altered(self, epoch, _at, field, value):
        assert int(epoch) == self.epoch, "altered"
        assert self.rules.get("state") != "closed", "a closed item was altered"
        self.rules[field] = value

    def _rebuilt(self, epoch, _at, _from):
        assert int(epoch) == self.epoch, "rebuilt"

    # -- orders --------------------------------------------------------------------------------

    def _created(self, epoch, at, units, amount, deadline, user, key):
        number = str(self.seq)
        assert int(epoch) == self.epoch, f"order {number} is of epoch {epoch}, not {self.epoch}"
        assert key not in self.requests, f"I3: order {number} is a second one of key {key}"
        self.orders[number] = ["held", units, amount, at, deadline, epoch, user, key, "0", ""]
        self.requests[key] = f"{number}|{deadline}|{units}|{user}"
        self._move_units(self.orders[number], 1)
        assert self.sold <= self.total, f"H4: oversold by order {number}"

    def _move_units(self, record, sign):
        """Units of an order of this sale are its buyer's, or are not any more."""
        if int(record[5]) == self.epoch:
            self.sold += sign * int(record[1])
            if record[6]:
                self.buyers[record[6]] += sign * int(record[1])

    def _leave(self, epoch, at, number, units, state, becomes):
        """The record of an order that moves, as far as all moves have it in common."""
        record = self.orders[number]
        assert record[0] in state, f"order {number} was {record[0]} and became {becomes}"
        assert record[1] == units and record[5] == epoch, f"{becomes}: other facts of {number}"
        record[0], record[8], self.finished[number] = becomes, at, self.seq
        return record

    def _expired(self, epoch, at, number, units):
        record = self._leave(epoch, at, number, units, ["held"], "expired")
        assert int(at) >= int(record[4]), f"H8: order {number} expired before its deadline"
        self._move_units(record, -1)

    def _cancelled(self, epoch, at, number, units):
        self._move_units(self._leave(epoch, at, number, units, ["held"], "cancelled"), -1)

    # -- payments ------------------------------------------------------------------------------

    def _paid(self, epoch, at, number, units, txn, amount):
        was = self.orders[number][0]
        record = self._leave(epoch, at, number, units, ["held", "expired", "cancelled"], "paid")
        assert was != "held" or int(at) < int(record[4]), f"H8: {number} paid at its deadline"
        assert was == "held" or int(epoch) == self.epoch, f"{number} retaken in a later sale"
        assert record[2] == amount, f"order {number} was paid by another amount"
        record[9] = txn
        if was != "held":
            self._move_units(record, 1)
        if int(epoch) == self.epoch:
            self.paid += int(units)
        self._tell(txn, number, "paid", amount, at, record)

    def _due(self, epoch, at, number, units, txn, amount):
        assert units == "0", "due units"
        record = self.orders[number] if epoch != "0" else None
        if record:
            assert record[0] != "held" and record[5] == epoch and record[2] == amount, "due"
            if record[0] in ("expired", "cancelled"):
                record[9] = txn
            self.finished[number] = self.seq
        self._tell(txn, number, "due", amount, at, record)

    def _tell(self, txn, number, fate, amount, at, record):
        """A payment comes, once."""
        assert txn not in self.payments, f"payment {txn} came twice"
        units, epoch, user = (record[1], record[5], record[6]) if record else ("0", "0", "")
        self.payments[txn] = [number, fate, amount, at, units, epoch, user]

    def _refunded(self, epoch, at, number, units, txn, amount):
        entry, record = self.payments[txn], self.orders.get(number)
        assert entry[:1] + entry[2:3] + entry[5:6] == [number, amount, epoch], f"refund of {txn}"
        assert entry[1] in ("paid", "due"), f"payment {txn} was given back twice"
        if entry[1] == "paid":
            assert record[9] == txn, f"payment {txn} is not the one of order {number}"
            self._move_units(self._leave(epoch, at, number, units, ["paid"], "refunded"), -1)
            if int(epoch) == self.epoch:
                self.paid -= int(units)
        else:
            assert units == "0", f"payment {txn} bought nothing"
            if epoch != "0":
                self.finished[number] = self.seq
        entry[1], entry[3] = "refunded", at


def fold(events, until=None):
    """Replays [(id, {seq: kind|words})] as XRANGE gives them; perhaps only up to a seq."""
    state = Folded()
    for seq, kind, words in taken_apart(events):
        if until is None or seq <= until:
            state.apply(seq, kind, words)
    return state


def taken_apart(entries):
    """[(seq, kind, words)] of the entries of a stream; an entry is named by its last event."""
    events = []
    for name, fields in entries:
        assert fields and name == f"{list(fields)[-1]}-0", f"I5: entry {name} is not of its form"
        events += [(int(seq), *text.split("|", 1)) for seq, text in fields.items()]
    return events
