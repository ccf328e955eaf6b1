"""Prometheus from Debian looks at a running cluster: each alert is fired by its fault, once.

The rules are those of deploy/observability; only intervals and waiting times are shorter.
"""
import json
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from harness import web
from harness.background import Background
from harness.ports import Ports
from harness.process import Process
from harness.scripts import ROOT
from harness.town import Town
from harness.waiting import wait_until

FOLDER = ROOT / "deploy" / "observability"
DASHBOARD = FOLDER / "grafana" / "dashboards" / "penstock.json"


def rendered(town, folder):
    """The configuration for this town's ports, in a hurry."""
    text = (FOLDER / "prometheus.yml").read_text("utf-8")
    for standard, ours in zip((3001, 3002, 3003, 3004, 3100),
                              town.cluster.node_ports + [town.ledger.port]):
        text = text.replace(f"127.0.0.1:{standard}", f"127.0.0.1:{ours}")
    text = re.sub(r"(interval|timeout): 1s", r"\1: 300ms", text)
    (folder / "prometheus.yml").write_text(text, "utf-8")
    rules = (FOLDER / "alerts.yml").read_text("utf-8")
    (folder / "alerts.yml").write_text(re.sub(r"for: \d+s", "for: 1s", rules), "utf-8")
    return folder / "prometheus.yml"


class Watch:
    """A Prometheus over a town."""

    def __init__(self, town, folder):
        self.port = Ports().take()
        self.process = Process("prometheus", [
            "prometheus", f"--config.file={rendered(town, folder)}",
            f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn"], folder / "prometheus.log").start()
        wait_until(lambda: web.get(self.port, "/-/ready").status == 200, 15, "Prometheus")

    def firing(self):
        """The names of the alerts that fire."""
        alerts = web.get(self.port, "/api/v1/alerts").json["data"]["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}

    def answer(self, text):
        """What a query gives now: a list of series."""
        answer = web.get(self.port, f"/api/v1/query?query={quote(text, safe='')}").json
        assert answer["status"] == "success", (text, answer)
        return answer["data"]["result"]

    @contextmanager
    def expects(self, *names, timeout=8):
        """Within: a fault, once all is quiet; it fires these alerts."""
        wait_until(lambda: not self.firing(), 15, "the alerts to be quiet")
        yield
        wait_until(lambda: set(names) <= self.firing(), timeout, f"{names} to fire")


@pytest.fixture
def town():
    """Everything, with units on sale."""
    made = Town(deadline_ms=1500, redis_timeout_ms=500).start(50)
    yield made
    made.stop()


@pytest.fixture
def watch(town, tmp_path):
    """A Prometheus that has seen all of the town."""
    if not shutil.which("prometheus"):
        pytest.fail("prometheus is not installed: make deps")
    made = Watch(town, tmp_path)
    wait_until(lambda: len(made.answer("up == 1")) == 5, 15, "all to be scraped")
    yield made
    made.process.end(signal.SIGTERM)


def dashboard_queries():
    """Every expression of the dashboard, its variable filled in."""
    return [target["expr"].replace("$item", ".*")
            for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]
            for target in panel["targets"]]


def test_each_alert_is_fired_by_its_fault(town, watch):
    """A typed count, no log, Redis silent, a node killed, the ledger frozen; then all are heard."""
    cluster, redis = town.cluster, town.redis
    cluster.bought()
    town.ledger.wait_recorded()
    for text in dashboard_queries():
        watch.answer(text)
    with watch.expects("PenstockAuditViolation"):
        redis.hset("ticket_hash_key", "paid_nums", 1)
    redis.hset("ticket_hash_key", "paid_nums", 0)
    with watch.expects("PenstockPersistenceOff"):
        redis.config_set("appendfsync", "everysec")
    redis.config_set("appendfsync", "always")
    with watch.expects("PenstockNodeGone"):
        cluster.kill_node(2)
    cluster.restart_node(2)
    with watch.expects("PenstockLedgerGone", "PenstockLedgerBehind", timeout=16):
        town.ledger.process.pause()
        cluster.bought()
    town.ledger.process.resume()
    with watch.expects("PenstockRedisAway", "PenstockUnknownOutcomes"):
        with Background(cluster.buy_together, 8, via="nodes", key=lambda i: f"k{i}") as crowd:
            cluster.pause_redis()
            wait_until(lambda: "PenstockRedisAway" in watch.firing(), 8, "Redis to be missed")
        cluster.resume_redis()
    assert crowd.result
    rules = re.findall(r"alert: (\w+)", (FOLDER / "alerts.yml").read_text("utf-8"))
    assert len(rules) == 7, "an alert was added: fire it here"


def test_the_rules_hold_by_numbers():
    """promtool check and test; the configuration is one."""
    for words in (["check", "config", FOLDER / "prometheus.yml"],
                  ["check", "rules", FOLDER / "alerts.yml"],
                  ["test", "rules", ROOT / "tests" / "observability" / "alerts_test.yml"]):
        done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_asks_for_what_there_is(town):
    """Unique ids, no panels on each other, the provisioned source, and names that are exported."""
    board = json.loads(DASHBOARD.read_text("utf-8"))
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels})
    cells = [(x, y) for panel in panels for place in [panel["gridPos"]]
             for x in range(place["x"], place["x"] + place["w"])
             for y in range(place["y"], place["y"] + place["h"])]
    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) < 24
    source = (FOLDER / "grafana/provisioning/datasources/penstock.yml").read_text("utf-8")
    assert all(f"uid: {panel['datasource']['uid']}" in source for panel in panels)
    pages = [web.get(port, "/metrics").body.decode()
             for port in (town.cluster.node_ports[0], town.ledger.port)]
    known = set(re.findall(r"^# TYPE (\w+)", "\n".join(pages), re.M))
    rules = (FOLDER / "alerts.yml").read_text("utf-8")
    asked = set(re.findall(r"\bpenstock_\w+", "\n".join(dashboard_queries()) + rules))
    assert not {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} - known
