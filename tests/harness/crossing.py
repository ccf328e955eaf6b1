"""crossing - Redis' keys, the event stream, the stat.logs and what buyers heard, held together.

check_item() proves that Redis agrees with its own event stream (I1-I5, I7). Here the nodes' logs
and the answers are crossed with it: every line that says result:1 has its order, no order is
claimed twice (H1, H2), and unless a fault allows it there is no order without its line (H3).
"""
from collections import Counter

from harness.model import check_item


def cross_lines(lines, orders, unheard):
    """Lines of one item against its orders; `unheard` orders may lack their line."""
    sold = [line for line in lines if line["result"] == 1]
    twice = [seq for seq, times in Counter(line["order"] for line in sold).items() if times > 1]
    assert not twice, f"H2: orders claimed by two lines: {twice}"
    for line in sold:
        order = orders.get(str(line["order"]))
        assert order, f"H1: a line without its order: {line}"
        assert order["key"] == line["key"] and int(order["units"]) == line["units"], (order, line)
    missing = set(orders) - {str(line["order"]) for line in sold}
    assert len(missing) <= unheard, \
        f"H3: {len(missing)} orders without a line: {sorted(missing, key=int)[:10]}"


def cross_answers(answers, orders):
    """Every answer with an order names one that is there, under the key that was sent."""
    for answer in answers:
        if answer.reason in ("ACCEPTED", "REPEATED"):
            order = orders.get(str(answer.seq))
            assert order, f"H1: an answer without its order: {answer}"
            assert not answer.key or order["key"] == answer.key, (order, answer.key)
    firsts = Counter(a.seq for a in answers if a.reason == "ACCEPTED")
    assert all(times == 1 for times in firsts.values()), "H2: an order accepted twice"


def cross_item(client, item, lines, answers=(), unheard=0, earlier=()):
    """All of it for one item; returns (its hash, its orders). `earlier` events were trimmed."""
    counts, orders = check_item(client, item, earlier)
    cross_lines([line for line in lines if line["item"] == item], orders, unheard)
    cross_answers(answers, orders)
    return counts, orders
