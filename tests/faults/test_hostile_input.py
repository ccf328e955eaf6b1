"""S1-S4, S6-S9: hostile input beside honest buyers, who must not notice.

tests/cluster/test_hostile.py looks at each request by itself; here they come all at once, through
nginx and at the nodes, while others buy, and the checker looks at what those others saw.
"""
import asyncio
import itertools
from collections import Counter

import pytest

from harness import web
from harness.background import Background
from harness.hostile import ALL
from harness.parts import IS_SANITIZED
from harness.waiting import stretched, wait_until
from wire_cases import read_all, with_keys

WINDOW = {"pay_window_ms": 1500}
NONCES = itertools.count(1)


def resident_kb(pid):
    """Memory of a process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.mark.row("S1-S4 malformed requests")
def test_malformed_requests_disturb_nobody(make_rig, case):
    """Every one of the corpus at nginx and at each node, ten times over, while others buy."""
    rig = make_rig().start(300, **WINDOW)
    rig.buyers(rate=200)
    rig.wait_orders(100)
    ports = [rig.cluster.nginx.port, *rig.cluster.node_ports]
    pairs = [(port, raw) for port in ports for _, raw, _, _ in ALL]
    pids, before = [node.process.pid for node in rig.cluster.nodes], []
    for turn in range(10):
        answers = web.ask_all(pairs, timeout=6)
        for answer, (port, (what, _, statuses, _)) in zip(answers, itertools.product(ports, ALL)):
            assert answer.status < 500 or answer.status in (501, 505), (what, answer)
            if port != rig.cluster.nginx.port:
                assert answer.status in statuses, (what, answer)
        before = before or [resident_kb(pid) for pid in pids]
        assert turn >= 0 and all(rig.cluster.nodes[i].process.is_running() for i in range(4))
    if not IS_SANITIZED:
        grown = [resident_kb(pid) - kb for pid, kb in zip(pids, before)]
        assert max(grown) < 8192, f"memory has grown by {grown} KB"
    # What nginx mends (tests/cluster) may be a purchase: two requests, at most, a turn.
    case(rig.settle(sold_within_s=2, strangers=3 * 10))
    bad = Counter(line["reason"] for i in range(4) for line in rig.cluster.stat_lines(i))
    assert bad["BAD_REQUEST"] >= 40 * len([1 for *_, lines in ALL if lines == 1])


@pytest.mark.row("S6 one key a thousand times at once")
def test_one_key_a_thousand_times_at_once_is_one_order(make_rig, case):
    """Over four nodes, beside others: one ACCEPTED, the rest REPEATED, all of one order."""
    rig = make_rig().start(20000)
    rig.buyers(rate=200)
    rig.wait_orders(50)
    answers = rig.cluster.buy_together(1000, via="nodes", key="the-key", user="ann", units=2)
    words = Counter(answer.reason for answer in answers)
    assert words == {"ACCEPTED": 1, "REPEATED": 999} and len({a.seq for a in answers}) == 1
    case(rig.settle(strangers=1))


@pytest.mark.row("S7 another's key")
def test_anothers_key_is_refused_and_tells_nothing(make_rig, case):
    """Half of all buyers use a key that was seen, with other facts: 422, no order told."""
    rig = make_rig().start(20000)
    rig.buyers(rate=300, thief=0.5)
    rig.wait_orders(400)
    case(rig.settle())
    conflicts = [a for a in rig.attempts().all if a.reason == "CONFLICT"]
    assert len(conflicts) > 100 and {(a.status, a.seq) for a in conflicts} == {(422, 0)}


@pytest.mark.row("S8 one user, a thousand keys, limit 1")
def test_a_limit_of_one_holds_for_a_thousand_keys(make_rig, case):
    """One name, over nginx and all nodes, at once and in a row: one order."""
    rig = make_rig().start(20000, limit_units=1)
    wait_until(lambda: rig.cluster.buy(user="mob", units=2).reason == "LIMIT", what="the limit")
    rig.buyers(rate=400, named=1, users=1)
    with Background(rig.cluster.buy_together, 200, via="nodes", user="user-0",
                    key=lambda i: f"mob-{i}") as mob:
        wait_until(lambda: rig.attempts().all[1000:], 10, "a thousand keys", every=0.1)
    accepted = sum(answer.reason == "ACCEPTED" for answer in mob.result)
    verdict = case(rig.settle(strangers=accepted))
    assert rig.orders() == 1 and verdict.checked + accepted >= 1


async def talk(port, raw):
    """Sends bytes; everything that comes back until it is closed, or silent for a while."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    try:
        writer.write(raw)
        while True:
            # Some are never answered, for a body has no end; all others must have the time.
            got = await asyncio.wait_for(reader.read(65536), stretched(1.5 if said else 4))
            if not got:
                return said
            said += got
    except (OSError, asyncio.TimeoutError):
        return said
    finally:
        writer.transport.abort()


def smuggle(port):
    """All cases at once; returns [(what, outer key, hidden key, all that was said)]."""
    cases = read_all()
    keys = [(f"wire-{next(NONCES):07}", f"wire-{next(NONCES):07}") for _ in cases]

    async def everybody():
        return await asyncio.gather(*[
            talk(port, with_keys(raw, *pair)) for (_, raw), pair in zip(cases, keys)])

    said = asyncio.run(everybody())
    return [(what, *pair, text) for (what, _), pair, text in zip(cases, keys, said)]


@pytest.mark.row("S9 requests hidden in requests")
@pytest.mark.parametrize("via", ["nginx", "node"])
def test_a_hidden_request_is_answered_to_its_sender_or_refused(make_rig, case, via):
    """Each order made by a case was told on the case's own connection; nobody else hears of it."""
    rig = make_rig().start(20000)
    rig.buyers(rate=300, direct=0.3 if via == "node" else 0)
    rig.wait_orders(50)
    port = rig.cluster.port("nginx" if via == "nginx" else 0)
    seen = [one for _ in range(2) for one in smuggle(port)]
    rig.wait_lines()
    orders = {order["key"]: seq for seq, order in rig.cluster.crosses(unheard=10 ** 6)[1].items()}
    lines = Counter(line["key"] for i in range(4) for line in rig.cluster.stat_lines(i))
    for what, outer, hidden, said in seen:
        for key in (outer, hidden):
            assert lines[key] <= 1, f"{what}: a node saw it {lines[key]} times"
            if key in orders:
                number = f"ticket-{int(orders[key]):08}-".encode()
                assert said.count(number) == 1, f"{what}: an order, told elsewhere: {said!r}"
        answers = said.count(b"HTTP/1.1 ") + said.count(b"HTTP/1.0 ")
        assert answers >= said.count(b'"data"') == (outer in orders) + (hidden in orders), what
    made = sum(key.startswith("wire-") for key in orders)
    assert 0 < made < len(seen), "the plain cases buy, the others do not"
    case(rig.settle(strangers=made))
