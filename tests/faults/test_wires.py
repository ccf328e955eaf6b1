"""F6, F9 once more, by the kernel: iptables drops packets, a token bucket narrows the link.

The proxy of test_redis.py holds bytes back on connections that live; here packets are lost, and
TCP itself asks again, gives up, or connects into silence.
"""
import pytest

from harness.waiting import stretched, wait_until
from lan import Lan, NoLan

AWAY = {"UNKNOWN", "BUSY"}
WINDOW = {"pay_window_ms": 1500}


@pytest.fixture
def lan():
    """A network of this test's own; set up before the rig, and closed after it."""
    try:
        made = Lan()
    except NoLan as why:
        pytest.skip(f"a network of its own needs more rights: {why}")
    yield made
    made.close()


@pytest.mark.row("F9 a node is cut off from Redis")
@pytest.mark.parametrize("ways", [("up", "down"), ("down",), ("up",)], ids="+".join)
def test_a_node_whose_packets_are_dropped_says_so_and_the_others_sell(lan, make_rig, case, ways):
    """Both ways, or one: the heaviest node answers 503, never sold out; the others sell on."""
    rig = make_rig(deadline_ms=800)
    lan.part(rig, 3)
    rig.start(300, **WINDOW).buyers(rate=350, direct=0.4)
    rig.wait_orders(100)
    with rig.fault("node 3 is cut off"):
        lan.cut(rig, ways)
        wait_until(lambda: rig.ask_one("probe", "3") in AWAY, 4, "node 3 to say 503")
        stale = rig.history.add("mark", what="cut off")
        rig.wait_orders(150)
        over = rig.history.add("mark", what="over")
        lan.mend()
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
    alone = [a for a in rig.attempts().all if a.via == "3" and stale < a.sent and a.ended < over]
    assert alone and {a.reason for a in alone if a.status} <= AWAY, {a.reason for a in alone}
    assert max(a.ended - a.sent for a in alone) / 1e9 < stretched(1.5)


@pytest.mark.row("F6 Redis stands still or is slow")
def test_a_narrow_link_costs_patience_only(lan, make_rig, case):
    """2 Mbit/s for three seconds for all of them, which is less than they need: nothing is lost."""
    rig = make_rig(deadline_ms=1500).start(300, **WINDOW)
    rig.buyers(rate=250)
    rig.wait_orders(100)
    with rig.fault("the link is narrow"):
        lan.narrow("2mbit")
        wait_until(rig.timer(3), 4, "time to pass", every=0.05)
        lan.widen()
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
    slow = [a for a in rig.attempts().all if a.status and a.ended - a.sent > 0.2e9]
    assert len(slow) > 20, "the link was not narrow: this proves nothing"
