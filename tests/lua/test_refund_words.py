"""Every answer word of refund.lua: payments given back, with and without the order's record."""
import pytest

from harness.fold import fold
from harness.rebuilding import rebuild


@pytest.fixture
def sale(desk):
    """Ten units at 7 each."""
    desk.open(10, price=7)
    return desk


def test_a_paid_order_is_refunded_and_its_units_are_back(sale):
    """REFUNDED 2: record, payment, counts, buyer and event; a gate may open."""
    order = sale.buy_one("a", "ann", "2")
    sale.pay(order.first, "t1", 14)
    gen = sale.view.gen
    sale.later(9)
    assert sale.refund(order.first) == ("REFUNDED", 2)
    view, at = sale.view, str(sale.view.now)
    assert (view.sold, view.paid, view.gen) == (0, 0, gen + 1)
    assert sale.events()[-1] == (4, "refunded", ["1", at, "2", "2", "t1", "14"])
    assert sale.redis.hget(sale.keys[7], "t1") == f"2|refunded|14|{at}|2|1|ann"
    assert not sale.redis.exists(sale.keys[3])
    _, orders = sale.check()
    assert orders["2"]["state"] == "refunded" and orders["2"]["moved_ms"] == at


def test_the_payment_may_be_named(sale):
    """The same by its transaction id."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    assert sale.refund(order.first, "t1") == ("REFUNDED", 1)
    sale.check()


def test_a_payment_is_given_back_once(sale):
    """Twice by its order, twice by name: ALREADY, and nothing is written."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    sale.refund(order.first)
    before = sale.snapshot()
    assert sale.refund(order.first) == ("ALREADY",)
    assert sale.refund(order.first, "t1") == ("ALREADY",)
    assert sale.snapshot() == before


def test_refunded_units_can_be_bought_again(desk):
    """The last unit."""
    desk.open(1)
    order = desk.buy_one("a", "ann")
    desk.pay(order.first, "t1")
    assert desk.buy_one("b", "bob").word == "SOLD_OUT"
    desk.refund(order.first)
    assert desk.buy_one("b", "bob").word == "ACCEPTED"
    desk.check()


def test_a_late_payment_is_given_back_without_units(sale):
    """Due: REFUNDED 0; the order stays expired, no count moves, no gate opens."""
    order = sale.buy_one("a", "ann")
    sale.rule(last_ms=order.second)
    sale.pay(order.first, "t1", 7)
    gen = sale.view.gen
    assert sale.refund(order.first) == ("REFUNDED", 0)
    assert (sale.view.sold, sale.view.gen) == (0, gen)
    assert sale.refund(order.first) == ("ALREADY",)
    _, orders = sale.check()
    assert orders["2"]["state"] == "expired" and orders["2"]["txn"] == "t1"


def test_of_two_payments_each_is_given_back_by_its_name(sale):
    """t1 paid, t2 is due: t2 back leaves the order paid; then t1 back refunds it."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    sale.pay(order.first, "t2", 7)
    assert sale.refund(order.first, "t2") == ("REFUNDED", 0)
    _, orders = sale.check()
    assert orders["2"]["state"] == "paid" and sale.view.paid == 1
    assert sale.refund(order.first, "t1") == ("REFUNDED", 1)
    assert sale.check()[1]["2"]["state"] == "refunded"


@pytest.mark.parametrize("state", ["held", "expired", "cancelled"])
def test_an_order_that_nobody_paid_is_not_refunded(sale, state):
    """NOT_PAID and what it is."""
    order = sale.buy_one("a", "ann")
    if state == "cancelled":
        sale.cancel(order.first)
    elif state == "expired":
        sale.rule(last_ms=order.second)
        sale.sync()
    before = sale.snapshot()
    assert sale.refund(order.first) == ("NOT_PAID", state)
    assert sale.snapshot() == before


def test_a_payment_that_never_came_or_came_for_another_is_none(sale):
    """NO_PAYMENT."""
    sale.buy(("a", "ann"), ("b", "bob"))
    sale.pay(2, "t1", 7)
    before = sale.snapshot()
    assert sale.refund(2, "t2") == ("NO_PAYMENT",)
    assert sale.refund(3, "t1") == ("NO_PAYMENT",)
    assert sale.snapshot() == before


def test_a_paid_order_that_has_left_redis_is_refunded_by_its_payment(sale):
    """Its units, epoch and buyer are in the payment's entry."""
    order, other = sale.buy(("a", "ann", "2"), ("b", "ann", "1"))
    sale.pay(order.first, "t1", 14)
    sale.trim(sale.view.seq)
    assert sale.refund(order.first) == ("NOT_PAID", "gone")
    assert sale.refund(order.first, "t1") == ("REFUNDED", 2)
    assert (sale.view.sold, sale.view.paid) == (1, 0)
    assert sale.redis.hget(sale.keys[3], "ann") == "1"
    assert sale.redis.hkeys(sale.keys[1]) == [str(other.first)], "no record is made"
    assert sale.refund(order.first, "t1") == ("ALREADY",)
    sale.check()


def test_a_payment_of_an_order_that_had_left_is_given_back(sale):
    """DUE gone, then REFUNDED 0."""
    order = sale.buy_one("a", "ann")
    sale.cancel(order.first)
    sale.trim(sale.view.seq)
    sale.pay(order.first, "t1", 7)
    assert sale.refund(order.first, "t1") == ("REFUNDED", 0)
    sale.check()


def test_a_payment_of_an_order_that_had_left_stays_apart_when_it_is_back(sale):
    """DUE gone; a rebuild brings the record back; the refund is the payment's alone."""
    order = sale.buy_one("a", "ann")
    sale.cancel(order.first)
    sale.trim(sale.view.seq)
    sale.pay(order.first, "t1", 7)
    sale.trim(sale.view.seq)
    rebuild(sale, fold(sale.trimmed), price=7)
    assert sale.order(order.first)[0] == "FOUND"
    assert sale.refund(order.first) == ("NOT_PAID", "cancelled")
    assert sale.refund(order.first, "t1") == ("REFUNDED", 0)
    assert sale.events()[-1][2][0] == "0"
    sale.check()


@pytest.mark.parametrize("leaves", [False, True])
def test_an_order_of_an_earlier_sale_is_refunded_without_touching_the_stock(desk, leaves):
    """Paid in the old sale, refunded in the new one, with and without its record."""
    desk.open(5)
    old = desk.buy_one("a", "ann", "2")
    desk.pay(old.first, "t1")
    desk.type(5, 0)
    desk.adopt()
    desk.buy_one("b", "ann")
    if leaves:
        desk.trim(desk.view.seq)
    gen = desk.view.gen
    assert desk.refund(old.first, "t1") == ("REFUNDED", 2)
    assert (desk.view.sold, desk.view.paid, desk.view.gen) == (1, 0, gen)
    assert desk.redis.hget(desk.keys[3], "ann") == "1"
    desk.check()


def test_a_refund_in_a_closed_or_archived_item_still_works(sale):
    """Closed, recorded, archived: the payments are there for ever."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    sale.item("state", "closed")
    sale.trim(sale.view.seq)
    assert sale.tell("archive")[0] == "ARCHIVED"
    assert sale.refund(order.first, "t1") == ("REFUNDED", 1)
    assert sale.view.sold == 0
    sale.check()


@pytest.mark.parametrize("number", [1, 99])
def test_a_number_that_is_no_orders_cannot_be_refunded(sale, number):
    """NO_ORDER."""
    assert sale.refund(number) == ("NO_ORDER",)
    assert sale.refund(number, "t1") == ("NO_ORDER",)


def test_typed_counts_and_no_item_are_refusals(sale):
    """RESYNC, NOITEM."""
    order = sale.buy_one("a")
    sale.redis.hincrby(sale.hash, "ticket_total_nums", 1)
    assert sale.refund(order.first) == ("RESYNC",)
    sale.redis.delete(sale.hash)
    assert sale.refund(order.first) == ("NOITEM",)


@pytest.mark.parametrize("words", [[], ["2"], ["0", ""], ["2", "t|"], ["2", "t" * 65],
                                   ["2", "t", "t"], ["nan", ""]], ids=str)
def test_words_that_are_not_of_their_form_are_a_bad_call(sale, words):
    """Digits and ids by pattern."""
    assert sale.run("refund", 12, *words) == ["BAD_CALL"]
