"""One JSON tells of the whole cluster, whichever node is asked, and nginx asks once a second."""
import json
import time

import pytest

from harness import web
from harness.town import Town
from harness.waiting import wait_equal, wait_until


def told(port):
    """What /status says."""
    answer = web.get(port, "/status")
    assert answer.status == 200, answer
    return json.loads(answer.body)


def node(status, name):
    """A node's part of it."""
    return {one["name"]: one for one in status["nodes"]}.get(name, {"state": "unknown"})


@pytest.fixture
def town():
    """Everything, with ten units on sale."""
    made = Town(trial_pay=1).start(10)
    yield made
    made.stop()


def test_every_node_tells_what_all_of_them_did(town):
    """Seven requests by four nodes, five sold, one paid: the same sums at each of them."""
    cluster = town.cluster
    numbers = [cluster.bought(via=i % 4) for i in range(5)]
    assert cluster.pay(numbers[0]).status == 200
    cluster.buy(via=3, units=9, key="too-many")
    town.ledger.wait_recorded()
    for port in cluster.node_ports:
        wait_equal((6, 5), lambda p=port: tuple(
            sum(one[what] for one in told(p)["nodes"]) for what in ("requests", "sold")))
        wait_equal(0, lambda p=port: told(p)["items"][0]["backlog"], what="the backlog")
        status = told(port)
        assert [one["weight"] for one in status["nodes"]] == [1, 2, 3, 4]
        assert {one["state"] for one in status["nodes"]} == {"up"} and status["redis"] == "up"
        assert sum(one["answers"]["ACCEPTED"] for one in status["nodes"]) == 5
        assert sum(sum(one["latency"]) for one in status["nodes"]) == 6
        (item,) = status["items"]
        assert [item[name] for name in ("item", "state", "total", "left", "held", "paid")] == [
            "ticket", "open", 10, 5, 4, 1]
        assert item["conserved"] and status["conserved"] and item["backlog"] == 0
        assert {one["gate"] for one in item["nodes"]} == {"open"} and len(item["nodes"]) == 4
        wait_equal("up", lambda p=port: told(p)["ledger"]["state"])


def test_a_dead_node_is_late_and_then_gone_and_comes_back(town):
    """Killed: no longer up within two seconds at the others, gone soon after; restarted: up."""
    cluster = town.cluster
    name, port = cluster.nodes[2].name, cluster.node_ports[0]
    wait_equal("up", lambda: node(told(port), name)["state"])
    cluster.kill_node(2)
    wait_until(lambda: node(told(port), name)["state"] != "up", 2, "the others to miss it")
    wait_equal("gone", lambda: node(told(port), name)["state"], 4)
    assert len(told(port)["items"][0]["nodes"]) == 3
    cluster.restart_node(2)
    wait_equal("up", lambda: node(told(port), name)["state"])


def test_a_count_that_no_event_explains_is_no_conservation(town):
    """paid_nums is typed: nothing but the events knows better, and every node says so."""
    cluster = town.cluster
    number = cluster.bought()
    town.ledger.wait_recorded()
    wait_equal(True, lambda: told(cluster.node_ports[0])["conserved"])
    cluster.redis.hset("ticket_hash_key", "paid_nums", 1)
    for port in cluster.node_ports:
        wait_equal(False, lambda p=port: told(p)["conserved"])
    assert "counts and events differ" in cluster.log(0)
    cluster.redis.hset("ticket_hash_key", "paid_nums", 0)
    wait_equal(True, lambda: told(cluster.node_ports[0])["conserved"])
    cluster.cancel(number)


def test_a_ledger_that_is_killed_is_gone_and_its_backlog_grows(town):
    """Three seconds without its entry; what it has not written is counted."""
    cluster, port = town.cluster, town.cluster.node_ports[0]
    wait_equal("up", lambda: told(port)["ledger"]["state"])
    town.ledger.kill()
    cluster.buy_together(3)
    wait_equal("gone", lambda: told(port)["ledger"]["state"], 8)
    assert told(port)["ledger"]["lag"] == 3 == told(port)["items"][0]["backlog"]
    town.ledger.start()
    wait_equal(("up", 0), lambda: tuple(told(port)["ledger"][k] for k in ("state", "lag")))


def test_nginx_asks_once_a_second_and_shows_the_last_one_when_all_nodes_are_dead(cluster):
    """A crowd of looks is one question; with no node left the page still hears how it was."""
    cluster.open_sale(3)
    wait_until(lambda: told(cluster.nginx_port)["items"], what="the item to be shown")
    answers = web.ask_all([(cluster.nginx_port, web.request("/status"))] * 200)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["asOf"] for answer in answers}) <= 3
    for i in range(4):
        cluster.kill_node(i)
    before = told(cluster.nginx_port)["asOf"]
    wait_equal(True, lambda: told(cluster.nginx_port)["asOf"] == before)


def test_without_redis_a_node_says_how_it_was_and_that_redis_is_away(cluster):
    """503, the same JSON, and a time that stands still; nginx passes it on."""
    cluster.open_sale(3)
    cluster.kill_redis()
    port = cluster.node_ports[0]
    wait_equal(503, lambda: web.get(port, "/status").status)
    one, other = web.get(port, "/status").json, web.get(port, "/status").json
    assert one["redis"] == "away" and one["asOf"] == other["asOf"] and one["items"][0]["left"] == 3
    wait_equal("away", lambda: web.get(cluster.nginx_port, "/status").json["redis"])
    cluster.restart_redis()
    wait_equal(200, lambda: web.get(port, "/status").status)


def test_somebody_elses_text_among_the_heartbeats_is_no_node(cluster):
    """Quotes in a name, garbage as an entry: the JSON stays one, and nobody is made up."""
    cluster.open_sale(3)
    cluster.redis.hset("{ticket_hash_key}:nodes", mapping={'a"b': "1|2|3|4", "x": "garbage"})
    wait_equal(4, lambda: len(told(cluster.node_ports[0])["nodes"]))
    assert {'a"b', "x"}.isdisjoint(one["name"] for one in told(cluster.node_ports[0])["nodes"])


def test_a_node_that_has_just_started_tells_of_items_that_nobody_asked_it_for(town):
    """Two more items are sold elsewhere; a node with no items of its own lists all, and refuses."""
    cluster = town.cluster
    cluster.type_sale(5, "spring")
    cluster.type_sale(7, "autumn")
    for item in ("spring", "autumn"):
        wait_equal("ACCEPTED", lambda name=item: cluster.buy(via=0, item=name).reason)
    cluster.stop_node(2)
    cluster.restart_node(2, items="")
    port = cluster.node_ports[2]
    wait_equal(["autumn", "spring", "ticket"],
               lambda: sorted(one["item"] for one in told(port)["items"]), 3)
    assert {one["item"]: one["left"] for one in told(port)["items"]} == {
        "ticket": 10, "spring": 4, "autumn": 6}
    assert len(told(port)["nodes"]) == 4


def test_an_item_made_later_is_told_by_every_node(town):
    """Typed while all nodes run, and asked of none: within the two seconds and a bit."""
    town.cluster.type_sale(5, "spring")
    for port in town.cluster.node_ports:
        wait_equal(["spring", "ticket"],
                   lambda p=port: sorted(one["item"] for one in told(p)["items"]), 4)


def test_names_of_nothing_keep_no_item_from_being_found(town):
    """A node of three places that was asked for ten that do not exist still finds two more."""
    cluster = town.cluster
    cluster.stop_node(2)
    cluster.restart_node(2, items_max=3)
    for i in range(10):
        assert cluster.buy(via=2, item=f"nothing-{i}").reason == "NO_ITEM"
    cluster.type_sale(5, "spring")
    cluster.type_sale(7, "autumn")
    wait_equal(["autumn", "spring", "ticket"], lambda: sorted(
        one["item"] for one in told(cluster.node_ports[2])["items"]), 5)


def test_items_that_nobody_wants_make_room_for_one_that_is_bought(town):
    """Three places are taken by what the node found by itself: the fourth is sold all the same."""
    cluster = town.cluster
    for item in ("spring", "autumn", "winter"):
        cluster.type_sale(5, item)
    cluster.stop_node(2)
    cluster.restart_node(2, items_max=3, items="")
    wait_equal(3, lambda: len(told(cluster.node_ports[2])["items"]))
    for item in ("ticket", "spring", "autumn"):
        assert cluster.buy(via=2, item=item).reason == "ACCEPTED"
    assert sorted(one["item"] for one in told(cluster.node_ports[2])["items"]) == [
        "autumn", "spring", "ticket"]


def test_an_item_that_is_over_costs_few_questions(town):
    """Closed, and all its holds ended: asked about every fifth tick, still told of, and refused."""
    cluster = town.cluster

    def asked_a_second():
        before = cluster.calls("evalsha")
        time.sleep(1)
        return cluster.calls("evalsha") - before

    while_open = asked_a_second()
    cluster.redis.hset("ticket_hash_key", "state", "closed")
    for i, port in enumerate(cluster.node_ports):
        wait_equal("ENDED", lambda i=i: cluster.buy(via=i).reason)
        assert told(port)["items"][0]["state"] == "closed"
    assert 0 < asked_a_second() < while_open / 2
    assert {cluster.buy(via=i % 4).reason for i in range(40)} == {"ENDED"}


def test_a_node_is_heard_whatever_its_first_item_is(cluster):
    """`ticket` is not there, then is, then is broken: another item's heartbeat speaks, or it."""
    name = cluster.nodes[0].name

    def heard(count):
        """What the others tell of node 0's answers and latencies is all of it."""
        for port in cluster.node_ports[1:]:
            wait_equal((count, count), lambda p=port: (
                node(told(p), name).get("answers", {}).get("ACCEPTED"),
                sum(node(told(p), name).get("latency", []))), what=f"accepted at {port}")

    cluster.open_sale(100, "cup")
    for i in range(5):
        cluster.bought(item="cup", via=0, key=f"absent-{i}")
    heard(5)
    cluster.open_sale(100)
    cluster.bought(via=0)
    heard(6)
    cluster.redis.hset("ticket_hash_key", "ticket_total_nums", "many")
    for i in cluster.living():
        wait_equal("fault", lambda i=i: cluster.stock(i).get("state"))
    cluster.bought(item="cup", via=0, key="broken")
    heard(7)


def test_a_nodes_counts_do_not_fall_when_another_item_speaks_for_it(make_cluster):
    """The speaker breaks, its last entry stays: whoever knows the items in another order looks."""
    cluster = make_cluster(items="a,b,c").start(dead=[2, 3])
    for item in "abc":
        cluster.open_sale(100, item)
    cluster.stop_node(1)
    cluster.restart_node(1, items="c,a,b")
    name, port = cluster.nodes[0].name, cluster.node_ports[1]

    def accepted():
        return node(told(port), name).get("answers", {}).get("ACCEPTED")

    cluster.bought(item="a", via=0, key="first")
    wait_equal(1, accepted, what="accepted by the first")
    cluster.redis.hset("a_hash_key", "ticket_total_nums", "many")
    wait_equal("fault", lambda: cluster.stock(0, "a").get("state"))
    cluster.bought(item="b", via=0, key="second")
    wait_equal(2, accepted, what="accepted by the second")
    start, seen = time.monotonic(), set()
    wait_until(lambda: seen.add(accepted()) or time.monotonic() > start + 1.5, every=0.02)
    assert seen == {2}
