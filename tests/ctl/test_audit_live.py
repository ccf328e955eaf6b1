"""test_audit_live - the audit on a cluster that goes on selling: no false alarm, and no blindness.

Four nodes behind nginx, a ledger, ab as the crowd; orders are paid, cancelled, refunded and expire
all the time, the item is restocked and opened anew, and audit follows audit.
"""
import os
import random
import signal
import threading

import pytest

from harness.cluster import Cluster
from harness.desk import Desk
from harness.ledger import LedgerPart, SqliteBooks
from harness.operator import Operator
from harness.waiting import wait_until


@pytest.fixture
def cluster():
    """Nodes, nginx, Redis and a ledger that lets finished orders go after half a second."""
    with Cluster() as running:
        running.start(1000)
        running.ledger = LedgerPart(running.folder, running.ledger_port, running.redis_part,
                                    SqliteBooks(running.folder), retain_s=0)
        running.ledger.start()
        running.operator = Operator(running.redis_part, running.ledger.books.url)
        running.operator.env["PENSTOCK_STAT_LOG"] = f"{running.folder}/node-*/stat.log"
        yield running
        running.ledger.close()


class Crowd:
    """Pays, cancels and refunds what it finds held, and restocks, until it is told to stop."""

    def __init__(self, cluster, seed=1):
        self.client = cluster.redis_part.connect()
        self.desk, self.random = Desk(self.client), random.Random(seed)
        self.stopped, self.fault = threading.Event(), None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            turn = 0
            while not self.stopped.is_set():
                turn += 1
                self.touch_some(turn)
        except BaseException as fault:  # raised again by stop()
            self.fault = fault

    def touch_some(self, turn):
        """One round."""
        desk, some = self.desk, self.client.zrandmember(self.desk.keys[4], 20)
        for number in some:
            what = self.random.random()
            if what < 0.4:
                desk.pay(number, f"t-{turn}-{number}", 0)
            if what < 0.1:
                desk.pay(number, f"u-{turn}-{number}", 0)
                desk.refund(number, "")
            elif what > 0.8:
                desk.cancel(number)
        if turn % 20 == 0:
            desk.item("restock", "+50")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stopped.set()
        self.thread.join()
        self.client.close()
        if self.fault and kind is None:
            raise self.fault


@pytest.mark.long
@pytest.mark.deadline(90)
def test_audits_are_clean_while_everything_moves(cluster):
    """I1 to I8 at every moment of it; then once more when all is quiet."""
    cluster.redis.hset("ticket_hash_key", "pay_window_ms", 400)
    cluster.redis.hset("ticket_hash_key", "late_pay", "retake")
    seqs, moved = [], 0
    with Crowd(cluster):
        crowd = cluster.ab_start(5000000, 40, keepalive=True)
        for turn in range(12):
            said = cluster.operator.knows("audit", timeout=60)
            assert said["clean"], said["items"][0]["violation"]
            seqs.append(said["items"][0]["seq"])
            moved += said["items"][0]["counted"]["left_redis"]
            if turn == 5:
                cluster.type_sale(3000)  # a new sale in the middle
        assert crowd.is_running(), "the crowd went home before the audits were done"
        crowd.stop()
    assert seqs == sorted(seqs) and seqs[-1] - seqs[0] > 1000 and moved > 0
    wait_until(lambda: cluster.redis.zcard("{ticket_hash_key}:unpaid") == 0, 20, "holds to end")
    cluster.ledger.wait_recorded()
    counted = cluster.operator.knows("audit")["items"][0]["counted"]
    assert counted["sql_orders"] == counted["orders"] and counted["sold_lines"] > 0


@pytest.mark.long
@pytest.mark.deadline(60)
def test_what_is_wrong_is_seen_under_load_as_well(cluster):
    """A record altered while the nodes sell; mended, the next audit is clean."""
    crowd = cluster.ab_start(5000000, 20, keepalive=True)
    wait_until(lambda: cluster.orders() > 100, 10, "some orders")
    orders = "{ticket_hash_key}:orders"
    number, record = next(iter(cluster.redis.hgetall(orders).items()))
    cluster.redis.hset(orders, number, record.replace("|1|0|", "|2|0|", 1))
    said = cluster.operator.says(1, "audit", json=True)
    assert f"order {number} has another units" in said.json["items"][0]["violation"]["what"]
    cluster.redis.hset(orders, number, record)
    cluster.operator.does("audit")
    crowd.stop()


def test_redis_that_dies_under_an_audit_is_code_3(cluster):
    """Killed between two looks: it could not look, which is no violation."""
    cluster.buy_together(50)
    cluster.kill_redis()
    said = cluster.operator.says(3, "audit")
    assert "Redis cannot be read" in said.err
    cluster.restart_redis()
    cluster.wait_ready()
    cluster.operator.does("audit")


def test_ctrl_c_ends_an_audit_at_once(cluster):
    """Nothing was changed, so nothing is to be mended."""
    cluster.redis_part.process.pause()
    run = cluster.operator.start("audit")
    try:
        # A signal that comes before the program has taken the place of its parent is lost.
        wait_until(lambda: "penstockctl" in os.readlink(f"/proc/{run.pid}/exe"), 5, "it to run")
        run.send_signal(signal.SIGINT)
        assert run.wait(5) == -signal.SIGINT
    finally:
        cluster.redis_part.process.resume()
        run.communicate()
