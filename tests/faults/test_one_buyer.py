"""S7, S8: another's key used with other facts, and one user with a thousand keys, exactly.

tests/faults/test_hostile_input.py has both beside other buyers, drawn from a seed; here every way
to ask is tried, and each answer is looked at.
"""
import itertools
from collections import Counter

import pytest

from harness import web

VIAS = ("nginx", 0, 1, 2, 3)
# What differs from ann's purchase of two units; each is somebody else's, or another wish of hers.
OTHERS = {
    "other units": {"user": "ann", "units": 3}, "the least units": {"user": "ann", "units": 1},
    "no units said": {"user": "ann"}, "another user": {"user": "bob", "units": 2},
    "nobody": {"units": 2}, "both": {"user": "bob", "units": 5},
    "a user like hers": {"user": "ann2", "units": 2}, "in capitals": {"user": "Ann", "units": 2},
}


def thefts(rig, key):
    """[(what, Answer)]: every other request, by GET and POST, through nginx and at each node."""
    whats, pairs = [], []
    for (name, facts), method, via in itertools.product(OTHERS.items(), ("GET", "POST"), VIAS):
        if method == "POST":
            raw = web.purchase(key=key, method=method, body=dict(facts))
        else:
            raw = web.purchase(key=key, **facts)
        whats.append(f"{name}, {method}, {via}")
        pairs.append((rig.cluster.port(via), raw))
    return list(zip(whats, web.ask_all(pairs)))


@pytest.mark.row("S7 another's key")
@pytest.mark.parametrize("left", ["some left", "all sold", "paid"])
def test_anothers_key_is_refused_in_every_way_and_tells_nothing(make_rig, case, left):
    """422 CONFLICT whatever differs; not a digit of the order, its buyer or its time is told."""
    rig = make_rig().start(2 if left == "all sold" else 100)
    first = rig.cluster.buy(key="the-key", user="ann", units=2)
    order = first.json["data"]
    assert first.reason == "ACCEPTED"
    if left == "paid":
        assert rig.cluster.callback(order["orderId"], "t-1").reason == "PAID"
    secrets = [str(value).encode() for value in (order["orderId"], order["payBefore"])]
    secrets += [order["orderId"].rsplit("-", 1)[1].encode(), b"ann", b'"data"']
    with rig.fault("thieves"):
        for what, answer in thefts(rig, "the-key"):
            assert (answer.status, answer.reason) == (422, "CONFLICT"), (what, answer)
            head = " ".join(f"{name}: {text}" for name, text in answer.headers.items()).encode()
            told = [secret for secret in secrets if secret in answer.body + head]
            assert not told, f"{what}: {told} in {answer}"
    again = rig.cluster.buy(key="the-key", user="ann", units=2)
    assert (again.reason, again.seq) == ("REPEATED", first.seq)
    assert rig.orders() == 1
    case(rig.settle(strangers=1)._replace(checked=1))


@pytest.mark.row("S8 one user, a thousand keys, limit 1")
@pytest.mark.parametrize("via", ["nodes", "nginx"])
def test_a_thousand_keys_of_one_user_at_once_are_one_order(make_rig, case, via):
    """Over four nodes, or through nginx: one ACCEPTED, 999 LIMIT; each key hears the same again."""
    rig = make_rig().start(20000, limit_units=1)
    with rig.fault("a thousand keys"):
        answers = rig.cluster.buy_together(1000, via=via, user="mob", key=lambda i: f"mob-{i}")
        words = Counter(answer.reason for answer in answers)
        assert words == {"ACCEPTED": 1, "LIMIT": 999}, words
        again = rig.cluster.buy_together(1000, via=via, user="mob", key=lambda i: f"mob-{i}")
    assert Counter(answer.reason for answer in again) == {"REPEATED": 1, "LIMIT": 999}
    won = [(answer.key, answer.seq) for answer in answers if answer.seq]
    assert won == [(answer.key, answer.seq) for answer in again if answer.seq]
    assert rig.orders() == 1
    case(rig.settle(strangers=1)._replace(checked=1))
