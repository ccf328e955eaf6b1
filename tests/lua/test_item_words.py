"""item.lua adopt: what a typed count means, and every answer word.

The article starts a sale by typing two fields and starts the next one by typing them again; nobody
tells the scripts. They find out by their shadows, and this suite types whatever a hand can type.
"""
import pytest
import redis

NOT_DIGITS = ["-1", "+1", "1.0", "1e3", "0x1", "nan", "inf", "99999999999999999999", "", " 1",
              "1\n", "1 2", "ten"]
BUSINESS = ("ticket_total_nums", "ticket_sold_nums", "known_total", "known_sold", "paid_nums",
            "outside_nums", "seq", "epoch")


def business(desk):
    """The counts in the order above."""
    counts = desk.counts()
    return tuple(counts[name] for name in BUSINESS)


def test_the_articles_line_is_a_working_item(desk):
    """hmset of two fields on an empty Redis: OPENED, shadows and all, and it sells."""
    desk.type(10000, 0)
    assert desk.adopt() == "OPENED"
    assert business(desk) == (10000, 0, 10000, 0, 0, 0, 1, 1)
    assert desk.redis.xrange(desk.keys[5]) == [("1-0", {"1": f"opened|1|{desk.view.now}|10000|0"})]
    assert desk.buy_one("key-1").word == "ACCEPTED"
    desk.check()


def test_only_one_node_adopts_the_others_hear_that_it_is_known(desk):
    """Four nodes ask at once: one OPENED, then KNOWN, with the same view and nothing written."""
    desk.type(5)
    assert desk.adopt() == "OPENED"
    opened, before = desk.view, desk.snapshot()
    assert desk.adopt() == "KNOWN" and desk.snapshot() == before
    assert desk.view._replace(now=0) == opened._replace(now=0)


def test_a_raised_total_is_a_restock(desk):
    """HINCRBY of the total by 5: RESTOCKED, gen rises so that gates reopen, the rest stays."""
    desk.open(2)
    desk.buy(("a",), ("b",))
    gen = desk.view.gen
    desk.redis.hincrby(desk.hash, "ticket_total_nums", 5)
    assert desk.adopt() == "RESTOCKED"
    assert desk.view.gen == gen + 1
    assert business(desk) == (7, 2, 7, 2, 0, 0, 4, 1)
    assert desk.events()[-1][1] == "restocked" and desk.events()[-1][2][2:] == ["7", "5"]
    assert desk.buy_one("c").word == "ACCEPTED"
    desk.check()


def test_a_lowered_total_is_a_restock_with_a_negative_delta(desk):
    """From 10 down to what is sold: nothing is left, nobody loses an order."""
    desk.open(10)
    desk.buy(("a", "", "4"))
    desk.redis.hset(desk.hash, "ticket_total_nums", 4)
    assert desk.adopt() == "RESTOCKED"
    assert desk.events()[-1][1] == "restocked" and desk.events()[-1][2][2:] == ["4", "-6"]
    assert desk.buy_one("b") == ("SOLD_OUT", 0, 0)
    desk.check()


def test_a_total_below_what_is_sold_is_broken_until_it_is_raised(desk):
    """4 sold, 3 typed: a sentence, nothing written, no sale; 5 typed: it goes on."""
    desk.open(10)
    desk.buy(("a", "", "4"))
    desk.redis.hset(desk.hash, "ticket_total_nums", 3)
    before = desk.snapshot()
    assert desk.adopt() == "BROKEN"
    assert desk.buy(("b",))[0] == "BROKEN" and desk.sync()[0] == "BROKEN"
    assert desk.snapshot() == before
    desk.redis.hset(desk.hash, "ticket_total_nums", 5)
    assert desk.adopt() == "RESTOCKED"
    assert desk.buy_one("b").word == "ACCEPTED"
    desk.check()


def test_the_articles_line_typed_again_is_a_new_sale(desk):
    """Sold out, then hmset again: a new epoch; the old orders stay readable under theirs."""
    desk.open(2, limit_units=1)
    old = desk.buy(("a", "ann"), ("b", "bob"))
    desk.type(2, 0)
    assert desk.adopt() == "OPENED"
    assert desk.view.epoch == 4 and desk.view.sold == 0
    assert desk.buy_one("c", "ann").word == "ACCEPTED", "the limit begins anew"
    assert desk.buy_one("a", "ann") == ("REPEATED", old[0].first, old[0].second)
    _, orders = desk.check()
    assert {orders[n]["epoch"] for n in ("2", "3")} == {"1"} and orders["5"]["epoch"] == "4"


def test_the_articles_line_typed_again_before_anything_was_sold_changes_nothing(desk):
    """10 and 0 over 10 and 0: KNOWN, no event."""
    desk.open(10)
    before = desk.snapshot()
    desk.type(10, 0)
    assert desk.adopt() == "KNOWN" and desk.snapshot() == before


def test_a_sold_count_typed_from_outside_is_no_order_of_ours(desk):
    """hmset with 3 already sold: outside 3, and only the rest can be had."""
    assert desk.open(10, sold=3) == "OPENED"
    assert (desk.view.outside, desk.view.sold) == (3, 3)
    words = [desk.buy_one(f"k{i}").word for i in range(8)]
    assert words == ["ACCEPTED"] * 7 + ["SOLD_OUT"]
    desk.check()


def test_a_foreign_script_that_raises_sold_opens_a_new_epoch(desk):
    """The article's own Lua sells one behind our back: its unit counts, as outside."""
    desk.open(10)
    desk.buy(("a", "", "2"))
    desk.redis.hincrby(desk.hash, "ticket_sold_nums", 1)
    assert desk.adopt() == "OPENED"
    assert (desk.view.sold, desk.view.outside) == (3, 3)
    desk.check()


def test_a_deleted_hash_typed_again_goes_on_with_its_seq(desk):
    """DEL of the hash alone, then hmset: order numbers are never given twice."""
    desk.open(3)
    desk.buy(("a",), ("b",))
    desk.redis.delete(desk.hash)
    assert desk.adopt() == "NOITEM" and desk.buy(("c",)) == ["NOITEM"]
    assert desk.open(3) == "OPENED"
    assert (desk.view.seq, desk.view.epoch) == (4, 4)
    assert desk.buy_one("c").first == 5
    desk.check()


def test_a_deleted_hash_after_a_trimmed_stream_still_goes_on_with_its_seq(desk):
    """The stream was emptied by XTRIM: its last id is still known."""
    desk.open(3)
    desk.buy(("a",), ("b",))
    desk.redis.xtrim(desk.keys[5], maxlen=0, approximate=False)
    desk.redis.delete(desk.hash)
    desk.open(3)
    assert desk.view.seq == 4


def test_everything_deleted_begins_with_one(desk):
    """FLUSHALL, then hmset: seq 1, as on the first day."""
    desk.open(3)
    desk.buy(("a",))
    desk.redis.flushall()
    desk.open(3)
    assert (desk.view.seq, desk.view.gen) == (1, 1)
    desk.check()


@pytest.mark.parametrize("total", NOT_DIGITS, ids=repr)
def test_a_typed_total_that_is_not_digits_is_broken(desk, total):
    """FAULTS S4 for counts: a sentence and nothing written, from every script."""
    desk.open(10)
    desk.buy(("a",))
    desk.redis.hset(desk.hash, "ticket_total_nums", total)
    before = desk.snapshot()
    assert desk.adopt() == "BROKEN"
    assert desk.buy(("b",))[0] == "BROKEN" and desk.sync()[0] == "BROKEN"
    assert desk.snapshot() == before
    sentence = desk.run("item", 12, "adopt")[1]
    assert len(sentence) > 20 and total.strip() not in sentence.split() + ["x"]


@pytest.mark.parametrize("total", ["0010", "010", "2147483648", "999999999999999"])
def test_a_typed_total_of_odd_digits_works_and_is_written_plainly(desk, total):
    """Leading zeros and large numbers are digits: one adopt settles it, and it sells."""
    desk.open(10)
    desk.buy(("a",))
    desk.redis.hset(desk.hash, "ticket_total_nums", total)
    assert desk.adopt() in ("RESTOCKED", "KNOWN")
    assert desk.buy_one("b").word == "ACCEPTED", "no node must ask for adopt for ever"
    assert desk.counts()["ticket_total_nums"] == int(total)
    desk.check()


def test_a_sold_count_typed_with_leading_zeros_works(desk):
    """hmset with 00 sold over 0 sold: the same number, written otherwise."""
    desk.open(10)
    desk.redis.hset(desk.hash, "ticket_sold_nums", "00")
    desk.adopt()
    assert desk.buy_one("a").word == "ACCEPTED"
    desk.check()


@pytest.mark.parametrize("missing", ["ticket_total_nums", "ticket_sold_nums"])
def test_one_of_the_two_counts_alone_is_broken(desk, missing):
    """A half-typed item: not NOITEM, for somebody meant one."""
    desk.type(10, 0)
    desk.redis.hdel(desk.hash, missing)
    assert desk.adopt() == "BROKEN" and desk.buy(("a",))[0] == "BROKEN"


@pytest.mark.parametrize("field", ["paid_nums", "outside_nums", "seq", "epoch", "gen", "last_ms",
                                   "pay_window_ms", "max_units", "limit_units", "price"])
def test_a_field_that_is_not_digits_is_broken(desk, field):
    """Each number the scripts read besides: nan is no number for any of them."""
    desk.open(10)
    desk.rule(**{field: "nan"})
    before = desk.snapshot()
    assert desk.adopt() == "BROKEN"
    assert desk.buy(("a",))[0] == "BROKEN" and desk.sync()[0] == "BROKEN"
    assert desk.snapshot() == before


@pytest.mark.parametrize("words", [[], ["create"], ["ADOPT"], [""]], ids=str)
def test_another_verb_is_a_bad_call(desk, words):
    """There is one verb so far."""
    desk.type(10)
    before = desk.snapshot()
    assert desk.run("item", 6, *words) == ["BAD_CALL"]
    assert desk.snapshot() == before


def test_no_item(desk):
    """No hash: NOITEM, and none is made."""
    assert desk.adopt() == "NOITEM"
    assert not desk.redis.keys("*")


@pytest.mark.parametrize("part", [0, 5])
def test_a_key_of_the_wrong_type_is_an_error_and_nothing_is_written(desk, part):
    """A plain string where the hash or the stream belongs."""
    desk.open(10)
    desk.redis.hset(desk.hash, "ticket_total_nums", 20)
    desk.redis.delete(desk.keys[part])
    desk.redis.set(desk.keys[part], "a string")
    before = desk.snapshot()
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        desk.adopt()
    assert desk.snapshot() == before


def test_a_buyers_key_of_the_wrong_type_is_freed_by_a_new_sale(desk):
    """The buyers' key is dropped whole at an epoch, whatever it is."""
    desk.redis.set(desk.keys[3], "a string")
    desk.open(10)
    assert desk.buy_one("a", "ann").word == "ACCEPTED"
    desk.check()


def test_units_that_cannot_return_promise_no_expiry(desk):
    """All units of the new sale were sold outside; old orders expire, but give nothing back."""
    desk.open(1)
    desk.buy(("a",))
    desk.type(5, 5)
    desk.adopt()
    assert desk.view.expiry == 0


def test_a_pay_window_of_more_than_a_year_is_broken(desk):
    """A deadline must be readable by everybody: fifteen digits typed by mistake sell nothing."""
    desk.open(5, pay_window_ms="31536000000")
    assert desk.buy_one("a").word == "ACCEPTED"
    desk.rule(pay_window_ms="999999999999999")
    assert desk.buy(("b",)) == ["BROKEN", "pay_window_ms is more than a year"]
    desk.rule(pay_window_ms="1000")
    assert desk.buy_one("b").word == "ACCEPTED"


@pytest.mark.parametrize("old", [1, 99, 100, 150])
def test_a_hold_of_an_earlier_sale_promises_nothing(desk, old):
    """The next expiry is this sale's; behind a hundred older ones, a time it is not before."""
    desk.open(old)
    earlier = max(said.second for said in desk.buy(*[(f"old-{i}",) for i in range(old)]))
    desk.type(1)
    desk.adopt()
    desk.later(1000)
    said = desk.buy_one("new")
    assert said.word == "ACCEPTED" and said.second > earlier
    assert desk.view.expiry == (said.second if old < 100 else earlier)
    desk.check()
