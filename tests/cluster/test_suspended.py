"""Thousands of requests that wait at once at one node: all are answered, in time, exactly once.

Redis is stopped, so that every purchase is suspended; then it goes on, or it does not.
"""
import socket
from collections import Counter

import pytest

from harness.background import Background
from harness.sockets import established
from harness.waiting import stretched, wait_until

CROWD = 3000
AWAY = {"UNKNOWN", "BUSY"}


def suspended(cluster, count=CROWD):
    """Waits until `count` buyers are connected to node 0."""
    wait_until(lambda: established(cluster.nodes[0].port) >= count, 20,
               f"{count} buyers to be connected", every=0.05)


@pytest.mark.long
@pytest.mark.deadline(60)
def test_three_thousand_wait_and_all_are_sold_to_when_redis_goes_on(make_cluster):
    """Resumed before their deadline: 3,000 orders, one each, from one node of weight 1."""
    # So patient a link that it is not given up while the crowd connects.
    cluster = make_cluster(deadline_ms=30000, redis_timeout_ms=20000).start(total=5000)
    cluster.pause_redis()
    with Background(cluster.buy_together, CROWD, via=0, key=lambda i: f"key-{i}",
                    timeout=40) as buyers:
        suspended(cluster)
        cluster.resume_redis()
    words = Counter(answer.reason for answer in buyers.result)
    assert set(words) <= {"ACCEPTED", "REPEATED"}, words
    cluster.wait_lines(CROWD)
    _, orders = cluster.crosses(answers=buyers.result, unheard=words["REPEATED"])
    assert len(orders) == CROWD


@pytest.mark.long
@pytest.mark.deadline(60)
def test_three_thousand_wait_in_vain_and_all_hear_so_by_their_deadline(make_cluster):
    """Never resumed: 3,000 times 503 UNKNOWN or BUSY in time; BUSY left no order (H9, H10)."""
    cluster = make_cluster(deadline_ms=3000).start(total=5000)
    cluster.pause_redis()
    answers = cluster.buy_together(CROWD, via=0, key=lambda i: f"key-{i}", timeout=20)
    assert {answer.status for answer in answers} == {503}, Counter(a.reason for a in answers)
    assert {answer.reason for answer in answers} <= AWAY
    assert max(answer.seconds for answer in answers) < stretched(6)
    cluster.wait_lines(CROWD)
    cluster.resume_redis()
    cluster.wait_ready()
    _, orders = cluster.crosses(answers=answers, unheard=CROWD)
    busy = {answer.key for answer in answers if answer.reason == "BUSY"}
    assert not busy & {order["key"] for order in orders.values()}, "H9: BUSY, and yet an order"
    assert cluster.buy(via=0).reason == "ACCEPTED", "the node is well afterwards"


def test_buyers_who_hang_up_while_they_wait_do_no_harm(make_cluster):
    """500 connect, ask and go away; the node answers nobody, keeps its count, and sells on."""
    cluster = make_cluster(deadline_ms=10000).start(total=1000)
    cluster.pause_redis()
    answers = cluster.buy_together(500, via=0, key=lambda i: f"key-{i}", timeout=2)
    assert {answer.status for answer in answers} == {0}
    cluster.resume_redis()
    cluster.wait_lines(500, timeout=10)
    wait_until(lambda: established(cluster.nodes[0].port) < 5, what="their connections to go")
    assert cluster.buy(via=0).reason == "ACCEPTED"
    cluster.crosses(unheard=500)


def test_a_full_queue_says_busy_at_once_with_retry_after(make_cluster):
    """--queue-max 10: of 60 at once ten wait, fifty hear 503 BUSY immediately."""
    patience = int(stretched(2000))
    cluster = make_cluster(queue_max=10, deadline_ms=patience).start(total=1000)
    cluster.pause_redis()
    answers = cluster.buy_together(60, via=0, key=lambda i: f"key-{i}")
    at_once = [answer for answer in answers if answer.seconds < stretched(1)]
    assert len(at_once) == 50
    for answer in at_once:
        assert (answer.status, answer.reason) == (503, "BUSY")
        assert answer.headers["retry-after"] == "1" and answer.json["retryable"] is True
    assert {answer.status for answer in answers} == {503}
    cluster.resume_redis()
    cluster.wait_ready()
    _, orders = cluster.crosses(unheard=10)
    assert not {a.key for a in at_once} & {order["key"] for order in orders.values()}
    assert cluster.buy(via=0).reason == "ACCEPTED"


def test_more_connections_than_allowed_wait_outside_and_harm_nobody(make_cluster):
    """--connections-max 64: 100 idle ones come and go, again and again; buyers are served."""
    cluster = make_cluster(connections_max=64).start(total=1000)
    port = cluster.nodes[0].port
    for _ in range(8):
        crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
        wait_until(lambda: cluster.nodes[0].sockets() >= 64, what="the node to be full")
        for one in crowd:
            one.close()
        assert cluster.buy(via=0, timeout=4).reason == "ACCEPTED", "it accepts nobody any more"
    answers = cluster.buy_together(300, via=0, timeout=15)
    assert {answer.reason for answer in answers if answer.status} == {"ACCEPTED"}
    cluster.crosses(answers=answers, unheard=300)


def test_requests_in_one_connection_are_answered_in_order(cluster):
    """50 purchases pipelined over one connection: 50 answers, each to its own key."""
    cluster.open_sale(100)
    answers = cluster.pipeline([f"key-{i}" for i in range(50)], via=0)
    assert [answer.reason for answer in answers] == ["ACCEPTED"] * 50
    _, orders = cluster.crosses(answers=answers)
    by_key = {order["key"]: int(seq) for seq, order in orders.items()}
    assert [answer.seq for answer in answers] == [by_key[f"key-{i}"] for i in range(50)]
