"""rebuilding - plays penstockctl: what the ledger holds, written back by rebuild.lua.

A fold of all events (harness/fold.py) stands for SQL.
"""


def pairs_of(state):
    """The pairs of each part, by the step's name."""
    held = {n: words for n, words in state.orders.items() if words[0] == "held"}
    return {
        "orders": {n: "|".join(words) for n, words in state.orders.items()},
        "requests": state.requests,
        "buyers": {user: n for user, n in state.buyers.items() if n},
        "unpaid": {n: words[4] for n, words in held.items()},
        "payments": {txn: "|".join(words) for txn, words in state.payments.items()},
        "finished": state.finished,
    }


def fields_of(state, /, **more):
    """The words of finish; `more` are rules and the state."""
    fields = {"ticket_total_nums": state.total, "ticket_sold_nums": state.sold,
              "paid_nums": state.paid, "outside_nums": state.outside, "epoch": state.epoch,
              "last_ms": state.last_ms, **more}
    return [word for pair in fields.items() for word in pair]


def add_all(desk, state, token="token", size=2):
    """All parts, in calls of `size` pairs."""
    for part, found in pairs_of(state).items():
        flat = [word for pair in found.items() for word in pair]
        for at in range(0, len(flat), 2 * size):
            some = flat[at:at + 2 * size]
            assert desk.tell("rebuild", part, token, *some) == ("ADDED", len(some) // 2)


def rebuild(desk, state, /, seq=None, token="token", **more):
    """begin, all parts, finish under `seq` or the next one; returns finish's words."""
    word, highest = desk.tell("rebuild", "begin", token, state.seq)
    assert word == "BEGUN"
    add_all(desk, state, token, 100)
    return desk.tell("rebuild", "finish", token, state.seq, seq or highest + 1,
                     *fields_of(state, **more))
