"""I8: no script goes on when Redis lost history; and the backlog of what SQL does not hold yet.

What a caller knows and what the ledger recorded are both lower bounds of an item's seq.
"""
import pytest

CALLS = [("pay", 2, "t1", 0), ("cancel", 2), ("refund", 2, ""), ("archive",),
         ("item", "set", "price", "1"), ("item", "restock", "1"), ("item", "state", "paused"),
         ("item", "create", "5"), ("item", "adopt")]


@pytest.fixture
def sale(desk):
    """Ten units, an order, seq 2."""
    desk.open(10)
    desk.buy(("a", "ann"))
    return desk


def test_a_caller_that_knows_more_than_redis_hears_lost(sale):
    """buy, sync and adopt: LOST with both numbers, nothing written; as much or less is fine."""
    before = sale.snapshot()
    sale.known = 3
    assert sale.buy(("b",)) == ["LOST", 2, 3]
    assert sale.sync() == ["LOST", 2, 3]
    assert sale.item("adopt", 3) == ("LOST", 2, 3)
    assert sale.tell("pay", 2, "t1", 0, 3) == ("LOST", 2, 3)
    assert sale.tell("cancel", 2, 3) == ("LOST", 2, 3)
    assert sale.snapshot() == before
    sale.known = 2
    assert sale.buy_one("b").word == "ACCEPTED" and sale.sync() == (1, 0)
    assert sale.item("adopt", 2) == ("KNOWN",)
    assert sale.tell("pay", 2, "t1", 0, 3)[0] == "PAID"


@pytest.mark.parametrize("words", CALLS, ids=lambda words: "-".join(map(str, words[:2])))
def test_every_script_refuses_when_sql_holds_more_than_redis(sale, words):
    """recorded_seq 9, seq 2: LOST, and nothing is written."""
    sale.rule(recorded_seq=9)
    before = sale.snapshot()
    assert sale.tell(*words) == ("LOST", 2, 9)
    sale.known = 5
    assert sale.buy(("b",)) == ["LOST", 2, 9] and sale.sync() == ["LOST", 2, 9]
    assert sale.snapshot() == before


def test_as_much_as_sql_holds_is_not_lost(sale):
    """recorded_seq equals seq: all is written, and all goes on."""
    sale.rule(recorded_seq=2)
    assert sale.buy_one("b").word == "ACCEPTED"


def test_a_hash_typed_into_an_emptied_redis_is_lost_not_new(sale):
    """The caller knows 2: the typed item is not adopted, whoever asks."""
    sale.redis.flushall()
    sale.known = 2
    assert sale.buy(("b",)) == ["LOST", 0, 2] and sale.sync() == ["LOST", 0, 2]
    sale.type(10)
    before = sale.snapshot()
    assert sale.buy(("b",)) == ["LOST", 0, 2] and sale.sync() == ["LOST", 0, 2]
    assert sale.item("adopt", 2) == ("LOST", 0, 2)
    assert sale.snapshot() == before


def test_a_deleted_hash_is_not_lost_while_the_stream_remembers(sale):
    """DEL of the hash alone: NOITEM; typed anew, it goes on behind what is known."""
    sale.redis.delete(sale.hash)
    sale.known = 2
    assert sale.buy(("b",)) == ["NOITEM"] and sale.sync() == ["NOITEM"]
    sale.type(10)
    assert sale.sync() == ["RESYNC"]
    assert sale.item("adopt", 2) == ("OPENED",) and sale.view.seq == 3
    sale.redis.delete(sale.hash)
    sale.known = 4
    assert sale.sync() == ["LOST", 3, 4]


def test_a_known_seq_that_is_no_count_is_a_bad_call(sale):
    """Digits by pattern, from buy, sync and adopt."""
    for known in ("", "-1", "nan", "1e3", "1" * 16):
        sale.known = known
        assert sale.buy(("b",)) == ["BAD_CALL"] and sale.sync() == ["BAD_CALL"]
        assert sale.item("adopt", known) == ("BAD_CALL",)


# -- BACKLOG -----------------------------------------------------------------------------------


def test_buying_is_refused_while_too_much_waits_for_sql(sale):
    """Two events wait, backlog_max 2: BACKLOG, nothing written; recorded, it goes on."""
    sale.rule(backlog_max=2)
    before = sale.snapshot()
    assert sale.buy_one("b", "bob") == ("BACKLOG", 0, 0)
    assert sale.snapshot() == before
    sale.trim(1)
    assert sale.buy_one("b", "bob").word == "ACCEPTED"
    assert sale.buy_one("c", "bob").word == "BACKLOG"
    sale.check()


def test_known_keys_and_wrong_ones_are_answered_all_the_same(sale):
    """H7: the owner of an order hears of it whatever waits; a thief hears CONFLICT."""
    sale.rule(backlog_max=1)
    words = [said.word for said in sale.buy(("a", "ann"), ("a", "bob"), ("b",), ("c", "", "0"))]
    assert words == ["REPEATED", "CONFLICT", "BACKLOG", "BAD_UNITS"]


def test_a_pause_or_an_end_is_told_before_a_backlog(sale):
    """They will not pass by waiting."""
    sale.rule(backlog_max=1, state="paused")
    assert sale.buy_one("b").word == "PAUSED"
    sale.rule(state="closed")
    assert sale.buy_one("b").word == "ENDED"


def test_without_a_bound_nothing_waits_too_long(sale):
    """backlog_max 0."""
    sale.rule(backlog_max=0)
    assert sale.buy_one("b").word == "ACCEPTED"


def test_orders_are_paid_cancelled_and_expired_whatever_waits(sale):
    """Back-pressure is for new orders only."""
    two, three = sale.buy(("b", "bob"), ("c", "eve"))
    sale.rule(backlog_max=1)
    assert sale.pay(two.first, "t1")[0] == "PAID" and sale.cancel(three.first)[0] == "CANCELLED"
    sale.later(300000)
    assert sale.sync() == (1, 1)
    sale.check()
