"""F5, F6, F9, F14, F15: Redis dies, hangs, is cut off, forgets or is full.

Buyers hear 503 and why, never "sold out"; what was accepted stays; after the fault all is sold.
"""
import shutil
import signal
import time

import pytest

from harness.background import Background
from harness.waiting import stretched, wait_equal, wait_until

WINDOW = {"pay_window_ms": 1500}
AWAY = {"UNKNOWN", "BUSY"}


def only_refusals(rig, since, *, until=None):
    """The 5xx words heard after a stamp of the history; asserts that they say why."""
    words = {line["reason"] for line in rig.lines("answer")
             if line["status"] >= 500 and since <= line["t"] <= (until or line["t"])}
    assert words <= AWAY, words
    return words


@pytest.mark.row("F5 Redis is killed")
@pytest.mark.parametrize("times", [3])
def test_redis_killed_under_load_loses_nothing(make_rig, case, times):
    """
    kill -9 and restart, three times, under all the load that these buyers can make: only 503s
    meanwhile, selling again within three seconds of its return, every accepted order is there.
    """
    rig, waits = make_rig(deadline_ms=1000).start(300, **WINDOW), []
    rig.buyers(rate=800)
    for _ in range(times):
        rig.wait_orders(120)
        with rig.fault("Redis is killed"):
            rig.cluster.kill_redis()
            rig.wait_heard("BUSY", more=20)
            rig.cluster.restart_redis()
        back = time.monotonic()
        rig.wait_orders(1, timeout=3)
        waits.append(time.monotonic() - back)
    print(f"selling {max(waits):.2f} s after Redis answers again, at most")  # seen with -s
    assert max(waits) < stretched(3)
    rig.heal()
    rig.wait_orders(120)
    verdict = case(rig.settle(sold_within_s=2))
    assert only_refusals(rig, 0) and verdict.checked > 300


@pytest.mark.row("F6 Redis stands still or is slow")
@pytest.mark.parametrize("seconds", [0.2, 0.6, 2.0])
def test_a_slow_redis_costs_patience_only(make_rig, case, seconds):
    """Every answer takes so long for three seconds: deadlines fire, and nobody blames a node."""
    rig = make_rig(proxied=True, deadline_ms=1500).start(300, **WINDOW)
    rig.buyers(rate=250)
    rig.wait_orders(100)
    with rig.fault(f"Redis answers after {seconds} s"):
        rig.proxy.tell(f"delay * down {seconds * 1000:.0f}")
        wait_until(rig.timer(3), 4, "time to pass", every=0.05)
        rig.proxy.tell("calm *")
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
    assert not {"502", "504"} & rig.seen(), "nginx gave up nodes that had answered"


@pytest.mark.row("F6 Redis stands still or is slow")
def test_redis_that_stands_still_ends_every_wait_by_its_deadline(make_rig, case):
    """SIGSTOP for two seconds: 503 within the deadline, queues bounded, then all goes on."""
    rig = make_rig(deadline_ms=800, queue_max=300).start(300, **WINDOW)
    rig.buyers(rate=350)
    rig.wait_orders(100)
    with rig.fault("Redis stands still"):
        rig.cluster.pause_redis()
        wait_until(rig.timer(2), 3, "time to pass", every=0.05)
        rig.cluster.resume_redis()
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
    waits = [(a.ended - a.sent) / 1e9 for a in rig.attempts().all if a.status >= 500]
    assert waits and max(waits) < stretched(1.5), f"somebody waited {max(waits):.1f} s"


@pytest.mark.row("F9 a node is cut off from Redis")
@pytest.mark.parametrize("ways", [("up", "down"), ("down",), ("up",)], ids="+".join)
def test_a_node_cut_off_from_redis_says_so_and_the_others_sell(make_rig, case, ways):
    """Both ways, or one: the heaviest node answers 503, never sold out; the others sell on."""
    rig = make_rig(proxied=True, deadline_ms=800).start(300, **WINDOW)
    rig.buyers(rate=350, direct=0.4)
    rig.wait_orders(100)
    with rig.fault("node 3 is cut off"):
        for way in ways:
            rig.proxy.tell(f"stall 3 {way} 1")
        # Its news grow old within a second; from then on it must not refuse by them.
        wait_until(lambda: rig.ask_one("probe", "3") in AWAY, 4, "node 3 to say 503")
        stale = rig.history.add("mark", what="cut off")
        rig.wait_orders(150)
        over = rig.history.add("mark", what="over")
        rig.proxy.tell("calm 3")
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
    alone = [a for a in rig.attempts().all if a.via == "3" and stale < a.sent and a.ended < over]
    assert alone and {a.reason for a in alone if a.status} <= AWAY, {a.reason for a in alone}
    assert max(a.ended - a.sent for a in alone) / 1e9 < stretched(1.5)


def old_copy(rig):
    """A copy of Redis' log as it is now."""
    copy = rig.folder / "old"
    shutil.copytree(rig.cluster.redis_part.data, copy)
    return copy


@pytest.mark.row("F14 Redis comes back empty or old")
@pytest.mark.parametrize("what", ["empty", "old"])
def test_a_redis_that_lost_history_is_not_sold_from(make_rig, case, what):
    """Its log is gone, or of a while ago: every node refuses and says why, until it is put back."""
    rig = make_rig(deadline_ms=800).start(20000)
    data = rig.cluster.redis_part.data
    rig.buyers(rate=300)
    rig.wait_orders(100)
    copy = old_copy(rig)
    rig.wait_orders(300)
    with rig.fault(f"Redis comes back {what}"):
        rig.cluster.kill_redis()
        data.rename(rig.folder / "true")
        copy.rename(data) if what == "old" else data.mkdir()
        rig.cluster.restart_redis()
        if what == "empty":
            rig.cluster.type_sale(20000)
        for i in range(4):
            wait_equal("fault", lambda i=i: rig.cluster.stock(i).get("state"), 10, f"node {i}")
            assert "history" in rig.cluster.log(i), "it says why"
        refused = rig.orders()
        rig.wait_heard("BUSY", more=100)
        assert rig.orders() == refused, "something was sold by a Redis that lost history"
        rig.cluster.kill_redis()
        shutil.rmtree(data)
        (rig.folder / "true").rename(data)
        rig.cluster.restart_redis()
        for i in range(4):
            rig.cluster.kill_node(i, signal.SIGTERM)
            rig.cluster.restart_node(i)
    rig.wait_orders(100)
    case(rig.settle())


@pytest.mark.row("F15 scripts forgotten, Redis busy, Redis full")
def test_forgotten_scripts_are_loaded_again(make_rig, case):
    """SCRIPT FLUSH ten times under load: nobody hears of an unknown outcome."""
    rig = make_rig().start(300, **WINDOW)
    rig.buyers(rate=350, abort=0)
    for _ in range(10):
        rig.wait_orders(30)
        with rig.fault("SCRIPT FLUSH"):
            rig.cluster.redis.script_flush()
    rig.heal()
    rig.wait_orders(100)
    verdict = case(rig.settle(sold_within_s=2))
    assert verdict.longest_unknown_s == 0 and "UNKNOWN" not in rig.seen()


@pytest.mark.row("F15 scripts forgotten, Redis busy, Redis full")
@pytest.mark.parametrize("seconds", [1.2, pytest.param(6, marks=pytest.mark.long)])
def test_a_foreign_script_that_blocks_redis_is_waited_for(make_rig, case, seconds):
    """Somebody's script runs for seconds: unknown or busy, then all goes on."""
    rig = make_rig(deadline_ms=1000).start(300, **WINDOW)
    rig.cluster.redis.config_set("busy-reply-threshold", 500)
    endless = ("local t = redis.call('TIME'); local from = t[1] + t[2] / 1e6; repeat "
               "t = redis.call('TIME') until t[1] + t[2] / 1e6 > from + tonumber(ARGV[1])")
    rig.buyers(rate=350)
    rig.wait_orders(100)
    client = rig.cluster.redis_part.connect(socket_timeout=60)
    with rig.fault(f"a script of {seconds} s"), Background(client.eval, endless, 0, seconds):
        pass
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
    assert only_refusals(rig, 0) <= AWAY


@pytest.mark.row("F15 scripts forgotten, Redis busy, Redis full")
def test_a_full_redis_refuses_definitely_and_keeps_its_keys(make_rig, case):
    """maxmemory reached: BUSY, no order, no key evicted; with room again all goes on."""
    rig = make_rig(deadline_ms=800).start(300, **WINDOW)
    rig.buyers(rate=350)
    rig.wait_orders(100)
    with rig.fault("Redis is full"):
        rig.cluster.redis.config_set("maxmemory", 1)
        wait_until(lambda: rig.ask_one("full", "nginx") == "BUSY", 5, "a refusal")
        before = rig.orders()
        rig.wait_heard("BUSY", more=100)
        assert rig.orders() == before
        assert rig.cluster.redis.hlen("{ticket_hash_key}:requests") == before
        rig.cluster.redis.config_set("maxmemory", "1gb")
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
