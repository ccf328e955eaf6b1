"""Redis dies, hangs, forgets its scripts or its history: nothing is lost, nothing invented.

While it is away buyers hear 503 and why, never "sold out"; when it is back the sale goes on by
itself, and every key that was left unknown finds its one true answer.
"""
import contextlib
import re
import time

import pytest
import redis

from harness import web
from harness.background import Background
from harness.waiting import stretched, wait_equal, wait_until

ORDERS = "{ticket_hash_key}:orders"
AWAY = {"UNKNOWN", "BUSY"}


def waves(cluster, count, size):
    """`count` crowds of buyers with keys of their own, one after the other; all their answers."""
    answers = []
    for wave in range(count):
        answers += cluster.buy_together(size, key=lambda i, wave=wave: f"w{wave}-{i}", timeout=15)
    return answers


def settle(cluster, answers):
    """Asks every key again until its answer is definite; returns the last answers by key."""
    last = {}

    def definite(key):
        last[key] = cluster.buy(key=key)
        return last[key].status == 200

    for answer in answers:
        wait_until(lambda key=answer.key: definite(key), 10, f"a definite answer to {answer.key}")
    return last


def check_history(cluster, answers, last):
    """H1, H7, H9: accepted stays accepted, each key has at most one order, and all are there."""
    counts, orders = cluster.crosses(answers=list(answers) + list(last.values()), unheard=10 ** 6)
    by_key = {order["key"]: int(seq) for seq, order in orders.items()}
    for answer in answers:
        if answer.seq is not None:
            assert by_key[answer.key] == answer.seq == last[answer.key].seq
        assert answer.status == 200 or answer.reason in AWAY or answer.status == 502, answer
    return counts, orders


@pytest.mark.long
def test_redis_killed_under_load_loses_nothing_and_sells_again(make_cluster):
    """kill -9, a second of darkness, restart: only 503s, then every key gets its order (F5)."""
    cluster = make_cluster(deadline_ms=1000).start(total=10000)
    with Background(waves, cluster, 14, 100) as buyers:
        wait_until(lambda: cluster.redis.hlen(ORDERS) > 300, what="300 orders")
        cluster.kill_redis()
        seen = sum(cluster.line_counts())
        wait_until(lambda: sum(cluster.line_counts()) > seen + 150, 10, "buyers in the dark")
        cluster.restart_redis()
    answers = buyers.result
    dark = [answer for answer in answers if answer.status == 503]
    assert dark and {answer.reason for answer in dark} <= AWAY
    assert all(answer.headers.get("retry-after") == "1" for answer in dark)
    cluster.wait_ready()
    last = settle(cluster, answers)
    _, orders = check_history(cluster, answers, last)
    assert {order["key"] for order in orders.values()} == {answer.key for answer in answers}


def test_sold_out_is_never_said_because_redis_is_away(make_cluster):
    """Units are left, Redis is dead: 503 from every node, with and without a key (H5)."""
    cluster = make_cluster(deadline_ms=500).start(total=100)
    cluster.kill_redis()
    for i in range(4):
        for answer in (cluster.buy(via=i), cluster.buy(via=i, key="k", first=True)):
            assert answer.status == 503 and answer.reason in AWAY
            assert answer.json["resultCode"] == 90013 and len(answer.body) == 256
    assert cluster.buy().status == 503, "nginx passes a node's 503 on, and asks nobody else"
    cluster.restart_redis()
    cluster.wait_ready()
    assert cluster.buy().reason == "ACCEPTED"
    cluster.crosses(unheard=20)


def test_old_news_of_sold_out_is_not_told_for_long(make_cluster):
    """Sold out, then Redis stops: a second later nobody is refused by what was known before."""
    # So patient a link that only the age of the news can tell.
    cluster = make_cluster(deadline_ms=500, redis_timeout_ms=20000).start(total=1)
    cluster.buy()
    cluster.wait_left(0)
    cluster.pause_redis()
    assert cluster.buy(via=0).reason == "HELD"
    wait_until(lambda: all(cluster.buy(via=i).status == 503 for i in range(4)), 5,
               "every node to stop refusing from memory")
    cluster.resume_redis()
    wait_until(lambda: cluster.buy().reason == "HELD", 5, "the truth again")
    cluster.crosses()


def test_what_was_given_up_is_not_kept_from_later_buyers(make_cluster):
    """Buyers leave at their deadline with tokens in flight: the node has them again afterwards."""
    cluster = make_cluster(deadline_ms=400).start(total=200)
    cluster.pause_redis()
    answers = cluster.buy_together(50, via=0, key=lambda i: f"key-{i}")
    assert {answer.status for answer in answers} == {503}
    wait_until(lambda: "is silent" in cluster.log(0), 5, "the node to give up its link")
    cluster.resume_redis()
    cluster.wait_ready()
    later = [cluster.buy(via=0) for _ in range(20)]
    assert {answer.reason for answer in later} == {"ACCEPTED"}
    cluster.crosses(answers=later, unheard=50)


def test_redis_paused_for_longer_than_its_timeout_costs_patience_only(cluster):
    """SIGSTOP until every node has given its link up: all are answered, nobody is blamed (F6)."""
    cluster.open_sale(1000)
    cluster.pause_redis()
    with Background(cluster.buy_together, 200, key=lambda i: f"key-{i}", timeout=15) as buyers:
        for i in range(4):
            wait_until(lambda i=i: "is silent" in cluster.log(i), 5, "a node to give up its link")
        cluster.resume_redis()
    assert {answer.reason for answer in buyers.result} <= {"ACCEPTED", "REPEATED"}
    last = settle(cluster, buyers.result)
    _, orders = check_history(cluster, buyers.result, last)
    assert len(orders) == 200
    assert {answer.status for answer in cluster.buy_together(40)} == {200}


def test_a_deadline_ends_every_wait_while_redis_is_silent(make_cluster):
    """Deadline 600 ms: 80 buyers hear 503 with a key to ask again by, none later than that."""
    cluster = make_cluster(deadline_ms=600).start(total=1000)
    cluster.pause_redis()
    answers = cluster.buy_together(80, key=lambda i: f"key-{i}")
    assert {answer.status for answer in answers} == {503}
    assert {answer.reason for answer in answers} <= AWAY
    assert all(answer.seconds < stretched(1.2) for answer in answers)
    assert all(a.json["key"] == a.key for a in answers if a.reason == "UNKNOWN")
    cluster.resume_redis()
    cluster.wait_ready()
    last = settle(cluster, answers)
    check_history(cluster, answers, last)


def test_scripts_that_redis_forgot_are_loaded_again(cluster):
    """SCRIPT FLUSH three times while 1,500 buy: definite answers only, and all can buy (F15)."""
    cluster.open_sale(5000)
    with Background(waves, cluster, 15, 100) as buyers:
        for more in (200, 500, 800):
            wait_until(lambda more=more: cluster.redis.hlen(ORDERS) > more, what=f"{more} orders")
            cluster.redis.script_flush()
    words = [answer.reason for answer in buyers.result]
    assert set(words) <= {"ACCEPTED", "BUSY"} and words.count("ACCEPTED") > 500
    last = settle(cluster, buyers.result)
    _, orders = check_history(cluster, buyers.result, last)
    assert len(orders) == 1500
    busy = {answer.key for answer in buyers.result if answer.reason == "BUSY"}
    assert all(last[key].reason == "ACCEPTED" for key in busy), "BUSY, and yet an order (H9)"


def test_a_foreign_script_that_blocks_redis_is_waited_for(cluster):
    """A script that runs 1.2 s: BUSY errors or silence, then everybody is served (F15)."""
    cluster.open_sale(500)
    cluster.redis.config_set("busy-reply-threshold", 200)
    endless = ("local t = redis.call('TIME'); local from = t[1] + t[2] / 1e6; repeat "
               "t = redis.call('TIME') until t[1] + t[2] / 1e6 > from + 1.2; return 1")
    with Background(cluster.redis_part.connect().eval, endless, 0):
        answers = cluster.buy_together(100, key=lambda i: f"key-{i}", timeout=15)
    last = settle(cluster, answers)
    _, orders = check_history(cluster, answers, last)
    assert len(orders) == 100


def test_a_full_redis_refuses_definitely_and_sells_on_when_there_is_room(make_cluster):
    """maxmemory reached: 503 BUSY, no order; raised again: the same keys are accepted (F15)."""
    cluster = make_cluster(deadline_ms=600).start(total=500)
    cluster.redis.config_set("maxmemory", 1)
    answers = cluster.buy_together(20, key=lambda i: f"key-{i}")
    assert {answer.status for answer in answers} == {503}
    assert {answer.reason for answer in answers} == {"BUSY"}, "a refusal is not unknown"
    assert cluster.redis.hlen(ORDERS) == 0
    cluster.redis.config_set("maxmemory", "1gb")
    last = settle(cluster, answers)
    assert {answer.reason for answer in last.values()} == {"ACCEPTED"}
    cluster.crosses(answers=last.values())


def test_an_acknowledged_order_survives_kill_9_of_redis(cluster):
    """Accepted, then kill -9 at once, then a restart: the order is there, byte for byte."""
    cluster.open_sale(100)
    for round_ in range(3):
        answers = cluster.buy_together(10, key=lambda i, r=round_: f"r{r}-{i}")
        before = cluster.redis.hgetall(ORDERS)
        cluster.kill_redis()
        assert {answer.reason for answer in answers} == {"ACCEPTED"}
        cluster.restart_redis()
        assert cluster.redis.hgetall(ORDERS) == before
        cluster.wait_ready()
        wait_equal({"REPEATED"}, lambda r=round_: {
            cluster.buy(key=f"r{r}-{i}").reason for i in range(10)}, what="answers to known keys")
    cluster.crosses()


def test_a_redis_that_lost_its_history_is_not_sold_from(make_cluster):
    """FLUSHALL and the item typed anew: seq went back; every node refuses and says why (I8)."""
    cluster = make_cluster(deadline_ms=500).start(total=100)
    cluster.buy_together(30)
    cluster.wait_left(70)
    cluster.redis.flushall()
    cluster.type_sale(100)
    for i in range(4):
        wait_equal("fault", lambda i=i: cluster.stock(i).get("state"), what=f"node {i}")
        answer = cluster.buy(via=i)
        assert (answer.status, answer.reason) == (503, "BUSY")
        assert "history" in cluster.log(i)
    assert cluster.redis.hlen(ORDERS) == 0
    for i in range(4):
        cluster.stop_node(i)
        cluster.restart_node(i)
    cluster.wait_left(100)
    assert cluster.buy().reason == "ACCEPTED", "started anew, the nodes accept the loss"


def test_an_item_whose_keys_have_the_wrong_type_is_stopped_alone(make_cluster):
    """A string where orders belong: that item hears 503, another one is sold on."""
    cluster = make_cluster(deadline_ms=500).start(total=100)
    cluster.type_sale(50, "other")
    cluster.redis.set("{ticket_hash_key}:requests", "a string")
    answers = [cluster.buy(via=i) for i in range(4)]
    assert {answer.status for answer in answers} == {503}
    assert any("WRONGTYPE" in cluster.log(i) for i in range(4)), "the log says so loudly"
    assert cluster.buy(item="other").reason == "ACCEPTED"
    assert cluster.redis.hget("ticket_hash_key", "ticket_sold_nums") == "0"
    cluster.crosses("other")


def test_nodes_started_before_redis_sell_as_soon_as_it_is_there(make_cluster):
    """No Redis at first: nodes run, say 503, and become ready by themselves."""
    cluster = make_cluster(deadline_ms=500)
    for node in cluster.nodes:
        node.start()
    cluster.nginx.start()
    wait_until(lambda: cluster.buy().status == 503, what="nodes to answer")
    assert cluster.buy().reason == "BUSY"
    cluster.redis_part.start()
    cluster.type_sale(10)
    cluster.wait_ready()
    cluster.wait_left(10)
    assert cluster.buy().reason == "ACCEPTED"
    cluster.crosses()


def refusals(cluster, i):
    """How often Redis has refused node `i`, by the node's own count."""
    text = web.get(cluster.nodes[i].port, "/metrics").body.decode()
    return int(re.search(r"^penstock_redis_errors_total (\d+)", text, re.M)[1])


def test_a_full_redis_is_asked_with_pauses_however_many_wait(make_cluster):
    """maxmemory reached, 200 waiting: a call every 20 ms or so, and all are served when it ends."""
    cluster = make_cluster(deadline_ms=20000).start(total=1000)
    cluster.redis.config_set("maxmemory", 1)
    with Background(cluster.buy_together, 200, via=0, timeout=20) as buyers:
        wait_until(lambda: refusals(cluster, 0) > 20, what="the first refusals")
        before, start = refusals(cluster, 0), time.monotonic()
        wait_until(lambda: refusals(cluster, 0) > before + 50, what="some more")
        rate = (refusals(cluster, 0) - before) / (time.monotonic() - start)
        cluster.redis.config_set("maxmemory", "1gb")
    assert rate < 200, f"{rate:.0f} calls a second"
    assert {answer.reason for answer in buyers.result} == {"ACCEPTED"}
    cluster.crosses(answers=buyers.result)


@contextlib.contextmanager
def busy(cluster):
    """A foreign script that never ends, until it is killed."""
    cluster.redis.config_set("busy-reply-threshold", 50)

    def endless():
        with cluster.redis_part.connect() as client, contextlib.suppress(redis.ResponseError):
            client.eval("while true do end", 0)

    def is_busy():
        try:
            cluster.redis.get("nothing")
        except redis.ResponseError as error:
            return "BUSY" in str(error)
        return False

    with Background(endless):
        wait_until(is_busy, what="Redis to be busy")
        yield "BUSY"
        cluster.redis.script_kill()


@contextlib.contextmanager
def crowded(cluster):
    """No connection more than there are."""
    cluster.redis.config_set("maxclients", 1)
    yield "max number of clients"
    cluster.redis.config_set("maxclients", 1000)


@contextlib.contextmanager
def orphaned(cluster):
    """A replica that has not found its master."""
    cluster.redis.config_set("replica-serve-stale-data", "no")
    cluster.redis.replicaof("127.0.0.1", 1)
    yield "MASTERDOWN"
    cluster.redis.replicaof("NO", "ONE")


@pytest.mark.parametrize("state", [busy, crowded, orphaned])
def test_a_node_that_starts_while_redis_takes_no_calls_waits_for_it(make_cluster, state):
    """What passes is no wrong setup: the node says what it hears, lives, and then sells."""
    cluster = make_cluster(deadline_ms=500).start(total=10, dead=[3])
    with state(cluster) as word:
        cluster.nodes[3].start()
        wait_until(lambda: word in cluster.log(3), what=f"{word} in the log")
        assert cluster.nodes[3].process.is_running(), cluster.log(3)
    cluster.down.discard(3)
    cluster.wait_ready()
    assert "not selling" not in cluster.log(3)
    wait_until(lambda: cluster.buy(via=3).reason == "ACCEPTED", what="a sale")
