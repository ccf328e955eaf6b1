"""books - what the ledger wrote, held against its own events, against Redis and the invariants.

check_books() replays the table `events` by harness/fold.py and compares every other table with the
result; then the events of SQL and of the stream together must give Redis' state back, field by
field (harness/model.py). It may be called at any time, also between a kill and a restart.
"""
from harness.fold import Folded, taken_apart
from harness.model import check_item
from harness.scripts import keys_of

ORDER = ("state, units, amount, created_ms, deadline_ms, epoch, user_name, request_key, moved_ms,"
         " txn")


def entries_of(events):
    """Events of SQL as XRANGE would give them, an entry each."""
    return [(f"{seq}-0", {str(seq): f"{kind}|{words}"}) for seq, kind, words in events]


def replay(events):
    """The fold of events of SQL: I5, and all the rules."""
    state = Folded()
    for seq, kind, words in events:
        state.apply(seq, kind, words)
    return state


def check_tables(ledger, item, events):
    """Orders, payments and the item's own row are what the events make of them."""
    state, ask = replay(events), ledger.books.ask
    rows = ask(f"SELECT seq, {ORDER}, refund_due FROM orders WHERE item = '{item}'")
    orders = {str(row[0]): [str(word) for word in row[1:-1]] for row in rows}
    assert orders == state.orders, "orders in SQL"
    dues = {}
    for number, fate, *_ in state.payments.values():
        dues[number] = dues.get(number, 0) + (fate == "due")
    assert {str(row[0]): row[-1] for row in rows} == \
        {number: dues.get(number, 0) for number in orders}, "refunds due in SQL"
    rows = ask("SELECT txn, order_seq, fate, amount, at_ms, units FROM payments"
               f" WHERE item = '{item}'")
    assert {str(row[0]): [str(word) for word in row[1:]] for row in rows} == \
        {txn: words[:5] for txn, words in state.payments.items()}, "payments in SQL"
    rows = ask("SELECT seq, epoch, total, held, paid, outside, last_ms FROM items"
               f" WHERE item = '{item}'")
    held = state.sold - state.paid - state.outside
    expected = (state.seq, state.epoch, state.total, held, state.paid, state.outside, state.last_ms)
    assert rows == ([expected] if events else []), "the item in SQL"


def check_behind(ledger, item="ticket"):
    """I6: the stream lacks nothing that SQL does not hold; returns the stream, taken apart."""
    pipe = ledger.redis.pipeline(transaction=True)
    entries, last = pipe.xrange(keys_of(item)[5]).hget(keys_of(item)[0], "seq").execute()
    stream = taken_apart(entries)
    cursor = ledger.cursor(item)  # read second: it only grows
    if stream:
        assert stream[0][0] <= cursor + 1, f"I6: trimmed up to {stream[0][0]}, SQL has {cursor}"
    else:
        assert cursor >= int(last or 0), f"I6: all is trimmed up to {last}, SQL has {cursor}"
    return stream


def check_books(ledger, item="ticket"):
    """All of it; nothing may be writing meanwhile. Returns (Redis' hash, orders)."""
    events, stream = ledger.events(item), check_behind(ledger, item)
    assert [seq for seq, *_ in events] == list(range(1, len(events) + 1)), "I5: events in SQL"
    assert ledger.cursor(item) == len(events), "the cursor is not the newest event"
    both = {seq: (kind, words) for seq, kind, words in stream}
    for seq, kind, words in events:
        assert both.get(seq, (kind, words)) == (kind, words), f"event {seq} differs"
    check_tables(ledger, item, events)
    return check_item(ledger.redis, item, entries_of(before(events, stream)))


def before(events, stream):
    """Those of SQL's events that have left the stream."""
    first = stream[0][0] if stream else len(events) + 1
    return [event for event in events if event[0] < first]


def with_poison(ledger, item="ticket"):
    """SQL's events, and in the place of each that was set aside one that changes nothing."""
    rows = ledger.events(item)
    rows = sorted(rows + [(seq, "poison", "") for seq, *_ in ledger.poison(item)])
    for i, (seq, kind, _) in enumerate(rows):
        if kind == "poison":
            epoch, at, *_ = rows[i - 1][2].split("|")
            rows[i] = (seq, "altered", f"{epoch}|{at}|set_aside|{seq}")
    return rows
