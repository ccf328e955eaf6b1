"""What a node counts is what it did, in a form that Prometheus takes without a complaint."""
import shutil
import subprocess

import pytest

from harness import web


def page(port):
    """The text of /metrics."""
    answer = web.get(port, "/metrics")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain")
    return answer.body.decode()


def value(text, name):
    """The number behind a name with its labels."""
    lines = [line.rsplit(" ", 1) for line in text.splitlines()]
    return float(dict(line for line in lines if not line[0].startswith("#"))[name])


def test_a_nodes_numbers_are_what_it_did(cluster):
    """Ten orders by one node, then three more buyers: answers, batches and units agree."""
    cluster.open_sale(10)
    assert {cluster.buy(via=0).reason for _ in range(10)} == {"ACCEPTED"}
    assert {cluster.buy(via=0).reason for _ in range(3)} == {"HELD"}
    text = page(cluster.node_ports[0])
    assert value(text, 'penstock_answers_total{reason="ACCEPTED"}') == 10
    assert value(text, 'penstock_answers_total{reason="HELD"}') == 3
    assert value(text, "penstock_purchase_seconds_count") == 13
    assert value(text, 'penstock_purchase_seconds_bucket{le="+Inf"}') == 13
    assert value(text, "penstock_batch_purchases_sum") >= 10
    assert value(text, "penstock_redis_connections_total") == 1
    assert value(text, 'penstock_item_held_units{item="ticket"}') == 10
    assert value(text, 'penstock_item_left_units{item="ticket"}') == 0
    assert value(text, 'penstock_gate_open{item="ticket"}') == 0


def test_nginx_does_not_show_them(cluster):
    """The metrics are for the node's own port."""
    assert web.get(cluster.nginx_port, "/metrics").status == 404


def test_promtool_finds_nothing_to_complain_of(cluster):
    """`promtool check metrics` on the page of a node that has sold."""
    if not shutil.which("promtool"):
        pytest.fail("promtool is not installed: make deps")
    cluster.open_sale(5)
    cluster.buy(via=0)
    done = subprocess.run(["promtool", "check", "metrics"], input=page(cluster.node_ports[0]),
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
