"""Every answer word of trim.lua and archive.lua: what leaves Redis once SQL holds it.

desk.trim() keeps the events that were taken out, as the ledger would have them in SQL, and the
check folds them first: what is lost on the way is noticed.
"""
import pytest
import redis

HOUR = 3600000


@pytest.fixture
def sale(desk):
    """Ten units; 2 is paid, 3 cancelled, 4 held; seq 6, each event an entry of its own."""
    desk.open(10)
    for key, user in (("a", "ann"), ("b", "bob"), ("c", "eve")):
        desk.buy_one(key, user)
    desk.pay(2, "t1")
    desk.cancel(3)
    return desk


def test_the_stream_is_trimmed_exactly_to_what_sql_holds(sale):
    """I6: up to 3 of 6: three events go, three stay; up to 6: the rest, and the last id stays."""
    assert sale.trim(3, HOUR) == ("TRIMMED", 3, 0, 3, 6)
    assert [seq for seq, _ in sale.redis.xrange(sale.keys[5])] == ["4-0", "5-0", "6-0"]
    assert sale.trim(6, HOUR) == ("TRIMMED", 3, 0, 0, 6)
    assert sale.redis.xinfo_stream(sale.keys[5])["last-generated-id"] == "6-0"
    assert sale.buy_one("d").first == 7
    sale.check()


def test_a_stream_of_thousands_is_trimmed_to_the_entry(desk):
    """Radix tree nodes hold a hundred entries: no whole node more or less is taken."""
    desk.open(3000)
    for i in range(2500):
        desk.buy_one(f"k{i}")
    for seq in (1, 99, 100, 101, 1234, 2500):
        before = desk.redis.xlen(desk.keys[5])
        reply = desk.trim(seq, HOUR)
        assert reply[1] == before - reply[3] and reply[3] == 2501 - seq
    desk.check()


def test_an_entry_of_which_sql_holds_a_part_stays_whole(desk):
    """Three orders of one call, 2 to 4: told 3, nothing of them goes; told 4, all."""
    desk.open(10)
    desk.buy(("a",), ("b",), ("c",))
    assert desk.trim(3, HOUR) == ("TRIMMED", 1, 0, 1, 4)
    assert [event[0] for event in desk.events()] == [1, 2, 3, 4]
    assert desk.trim(4, HOUR) == ("TRIMMED", 1, 0, 0, 4)
    desk.check()


def test_how_far_sql_is_stands_in_the_hash(sale):
    """recorded_seq and when it last rose; order.lua tells it."""
    sale.later(50)
    sale.trim(4, HOUR)
    counts = sale.counts()
    assert (counts["recorded_seq"], counts["recorded_ms"]) == (4, counts["last_ms"])
    assert sale.order(2)[2] == 4


def test_recorded_seq_never_falls(sale):
    """An older ledger speaks up: nothing is taken back, nothing more is trimmed."""
    sale.trim(5, HOUR)
    before = sale.snapshot()
    assert sale.trim(3, HOUR) == ("TRIMMED", 0, 0, 1, 6)
    assert sale.snapshot() == before


def test_a_mark_by_another_hand_lets_nothing_go(sale):
    """recorded_seq says 6, this ledger holds 3: the stream is trimmed to 3."""
    sale.rule(recorded_seq=6)
    assert sale.trim(3, 0) == ("TRIMMED", 3, 0, 3, 6)
    sale.check()


def test_an_idle_ledger_writes_nothing(sale):
    """Asked again with the same words: not one byte differs, so no fsync."""
    sale.trim(6, HOUR)
    sale.later(HOUR // 2)
    before = sale.snapshot()
    assert sale.trim(6, HOUR) == ("TRIMMED", 0, 0, 0, 6)
    assert sale.snapshot() == before


def test_a_ledger_that_gives_a_note_is_heard_of_twice_a_second(sale):
    """Its entry stands with the heartbeats of the nodes: at once when SQL gains, else seldom."""
    def entry():
        return sale.redis.hget(sale.keys[6], "=ledger")

    sale.later(HOUR)
    sale.run("trim", 9, 6, HOUR, "6|1|10|1|1|0")
    now = int(entry().split("|")[1])
    assert entry() == f"0|{now}|6|1|10|1|1|0"
    for later, told in ((499, now), (500, now + 500)):
        sale.rule(last_ms=now + later)
        sale.run("trim", 9, 6, HOUR, "6|1|10|1|1|0")
        assert int(entry().split("|")[1]) == told
    sale.buy_one("d")
    sale.run("trim", 9, 7, HOUR, "7|1|10|2|1|0")
    assert entry().endswith("|7|1|10|2|1|0")
    live, _ = sale.sync("node-1", 4)
    assert live == 4, "it has no weight"


def test_a_ledger_that_has_nothing_yet_makes_no_item(desk):
    """trim 0 on an empty Redis: no key is made."""
    assert desk.trim(0) == ("TRIMMED", 0, 0, 0, 0)
    assert not desk.redis.keys("*")


def test_finished_orders_leave_after_the_retention_and_held_ones_stay(sale):
    """Not a millisecond before; requests and payments stay, so keys and payments are known."""
    moved = int(sale.redis.hget(sale.keys[1], "3").split("|")[8])
    sale.rule(last_ms=moved + HOUR - 1)
    early = sale.trim(6, HOUR)
    assert early[:2] == ("TRIMMED", 6) and early[2] <= 1, "2 was paid no later than 3 ended"
    sale.rule(last_ms=moved + HOUR)
    assert early[2] + sale.trim(6, HOUR)[2] == 2
    assert sale.redis.hkeys(sale.keys[1]) == ["4"] and not sale.redis.exists(sale.keys[8])
    assert sale.buy_one("a", "ann").word == "REPEATED"
    assert sale.pay(2, "t1") == ("REPEATED", "paid")
    sale.check()


def test_an_order_stays_until_sql_holds_its_newest_event(sale):
    """Ended by event 6, SQL holds 5: it stays, however old it is."""
    sale.later(HOUR)
    assert sale.trim(5, 0)[2] == 1 and sale.redis.hexists(sale.keys[1], "3")
    assert sale.trim(6, 0)[2] == 1 and not sale.redis.hexists(sale.keys[1], "3")
    sale.check()


def test_a_late_payment_keeps_the_order_until_sql_holds_that_too(sale):
    """Due is event 7: with 6 recorded the order stays, with 7 it goes."""
    sale.pay(3, "t2")
    assert sale.trim(6, 0)[2] == 1 and set(sale.redis.hkeys(sale.keys[1])) == {"3", "4"}
    assert sale.trim(7, 0)[2] == 1
    sale.check()


def test_a_refund_keeps_the_order_until_sql_holds_it(sale):
    """Paid by event 5, refunded by event 7."""
    sale.refund(2)
    sale.trim(6, 0)
    assert sale.redis.hexists(sale.keys[1], "2")
    sale.trim(7, 0)
    assert not sale.redis.hexists(sale.keys[1], "2")
    sale.check()


def test_at_most_200_orders_leave_in_a_call(desk):
    """450 cancelled: 200, 200, 50, 0, the oldest first."""
    desk.open(1000)
    for start in (0, 225):
        desk.buy(*[(f"k{start + i}",) for i in range(225)])
    for number in range(2, 452):
        desk.cancel(number)
    seq = desk.view.seq
    assert [desk.trim(seq, 0)[2] for _ in range(4)] == [200, 200, 50, 0]
    desk.check()


def test_a_stray_entry_among_the_finished_is_only_removed(sale):
    """No record, or one that is held after all: no order leaves by it."""
    sale.redis.zadd(sale.keys[8], {"999": 1, "4": 2})
    sale.trim(4, 0)
    assert sale.redis.hexists(sale.keys[1], "4")
    assert sale.redis.zscore(sale.keys[8], "999") is None


def test_fewer_events_than_sql_holds_is_lost_and_nothing_is_trimmed(sale):
    """I8: LOST with both numbers; the mark is written, and from then on nobody sells."""
    before = sale.redis.xlen(sale.keys[5])
    assert sale.trim(7, 0) == ("LOST", 6, 7)
    assert sale.redis.xlen(sale.keys[5]) == before and sale.redis.hlen(sale.keys[1]) == 3
    assert sale.counts()["recorded_seq"] == 7
    assert sale.buy(("x",)) == ["LOST", 6, 7]
    again = sale.snapshot()
    assert sale.trim(7, 0) == ("LOST", 6, 7) and sale.snapshot() == again


def test_an_emptied_redis_hears_from_the_ledger_that_it_lost(sale):
    """FLUSHALL, then the ledger: the mark stands alone; typing the item anew does not help."""
    sale.redis.flushall()
    assert sale.trim(6) == ("LOST", 0, 6)
    assert set(sale.counts()) == {"recorded_seq", "recorded_ms"}
    sale.type(10)
    assert sale.adopt() == "LOST" and sale.buy(("x",)) == ["LOST", 0, 6]
    assert sale.sync() == ["LOST", 0, 6] and sale.item("create", "5")[0] == "LOST"


@pytest.mark.parametrize("fault", [{"ticket_total_nums": "nan"}, {"ticket_total_nums": "99"},
                                   {"ticket_sold_nums": "x"}, {"price": "x"}], ids=str)
def test_typed_counts_do_not_stop_the_ledger(sale, fault):
    """It looks at the seq only."""
    sale.rule(**fault)
    assert sale.trim(6, HOUR) == ("TRIMMED", 6, 0, 0, 6)


def test_without_the_hash_the_stream_tells_how_far_redis_is(sale):
    """DEL of the hash alone loses no event: trimmed, and the item may be typed anew."""
    sale.redis.delete(sale.hash)
    assert sale.trim(6, HOUR) == ("TRIMMED", 6, 0, 0, 6)
    assert sale.open(10) == "OPENED" and sale.view.seq == 7
    sale.check()


def test_a_full_redis_can_still_be_trimmed(sale):
    """maxmemory reached: buying is refused by Redis, trimming is what makes room."""
    sale.redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(redis.ResponseError, match="maxmemory"):
            sale.buy(("x",))
        assert sale.trim(6, 0) == ("TRIMMED", 6, 2, 0, 6)
        # What is bounded by the orders there are goes on: holders pay, cancel and expire.
        assert sale.pay(4, "t4")[0] == "PAID" and sale.refund(4)[0] == "REFUNDED"
        assert sale.cancel(4) == ("ALREADY", "refunded") and sale.sync()[1] == 0
    finally:
        sale.redis.config_set("maxmemory", 0)
    sale.check()


@pytest.mark.parametrize("words", [[], ["1"], ["1", "2", "3", "4"], ["1", "2", "3\n"],
                                   ["1", "2", "3" * 201], ["-1", "0"], ["nan", "0"],
                                   ["1", ""], ["1e3", "0"], ["1" * 16, "0"]], ids=str)
def test_words_that_are_not_two_counts_are_a_bad_call(sale, words):
    """Nothing is trimmed by nonsense."""
    before = sale.snapshot()
    assert sale.run("trim", 12, *words) == ["BAD_CALL"]
    assert sale.snapshot() == before


@pytest.mark.parametrize("part", [0, 1, 5, 8])
def test_a_key_of_the_wrong_type_is_an_error_and_nothing_is_written(sale, part):
    """A string in the place of what it trims: all or nothing."""
    sale.redis.delete(sale.keys[part])
    sale.redis.set(sale.keys[part], "a string")
    before = sale.snapshot()
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        sale.trim(6, 0)
    assert sale.snapshot() == before


# -- archive.lua -------------------------------------------------------------------------------


def close_and_record(sale):
    """Ends the hold, closes, and lets SQL hold all."""
    sale.cancel(4)
    sale.item("state", "closed")
    sale.trim(sale.view.seq, HOUR)


def test_a_closed_and_recorded_item_is_archived(sale):
    """ARCHIVED 3: the hash, the payments and the empty stream stay; what was done is still said."""
    close_and_record(sale)
    assert sale.tell("archive") == ("ARCHIVED", 3)
    assert sorted(sale.redis.keys("*")) == sorted([sale.hash, sale.keys[5], sale.keys[7]])
    assert sale.counts()["archived_ms"] == sale.view.now
    assert sale.order(2) == ("GONE", 8) and sale.pay(2, "t1") == ("REPEATED", "paid")
    assert sale.buy_one("new").word == "ENDED"
    sale.check()


def test_an_archived_item_is_archived_once(sale):
    """Asked again: ARCHIVED 0, nothing written."""
    close_and_record(sale)
    sale.tell("archive")
    before = sale.snapshot()
    assert sale.tell("archive") == ("ARCHIVED", 0)
    assert sale.snapshot() == before


@pytest.mark.parametrize("state", ["open", "paused"])
def test_an_item_that_is_not_closed_is_open_to_the_archive(sale, state):
    """OPEN, and nothing is written."""
    sale.cancel(4)
    sale.item("state", state)
    sale.trim(sale.view.seq, HOUR)
    before = sale.snapshot()
    assert sale.tell("archive") == ("OPEN",)
    assert sale.snapshot() == before


def test_holds_must_have_ended_before(sale):
    """HELD 1: nobody loses the right to pay."""
    sale.item("state", "closed")
    sale.trim(sale.view.seq, HOUR)
    before = sale.snapshot()
    assert sale.tell("archive") == ("HELD", 1)
    assert sale.snapshot() == before


def test_sql_must_hold_all_before(sale):
    """UNRECORDED with both numbers; a mark typed by a hand does not deceive it."""
    sale.cancel(4)
    sale.item("state", "closed")
    sale.trim(7, HOUR)
    assert sale.tell("archive") == ("UNRECORDED", 8, 7)
    sale.rule(recorded_seq=8)
    assert sale.tell("archive") == ("UNRECORDED", 8, 8)
    sale.trim(8, HOUR)
    assert sale.tell("archive") == ("ARCHIVED", 3)
    sale.check()


def test_an_archive_refuses_what_the_other_scripts_refuse(desk):
    """NOITEM, RESYNC, BROKEN, and words are a BAD_CALL."""
    assert desk.tell("archive") == ("NOITEM",)
    desk.type(5)
    assert desk.tell("archive") == ("RESYNC",)
    desk.type("five")
    assert desk.tell("archive")[0] == "BROKEN"
    assert desk.run("archive", 12, "now") == ["BAD_CALL"]
