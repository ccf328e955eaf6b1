"""What a node counts is what it did, in a form that Prometheus takes without a complaint."""
import shutil
import subprocess

import pytest

from harness import web
from harness.town import Town
from harness.waiting import wait_equal, wait_until


def page(port):
    """The text of /metrics."""
    answer = web.get(port, "/metrics")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/plain")
    return answer.body.decode()


def value(text, name):
    """The number behind a name with its labels."""
    lines = [line.rsplit(" ", 1) for line in text.splitlines()]
    return float(dict(line for line in lines if not line[0].startswith("#"))[name])


def check_form(text):
    """promtool check metrics."""
    if not shutil.which("promtool"):
        pytest.fail("promtool is not installed: make deps")
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr


@pytest.fixture
def town():
    """Everything, with ten units on sale."""
    made = Town().start(10)
    yield made
    made.stop()


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


def test_how_far_the_ledger_is_and_whether_counts_agree(town):
    """Recorded: no backlog, the counts are conserved; a typed count: they are not."""
    port = town.cluster.node_ports[0]
    town.cluster.bought()
    town.ledger.wait_recorded()
    for name, number in (("item_backlog_events", 0), ("item_recorded_seq", 2),
                         ("item_conserved", 1), ("item_unrecorded_seconds", 0)):
        wait_equal(number, lambda n=name: value(page(port), f'penstock_{n}{{item="ticket"}}'))
    wait_equal(1, lambda: value(page(port), 'penstock_seen_ledger{state="up"}'))
    town.redis.hset("ticket_hash_key", "paid_nums", 1)
    wait_equal(0, lambda: value(page(port), 'penstock_item_conserved{item="ticket"}'))
    town.redis.hset("ticket_hash_key", "paid_nums", 0)


def test_a_redis_that_does_not_keep_its_log_is_seen(cluster):
    """Changed while it is on sale: seen within a second or two, and said; a node stays ready."""
    port = cluster.node_ports[2]
    assert value(page(port), "penstock_redis_persistent") == 1
    for name, off, good in (("appendfsync", "everysec", "always"), ("appendonly", "no", "yes")):
        cluster.redis.config_set(name, off)
        wait_equal(0, lambda: value(page(port), "penstock_redis_persistent"))
        assert web.get(port, "/readyz").status == 200
        cluster.redis.config_set(name, good)
        wait_equal(1, lambda: value(page(port), "penstock_redis_persistent"))
    assert "can be lost" in cluster.log(2)


def test_the_ledger_counts_what_it_wrote(town):
    """Three orders: their events, a transaction's time, trims; and promtool has no complaint."""
    for _ in range(3):
        town.cluster.bought()
    town.ledger.wait_recorded()
    port = town.ledger.port
    wait_equal(4, lambda: value(page(port), "penstock_ledger_events_total"))
    wait_until(lambda: value(page(port), "penstock_ledger_trimmed_entries_total"))
    text = page(port)
    assert value(text, "penstock_ledger_lag_events") == 0
    assert value(text, "penstock_ledger_poison_events") == 0
    assert value(text, "penstock_ledger_well") == 1
    assert value(text, 'penstock_ledger_state{state="recording"}') == 1
    assert value(text, "penstock_ledger_sql_seconds_count") >= 1
    assert value(text, "penstock_ledger_trims_total") >= 1
    assert value(text, "penstock_ledger_trimmed_entries_total") >= 1
    check_form(text)


def test_nginx_tells_its_own_numbers_to_this_machine(cluster):
    """stub_status, by its own path."""
    answer = web.get(cluster.nginx_port, "/-/nginx")
    assert answer.status == 200 and b"Active connections" in answer.body


def test_promtool_finds_nothing_to_complain_of(cluster):
    """`promtool check metrics` on the page of a node that has sold."""
    cluster.open_sale(5)
    cluster.buy(via=0)
    check_form(page(cluster.node_ports[0]))
