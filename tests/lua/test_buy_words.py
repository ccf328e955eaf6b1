"""Every answer word of buy.lua, and what it leaves behind.

A batch of one is enough here; test_buy_batches.py shows what purchases of a batch do to each other.
"""
import pytest
import redis

HOSTILE_UNITS = ["0", "00", "-1", "+1", "01", "1.0", "1e3", "0x1", "nan", "inf", "-inf", "", " 1",
                 "1 ", "1\n", "1\0", "99999999999999999999", "１"]


def test_accepted_writes_count_order_key_buyer_deadline_and_event(desk):
    """One purchase of three units by a user: all six keys know of it, with the same facts."""
    desk.open(10, price=250)
    said = desk.buy_one("key-1", "ann", "3")
    assert said.word == "ACCEPTED" and said.second == desk.view.now + 300000
    hash_key, orders, requests, buyers, unpaid, events, *_ = desk.keys
    at, due, seq = desk.view.now, said.second, said.first
    assert desk.redis.hget(orders, seq) == f"held|3|750|{at}|{due}|1|ann|key-1|0|"
    assert desk.redis.hget(requests, "key-1") == f"{seq}|{due}|3|ann"
    assert desk.redis.hget(buyers, "ann") == "3"
    assert desk.redis.zscore(unpaid, seq) == due
    assert desk.redis.xrange(events)[-1] == (
        f"{seq}-0", {str(seq): f"created|1|{at}|3|750|{due}|ann|key-1"})
    assert desk.redis.hget(hash_key, "ticket_sold_nums") == "3"
    desk.check()


def test_every_script_answers_ok_and_the_view_first(desk):
    """OK, then eleven words of the item, the same from all three."""
    desk.open(10)
    desk.later(3600000)  # so far ahead that the clock stands still
    heads = [desk.run("item", 12, "adopt")[:12], desk.run("buy", 6, "0", "3", "a", "", "x")[:12],
             desk.run("sync", 12, "node", "1", "0", "0", "0")[:12]]
    assert heads[0][0] == "OK" and heads[0] == heads[1] == heads[2]


def test_the_view_tells_what_the_sale_has_become(desk):
    """Total, sold, epoch, seq, gen, state and the largest order, as after the purchase."""
    desk.open(10, max_units=5)
    desk.buy_one("key-1", "", "4")
    view = desk.view
    assert (view.total, view.sold, view.paid, view.outside) == (10, 4, 0, 0)
    assert (view.epoch, view.seq, view.gen, view.state, view.max) == (1, 2, 1, "open", 5)
    assert view.expiry == 0


def test_when_all_is_held_the_view_names_the_next_expiry(desk):
    """The last unit is sold: the first deadline is what a buyer may hope for."""
    desk.open(2)
    first = desk.buy_one("key-1")
    desk.later(50)
    desk.buy_one("key-2")
    assert desk.view.expiry == first.second


def test_an_anonymous_buyer_is_nobodys_count(desk):
    """No user: the order is there, the buyers' hash is not."""
    desk.open(10, limit_units=1)
    assert desk.buy_one("key-1").word == "ACCEPTED"
    assert desk.buy_one("key-2").word == "ACCEPTED"
    assert not desk.redis.exists(desk.keys[3])
    desk.check()


def test_a_repeated_key_hears_its_own_order_and_changes_nothing(desk):
    """The same key twice: the same seq and deadline; not one byte in Redis differs."""
    desk.open(10)
    first = desk.buy_one("key-1", "ann", "2")
    before = desk.snapshot()
    again = desk.buy_one("key-1", "ann", "2")
    assert again == ("REPEATED", first.first, first.second)
    assert desk.snapshot() == before


def test_a_repeated_key_is_recognised_whatever_the_sale_is_by_now(desk):
    """Sold out, paused, closed, limits lowered: the key's owner still hears of the order (H7)."""
    desk.open(1)
    first = desk.buy_one("key-1", "ann")
    for rules in ({"state": "paused"}, {"state": "closed"}, {"state": "open"},
                  {"max_units": 0}, {"limit_units": 1}):
        desk.rule(**rules)
        assert desk.buy_one("key-1", "ann") == ("REPEATED", first.first, first.second), rules


@pytest.mark.parametrize("user, units", [("bob", "1"), ("", "1"), ("ann", "2"), ("an", "n|1")])
def test_a_key_with_other_facts_is_a_conflict_and_tells_nothing(desk, user, units):
    """Ann's key with another user or other units: CONFLICT with two zeros (S7)."""
    desk.open(10)
    desk.buy_one("key-1", "ann", "1")
    before = desk.snapshot()
    answer = desk.buy_one("key-1", user, units)
    assert answer == (("CONFLICT" if units.isdigit() else "BAD_UNITS"), 0, 0)
    assert desk.snapshot() == before


def test_sold_out_says_how_many_are_left(desk):
    """Three left, four wanted: SOLD_OUT 3; then three are taken, then nothing is left."""
    desk.open(3)
    before = desk.snapshot()
    assert desk.buy_one("key-1", "", "4") == ("SOLD_OUT", 3, 0)
    assert desk.snapshot() == before
    assert desk.buy_one("key-2", "", "3").word == "ACCEPTED"
    assert desk.buy_one("key-3") == ("SOLD_OUT", 0, 0)
    desk.check()


def test_exactly_the_total_is_sold_and_not_one_more(desk):
    """The article's `total >= sold` sells 10,001: here the last unit is the last."""
    desk.open(5)
    words = [desk.buy_one(f"key-{i}").word for i in range(7)]
    assert words == ["ACCEPTED"] * 5 + ["SOLD_OUT"] * 2


def test_nothing_to_sell_is_sold_out_from_the_first(desk):
    """A total of 0 is a sale, with nothing in it."""
    desk.open(0)
    assert desk.buy_one("key-1") == ("SOLD_OUT", 0, 0)
    assert desk.view.total == 0


def test_an_order_above_the_largest_is_over_limit(desk):
    """max_units 2: three are refused with what would be allowed."""
    desk.open(10, max_units=2)
    assert desk.buy_one("key-1", "ann", "3") == ("LIMIT", 2, 0)
    assert desk.buy_one("key-1", "ann", "2").word == "ACCEPTED"


def test_a_buyer_at_the_limit_hears_how_many_are_allowed(desk):
    """limit_units 3: two, then two more are refused with 1, then one is taken, then 0."""
    desk.open(10, limit_units=3)
    assert desk.buy_one("key-1", "ann", "2").word == "ACCEPTED"
    assert desk.buy_one("key-2", "ann", "2") == ("LIMIT", 1, 0)
    assert desk.buy_one("key-3", "ann", "1").word == "ACCEPTED"
    assert desk.buy_one("key-4", "ann", "1") == ("LIMIT", 0, 0)
    assert desk.buy_one("key-5", "bob", "3").word == "ACCEPTED"
    desk.check()


def test_a_limit_lowered_below_what_somebody_has_allows_nothing_more(desk):
    """Ann has two when the limit becomes one: LIMIT 0, never a negative number."""
    desk.open(10)
    desk.buy_one("key-1", "ann", "2")
    desk.rule(limit_units=1)
    assert desk.buy_one("key-2", "ann") == ("LIMIT", 0, 0)


def test_a_paused_sale_says_paused(desk):
    """The operator's pause: nothing is sold, nothing written."""
    desk.open(10)
    desk.rule(state="paused")
    before = desk.snapshot()
    assert desk.buy_one("key-1") == ("PAUSED", 0, 0)
    assert desk.snapshot() == before and desk.view.state == "paused"


@pytest.mark.parametrize("state", ["closed", "", "OPEN", "nonsense"])
def test_any_other_state_than_open_or_paused_has_ended(desk, state):
    """Closed, or a word nobody knows: when in doubt nothing is sold."""
    desk.open(10)
    desk.rule(state=state)
    assert desk.buy_one("key-1") == ("ENDED", 0, 0)


@pytest.mark.parametrize("units", HOSTILE_UNITS, ids=repr)
def test_units_that_are_not_plain_digits_are_refused(desk, units):
    """FAULTS S4: tonumber() would take most of them; the pattern takes none."""
    desk.open(10 ** 14)
    before = desk.snapshot()
    assert desk.buy_one("key-1", "ann", units) == ("BAD_UNITS", 0, 0)
    assert desk.snapshot() == before


@pytest.mark.parametrize("units", ["2147483648", "999999999999999"])
def test_units_above_any_order_are_over_limit(desk, units):
    """Digits, but more than max_units: LIMIT, and no arithmetic goes wrong on the way."""
    desk.open(10)
    assert desk.buy_one("key-1", "ann", units) == ("LIMIT", 2000000000, 0)


def test_large_counts_stay_exact(desk):
    """Thirteen digits in stock: written as digits, never with an exponent."""
    desk.open(9999999999999, price=100)
    desk.buy_one("key-1", "ann", "2000000000")
    counts, orders = desk.check()
    assert counts["ticket_sold_nums"] == "2000000000"
    assert orders["2"]["amount"] == "200000000000"


def test_no_item(desk):
    """No hash at all, or a hash with neither count."""
    assert desk.buy(("key-1", "", "1")) == ["NOITEM"]
    desk.rule(price=3)
    assert desk.buy(("key-1", "", "1")) == ["NOITEM"]
    assert desk.redis.keys("*") == [desk.hash]


def test_counts_typed_from_outside_must_be_adopted_first(desk):
    """The article's line, then a purchase at once: RESYNC, and nothing written."""
    desk.type(10)
    before = desk.snapshot()
    assert desk.buy(("key-1", "", "1")) == ["RESYNC"]
    assert desk.snapshot() == before
    desk.adopt()
    desk.redis.hincrby(desk.hash, "ticket_sold_nums", 1)
    assert desk.buy(("key-1", "", "1")) == ["RESYNC"]


@pytest.mark.parametrize("words", [
    [], ["0"], ["0", "1"], ["x", "1", "key"], ["0", "3"], ["0", "3", "key"], ["0", "3", "key", ""],
    ["0", "3", "key", "", "1", "key"], ["0", "3", *["k", "", "1"] * 257], ["0", "1", *["k"] * 257],
    ["0", "2", "key", ""], ["0", "key", "", "1"], ["0", "", "key"], ["0", "03", "key", "", "1"],
    ["0", "4", "key", "", "1", "p"]], ids=lambda words: " ".join(words)[:20])
def test_words_that_do_not_make_purchases_are_a_bad_call(desk, words):
    """None, not as many as was said, 257, no such form: BAD_CALL before anything is read."""
    desk.open(1000)
    assert desk.run("buy", 6, *words) == ["BAD_CALL"]


def test_a_key_alone_is_one_unit_for_nobody(desk):
    """The short form and the long one make the same orders, and know each other's keys."""
    desk.open(10)
    short = desk.run("buy", 6, "0", "1", "key-1", "key-2", "key-1")
    assert short[13:15] == [2, 3] and short[15:17] == ["REPEATED", "2"]
    long = desk.run("buy", 6, "0", "3", "key-3", "", "1", "key-2", "", "1", "key-1", "bob", "1")
    assert long[13] == 4 and long[14:16] == ["REPEATED", "3"] and long[17] == "CONFLICT"
    again = desk.run("buy", 6, "0", "1", "key-3")
    assert again[13:15] == ["REPEATED", "4"]
    orders = desk.redis.hgetall(desk.keys[1])
    assert orders["2"].split("|")[1:3] == orders["4"].split("|")[1:3] == ["1", "0"]
    assert desk.redis.hlen(desk.keys[3]) == 0
    desk.check()


@pytest.mark.parametrize("part", range(6))
def test_a_key_of_the_wrong_type_is_an_error_and_nothing_is_written(desk, part):
    """Somebody put a plain string where a key of the item belongs: no half purchase."""
    desk.open(10)
    desk.buy_one("key-0", "bob")
    desk.redis.delete(desk.keys[part])
    desk.redis.set(desk.keys[part], "a string")
    before = desk.snapshot()
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        desk.buy(("key-1", "ann", "1"), ("key-2", "", "2"))
    assert desk.snapshot() == before


def test_a_stream_that_is_ahead_of_the_hash_is_an_error_and_nothing_is_written(desk):
    """An old hash with a newer stream (I8): the event is refused, and so nothing is sold."""
    desk.open(10)
    desk.redis.xadd(desk.keys[5], {"created": "forged"}, id="77-0")
    before = desk.snapshot()
    with pytest.raises(redis.ResponseError, match="equal or smaller"):
        desk.buy(("key-1", "ann", "1"))
    assert desk.snapshot() == before
