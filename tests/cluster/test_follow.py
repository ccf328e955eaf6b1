"""One request followed by its id: nginx' log, the node's line, the ledger's log and its row."""
import json

import pytest

from harness import provider, web
from harness.town import Town
from harness.waiting import wait_until


@pytest.fixture
def town():
    """Everything, with a ledger that tells what it records."""
    made = Town(ledger={"log_level": "debug"}).start(10)
    yield made
    made.stop()


def access_lines(town):
    """nginx' access log, parsed."""
    text = (town.cluster.nginx.prefix / "access.log").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def line_of(town, **facts):
    """The one line with these facts, once nginx has written it."""
    def found():
        return [line for line in access_lines(town)
                if all(line[name] == value for name, value in facts.items())]
    wait_until(found, 5, f"a line with {facts}", every=0.05)
    (line,) = found()
    return line


def test_a_purchase_is_followed_by_its_id(town):
    """Without a key of its own: the id is the key, from nginx down to SQL."""
    cluster = town.cluster
    answer = cluster.buy(user="ann")
    line = line_of(town, path="/buy/ticket")
    assert (line["status"], line["method"], line["upstreamStatus"]) == ("200", "GET", "200")
    assert float(line["upstreamSeconds"]) <= line["seconds"] + 0.01 and line["bytes"] > 256
    port = int(line["upstream"].split(":")[1])
    node = cluster.node_ports.index(port)
    cluster.wait_lines_at(node, lambda lines: lines)
    (stat,) = cluster.stat_lines(node)
    assert (stat["key"], stat["order"], stat["reason"]) == (line["id"], answer.seq, "ACCEPTED")
    town.ledger.wait_recorded()
    rows = town.books.ask(f"SELECT seq FROM orders WHERE request_key = '{line['id']}'")
    assert rows == [(answer.seq,)]
    said = [text for text in town.ledger.process.text().splitlines() if line["id"] in text]
    assert said and f"order {answer.seq} is recorded" in said[0] and "level=debug" in said[0]


def test_a_purchase_with_a_key_is_found_by_either(town):
    """nginx' line has both, the node's and the ledger's have the key."""
    town.cluster.buy(key="my-own-key", user="ann")
    line = line_of(town, key="my-own-key")
    assert len(line["id"]) == 32
    wait_until(lambda: any(one["key"] == "my-own-key" for i in range(4)
                           for one in town.cluster.stat_lines(i)), what="the node's line")


def test_a_complaint_names_its_request(town):
    """A callback with a wrong signature: the node's log has nginx' id."""
    cluster = town.cluster
    number = cluster.number_of(2)
    cluster.ask(provider.callback("0" * 64, number, "t1", 0))
    line = line_of(town, path="/payments/callback", status="401")
    said = "".join(cluster.log(i) for i in range(4))
    assert f"request {line['id']}" in said


def test_what_somebody_sends_stays_inside_its_field(town):
    """Quotes, line ends and controls in the path and the key: one line of JSON each, no query."""
    port = town.cluster.nginx_port
    web.get(port, '/buy/a"b%0a\\', **{"Idempotency-Key": 'x"\\\x01y'})
    web.get(port, "/stock/ticket?user=secret-name")
    assert line_of(town, status="400")["path"] == '/buy/a"b\n\\'
    assert "secret" not in line_of(town, path="/stock/ticket", status="200")["path"]
    assert "secret" not in (town.cluster.nginx.prefix / "access.log").read_text("utf-8")
