"""F19: ten thousand holds expire together: no call does much, few notice, and all is sold again.

Redis' clock is moved past the holds' deadlines (shim.py), so that they are due at the same instant
however long it took to sell them.
"""
import pytest

from harness.fold import taken_apart
from harness.scripts import keys_of
from harness.waiting import stretched, wait_until
from shim import ClockShim

HOLDS, DUE_MAX = 10000, 200
WINDOW_S = 600
UNPAID, STREAM = keys_of("ticket")[4], keys_of("ticket")[5]


def sell(rig, orders, requests):
    """Buyers without histories come until so many orders are there."""
    result = rig.cluster.ab(requests, 100, keepalive=True)
    assert result.refused == 0 and result.failed == 0, result.text
    assert rig.orders() >= orders, f"{rig.orders()} orders"


def start(make_rig, total):
    """A sale whose Redis has a clock of its own; returns the rig and the clock."""
    rig = make_rig()
    clock = ClockShim(rig.folder, "redis")
    rig.cluster.redis_part.process.env.update(clock.env())
    rig.start(total, pay_window_ms=WINDOW_S * 1000)
    return rig, clock


def expiries(rig):
    """[(ms of Redis' clock, orders that expired)] of each script call that let orders expire."""
    calls = []
    for entry in rig.cluster.redis.xrange(STREAM):
        ended = [words for _, kind, words in taken_apart([entry]) if kind == "expired"]
        if ended:
            calls.append((int(ended[0].split("|")[1]), len(ended)))
    return calls


def check_calls(rig):
    """No call did more than it may; returns over how many seconds all of them came."""
    calls = expiries(rig)
    most = max(size for _, size in calls)
    assert most <= DUE_MAX, f"{most} orders expired in one call"
    assert sum(size for _, size in calls) >= HOLDS
    return (calls[-1][0] - calls[0][0]) / 1000


@pytest.mark.row("F19 10,000 holds expire together")
@pytest.mark.deadline(90)
def test_holds_that_ended_while_no_node_lived_are_sold_again(make_rig, case):
    """All 10,000 are held, the nodes stop, the deadlines pass, the nodes start: gates reopen."""
    rig, clock = start(make_rig, HOLDS)
    sell(rig, HOLDS, HOLDS + 500)
    assert rig.cluster.buy(first=True).reason == "HELD"
    with rig.fault("10,000 holds end while no node lives"):
        for i in range(4):
            assert rig.cluster.stop_node(i) == 0
        clock.set(WINDOW_S + 1)
        for i in range(4):
            rig.cluster.restart_node(i)
        wait_until(lambda: rig.cluster.redis.zcard(UNPAID) == 0, 10, "all holds to have ended")
    rig.cluster.wait_left(HOLDS)
    took = check_calls(rig)
    assert took < stretched(10), f"{took:.1f} s until all had ended"
    sell(rig, 2 * HOLDS, HOLDS + 500)
    rig.wait_sold_out()
    case(rig.settle(clocks=False, strangers=2 * HOLDS)._replace(checked=2 * HOLDS))
    print(f"{HOLDS} holds ended in {took:.2f} s")  # seen with -s


def p99_ms(rig, since, until):
    """Of what buyers waited who got something and asked within a span of the history."""
    waits = sorted((a.ended - a.sent) / 1e6 for a in rig.attempts().all
                   if a.seq and not a.cut and since <= a.sent <= until)
    assert len(waits) > 100, "too few to tell"
    return waits[int(len(waits) * 0.99)]


@pytest.mark.row("F19 10,000 holds expire together")
@pytest.mark.deadline(90)
def test_buyers_hardly_notice_ten_thousand_holds_that_end(make_rig, case):
    """
    While they end, the slowest hundredth of buyers waits at most ten times as long as before, or a
    tenth of a second: two cores that others use too do not tell finer.
    """
    rig, clock = start(make_rig, 4 * HOLDS)
    sell(rig, HOLDS, HOLDS)
    rig.buyers(rate=300, direct=0, abort=0)
    rig.wait_orders(100)
    begun = rig.history.add("mark", what="before")
    rig.wait_orders(600)
    before = p99_ms(rig, begun, rig.history.add("mark", what="10,000 holds end"))
    with rig.fault("10,000 holds end"):
        since = rig.history.add("mark", what="they end")
        clock.set(WINDOW_S + 1)
        wait_until(lambda: sum(size for _, size in expiries(rig)) >= HOLDS, 15,
                   "all of them to have ended")
        until = rig.history.add("mark", what="they have ended")
        rig.wait_orders(50)
    took, after = check_calls(rig), p99_ms(rig, since, until)
    print(f"p99 {before:.1f} ms before, {after:.1f} ms while {HOLDS} holds end in {took:.2f} s")
    assert after <= max(10 * before, stretched(100)), f"p99 {before:.1f} ms became {after:.1f} ms"
    case(rig.settle(clocks=False, strangers=HOLDS))
