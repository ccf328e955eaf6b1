"""What a node does when history is missing (I8), and when too much of it waits to be written down.

The ledger and penstockctl are played by their scripts (harness/desk.py, harness/rebuilding.py).
"""
from harness.desk import Desk
from harness.fold import fold
from harness.rebuilding import rebuild
from harness.waiting import wait_equal, wait_until

EVENTS = "{ticket_hash_key}:events"


def wait_state(cluster, state):
    """Until every node says that the item is in this state."""
    for i in range(4):
        wait_equal(state, lambda i=i: cluster.stock(i).get("state"), what=f"the state at node {i}")


def test_a_rebuilt_item_is_sold_on_by_the_same_nodes(make_cluster):
    """Emptied in the middle of a sale: refused, made anew from the log, sold to the last unit."""
    cluster = make_cluster(deadline_ms=500).start(total=100)
    cluster.buy_together(30)
    cluster.wait_left(70)
    log = cluster.redis.xrange(EVENTS)
    cluster.redis.flushall()
    wait_state(cluster, "fault")
    cluster.type_sale(100)
    for i in range(4):
        answer = cluster.buy(via=i)
        assert (answer.status, answer.reason) == (503, "BUSY")
        assert "lost history" in cluster.log(i) and "it was 31" in cluster.log(i)
    assert not cluster.redis.exists(EVENTS), "nobody took the typed counts for a new sale"

    desk = Desk(cluster.redis)
    assert rebuild(desk, fold(log), seq=1000) == ("REBUILT",)
    wait_state(cluster, "open")
    answers = cluster.buy_together(200)
    assert sum(answer.reason == "ACCEPTED" for answer in answers) == 70
    cluster.crosses(answers=answers, earlier=log)


def test_while_it_is_rebuilt_an_item_is_answered_503_and_then_sold_on(make_cluster):
    """begin was called, finish was not: BUSY from all nodes, with the reason in their logs."""
    cluster = make_cluster(deadline_ms=500).start(total=10)
    cluster.buy()
    log = cluster.redis.xrange(EVENTS)
    desk = Desk(cluster.redis)
    assert desk.tell("rebuild", "begin", "first", fold(log).seq) == ("BEGUN", 2)
    wait_state(cluster, "fault")
    assert cluster.buy().reason == "BUSY"
    assert all("made anew from the ledger" in cluster.log(i) for i in range(4))
    assert rebuild(desk, fold(log), token="second") == ("REBUILT",)
    wait_state(cluster, "open")
    assert cluster.buy().reason == "ACCEPTED"
    cluster.crosses(earlier=log)


def test_an_old_copy_is_not_sold_from_once_the_ledger_has_spoken(make_cluster):
    """Nodes started anew know nothing; the ledger holds more than Redis: refused all the same."""
    cluster = make_cluster(deadline_ms=500).start(total=100)
    cluster.buy_together(5)
    for i in range(4):
        cluster.stop_node(i)
    assert Desk(cluster.redis).trim(60) == ("LOST", 6, 60)
    for i in range(4):
        cluster.restart_node(i)
    wait_state(cluster, "fault")
    assert cluster.buy().reason == "BUSY" and "it was 60" in cluster.log(0)
    assert cluster.orders() == 5


def test_too_much_that_waits_for_sql_is_503_backlog_before_any_effect(cluster):
    """Nothing is recorded: after the bound every new purchase hears BACKLOG; then it goes on."""
    cluster.open_sale(100)
    cluster.redis.hset("ticket_hash_key", "backlog_max", 5)
    answers = [cluster.buy(key=f"k{i}", via=i % 4) for i in range(8)]
    assert [answer.reason for answer in answers] == ["ACCEPTED"] * 4 + ["BACKLOG"] * 4
    refused = answers[-1]
    assert refused.status == 503 and refused.headers["retry-after"] == "1"
    assert (refused.json["resultCode"], refused.json["retryable"]) == (90013, True)
    assert cluster.buy(via=1, headers={"Accept-Language": "en"}).json["msg"].startswith("too many")
    assert cluster.buy(key="k0", via=3).reason == "REPEATED", "a known key is answered (H7)"
    desk = Desk(cluster.redis)
    assert desk.trim(5)[1] == 5
    assert cluster.buy(key="k7", via=2).reason == "ACCEPTED", "H9: nothing was left of the refusal"
    _, orders = cluster.crosses(earlier=desk.trimmed)
    assert len(orders) == 5
    wait_until(lambda: any(line["reason"] == "BACKLOG" and line["result"] == 0
                           for i in range(4) for line in cluster.stat_lines(i)),
               what="a BACKLOG line in stat.log")
