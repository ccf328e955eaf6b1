"""Requests with many arguments or headers: refused in words, and no order behind a cut answer."""
import pytest

from harness import web
from harness.scripts import keys_of

REQUESTS = keys_of("ticket")[2]


def crowded(arguments, path="/buy/ticket", **headers):
    """A GET with that many arguments that mean nothing."""
    return web.request(f"{path}?{'&'.join(['a'] * arguments)}", headers=headers)


def test_nginx_bounds_the_number_of_arguments(cluster):
    """Sixteen pass and buy; seventeen, and hundreds, are 400 in JSON and reach no node."""
    cluster.open_sale(10)
    assert cluster.ask(crowded(16)).reason == "ACCEPTED"
    for count in (17, 63, 400):
        answer = cluster.ask(crowded(count))
        assert (answer.status, answer.reason) == (400, "BAD_REQUEST"), count
    cluster.wait_lines(1)


def test_hostile_arguments_take_no_node_from_the_buyers(cluster):
    """Two hundred requests, each of which once cost four nodes a failure; then every buyer buys."""
    cluster.open_sale(100)
    for path in ("/time", "/buy/ticket"):
        web.ask_all([(cluster.port("nginx"), crowded(63, path))] * 100)
    answers = cluster.buy_together(40, method="POST")
    answers += cluster.buy_together(40)
    assert {(answer.status, answer.reason) for answer in answers} == {(200, "ACCEPTED")}


@pytest.mark.parametrize("flags", [{}, {"connection_memory": 2048}], ids=["usual", "least"])
@pytest.mark.parametrize("what", ["arguments", "headers"])
def test_who_is_sold_to_is_told(make_cluster, flags, what):
    """More and more of them, asked of a node: an order only where the answer says so."""
    cluster = make_cluster(**flags).start()
    cluster.open_sale(1000)
    asked = []
    for count in range(1, 140):
        arguments, headers = (count, 0) if what == "arguments" else (1, count)
        lines = {f"X-{i}": "a" for i in range(headers)}
        asked.append(crowded(arguments, **lines, **{"Idempotency-Key": f"key-{count}"}))
    answers = web.ask_all([(cluster.port(0), raw) for raw in asked])
    for count, answer in enumerate(answers, 1):
        is_sold = answer.reason == "ACCEPTED"
        assert cluster.redis.hexists(REQUESTS, f"key-{count}") == is_sold, (count, answer)
    sold = sum(answer.reason == "ACCEPTED" for answer in answers)
    assert 0 < sold == cluster.orders()
    assert any(answer.reason == "BAD_REQUEST" for answer in answers), "refused in words"


def test_nodes_that_all_failed_and_are_back_are_asked_at_once(cluster):
    """nginx holds failed nodes for a second: a buyer is not told UNKNOWN of what was never sent."""
    cluster.open_sale(1000)
    nodes = cluster.living()
    for i in nodes:
        cluster.kill_node(i)
    down = cluster.buy_together(60, method="POST") + cluster.buy_together(60)
    assert {answer.status for answer in down} == {502}
    for i in nodes:
        cluster.restart_node(i)
    cluster.wait_ready()
    answers = cluster.buy_together(20, method="POST") + cluster.buy_together(20)
    assert {(answer.status, answer.reason) for answer in answers} == {(200, "ACCEPTED")}
    assert cluster.orders() == 40
