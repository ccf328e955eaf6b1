"""What an operator does over HTTP: with the token, through item.lua, and nobody else."""
import pytest

from harness import web
from harness.background import Background
from harness.waiting import wait_equal


@pytest.fixture(name="command")
def command_fixture(cluster):
    """A function that sends a command, with the cluster's token unless another is given."""
    cluster.open_sale(10)
    token = cluster.redis_part.secret("operator.token")

    def command(body, item="ticket", via="nginx", bearer=token, method="POST", **headers):
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        return cluster.ask(web.request(f"/admin/items/{item}", method, headers, body), via)

    return command


def test_an_item_is_paused_and_goes_on(cluster, command):
    """Every node refuses within a tick, and sells again; both may be said twice."""
    for do, state, reason in (("pause", "paused", "PAUSED"), ("resume", "open", "ACCEPTED")):
        for _ in range(2):
            answer = command({"do": do})
            assert (answer.status, answer.reason) == (200, "DONE"), answer
            assert answer.json["data"]["state"] == state
        for i in range(4):
            wait_equal(state, lambda i=i: cluster.stock(i)["state"])
            assert cluster.buy(via=i).reason == reason
    assert "by the operator over HTTP" in "".join(cluster.log(i) for i in range(4))
    cluster.crosses()


def test_a_restock_is_sold_by_all_nodes(cluster, command):
    """Sold out, five more: the answer tells the new total, and they are sold."""
    cluster.ab(100, 10)
    answer = command({"do": "restock", "units": 5})
    assert answer.reason == "DONE" and answer.json["data"]["total"] == 15
    cluster.wait_left(5)
    cluster.ab(100, 10)
    assert cluster.orders() == 15
    cluster.crosses()


def test_a_restock_of_a_total_that_has_changed_is_not_done(cluster, command):
    """Another hand was quicker than the next tick: CHANGED, with the total, or both count."""
    with Background(command, {"do": "restock", "units": 1}) as other:
        answer = command({"do": "restock", "units": 2}, via=0)
    done = sum(units for one, units in ((other.result, 1), (answer, 2)) if one.reason == "DONE")
    assert {other.result.reason, answer.reason} <= {"DONE", "CHANGED"} and done
    wait_equal(10 + done, lambda: cluster.stock(0)["total"])


def test_a_closed_item_stays_closed(cluster, command):
    """Closed over HTTP; nothing opens it again."""
    assert command({"do": "close"}).reason == "DONE"
    for body in ({"do": "resume"}, {"do": "restock", "units": 1}):
        answer = command(body)
        assert (answer.status, answer.reason) == (409, "CLOSED")
    assert cluster.buy().reason == "ENDED"


@pytest.mark.parametrize("bearer", [None, "", "x", "0" * 64, "x" * 255, "x" * 300])
def test_without_the_token_nothing_is_done(cluster, command, bearer):
    """401, whatever the body is, at nginx and at a node, and the item stays as it is."""
    for via in ("nginx", 0):
        for body in ({"do": "pause"}, b"garbage"):
            answer = command(body, via=via, bearer=bearer)
            assert answer.status == 401, answer
            assert answer.reason == ("NO_TOKEN" if bearer is None else "BAD_TOKEN")
    assert cluster.counts()["seq"] == 1


def test_where_no_token_is_set_nobody_may(make_cluster):
    """403, even with an empty token."""
    cluster = make_cluster(operator_token_file="").start(total=5)
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
        answer = cluster.ask(web.request("/admin/items/ticket", "POST", headers, {"do": "pause"}))
        assert (answer.status, answer.reason) == (403, "FORBIDDEN")


def test_what_is_no_command_is_refused(command):
    """Other verbs, members, types, units and methods: 400 or 405; absent items: 404."""
    for body in ({}, {"do": "open"}, {"do": 1}, {"do": "pause", "units": 1}, {"do": "restock"},
                 {"do": "restock", "units": 0}, {"do": "restock", "units": -1},
                 {"do": "restock", "units": 1.5}, {"do": "restock", "units": "1"},
                 {"do": "pause", "more": 1}, b"", b"[]", b"{", {"do": "x" * 99}):
        assert command(body).status == 400, body
    assert command({"do": "pause"}, item="UPPER").status == 400
    assert command(None, method="GET").status == 405
    wait_equal(404, lambda: command({"do": "pause"}, item="none-such", via=0).status, every=0.15)


def test_while_redis_is_away_it_says_busy_or_unknown(cluster, command):
    """Nothing is promised: 503."""
    cluster.kill_redis()
    answer = command({"do": "pause"})
    assert answer.status == 503 and answer.reason in ("BUSY", "UNKNOWN")
    cluster.restart_redis()
    wait_equal("DONE", lambda: command({"do": "pause"}).reason, 10)


def test_an_item_that_is_broken_is_no_item_that_is_not_there(cluster, command):
    """Asked for too early once, then made, then broken: BUSY, for it may be mended; not 404."""
    wait_equal(404, lambda: web.get(cluster.nodes[0].port, "/stock/cup").status, every=0.15)
    assert web.get(cluster.nodes[0].port, "/stock/cup").status == 404
    cluster.open_sale(10, "cup")
    cluster.redis.hset("cup_hash_key", "ticket_total_nums", "ten")
    wait_equal("fault", lambda: cluster.stock(0, "cup").get("state"))
    answer = command({"do": "pause"}, item="cup", via=0)
    assert (answer.status, answer.reason) == (503, "BUSY")
