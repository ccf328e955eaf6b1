"""test_old_copy - Redis' folder is put back from an older copy, and everything is started anew.

The nodes know of nothing then: what keeps them from selling units and numbers a second time is
the mark that the ledger leaves in Redis (I8).
"""
import shutil

import pytest

from harness.town import Town
from harness.waiting import wait_equal, wait_until


@pytest.fixture
def town():
    """A town with a sale of 1,000."""
    made = Town()
    yield made.start(1000)
    made.ledger.process.resume()
    made.stop()


@pytest.mark.long
@pytest.mark.deadline(90)
def test_fresh_nodes_do_not_sell_from_an_older_copy(town):
    """The copy's stream holds events that SQL has and more went by since: every buyer hears 503."""
    cluster, ledger = town.cluster, town.ledger
    cluster.buy_together(30)
    ledger.wait_recorded()
    ledger.process.pause()
    cluster.buy_together(20)
    copy = cluster.folder / "copy"
    shutil.copytree(cluster.redis_part.data, copy)
    ledger.process.resume()
    cluster.buy_together(100)
    ledger.wait_recorded()
    told, seq = cluster.redis.hget("ticket_hash_key", "seq"), ledger.cursor()
    ledger.stop()
    for i in range(4):
        cluster.stop_node(i)
    cluster.kill_redis()
    shutil.rmtree(cluster.redis_part.data)
    copy.rename(cluster.redis_part.data)
    cluster.restart_redis()
    ledger.start(well=False)
    wait_equal(told, lambda: cluster.redis.hget("ticket_hash_key", "recorded_seq"), 5,
               "the seq that Redis is told")
    for i in range(4):
        cluster.restart_node(i)
    answers = cluster.buy_together(40, key=lambda i: f"fresh-{i}")
    assert {answer.status for answer in answers} == {503}, [answer.json for answer in answers]
    assert "lost history" in ledger.health()["trouble"] and ledger.cursor() == seq
    town.operator.does("audit", "--rebuild", "ticket", yes=True)
    wait_until(lambda: cluster.buy(key="after").reason in ("ACCEPTED", "REPEATED"), 10,
               "the sale to go on")
    ledger.wait_recorded()
    town.audit()
