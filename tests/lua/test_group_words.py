"""What a user may have of the items of one group within a rolling period, and what frees it."""
import pytest

from harness.desk import Desk

FAR, DAY = 32503680000000, 86400000  # the year 3000: Redis' own clock does not interfere
GROUP = "{_hash_key}:group:spring"


@pytest.fixture
def shelf(desk):
    """Two items of the group `spring`: two units a user in 30 days. The clocks stand at FAR."""
    other = Desk(desk.redis, "mug")
    for item in (desk, other):
        item.item("create", 100, "group", "spring", "group_units", 2, "group_days", 30,
                  "late_pay", "retake")
        item.rule(last_ms=FAR)
    desk.other = other
    return desk


def at(shelf, ms):
    """It is FAR + ms for both items."""
    for item in (shelf, shelf.other):
        item.rule(last_ms=FAR + ms)


def test_units_count_over_all_items_of_the_group(shelf):
    """One of each, then none of either; another user and nobody are not concerned."""
    assert shelf.ask("a", "ann").word == shelf.other.ask("b", "ann").word == "ACCEPTED"
    before = shelf.snapshot()
    assert shelf.ask("c", "ann") == shelf.other.ask("d", "ann") == ("LIMIT", 0, 0)
    assert shelf.snapshot() == before
    assert shelf.ask("e", "bob", "2").word == "ACCEPTED"
    assert shelf.ask("f", "", "5").word == "ACCEPTED"
    for item in (shelf, shelf.other):
        item.check()


def test_what_is_still_allowed_is_told(shelf):
    """One had: two more are refused with 1."""
    shelf.ask("a", "ann")
    assert shelf.other.ask("b", "ann", "2") == ("LIMIT", 1, 0)


def test_purchases_of_one_batch_count_against_each_other(shelf):
    """Three of one user in a batch: two."""
    said = shelf.buy(*[(f"k{i}", "ann", "1", "") for i in range(3)])
    assert [one.word for one in said] == ["ACCEPTED", "ACCEPTED", "LIMIT"]
    shelf.check()


def test_the_period_rolls(shelf):
    """Bought at 0 and at 10 days: at 30 days less 1 ms none, at 30 days one, at 40 two."""
    shelf.ask("a", "ann")
    at(shelf, 10 * DAY)
    shelf.ask("b", "ann")
    at(shelf, 30 * DAY - 1)
    assert shelf.other.ask("c", "ann").word == "LIMIT"
    at(shelf, 30 * DAY)
    assert shelf.other.ask("d", "ann", "2") == ("LIMIT", 1, 0)
    assert shelf.other.ask("d", "ann").word == "ACCEPTED"
    assert len(shelf.redis.hget(GROUP, "ann").split(",")) == 2
    at(shelf, 40 * DAY)
    assert shelf.other.ask("e", "ann").word == "ACCEPTED"


def test_a_cancelled_order_frees_its_units(shelf):
    """And a second cancel frees nothing more; a paid order stays counted."""
    first = shelf.ask("a", "ann", "2")
    assert shelf.cancel(first.first)[0] == "CANCELLED"
    assert shelf.cancel(first.first)[0] == "ALREADY"
    assert shelf.redis.hget(GROUP, "ann") is None
    second = shelf.other.ask("b", "ann", "2")
    assert shelf.other.pay(second.first, "t1")[0] == "PAID"
    assert shelf.ask("c", "ann").word == "LIMIT"


def test_expired_orders_free_their_units(shelf):
    """Three users, one with two orders: all free after the tick, of this item only."""
    for key, user in (("a", "ann"), ("b", "bob"), ("c", "ann"), ("d", "cat")):
        shelf.ask(key, user)
    shelf.other.ask("e", "bob")
    at(shelf, 300000)
    assert shelf.sync()[1] == 4
    assert list(shelf.redis.hgetall(GROUP)) == ["bob"]
    assert shelf.redis.hget(GROUP, "bob").split(":")[2] == "mug"
    shelf.check()


def test_a_late_payment_takes_the_units_again_if_the_group_allows(shelf):
    """Expired, then paid late: RETAKEN and counted once; with the allowance used up: DUE."""
    first = shelf.ask("a", "ann", "2")
    at(shelf, 300000)
    assert shelf.pay(first.first, "t1")[0] == "RETAKEN"
    assert shelf.other.ask("b", "ann").word == "LIMIT"
    assert shelf.redis.hget(GROUP, "ann") == f"{FAR}:2:ticket:{first.first}:{FAR + 30 * DAY}"
    second = shelf.ask("c", "bob", "2")
    at(shelf, 600000)
    assert shelf.sync()[1] == 1
    assert shelf.other.ask("d", "bob").word == "ACCEPTED"
    assert shelf.pay(second.first, "t2") == ("DUE", "expired")
    for item in (shelf, shelf.other):
        item.check()


def test_a_refund_frees_the_units(shelf):
    """Paid, refunded: may be bought again."""
    first = shelf.ask("a", "ann", "2")
    shelf.pay(first.first, "t1")
    assert shelf.refund(first.first)[0] == "REFUNDED"
    assert shelf.other.ask("b", "ann", "2").word == "ACCEPTED"


def test_an_order_of_an_earlier_sale_is_freed_too(shelf):
    """A new epoch is typed; the old hold is cancelled."""
    first = shelf.ask("a", "ann", "2")
    shelf.type(50)
    shelf.adopt()
    assert shelf.ask("b", "ann").word == "LIMIT"
    shelf.cancel(first.first)
    assert shelf.ask("b", "ann").word == "ACCEPTED"


def test_the_key_goes_when_nobody_has_bought_for_a_period(shelf):
    """It has an expiry of the period, renewed by each purchase."""
    shelf.ask("a", "ann")
    assert 0 < shelf.redis.pttl(GROUP) <= 30 * DAY


def test_a_repeated_key_is_not_counted_twice(shelf):
    """REPEATED changes nothing in the group."""
    shelf.ask("a", "ann")
    before = shelf.snapshot()
    assert shelf.ask("a", "ann").word == "REPEATED" and shelf.snapshot() == before


def test_without_units_or_days_a_group_limits_nobody(shelf):
    """group_units 0, group_days 0, group off."""
    shelf.ask("a", "ann", "2")
    for words in (("group_units", 0), ("group_units", 2, "group_days", 0), ("group", "off")):
        shelf.item("set", *words)
        number = len(shelf.events())
        shelf.rule(ruled=1)
        assert shelf.ask(f"k{number}", "ann").word == "ACCEPTED", words
    assert shelf.redis.hget(GROUP, "ann").count(":") == 4


def test_a_rebuild_counts_the_orders_again(shelf):
    """Held and paid ones that are young enough, of this item; another item's stay."""
    held, paid = shelf.ask("a", "ann"), shelf.ask("b", "bob")
    gone = shelf.ask("c", "cat")
    shelf.pay(paid.first, "t1")
    shelf.cancel(gone.first)
    shelf.other.ask("d", "ann")
    wanted = {user: set(text.split(",")) for user, text in shelf.redis.hgetall(GROUP).items()}
    records, seq = shelf.redis.hgetall(shelf.keys[1]), shelf.counts()["seq"]
    shelf.redis.hset(GROUP, "ann", shelf.redis.hget(GROUP, "ann").split(",")[1])
    shelf.redis.hdel(GROUP, "bob")
    assert shelf.tell("rebuild", "begin", "t", seq, "insist")[0] == "BEGUN"
    words = [word for pair in records.items() for word in pair]
    assert shelf.tell("rebuild", "orders", "t", *words) == ("ADDED", 3)
    said = shelf.tell("rebuild", "finish", "t", seq, seq + 100, "ticket_total_nums", 100,
                      "ticket_sold_nums", 2, "paid_nums", 1, "epoch", 1, "last_ms", FAR,
                      "group", "spring", "group_units", 2, "group_days", 30)
    assert said == ("REBUILT",)
    assert wanted == {user: set(text.split(","))
                      for user, text in shelf.redis.hgetall(GROUP).items()}
    assert held.word == "ACCEPTED" and shelf.counts()["ruled"] == 1


def test_items_of_one_group_with_other_periods_keep_each_others_entries(shelf):
    """30 days here, one day there: what the long one counts is neither dropped nor cut short."""
    shelf.other.item("set", "group_days", 1)
    shelf.ask("a", "ann", "2")
    at(shelf, 2 * DAY)
    assert shelf.other.ask("b", "ann").word == "ACCEPTED"
    assert shelf.redis.hget(GROUP, "ann").count(",") == 1
    assert shelf.redis.pttl(GROUP) > 29 * DAY
    assert shelf.ask("c", "ann").word == "LIMIT"
    at(shelf, 30 * DAY)
    assert shelf.ask("d", "ann").word == "ACCEPTED"
    kept = [entry.split(":")[2] for entry in shelf.redis.hget(GROUP, "ann").split(",")]
    assert kept == ["mug", "ticket"]  # of day 2, and of this one


def test_a_rebuild_frees_what_an_order_that_is_lost_has_counted(shelf):
    """An order whose event the ledger lacks is dropped, and its units with it; others' stay."""
    shelf.other.ask("m", "ann")
    shelf.ask("a", "ann")
    shelf.ask("b", "bob", "2")
    assert shelf.tell("rebuild", "begin", "t", 6, "insist")[0] == "BEGUN"
    shelf.tell("rebuild", "finish", "t", 6, 100, "ticket_total_nums", 9, "ticket_sold_nums", 0,
               "epoch", 1, "last_ms", FAR, "group", "spring", "group_units", 2, "group_days", 30)
    assert list(shelf.redis.hgetall(GROUP)) == ["ann"]
    assert shelf.redis.hget(GROUP, "ann").split(":")[2] == "mug"
    assert shelf.ask("c", "bob", "2").word == "ACCEPTED"


@pytest.mark.parametrize("field, value", [("group", "Spring"), ("group", "a b"), ("group", ""),
                                          ("group", "s" * 33), ("group_units", 1001),
                                          ("group_days", 3651)])
def test_a_groups_name_and_bounds_are_checked(desk, field, value):
    """item.lua's BAD_VALUE."""
    desk.item("create", 10)
    assert desk.item("set", field, value) == ("BAD_VALUE", field)
