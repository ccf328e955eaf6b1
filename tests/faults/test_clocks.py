"""F17: clocks that jump. Redis' is the one that counts, and it never goes backwards for an item.

Wall clocks are moved by a shim while the programs run; the monotonic clock stays as it is, as it
does when somebody sets a machine's time.
"""
import glob
import time

import pytest

from harness.waiting import wait_equal, wait_until
from shim import ClockShim

HOUR_S = 3600


def redis_off_by(rig):
    """How far Redis' clock is from ours, in whole hours."""
    return round((rig.cluster.redis.time()[0] - time.time()) / 3600)


def expired(rig):
    """How many orders have expired."""
    return sum(order.startswith("expired") for order in
               rig.cluster.redis.hvals("{ticket_hash_key}:orders"))


def shimmed(rig, i, offset_s):
    """What node i needs to be off by so much, by our own shim."""
    return ClockShim(rig.folder, f"node-{i}", offset_s).env()


def faked(_rig, _i, offset_s):
    """The same by libfaketime, which others test their programs with."""
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert found, "libfaketime is not installed: make deps"
    return {"LD_PRELOAD": found[0], "FAKETIME": f"{offset_s:+d}s", "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.row("F17 clocks jump")
@pytest.mark.parametrize("by", [shimmed, faked])
def test_clocks_of_nodes_change_nothing(make_rig, case, by):
    """One node an hour ahead, one an hour behind: deadlines, expiry and stock are Redis' affair."""
    rig = make_rig()
    for i, offset in ((1, HOUR_S), (3, -HOUR_S)):
        rig.cluster.nodes[i].process.env.update(by(rig, i, offset))
    rig.start(300, pay_window_ms=1500).buyers(rate=300, direct=0.4)
    rig.wait_orders(500)
    verdict = case(rig.settle(sold_within_s=2))
    assert verdict.checked > 400
    off = [round((line["time"] / 1000 - time.time()) / 3600) for i in (1, 3)
           for line in rig.cluster.stat_lines(i)[-1:]]
    assert off == [1, -1], "the nodes' clocks were not off: this proves nothing"


@pytest.mark.row("F17 clocks jump")
def test_redis_clock_forward_and_back_expires_nothing_early(make_rig, case):
    """
    An hour forward: what is held expires, by that clock. Back again: the item's clock waits for it,
    and orders made then are held, not expired by the clock's way back or by its standing.
    """
    rig = make_rig()
    clock = ClockShim(rig.folder, "redis")
    rig.cluster.redis_part.process.env.update(clock.env())
    rig.start(20000, pay_window_ms=HOUR_S * 500).buyers(rate=200)
    rig.wait_orders(100)
    assert expired(rig) == 0
    with rig.fault("Redis' clock jumps an hour ahead"):
        clock.set(HOUR_S)
        wait_equal(1, lambda: redis_off_by(rig), what="Redis' clock")
        wait_until(lambda: expired(rig) >= 100, what="what was held to expire")
    rig.wait_orders(100)
    ended = expired(rig)
    with rig.fault("Redis' clock jumps back"):
        clock.set(0)
        wait_equal(0, lambda: redis_off_by(rig), what="Redis' clock")
    rig.wait_orders(300)
    assert expired(rig) == ended, "orders expired although their half hour was not over"
    case(rig.settle(clocks=False))


@pytest.mark.row("F17 clocks jump")
def test_redis_clock_an_hour_back_lets_orders_live_longer_not_shorter(make_rig, case):
    """From the true time an hour back: nothing expires early, selling goes on."""
    rig = make_rig()
    clock = ClockShim(rig.folder, "redis")
    rig.cluster.redis_part.process.env.update(clock.env())
    rig.start(20000, pay_window_ms=60000).buyers(rate=200)
    rig.wait_orders(100)
    with rig.fault("Redis' clock jumps an hour back"):
        clock.set(-HOUR_S)
        wait_equal(-1, lambda: redis_off_by(rig), what="Redis' clock")
    rig.wait_orders(300)
    assert expired(rig) == 0
    case(rig.settle(clocks=False))
