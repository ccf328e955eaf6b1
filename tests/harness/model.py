"""model - whether Redis agrees with an item's event log (harness/fold.py).

check_item() reads every key of the item and asserts the invariants of docs/ARCHITECTURE.md: I1
conservation, I2 deadlines, I3 keys, I4 limits, I5 a log without gaps, I6 that only what SQL holds
was trimmed, and I7, that the replay gives Redis' state back, field by field. It takes its picture
in one MULTI, so it may be called at any time.

Events that were trimmed are given as `earlier`, from the ledger or from who trimmed them. Orders
may have left Redis only when SQL holds that they ended or were paid, unless the item is archived.
"""
from collections import Counter, namedtuple

from harness.fold import fold
from harness.scripts import keys_of

RECORD = ("state", "units", "amount", "created_ms", "deadline_ms", "epoch", "user", "key",
          "moved_ms", "txn")
NUMBERS = ("ticket_total_nums", "ticket_sold_nums", "paid_nums", "outside_nums", "seq", "epoch",
           "known_total", "known_sold", "last_ms", "recorded_seq", "limit_units", "archived_ms")
Picture = namedtuple("Picture", "hash orders requests buyers unpaid events payments finished")


def picture_of(client, item):
    """All keys of an item at one instant, as they are."""
    key, orders, requests, buyers, unpaid, events, _, payments, finished, *_ = keys_of(item)
    pipe = client.pipeline(transaction=True)
    pipe.hgetall(key).hgetall(orders).hgetall(requests).hgetall(buyers)
    pipe.zrange(unpaid, 0, -1, withscores=True).xrange(events).hgetall(payments)
    pipe.zrange(finished, 0, -1, withscores=True)
    return Picture(*pipe.execute())


def check_counts(state, number, hash_fields):
    """I1 and I7: the hash, against the replay and the sums over its orders."""
    units = Counter()
    for record in state.orders.values():
        if int(record[5]) == number["epoch"]:
            units[record[0]] += int(record[1])
    left = number["ticket_total_nums"] - number["ticket_sold_nums"]
    assert left >= 0, f"I1: {left} left"
    assert units["held"] + number["paid_nums"] + number["outside_nums"] == \
        number["ticket_sold_nums"], f"I1: held {units} does not add up to {hash_fields}"
    assert units["paid"] == number["paid_nums"], "I1: paid"
    assert state.seq == number["seq"], f"I5: seq {number['seq']}, last event {state.seq}"
    assert (state.total, state.sold, state.paid, state.outside, state.epoch) == tuple(
        number[name] for name in ("ticket_total_nums", "ticket_sold_nums", "paid_nums",
                                  "outside_nums", "epoch")), "I7: counts"
    assert (number["known_total"], number["known_sold"]) == (state.total, state.sold), "shadows"
    assert number["last_ms"] >= state.last_ms, "the clock is behind the last event"


def check_orders(state, picture, may_leave):
    """I2, I3 and I7: records, deadlines and what is finished; orders that left must be allowed."""
    assert all(len(text.split("|")) == len(RECORD) for text in picture.orders.values()), "torn"
    told = {number: "|".join(words) for number, words in state.orders.items()}
    away = set(told) - set(picture.orders)
    assert away <= may_leave, f"orders have left Redis: {sorted(away - may_leave, key=int)[:10]}"
    assert {n: text for n, text in told.items() if n not in away} == picture.orders, "I7: orders"
    held = {n: float(words[4]) for n, words in state.orders.items() if words[0] == "held"}
    assert dict(picture.unpaid) == held, "I2: unpaid is not the held orders"
    assert {n: int(score) for n, score in picture.finished} == {
        n: seq for n, seq in state.finished.items() if n not in away}, "I7: finished"


def check_buyers(state, picture, number):
    """I4 and I7: what each buyer has, and the limit."""
    owned = Counter()
    for record in state.orders.values():
        if int(record[5]) == number["epoch"] and record[6] and record[0] in ("held", "paid"):
            owned[record[6]] += int(record[1])
    assert {u: n for u, n in state.buyers.items() if n} == dict(owned), "I7: buyers"
    assert {u: int(n) for u, n in picture.buyers.items()} == dict(owned), "I4: buyers"
    assert not number["limit_units"] or all(n <= number["limit_units"] for n in owned.values()), \
        "I4: above the limit"


def check_item(client, item="ticket", earlier=()):
    """Asserts all of it; returns (its hash, all its orders as dicts by seq)."""
    picture = picture_of(client, item)
    number = {name: int(picture.hash.get(name, 0)) for name in NUMBERS}
    events, recorded = [*earlier, *picture.events], number["recorded_seq"]
    archived = number["archived_ms"] > 0
    state = fold(events)

    assert fold(earlier).seq <= recorded <= number["seq"], "I6: trimmed, recorded, seq"
    check_counts(state, number, picture.hash)
    assert {txn: "|".join(words) for txn, words in state.payments.items()} == picture.payments, \
        "I7: payments"
    if archived:
        assert picture.hash["state"] == "closed", "archived while open"
        assert not any(w[0] == "held" for w in state.orders.values()), "archived with holds"
        assert not (picture.orders or picture.requests or picture.buyers or picture.finished)
    else:
        check_orders(state, picture, set(fold(events, until=recorded).finished))
        assert state.requests == picture.requests, "I3, I7: requests"
        check_buyers(state, picture, number)
    return picture.hash, {n: dict(zip(RECORD, words)) for n, words in state.orders.items()}
