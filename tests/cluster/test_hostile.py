"""Hostile input (FAULTS S1-S4), through nginx and at a node directly, as raw bytes.

Always: a clear refusal or a closed connection, no order, the next buyer is served; and at the node
exactly one honest line in stat.log for each request that it could read as one of /buy.
"""
import json

import pytest

from harness import web
from harness.cluster import Cluster
from harness.hostile import ALL, MENDED
from harness.parts import IS_SANITIZED


@pytest.fixture(scope="module")
def target():
    """One cluster for all of them: what one does to the next is part of the test."""
    with Cluster(deadline_ms=1000) as cluster:
        cluster.start(total=1000)
        yield cluster


def is_timeout(answer):
    """The other side kept us waiting until our own deadline."""
    return answer.status == 0 and ("Cancelled" in answer.fault or "Timeout" in answer.fault)


@pytest.mark.parametrize("raw, statuses, lines", [case[1:] for case in ALL],
                         ids=[case[0] for case in ALL])
def test_a_node_refuses_it_and_writes_one_honest_line(target, raw, statuses, lines):
    """Directly at a node: the status, a JSON body, no order, and its line."""
    before, orders = target.line_counts()[0], target.orders()
    answer = target.ask(raw, via=0, timeout=4)
    marker = target.buy(via=0, key="marker", units=1000000)  # one more line, behind all others
    assert marker.status == 200
    assert not is_timeout(answer), "it was neither answered nor closed"
    assert answer.status in statuses, answer
    target.wait_lines_at(0, lambda found: any(
        line["key"] == "marker" for line in found[before:]))
    new = target.stat_lines(0)[before:]
    own = new[:-1]
    assert new[-1]["key"] == "marker" and len(own) <= 1
    if lines is not None:
        assert len(own) == lines, f"{answer} left {own}"
    for line in own:
        assert (line["result"], line["order"], line["status"]) == (0, None, answer.status)
        assert line["reason"] == answer.reason == "BAD_REQUEST"
        assert len(answer.body) == 256 or raw.startswith(b"HEAD")
        assert json.loads(answer.body)["error"]
    assert target.orders() == orders


@pytest.mark.parametrize("raw", [case[1] for case in ALL if case[0] not in MENDED],
                         ids=[case[0] for case in ALL if case[0] not in MENDED])
def test_through_nginx_it_is_refused_in_json_and_sells_nothing(target, raw):
    """The same bytes to nginx: 4xx in JSON or a closed connection, never 5xx, never an order."""
    orders = target.orders()
    answer = target.ask(raw, timeout=4)
    assert not is_timeout(answer), "it was neither answered nor closed"
    if answer.status:
        assert 400 <= answer.status < 500 or answer.status in (501, 505), answer
        assert answer.json["success"] is False or answer.json["reason"], answer
    assert target.orders() == orders
    assert target.buy(units=1000000).reason in ("SOLD_OUT", "LIMIT")


@pytest.mark.parametrize("what", sorted(MENDED))
def test_what_nginx_mends_is_at_most_one_order(target, what):
    """Two keys, or a line that is no header: refused, or one plain purchase; never two."""
    orders = target.orders()
    answer = target.ask(next(case[1] for case in ALL if case[0] == what))
    assert answer.status in (200, 400), answer
    assert target.orders() == orders + (answer.reason == "ACCEPTED")


def test_memory_stays_flat_under_hostile_input(target):
    """Everything above ten times over: the node's resident memory grows by less than 8 MB."""
    if IS_SANITIZED:
        pytest.skip("a sanitizer keeps freed memory for a while")

    def resident():
        with open(f"/proc/{target.nodes[1].process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    pairs = [(target.nodes[1].port, case[1]) for case in ALL]
    web.ask_all(pairs, timeout=5)
    before = resident()
    for _ in range(10):
        web.ask_all(pairs, timeout=5)
    assert resident() - before < 8192
    assert target.buy(via=1, units=1000000).status == 200
