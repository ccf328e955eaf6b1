"""What is typed into Redis becomes a sale, a restock, or a new sale, on every node, in a tick.

And while there is nothing to sell, Redis hears the ticks and nothing else.
"""
import time

from harness import web
from harness.background import Background
from harness.waiting import stretched, wait_until

TICK = 0.1


def test_the_articles_line_is_a_working_item_within_a_tick(cluster):
    """hmset on an empty Redis while the nodes run: on sale everywhere within 300 ms."""
    assert cluster.buy().status == 404
    cluster.redis.execute_command(*"hmset ticket_hash_key ticket_total_nums 10000 "
                                  "ticket_sold_nums 0".split())
    start = time.monotonic()
    cluster.wait_left(10000)
    assert time.monotonic() - start < stretched(0.3)
    assert cluster.buy().reason == "ACCEPTED"
    cluster.crosses()


def test_typed_again_it_is_a_new_sale_and_the_old_orders_are_kept(cluster):
    """Sold out, typed again: a new epoch sells again; old keys still hear of their orders."""
    cluster.open_sale(20)
    old = cluster.buy_together(20, key=lambda i: f"old-{i}")
    assert {answer.reason for answer in old} == {"ACCEPTED"}
    cluster.open_sale(20)
    new = cluster.buy_together(30, key=lambda i: f"new-{i}")
    assert sorted(answer.reason for answer in new) == ["ACCEPTED"] * 20 + ["HELD"] * 10
    again = [cluster.buy(key=answer.key) for answer in old]
    assert [answer.seq for answer in again] == [answer.seq for answer in old]
    _, orders = cluster.crosses(answers=old + new + again)
    epochs = [order["epoch"] for order in orders.values()]
    assert len(orders) == 40 and sorted(epochs.count(epoch) for epoch in set(epochs)) == [20, 20]
    assert any("opened" in cluster.log(i) for i in range(4)), "the log says so"


def test_typed_again_in_mid_sale_no_sale_oversells(cluster):
    """hmset three times while ab pushes: each epoch sells at most its own total."""
    cluster.open_sale(300)
    load = cluster.ab_start(8000, 50, keepalive=True)
    for _ in range(3):
        wait_until(lambda: cluster.counts()["ticket_sold_nums"] > 100, what="100 orders")
        cluster.type_sale(300)
    result = load.finish()
    assert result.failed == 0, result.text
    counts, orders = cluster.crosses()
    epochs = [order["epoch"] for order in orders.values()]
    assert len(set(epochs)) == 4 and counts["ticket_sold_nums"] == "300"
    assert all(epochs.count(epoch) <= 300 for epoch in set(epochs))


def test_a_restock_opens_every_node_within_300_ms(cluster):
    """Sold out everywhere; 40 more are typed: every node sells again within 300 ms."""
    cluster.open_sale(40)
    cluster.ab(200, 20)
    cluster.wait_left(0)
    for i in range(4):
        assert cluster.buy(via=i).reason == "HELD"
    start = time.monotonic()
    cluster.restock(80)
    waiting = set(range(4))
    while waiting and time.monotonic() - start < stretched(0.3):
        waiting -= {i for i in waiting if cluster.buy(via=i).reason == "ACCEPTED"}
    assert not waiting, f"nodes {waiting} still say sold out"
    cluster.crosses()


def test_hincrby_of_the_total_is_a_restock_too(cluster):
    """One more by HINCRBY: it is sold once."""
    cluster.open_sale(3)
    cluster.ab(20, 5)
    cluster.redis.hincrby("ticket_hash_key", "ticket_total_nums", 1)
    cluster.wait_left(1)
    answers = cluster.buy_together(10)
    assert [answer.reason for answer in answers].count("ACCEPTED") == 1
    cluster.crosses(answers=answers)


def test_while_sold_out_redis_hears_the_ticks_and_nothing_else(cluster):
    """20,000 requests on a sold-out item: no more script calls than ticks of four nodes."""
    cluster.open_sale(10)
    cluster.ab(100, 10)
    cluster.wait_left(0)
    start, before = time.monotonic(), cluster.calls("evalsha")
    result = cluster.ab(20000, 100, keepalive=True)
    calls, seconds = cluster.calls("evalsha") - before, time.monotonic() - start
    assert (result.failed, result.refused) == (0, 0), result.text
    assert calls <= 4 * (seconds / TICK + 2), f"{calls} calls in {seconds:.2f} s"
    assert cluster.calls("evalsha") - before < 20000 / 10


def test_expired_orders_come_back_to_every_node(cluster):
    """A pay window of 300 ms: what was sold out is on sale again, and is sold again."""
    cluster.open_sale(5)
    cluster.redis.hset("ticket_hash_key", "pay_window_ms", 300)
    first = cluster.buy_together(10, key=lambda i: f"a-{i}")
    assert [answer.reason for answer in first].count("ACCEPTED") == 5
    held = [answer for answer in first if answer.reason == "HELD"]
    assert held and all(answer.json["retryable"] is True for answer in held)
    cluster.wait_left(5)
    second = cluster.buy_together(10, key=lambda i: f"b-{i}")
    assert [answer.reason for answer in second].count("ACCEPTED") == 5
    cluster.crosses(answers=first + second)


def test_held_says_when_the_next_units_may_return(cluster):
    """The last unit is sold: whoever asks then hears the first deadline."""
    cluster.open_sale(1)
    first = cluster.buy()
    cluster.wait_left(0)
    for via in (0, 1, 2, 3, "nginx"):
        answer = cluster.buy(via=via)
        assert answer.reason == "HELD"
        assert answer.json["nextExpiry"] == first.json["data"]["payBefore"]


def test_several_items_are_sold_at_once_and_apart(cluster):
    """Three items, one of them known from the start: each sells its own, and is crossed."""
    totals = {"ticket": 100, "bottle_53": 30, "x": 1}
    for item, total in totals.items():
        cluster.type_sale(total, item)
    for item, total in totals.items():
        for i in range(4):  # a node finds an item by being asked for it
            wait_until(lambda: cluster.stock(i, item).get("left") == total, what=f"{item} at {i}")
    answers = cluster.buy_together(600, item="ticket") + cluster.buy_together(60, item="bottle_53")
    answers += cluster.buy_together(20, item="x")
    for item, total in totals.items():
        _, orders = cluster.crosses(item)
        assert len(orders) == total
    assert [answer.reason for answer in answers].count("ACCEPTED") == 131


def test_an_item_is_sold_though_no_node_knew_of_it(cluster):
    """The first request for an item finds it: no node was told before."""
    cluster.type_sale(5, "fresh")
    answers = cluster.buy_together(12, item="fresh")
    assert [answer.reason for answer in answers].count("ACCEPTED") == 5, answers
    cluster.crosses("fresh", answers)


def test_a_crowd_that_asks_for_items_that_are_not_there_harms_no_sale(cluster):
    """2,000 invented names at one node: refused, each; the ticket and a new item are sold on."""
    cluster.open_sale(500)
    port = cluster.nodes[0].port
    with Background(web.ask_all, [(port, web.purchase(f"no-{i}")) for i in range(2000)]) as crowd:
        answers = cluster.buy_together(200, via=0)
    assert {answer.reason for answer in answers} == {"ACCEPTED"}
    assert {answer.reason for answer in crowd.result} <= {"NO_ITEM", "BUSY"}
    cluster.type_sale(5, "new")
    wait_until(lambda: cluster.buy("new", via=0).reason == "ACCEPTED", what="the new item")
    assert len(cluster.redis.keys("*no-*")) == 0
    cluster.crosses(answers=answers)


def test_more_items_than_a_node_may_know_are_refused_not_confused(make_cluster):
    """--items-max 3: three are sold, the fourth hears BUSY, and the three sell on."""
    cluster = make_cluster(items_max=3).start(total=10)
    for name in ("a", "b", "c"):
        cluster.type_sale(10, name)
    words = [cluster.buy(name, via=0).reason for name in ("ticket", "a", "b", "c", "c", "a")]
    assert words == ["ACCEPTED"] * 3 + ["BUSY"] * 2 + ["ACCEPTED"]
    for name in ("ticket", "a", "b"):
        cluster.crosses(name)


def test_units_are_taken_together_or_not_at_all(cluster):
    """Ten left: 3 + 3 + 3 are sold, 3 more are refused, 1 is sold; by GET and by POST."""
    cluster.open_sale(10)
    assert cluster.buy(units=3).reason == "ACCEPTED"
    assert cluster.buy(method="POST", body={"units": 3, "user": "ann"}).reason == "ACCEPTED"
    assert cluster.buy(units=3, user="bob").reason == "ACCEPTED"
    cluster.wait_left(1)
    assert cluster.buy(units=3).reason in ("SOLD_OUT", "HELD")
    assert cluster.buy(units=1).reason == "ACCEPTED"
    counts, _ = cluster.crosses()
    assert counts["ticket_sold_nums"] == "10"


def test_an_order_larger_than_every_share_is_sold(cluster):
    """95 of 100 units in one order, asked of the lightest node: its share is not its limit."""
    cluster.open_sale(100)
    assert cluster.buy(via=0, units=95).reason == "ACCEPTED"
    cluster.crosses()


def test_a_users_limit_holds_over_all_nodes(cluster):
    """S8: limit 1, one user, 200 keys over four nodes at once: one accepted, the rest LIMIT."""
    cluster.open_sale(1000)
    cluster.redis.hset("ticket_hash_key", "limit_units", 1)
    answers = cluster.buy_together(200, via="nodes", user="ann", key=lambda i: f"key-{i}")
    assert sorted(answer.reason for answer in answers) == ["ACCEPTED"] + ["LIMIT"] * 199
    cluster.crosses(answers=answers)


def test_a_paused_sale_goes_on_when_it_is_opened(cluster):
    """state paused, then closed, then open: PAUSED, ENDED, ACCEPTED, on every node."""
    cluster.open_sale(10000)
    for state, reason in (("paused", "PAUSED"), ("closed", "ENDED"), ("open", "ACCEPTED")):
        cluster.redis.hset("ticket_hash_key", "state", state)
        wait_until(lambda: all(cluster.buy(via=i).reason == reason for i in range(4)),
                   what=f"every node to say {reason}")
        assert cluster.buy().reason == reason
    cluster.crosses()


def test_a_total_that_is_no_number_stops_the_sale_until_it_is_mended(cluster):
    """nan typed as total: 503 and a reason in the log; a number typed: it sells on (S4)."""
    cluster.open_sale(10)
    assert cluster.buy().reason == "ACCEPTED"
    for total in ("nan", "-1", "1e3", "0x10", "99999999999999999999"):
        cluster.restock(total)
        wait_until(lambda: cluster.stock(0).get("state") == "fault", what="the fault to be seen")
        assert cluster.buy(via=0).status == 503
    assert any("digits" in cluster.log(i) for i in range(4)), "the log says what is wrong"
    cluster.restock(12)
    cluster.wait_left(11)
    assert cluster.buy().reason == "ACCEPTED"
    cluster.crosses()
