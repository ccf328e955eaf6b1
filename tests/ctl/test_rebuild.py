"""test_rebuild - penstockctl audit --rebuild: Redis is emptied, and the item is there again.

What is there afterwards is what the ledger holds: the audit that follows every rebuild is clean,
keys are as they were, and no number is given twice.
"""
import signal

import pytest

from harness.cluster import Cluster
from harness.ledger import LedgerPart, SqliteBooks
from harness.operator import Operator
from harness.swallower import Swallower
from harness.waiting import wait_until

JUMP = 1000000 + 64 * 256


def parts(sale):
    """What a buyer or a payer could ask for, to compare before and after."""
    client = sale.redis
    rules = ("ticket_total_nums", "ticket_sold_nums", "paid_nums", "outside_nums", "epoch", "state",
             "pay_window_ms", "late_pay", "limit_units")
    return {
        "hash": dict(zip(rules, client.hmget(sale.hash, *rules))),
        "orders": client.hgetall(sale.orders), "requests": client.hgetall(sale.requests),
        "buyers": client.hgetall(sale.buyers), "payments": client.hgetall(sale.payments),
        "unpaid": client.zrange(sale.unpaid, 0, -1, withscores=True),
        "finished": client.zrange(sale.finished, 0, -1, withscores=True),
    }


@pytest.fixture
def good(sale):
    """A recorded sale; its rules were set by events, so that a rebuild knows them."""
    sale.live()
    sale.desk.item("set", "limit_units", "8", "price", "11")
    return sale.settle()


def test_an_emptied_redis_is_made_anew(good):
    """FLUSHALL, rebuild, clean; every key is as it was, but for the jump of the seq."""
    before = parts(good)
    seq = good.desk.counts()["seq"]
    good.redis.flushall()
    good.violation("I8: Redis lost history")
    said = good.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert f"made anew from {seq} events" in said.err and "is lost" in said.err
    assert "ticket: clean at event" in said.out
    after = parts(good)
    assert after == before
    assert good.desk.counts()["seq"] == seq + JUMP
    good.settle()
    good.audit()


def test_selling_goes_on_after_a_rebuild(good):
    """Old keys are known, new orders get numbers far beyond, holds expire, payments count."""
    known = good.redis.hgetall(good.requests)
    held = good.numbers("held")
    good.redis.flushall()
    good.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert good.desk.buy_one("c-h1", "c0").word == "REPEATED"
    number = good.hold("after")[0]
    assert number > JUMP and str(number) not in {e.split("|")[0] for e in known.values()}
    assert good.desk.pay(number, "after-t", 11)[0] == "PAID"
    assert good.desk.pay(held[-1], "after-t2", 10)[0] == "PAID"
    assert good.desk.refund(held[-1]) == ("REFUNDED", 1)
    good.settle()
    good.audit()


def test_the_operator_is_asked_first(good):
    """Another word: nothing is changed. The item's name: it is done."""
    seq = good.desk.counts()["seq"]
    good.redis.flushall()
    for word in ("", "yes\n", "ticket2\n"):
        said = good.operator.says(1, "audit", "--rebuild", "ticket", stdin=word)
        assert "Type the item's name" in said.err and "nothing was changed" in said.err
        assert f"Redis is at event 0, the ledger at {seq}: 38 orders" in said.err
        assert good.redis.keys() == []
    good.operator.does("audit", "--rebuild", "ticket", stdin="ticket\n")
    good.audit()


def test_a_healthy_item_is_left_alone_unless_forced(good):
    """Refused with 1; with --force done, with the jump, for who insists may know more."""
    seq, before = good.desk.counts()["seq"], parts(good)
    said = good.operator.says(1, "audit", "--rebuild", "ticket", yes=True)
    assert "ticket is well" in said.err and parts(good) == before
    good.operator.does("audit", "--rebuild", "ticket", yes=True, force=True)
    assert good.desk.counts()["seq"] == seq + JUMP
    good.settle()
    good.audit()


def test_what_was_altered_by_hand_is_mended_without_a_jump(good):
    """Redis lost nothing: a record was altered. The next number is the next."""
    seq = good.desk.counts()["seq"]
    good.alter(good.numbers("held")[0], 1, "7")
    good.redis.hdel(good.buyers, "c0")
    good.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert good.desk.counts()["seq"] == seq + 1
    good.settle()
    good.audit()


def test_what_the_stream_still_holds_is_recorded_first(good):
    """The hash is gone, events wait in the stream: the ledger records them, then it is made."""
    good.ledger.stop()
    number = good.hold("in-the-stream")[0]
    good.redis.delete(good.hash, good.orders)
    said = good.operator.says(1, "audit", "--rebuild", "ticket", yes=True, timeout=60)
    assert "has not recorded" in said.err and good.redis.exists(good.events)
    good.ledger.start()
    good.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert str(number) in good.redis.hgetall(good.orders)
    good.audit()


def test_force_drops_what_the_ledger_does_not_have(good):
    """The operator insists: the event in the stream is gone, its number is not given again."""
    good.ledger.stop()
    number = good.hold("in-the-stream")[0]
    good.operator.does("audit", "--rebuild", "ticket", yes=True, force=True)
    assert str(number) not in good.redis.hgetall(good.orders)
    assert good.hold("in-the-stream")[0] > number + JUMP
    good.ledger.start()
    good.settle()
    good.audit()


@pytest.mark.parametrize("sold", [250, 10], ids=["beyond what SQL holds", "fewer"])
def test_a_redis_that_was_sold_from_anew_is_dropped_by_force_alone(good, sold):
    """Emptied while no ledger ran, typed and sold from: refused in words; forced, with the jump."""
    known = parts(good)["requests"]
    good.ledger.stop()
    good.redis.flushall()
    good.desk.open(500)
    good.desk.buy(*[(f"other-{i}", "", "1") for i in range(sold)])
    good.ledger.start(well=False)
    before, highest = parts(good), max(good.desk.counts()["seq"], good.ledger.cursor())
    said = good.operator.says(1, "audit", "--rebuild", "ticket", yes=True, timeout=60)
    assert "event 1 is another in SQL than in the stream" in said.err
    assert "--force drops" in said.err and parts(good) == before
    said = good.operator.does("audit", "--rebuild", "ticket", yes=True, force=True)
    assert "ticket: clean at event" in said.out and "is lost" in said.err
    assert good.desk.counts()["seq"] == highest + JUMP and parts(good)["requests"] == known
    good.settle()
    good.audit()


def test_a_rebuild_that_was_stopped_is_said_again(good):
    """begin was done and no more: not sold, not audited; the same command makes it."""
    good.redis.flushall()
    assert good.desk.tell("rebuild", "begin", "dead", good.ledger.cursor())[0] == "BEGUN"
    assert "being made anew" in good.operator.says(3, "audit", "ticket").err
    assert good.operator.knows("item", "list")[0]["state"] == "rebuilding"
    said = good.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert "an earlier rebuild was not finished" in said.err
    good.audit()


def test_ctrl_c_between_two_steps_is_told(good, redis_part, ports):
    """It comes in the middle: exit 130, the item is not sold, and said again it is made."""
    good.redis.flushall()
    port = ports.take()
    with Swallower(port, redis_part.port, b"requests",
                   then=lambda: run.send_signal(signal.SIGINT)) as lost:
        run = good.operator.start("audit", "--rebuild", "ticket", yes=True,
                                  redis=f"127.0.0.1:{port}")
        _, err = run.communicate(timeout=20)
    ports.free.append(port)
    assert run.returncode == 130 and lost.lost == 1, err
    assert "ticket is not on sale: its rebuild was stopped between two steps" in err
    assert good.operator.knows("item", "list")[0]["state"] == "rebuilding"
    good.operator.does("audit", "--rebuild", "ticket", yes=True)
    good.audit()


def test_nothing_is_made_from_a_ledger_that_is_wrong(good):
    """A row of SQL was altered: refused, nothing is changed."""
    good.ledger.books.do("UPDATE orders SET units = 7 WHERE seq = 2")
    good.redis.flushall()
    said = good.operator.says(1, "audit", "--rebuild", "ticket", yes=True)
    assert "the ledger itself is not right" in said.err and good.redis.keys() == []


def test_an_item_that_the_ledger_does_not_know_cannot_be_made(good):
    """A name that was never sold."""
    said = good.operator.says(1, "audit", "--rebuild", "mug", yes=True)
    assert "the ledger knows no item mug" in said.err


def test_orders_that_ended_long_ago_stay_in_the_ledger(good):
    """Only their keys come back: Redis would let the records go at once."""
    good.desk.rule(pay_window_ms=10 ** 9)
    good.desk.later(3600001)
    recent = good.hold("h1", "h2", "h3")
    good.desk.cancel(recent[0])
    held = good.numbers("held")
    good.settle().redis.flushall()
    good.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert sorted(map(int, good.redis.hkeys(good.orders))) == sorted([recent[0], *held])
    assert good.redis.hlen(good.requests) == 41
    good.audit()


def test_a_closed_and_archived_item_is_made_closed(sale):
    """It is frozen before and after, and can be archived again."""
    sale.live()
    for number in sale.numbers("held"):
        sale.desk.cancel(number)
    sale.settle()
    sale.operator.does("item", "close", "ticket", wait="20s")
    sale.redis.flushall()
    sale.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert sale.desk.buy_one("k").word == "ENDED"
    sale.settle()
    assert sale.operator.knows("item", "close", "ticket", wait="20s")["done"] == "archived"
    sale.audit()


@pytest.mark.long
@pytest.mark.deadline(90)
def test_a_flushed_redis_in_the_middle_of_a_sale_costs_no_unit(tmp_path):
    """Four nodes refuse (I8), the operator rebuilds, they sell on, to the last unit and no more."""
    with Cluster() as cluster:
        cluster.start(2000)
        ledger = LedgerPart(tmp_path, cluster.ledger_port, cluster.redis_part,
                            SqliteBooks(tmp_path))
        ledger.start()
        operator = Operator(cluster.redis_part, ledger.books.url)
        try:
            cluster.ab(500, 20)
            ledger.wait_recorded()
            cluster.redis.flushall()
            wait_until(lambda: cluster.buy().status == 503, 5, "the nodes to refuse")
            operator.does("audit", "--rebuild", "ticket", yes=True)
            cluster.wait_left(1500, timeout=10)
            wait_until(lambda: cluster.ab(500, 20) and
                       cluster.counts()["ticket_sold_nums"] == 2000, 20, "all to be sold")
            ledger.wait_recorded()
            said = operator.knows("audit", stat_log=f"{cluster.folder}/node-*/stat.log")
            counted = said["items"][0]["counted"]
            assert counted["orders"] == 2000 >= counted["sold_lines"] > 1900
        finally:
            ledger.close()
