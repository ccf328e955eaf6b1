"""Nodes die, hang, and are restarted; whoever lives sells the rest, and nobody is charged twice."""
import signal

import pytest

from harness import web
from harness.background import Background
from harness.sockets import DyingNode, established
from harness.waiting import stretched, wait_until


@pytest.mark.long
def test_with_the_heaviest_node_dead_the_other_three_sell_everything(make_cluster):
    """Weight 4 of 10 is dead from the start: no request fails, all 10,000 are sold (F2)."""
    cluster = make_cluster().start(total=10000, dead=[3])
    result = cluster.ab(20000, 100, keepalive=True)
    assert (result.complete, result.failed, result.refused) == (20000, 0, 0), result.text
    _, orders = cluster.crosses()
    assert len(orders) == 10000
    assert cluster.line_counts()[3] == 0


@pytest.mark.long
def test_a_node_killed_in_mid_sale_costs_no_unit_and_no_buyer(cluster):
    """kill -9 of the heaviest after 2,000 orders: nginx asks the others, all are sold (F1, H6)."""
    cluster.open_sale(10000)
    load = cluster.ab_start(20000, 100, keepalive=True)
    wait_until(lambda: cluster.counts()["ticket_sold_nums"] > 2000, 20, "2,000 orders")
    cluster.kill_node(3)
    assert load.is_running(), "the sale was over too soon to prove anything"
    result = load.finish()
    assert (result.complete, result.failed, result.refused) == (20000, 0, 0), result.text
    # Lines of the last flush interval died with the node, and the answers it had ready.
    _, orders = cluster.crosses(unheard=2500)
    assert len(orders) == 10000


def test_one_after_another_dies_and_the_last_node_sells_the_rest(cluster):
    """Three deaths in a row while 2,000 buy: everything is sold by the lightest node."""
    cluster.open_sale(2000)
    load = cluster.ab_start(12000, 50, keepalive=True)
    for i, sold in ((3, 200), (2, 500), (1, 800)):
        wait_until(lambda sold=sold: cluster.counts()["ticket_sold_nums"] > sold, 20, "orders")
        cluster.kill_node(i)
    result = load.finish()
    assert (result.complete, result.failed, result.refused) == (12000, 0, 0), result.text
    _, orders = cluster.crosses(unheard=2000)
    assert len(orders) == 2000


def test_requests_in_flight_at_a_killed_node_become_one_order_each(cluster):
    """
    Redis holds its breath, a node dies with its batch sent: nginx' retry is recognised. Whoever
    waited so long for Redis that a node gave up asks again.
    """
    cluster.open_sale(500)
    cluster.pause_redis()
    with Background(cluster.buy_together, 100, key=lambda i: f"key-{i}") as buyers:
        wait_until(lambda: sum(established(port) for port in cluster.node_ports) >= 100,
                   what="100 requests to wait at the nodes")
        cluster.kill_node(3)
        cluster.resume_redis()
    late = [answer for answer in buyers.result if answer.reason in ("BUSY", "UNKNOWN")]
    answers = [answer for answer in buyers.result if answer not in late]
    assert len(late) < 50, f"{len(late)} of 100 were given up"
    answers += [cluster.buy(key=answer.key) for answer in late]
    assert {answer.reason for answer in answers} <= {"ACCEPTED", "REPEATED"}
    _, orders = cluster.crosses(answers=answers, unheard=40)
    assert {order["key"] for order in orders.values()} == {f"key-{i}" for i in range(100)}


@pytest.mark.parametrize("commits", [False, True], ids=["before", "after"])
def test_a_get_whose_node_dies_before_answering_is_one_order(make_cluster, commits):
    """A node dies before, or after, the purchase is made: nginx asks another, one order each."""
    cluster = make_cluster().start(total=200, dead=[3])
    real = cluster.nodes[0].port if commits else None
    with DyingNode(cluster.nodes[3].port, real) as dying:
        answers = [cluster.buy() for _ in range(20)]
    assert dying.swallowed, "no request went to the dying node"
    assert {answer.status for answer in answers} == {200}
    repeated = [answer for answer in answers if answer.reason == "REPEATED"]
    assert len(repeated) == (len(dying.swallowed) if commits else 0)
    _, orders = cluster.crosses(answers=answers)
    assert len(orders) == 20 and {answer.seq for answer in answers} == set(map(int, orders))


@pytest.mark.parametrize("facts", [{}, {"key": "k"}, {"key": "k", "first": True}], ids=str)
def test_the_last_unit_sold_by_a_dying_node_is_found_by_the_next_one(make_cluster, facts):
    """The others know that nothing is left when nginx asks them: the order is found."""
    cluster = make_cluster().start(total=1, dead=[3])
    sold_out = lambda: cluster.wait_left(0)  # noqa: E731
    with DyingNode(cluster.nodes[3].port, cluster.nodes[0].port, sold_out) as dying:
        answer = cluster.buy(**facts)  # the heaviest node is the first that nginx asks
    assert dying.swallowed, "no request went to the dying node"
    assert answer.reason == "REPEATED", answer
    _, orders = cluster.crosses(answers=[answer])
    assert len(orders) == 1
    assert cluster.buy().reason == "HELD", "a first try is still answered from memory"


def test_a_second_node_refuses_nobody_whom_the_first_may_still_serve(make_cluster):
    """The first node takes a request and dies, all is sold: UNKNOWN, by its key HELD (H9)."""
    cluster = make_cluster().start(total=1, dead=[3])
    assert cluster.buy(via=0).reason == "ACCEPTED"
    cluster.wait_left(0)
    with DyingNode(cluster.nodes[3].port) as dying:
        answer = cluster.buy()
    assert dying.swallowed, "no request went to the dying node"
    assert (answer.status, answer.reason) == (503, "UNKNOWN")
    assert cluster.buy(key=answer.json["key"]).reason == "HELD"
    cluster.crosses()


def test_a_dead_node_costs_nobody_a_definite_refusal(make_cluster):
    """Nobody listens there, so nothing was sent: the next node answers as if it were the first."""
    cluster = make_cluster().start(total=1, dead=[3])
    cluster.buy(via=0)
    cluster.wait_left(0)
    assert {cluster.buy().reason for _ in range(20)} == {"HELD"}
    assert {cluster.buy(key=f"k-{i}", first=True).reason for i in range(20)} == {"HELD"}


def test_a_second_node_that_cannot_ask_redis_does_not_deny_the_order_of_the_first(make_cluster):
    """The first node sells and dies, then Redis dies: the second says UNKNOWN, never BUSY (H9)."""
    cluster = make_cluster(deadline_ms=500).start(total=10, dead=[3])
    with DyingNode(cluster.nodes[3].port, cluster.nodes[0].port, cluster.kill_redis) as dying:
        answer = cluster.buy(key="k")
    assert dying.swallowed, "no request went to the dying node"
    assert (answer.status, answer.reason) == (503, "UNKNOWN") and answer.json["key"] == "k"
    cluster.restart_redis()
    cluster.wait_ready()
    assert cluster.buy(key="k").reason == "REPEATED"
    cluster.crosses()


def test_a_post_whose_node_dies_is_told_to_ask_again_and_then_hears_its_order(make_cluster):
    """nginx must not send a POST twice: 502 UNKNOWN with the key, and the key finds the order."""
    cluster = make_cluster().start(total=200, dead=[3])
    with DyingNode(cluster.nodes[3].port, cluster.nodes[0].port) as dying:
        answers = [cluster.buy(method="POST", body={"units": 2}) for _ in range(10)]
    unknown = [answer for answer in answers if answer.status != 200]
    assert len(unknown) == len(dying.swallowed) > 0
    for answer in unknown:
        assert (answer.status, answer.reason) == (502, "UNKNOWN")
        assert answer.headers["retry-after"] == "1"
        again = cluster.buy(method="POST", key=answer.json["key"], body={"units": 2})
        assert again.reason == "REPEATED" and again.seq
    _, orders = cluster.crosses()
    assert len(orders) == 10


@pytest.mark.long
def test_a_rolling_restart_under_load_fails_no_request(cluster):
    """SIGTERM to each node, the next when it is asked again: exit 0, 0 failed, 0 non-2xx (F3)."""
    cluster.open_sale(4000)
    load = cluster.ab_start(2000000, 50, keepalive=True)
    for i in range(4):
        assert cluster.stop_node(i) == 0
        cluster.restart_node(i)
        before = cluster.line_counts()[i]
        wait_until(lambda: cluster.line_counts()[i] > before, what="nginx to ask the node again")
    assert load.is_running(), "the load was over before the restart"
    result = load.stop()
    assert (result.failed, result.refused) == (0, 0), result.text
    _, orders = cluster.crosses()
    assert len(orders) == 4000


def test_a_node_that_has_just_started_lets_buyers_wait_for_redis(cluster):
    """Asked in the instant before its link is admitted: the buyer waits, and is sold to (F3)."""
    cluster.open_sale(10)
    cluster.stop_node(0)
    cluster.pause_redis()
    node = cluster.nodes[0].start()
    cluster.down.discard(0)
    wait_until(lambda: web.get(node.port, "/healthz").status == 200, what="the node to listen")
    with Background(cluster.buy, via=0, key="early") as buyer:
        wait_until(lambda: established(node.port) or not buyer.is_running(), what="the buyer")
        cluster.resume_redis()
    assert buyer.result.reason == "ACCEPTED"
    cluster.crosses(answers=[buyer.result])


def test_sigterm_answers_what_is_under_way(cluster):
    """Redis stands still, 20 buyers wait, SIGTERM: they are answered when it goes on; exit 0."""
    cluster.open_sale(100)
    cluster.pause_redis()
    with Background(cluster.buy_together, 20, via=0, key=lambda i: f"key-{i}") as buyers:
        wait_until(lambda: established(cluster.nodes[0].port) >= 20, what="20 waiting buyers")
        node = cluster.nodes[0].process
        cluster.down.add(0)
        node.send(signal.SIGTERM)
        wait_until(lambda: "draining" in node.text(), what="the node to drain")
        cluster.resume_redis()
        assert node.wait() == 0
    assert [answer.reason for answer in buyers.result] == ["ACCEPTED"] * 20
    cluster.crosses(answers=buyers.result)


def test_a_second_sigterm_ends_at_once(make_cluster):
    """A drain that would take long is cut short by the second signal."""
    cluster = make_cluster(drain_ms=60000, deadline_ms=60000).start(total=10)
    cluster.pause_redis()
    with Background(cluster.buy, via=0) as buyer:
        wait_until(lambda: established(cluster.nodes[0].port) >= 1, what="a waiting buyer")
        node = cluster.nodes[0].process
        cluster.down.add(0)
        node.send(signal.SIGTERM)
        wait_until(lambda: "draining" in node.text(), what="the node to drain")
        node.send(signal.SIGTERM)
        assert node.wait(2) == 1
    assert buyer.result.status == 0
    cluster.resume_redis()


def test_a_drain_that_cannot_finish_gives_up_after_drain_ms(make_cluster):
    """Redis stays silent: after --drain-ms the waiting buyer hears 503, and the node ends."""
    cluster = make_cluster(drain_ms=500, deadline_ms=30000).start(total=10)
    cluster.pause_redis()
    with Background(cluster.buy, via=0, key="key-1") as buyer:
        wait_until(lambda: established(cluster.nodes[0].port) >= 1, what="a waiting buyer")
        assert cluster.stop_node(0) == 0
    assert buyer.result.status == 503 and buyer.result.reason in ("UNKNOWN", "BUSY")
    cluster.resume_redis()


def test_a_node_that_stood_still_sells_nothing_to_buyers_who_have_gone(cluster):
    """Asked while it stands, given up by its clients before it reads: no order afterwards (H9)."""
    cluster.open_sale(300)
    cluster.pause_node(3)
    answers = cluster.buy_together(30, via=3, key=lambda i: f"key-{i}", timeout=0.5)
    assert {answer.status for answer in answers} == {0}
    cluster.resume_node(3)
    cluster.wait_lines(30)
    assert {line["reason"] for line in cluster.stat_lines(3)} == {"BUSY"}
    _, orders = cluster.crosses()
    assert not orders
    # Its link may have been silent for so long that it makes a new one first.
    wait_until(lambda: cluster.buy(via=3).reason == "ACCEPTED", what="it to sell again")


def test_a_node_that_stood_still_sells_nothing_twice(cluster):
    """SIGSTOP of a node with requests in it: nginx asks others; SIGCONT: all is known (F4)."""
    cluster.open_sale(300)
    cluster.pause_node(3)
    answers = cluster.buy_together(50, key=lambda i: f"key-{i}", timeout=15)
    cluster.resume_node(3)
    assert {answer.status for answer in answers} == {200}
    wait_until(lambda: cluster.stat_lines(3), what="the node to do what it had been asked")
    _, orders = cluster.crosses(answers=answers, unheard=50)
    assert len(orders) == 50
    assert all(answer.seconds < stretched(10) for answer in answers)
