"""Every answer word of cancel.lua and of order.lua: a hold ended by its buyer, and looked at."""
import pytest


@pytest.fixture
def sale(desk):
    """Ten units."""
    desk.open(10)
    return desk


def test_a_held_order_is_cancelled_and_its_units_are_back_at_once(sale):
    """CANCELLED: record, deadline, buyer, counts and event; a gate may open."""
    order = sale.buy_one("a", "ann", "3")
    gen = sale.view.gen
    sale.later(10)
    assert sale.cancel(order.first) == ("CANCELLED", sale.view.now)
    assert (sale.view.sold, sale.view.gen) == (0, gen + 1)
    assert sale.events()[-1] == (3, "cancelled", ["1", str(sale.view.now), "2", "3"])
    assert not sale.redis.exists(sale.keys[3], sale.keys[4])
    _, orders = sale.check()
    assert orders["2"]["state"] == "cancelled" and int(orders["2"]["moved_ms"]) == sale.view.now


def test_the_last_unit_cancelled_can_be_bought_by_another(desk):
    """And the key of the cancelled order still names it (H7)."""
    desk.open(1)
    first = desk.buy_one("a", "ann")
    desk.cancel(first.first)
    assert desk.buy_one("b", "bob").word == "ACCEPTED"
    assert desk.buy_one("a", "ann") == ("REPEATED", first.first, first.second)
    desk.check()


def test_a_hold_past_its_deadline_can_still_be_cancelled(sale):
    """No tick has come by: the units are back either way, once."""
    order = sale.buy_one("a", "ann")
    sale.rule(last_ms=order.second + 5)
    assert sale.cancel(order.first)[0] == "CANCELLED"
    assert sale.sync() == (1, 0)
    sale.check()


@pytest.mark.parametrize("state", ["cancelled", "expired", "paid", "refunded"])
def test_an_order_that_is_not_held_is_left_as_it_is(sale, state):
    """ALREADY and its state; nothing is written."""
    order = sale.buy_one("a", "ann")
    if state == "cancelled":
        sale.cancel(order.first)
    elif state == "expired":
        sale.rule(last_ms=order.second)
        sale.sync()
    else:
        sale.pay(order.first, "t1")
    if state == "refunded":
        sale.refund(order.first)
    before = sale.snapshot()
    assert sale.cancel(order.first) == ("ALREADY", state)
    assert sale.snapshot() == before


def test_only_the_cancelled_orders_units_leave_the_buyers_count(sale):
    """Ann has 2 + 3; the 2 are cancelled: 3."""
    two, three = sale.buy(("a", "ann", "2"), ("b", "ann", "3"))
    sale.cancel(two.first)
    assert sale.redis.hget(sale.keys[3], "ann") == "3"
    assert sale.redis.zrange(sale.keys[4], 0, -1) == [str(three.first)]
    sale.check()


def test_an_order_of_an_earlier_sale_gives_nothing_back(desk):
    """State and event; the new sale's count and its buyers are untouched."""
    desk.open(5)
    old = desk.buy_one("a", "ann", "2")
    desk.type(5, 0)
    desk.adopt()
    desk.buy_one("b", "ann")
    gen = desk.view.gen
    assert desk.cancel(old.first)[0] == "CANCELLED"
    assert (desk.view.sold, desk.view.gen) == (1, gen)
    assert desk.redis.hget(desk.keys[3], "ann") == "1"
    desk.check()


def test_an_order_whose_record_has_left_redis_is_gone(sale):
    """Paid, recorded, let go."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1")
    sale.trim(sale.view.seq)
    before = sale.snapshot()
    assert sale.cancel(order.first) == ("GONE",)
    assert sale.snapshot() == before


@pytest.mark.parametrize("number", [1, 3, 99])
def test_a_number_that_is_no_orders_cannot_be_cancelled(sale, number):
    """An opening, a cancellation, a number to come: NO_ORDER."""
    sale.buy(("a",))
    sale.cancel(2)
    assert sale.cancel(number) == ("NO_ORDER",)


def test_typed_counts_and_no_item_are_refusals(sale):
    """RESYNC, BROKEN, NOITEM, as from every script."""
    order = sale.buy_one("a")
    sale.redis.hincrby(sale.hash, "ticket_total_nums", 1)
    assert sale.cancel(order.first) == ("RESYNC",)
    sale.rule(ticket_total_nums="ten")
    assert sale.cancel(order.first)[0] == "BROKEN"
    sale.redis.delete(sale.hash)
    assert sale.cancel(order.first) == ("NOITEM",)


@pytest.mark.parametrize("script", ["cancel", "order"])
@pytest.mark.parametrize("words", [[], [""], ["0"], ["01"], ["-1"], ["1 "], ["nan"], ["2", "x"],
                                   ["2", "2", "2"], ["1" * 16]], ids=str)
def test_anything_but_one_number_is_a_bad_call(sale, script, words):
    """Digits by pattern."""
    assert sale.run(script, 12, *words) == ["BAD_CALL"]


# -- order.lua ---------------------------------------------------------------------------------


def test_an_order_is_found_with_its_record_and_the_time(sale):
    """FOUND, the record as it is, what SQL holds, Redis' time; and nothing is written."""
    order = sale.buy_one("a", "ann", "2")
    sale.trim(1)
    sale.later(77)
    record = sale.redis.hget(sale.keys[1], order.first)
    before = sale.snapshot()
    now = int(sale.redis.hget(sale.hash, "last_ms"))
    assert sale.order(order.first) == ("FOUND", record, 1, now, "")
    assert sale.snapshot() == before


def test_with_an_order_comes_the_fate_of_its_payment(sale):
    """Paid and refunded; or due, until that is given back too, which changes no record."""
    paid, late = sale.buy_one("a").first, sale.buy_one("b").first
    sale.pay(paid, "t-1")
    assert sale.order(paid)[4] == "paid"
    sale.refund(paid)
    assert sale.order(paid)[4] == "refunded"
    sale.cancel(late)
    assert sale.order(late)[4] == ""
    sale.pay(late, "t-2")
    assert sale.order(late)[4] == "due"
    record = sale.order(late)[1]
    sale.refund(late)
    assert sale.order(late)[1] == record and sale.order(late)[4] == "refunded"


@pytest.mark.parametrize("fault", [{"ticket_total_nums": "nan"}, {"ticket_total_nums": "77"},
                                   {"ticket_sold_nums": "5"}, {"seq": "x"}, {"last_ms": "x"}],
                         ids=str)
def test_an_order_can_be_read_whatever_the_counts_are(sale, fault):
    """Typed, broken: a buyer still sees the order."""
    order = sale.buy_one("a", "ann")
    sale.rule(**fault)
    assert sale.order(order.first)[0] == "FOUND"


def test_an_order_can_be_read_when_the_hash_was_deleted(sale):
    """DEL of the hash alone: the stream tells how far numbers went."""
    order = sale.buy_one("a", "ann")
    sale.redis.delete(sale.hash)
    assert sale.order(order.first)[0] == "FOUND"
    assert sale.order(99) == ("NO_ORDER",)


def test_an_order_that_left_or_was_lost_is_gone_and_one_that_never_was_is_none(sale):
    """GONE says how far the ledger is; an emptied Redis with the ledger's mark says it too."""
    order = sale.buy_one("a", "ann")
    sale.cancel(order.first)
    assert sale.order(3) == ("NO_ORDER",), "3 is a cancellation, still in the stream"
    sale.trim(3)
    assert sale.order(order.first) == ("GONE", 3)
    assert sale.order(4) == ("NO_ORDER",)
    sale.redis.flushall()
    assert sale.order(order.first) == ("NOITEM",)
    sale.trim(3)
    assert sale.order(order.first) == ("GONE", 3)
