"""Every answer word of pay.lua: payment against expiry, the late, the second and the repeated.

Time is moved, not waited for. The model (harness/fold.py) holds each outcome to the event log.
"""
import pytest
import redis

WINDOW = 300000
RETAKE = {"late_pay": "retake"}


@pytest.fixture
def sale(desk):
    """Ten units at 7 each."""
    desk.open(10, price=7)
    return desk


def test_a_payment_before_the_deadline_sells_the_order(sale):
    """Two units at 7: PAID; record, payment, counts, buyer, deadline and event agree."""
    order = sale.buy_one("a", "ann", "2")
    sale.later(5)
    word, at = sale.pay(order.first, "txn-1", 14)
    assert (word, at) == ("PAID", sale.view.now)
    assert (sale.view.sold, sale.view.paid) == (2, 2)
    record = sale.redis.hget(sale.keys[1], order.first).split("|")
    assert record[0] == "paid" and record[8:] == [str(at), "txn-1"]
    assert sale.redis.hget(sale.keys[7], "txn-1") == f"{order.first}|paid|14|{at}|2|1|ann"
    assert sale.redis.zrange(sale.keys[8], 0, -1, withscores=True) == [("2", 3.0)]
    assert sale.events()[-1] == (3, "paid", ["1", str(at), "2", "2", "txn-1", "14"])
    assert sale.redis.hget(sale.keys[3], "ann") == "2" and not sale.redis.exists(sale.keys[4])
    sale.check()


def test_the_last_millisecond_is_the_buyers_and_the_deadline_is_not(sale):
    """H8: deadline - 1 is PAID; at the deadline itself the order has expired."""
    one, two = sale.buy(("a", "ann"), ("b", "bob"))
    sale.rule(last_ms=one.second - 1)
    assert sale.pay(one.first, "t1", 7) == ("PAID", one.second - 1)
    sale.rule(last_ms=two.second)
    assert sale.pay(two.first, "t2", 7) == ("DUE", "expired")
    sale.check()


def test_a_paid_order_does_not_expire_any_more(sale):
    """Paid, then its deadline passes and a node ticks: nothing happens."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    sale.rule(last_ms=order.second + 1)
    assert sale.sync() == (1, 0) and sale.view.paid == 1
    sale.check()


def test_a_payment_told_again_hears_its_fate_and_changes_nothing(sale):
    """The provider calls a hundred times: one payment (paid, then refunded)."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    before = sale.snapshot()
    assert {sale.pay(order.first, "t1", 7) for _ in range(100)} == {("REPEATED", "paid")}
    assert sale.snapshot() == before
    sale.refund(order.first)
    assert sale.pay(order.first, "t1", 7) == ("REPEATED", "refunded")
    sale.check()


def test_a_late_payment_told_again_is_still_due(sale):
    """REPEATED due, and only one event of it."""
    order = sale.buy_one("a", "ann")
    sale.rule(last_ms=order.second)
    assert sale.pay(order.first, "t1", 7) == ("DUE", "expired")
    before = sale.snapshot()
    assert sale.pay(order.first, "t1", 7) == ("REPEATED", "due")
    assert sale.snapshot() == before


@pytest.mark.parametrize("other, amount", [(3, 7), (2, 8), (2, 0), (99, 7)])
def test_a_transaction_that_was_told_otherwise_is_a_conflict(sale, other, amount):
    """t1 paid order 2 with 7: CONFLICT for another order or amount, and nothing is written."""
    sale.buy(("a", "ann"), ("b", "bob"))
    sale.pay(2, "t1", 7)
    before = sale.snapshot()
    assert sale.pay(other, "t1", amount) == ("CONFLICT",)
    assert sale.snapshot() == before


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("amount", [0, 6, 8, 14])
def test_a_wrong_amount_hears_what_is_owed_and_is_not_recorded(sale, amount, late):
    """7 owed: WRONG_AMOUNT 7, in time or late; not even the expiry is written."""
    order = sale.buy_one("a", "ann")
    if late:
        sale.rule(last_ms=order.second)
    before = sale.snapshot()
    assert sale.pay(order.first, "t1", amount) == ("WRONG_AMOUNT", 7)
    assert sale.snapshot() == before


def test_a_free_item_is_paid_with_nothing(desk):
    """No price: the amount owed is 0."""
    desk.open(1)
    order = desk.buy_one("a")
    assert desk.pay(order.first, "t1", 0)[0] == "PAID"
    desk.check()


def test_a_late_payment_ends_the_hold_first_and_is_due(sale):
    """At the deadline, before any tick: expired, then due; units are back, gates reopen."""
    order = sale.buy_one("a", "ann", "2")
    gen = sale.view.gen
    sale.rule(last_ms=order.second)
    assert sale.pay(order.first, "t1", 14) == ("DUE", "expired")
    assert (sale.view.sold, sale.view.paid, sale.view.gen) == (0, 0, gen + 1)
    assert [kind for _, kind, _ in sale.events()] == ["opened", "created", "expired", "due"]
    _, orders = sale.check()
    assert orders["2"]["state"] == "expired" and orders["2"]["txn"] == "t1"
    assert sale.redis.hget(sale.keys[7], "t1").split("|")[1] == "due"
    assert not sale.redis.exists(sale.keys[3])


def test_a_payment_of_an_expired_order_is_due(sale):
    """The tick came first; DUE says what the order had become."""
    order = sale.buy_one("a", "ann")
    sale.rule(last_ms=order.second)
    sale.sync()
    gen = sale.view.gen
    assert sale.pay(order.first, "t1", 7) == ("DUE", "expired")
    assert sale.view.gen == gen, "nothing came back by it"
    sale.check()


def test_a_payment_of_a_cancelled_order_is_due(sale):
    """The buyer cancelled and paid nevertheless."""
    order = sale.buy_one("a", "ann")
    sale.cancel(order.first)
    assert sale.pay(order.first, "t1", 7) == ("DUE", "cancelled")
    sale.check()


def test_a_second_payment_of_an_order_is_due(sale):
    """Paid by t1; t2 is due, and the order is t1's; once refunded, t3 is due as well."""
    order = sale.buy_one("a", "ann")
    sale.pay(order.first, "t1", 7)
    assert sale.pay(order.first, "t2", 7) == ("DUE", "paid")
    _, orders = sale.check()
    assert orders["2"]["txn"] == "t1" and orders["2"]["state"] == "paid"
    sale.refund(order.first)
    assert sale.pay(order.first, "t3", 7) == ("DUE", "refunded")
    _, orders = sale.check()
    assert orders["2"]["state"] == "refunded" and sale.view.sold == 0


def test_a_payment_of_an_order_that_has_left_redis_is_due(sale):
    """Ended, recorded, let go: DUE gone, with whatever amount; the entry names no buyer."""
    order = sale.buy_one("a", "ann")
    sale.cancel(order.first)
    sale.trim(sale.view.seq)
    assert sale.pay(order.first, "t1", 999) == ("DUE", "gone")
    entry = sale.redis.hget(sale.keys[7], "t1").split("|")
    assert entry[:3] == ["2", "due", "999"] and entry[4:] == ["0", "0", ""]
    assert not sale.redis.exists(sale.keys[1]), "no record is made of it"
    assert sale.pay(order.first, "t1", 999) == ("REPEATED", "due")
    sale.check()


@pytest.mark.parametrize("ended", ["by the payment", "by a tick", "by the buyer"])
def test_by_the_rule_retake_a_late_payment_takes_the_units_again(desk, ended):
    """late_pay retake, units left: RETAKEN, sold, paid, and the buyer's again."""
    desk.open(3, price=7, **RETAKE)
    order = desk.buy_one("a", "ann", "2")
    if ended == "by the buyer":
        desk.cancel(order.first)
    desk.rule(last_ms=order.second)
    if ended == "by a tick":
        desk.sync()
    assert desk.pay(order.first, "t1", 14) == ("RETAKEN", order.second)
    assert (desk.view.sold, desk.view.paid) == (2, 2)
    assert desk.redis.hget(desk.keys[3], "ann") == "2"
    _, orders = desk.check()
    assert orders["2"]["state"] == "paid" and orders["2"]["txn"] == "t1"
    assert desk.sync() == (1, 0)


def test_a_payment_that_was_retaken_and_refunded_gives_the_units_back(desk):
    """Expired, retaken, refunded: each move has its event and the sums hold."""
    desk.open(1, **RETAKE)
    order = desk.buy_one("a", "ann")
    desk.rule(last_ms=order.second)
    desk.pay(order.first, "t1")
    assert desk.refund(order.first) == ("REFUNDED", 1)
    assert desk.view.sold == 0
    desk.check()


def test_units_sold_meanwhile_are_not_taken_again(desk):
    """The last unit expired and was bought by Bob: Ann's late payment is due."""
    desk.open(1, **RETAKE)
    ann = desk.buy_one("a", "ann")
    desk.rule(last_ms=ann.second)
    desk.sync()
    desk.buy_one("b", "bob")
    assert desk.pay(ann.first, "t1") == ("DUE", "expired")
    assert desk.view.sold == 1
    desk.check()


def test_as_many_units_as_are_left_may_be_taken_again(desk):
    """Three left for three, but not for four."""
    desk.open(4, **RETAKE)
    three, = desk.buy(("a", "ann", "3"))
    desk.cancel(three.first)
    desk.buy_one("b", "bob", "1")
    assert desk.pay(three.first, "t1")[0] == "RETAKEN"
    four, = desk.buy(("c", "eve", "9"))
    assert four.word == "SOLD_OUT"
    desk.check()


def test_a_late_payment_does_not_lift_a_buyer_above_the_limit(desk):
    """limit_units 2: Ann's order of 2 expired and she bought 1 more: due; Bob's is retaken."""
    desk.open(10, limit_units=2, **RETAKE)
    ann, bob = desk.buy(("a", "ann", "2"), ("b", "bob", "2"))
    desk.rule(last_ms=ann.second)
    desk.sync()
    desk.buy_one("c", "ann")
    assert desk.pay(ann.first, "t1") == ("DUE", "expired")
    assert desk.pay(bob.first, "t2")[0] == "RETAKEN"
    desk.check()


def test_the_limit_does_not_count_the_expiring_order_twice(desk):
    """limit_units 2, an order of 2 whose hold ends by the payment itself: RETAKEN."""
    desk.open(10, limit_units=2, **RETAKE)
    order = desk.buy_one("a", "ann", "2")
    desk.rule(last_ms=order.second)
    assert desk.pay(order.first, "t1")[0] == "RETAKEN"
    desk.check()


def test_anonymous_units_have_no_limit_to_be_retaken(desk):
    """limit_units 1 and no user."""
    desk.open(10, limit_units=1, **RETAKE)
    order = desk.buy_one("a", "", "2")
    desk.rule(last_ms=order.second)
    assert desk.pay(order.first, "t1")[0] == "RETAKEN"
    desk.check()


@pytest.mark.parametrize("rules", [{"state": "closed"}, {"late_pay": "refund"},
                                   {"late_pay": "RETAKE"}, {"late_pay": ""}], ids=str)
def test_a_closed_sale_or_another_rule_takes_nothing_again(desk, rules):
    """Only the word retake retakes, and only while the sale is not closed."""
    desk.open(10, **RETAKE)
    order = desk.buy_one("a", "ann")
    desk.rule(**{**rules, "last_ms": order.second})
    assert desk.pay(order.first, "t1") == ("DUE", "expired")
    desk.check()


def test_a_paused_sale_still_takes_payments_and_retakes(desk):
    """A pause stops buying, not paying."""
    desk.open(10, **RETAKE)
    one, two = desk.buy(("a", "ann"), ("b", "bob"))
    desk.rule(state="paused")
    assert desk.pay(one.first, "t1")[0] == "PAID"
    desk.rule(last_ms=two.second)
    assert desk.pay(two.first, "t2")[0] == "RETAKEN"
    desk.check()


def test_an_order_of_an_earlier_sale_is_paid_without_touching_the_stock(desk):
    """Held under the old epoch, paid in the new sale: state and event, no count."""
    desk.open(5, price=7)
    order = desk.buy_one("a", "ann", "2")
    desk.type(5, 0)
    desk.adopt()
    assert desk.pay(order.first, "t1", 14)[0] == "PAID"
    assert (desk.view.sold, desk.view.paid) == (0, 0) and not desk.redis.exists(desk.keys[3])
    _, orders = desk.check()
    assert orders["2"]["state"] == "paid"


def test_an_order_of_an_earlier_sale_is_never_retaken(desk):
    """Its units belong to no stock any more: due."""
    desk.open(5, **RETAKE)
    order = desk.buy_one("a", "ann")
    desk.type(5, 0)
    desk.adopt()
    desk.rule(last_ms=order.second)
    assert desk.pay(order.first, "t1") == ("DUE", "expired")
    assert desk.view.sold == 0
    desk.check()


@pytest.mark.parametrize("number", [1, 3, 99, 999999999999999])
def test_a_number_that_is_no_orders_is_told_so(sale, number):
    """1 opened the sale, 3 cancelled an order, 99 is yet to come: NO_ORDER, nothing recorded."""
    sale.buy(("a",))
    sale.cancel(2)
    before = sale.snapshot()
    assert sale.pay(number, "t1", 7) == ("NO_ORDER",)
    assert sale.snapshot() == before


def test_a_torn_record_is_broken(sale):
    """A record that somebody cut: a sentence, and nothing is written."""
    order = sale.buy_one("a")
    sale.redis.hset(sale.keys[1], order.first, "held|1|7")
    before = sale.snapshot()
    assert sale.pay(order.first, "t1", 7)[0] == "BROKEN"
    assert sale.cancel(order.first)[0] == "BROKEN" and sale.refund(order.first)[0] == "BROKEN"
    assert sale.snapshot() == before


def test_typed_counts_must_be_adopted_before_a_payment(sale):
    """RESYNC, and NOITEM without an item."""
    order = sale.buy_one("a")
    sale.redis.hincrby(sale.hash, "ticket_total_nums", 1)
    assert sale.pay(order.first, "t1", 7) == ("RESYNC",)
    sale.adopt()
    assert sale.pay(order.first, "t1", 7)[0] == "PAID"
    sale.redis.delete(sale.hash)
    assert sale.pay(order.first, "t1", 7) == ("NOITEM",)


@pytest.mark.parametrize("words", [
    [], ["2", "t"], ["2", "t", "7", "x"], ["0", "t", "7"], ["02", "t", "7"], ["2a", "t", "7"],
    ["", "t", "7"], ["1" * 16, "t", "7"], ["2", "", "7"], ["2", "t|", "7"], ["2", "t t", "7"],
    ["2", "t\n", "7"], ["2", "t" * 65, "7"], ["2", "té", "7"], ["2", "t", "-7"], ["2", "t", "nan"],
    ["2", "t", "7.0"], ["2", "t", "1e1"], ["2", "t", ""], ["2", "t", "1" * 16]], ids=str)
def test_words_that_are_not_of_their_form_are_a_bad_call(sale, words):
    """Numbers, ids and amounts by pattern; nothing is read and nothing written."""
    sale.buy(("a",))
    before = sale.snapshot()
    assert sale.run("pay", 12, *words) == ["BAD_CALL"]
    assert sale.snapshot() == before


def test_an_id_may_be_of_any_allowed_character_and_64_long(sale):
    """A-Za-z0-9_.:~- and no other."""
    sale.buy(("a",))
    assert sale.pay(2, "Az09_.:~-" + "x" * 55, 7)[0] == "PAID"


@pytest.mark.parametrize("script, words", [("pay", [2, "t1", 7]), ("cancel", [2]),
                                           ("refund", [3, "t0"])], ids=["pay", "cancel", "refund"])
@pytest.mark.parametrize("part", [0, 1, 3, 4, 5, 7, 8])
def test_a_key_of_the_wrong_type_is_an_error_and_nothing_is_written(sale, part, script, words):
    """A string in the place of any key that these scripts write: all or nothing."""
    sale.buy(("a", "ann"), ("b", "bob"))
    sale.pay(3, "t0", 7)
    sale.redis.delete(sale.keys[part])
    sale.redis.set(sale.keys[part], "a string")
    before = sale.snapshot()
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        sale.tell(script, *words)
    assert sale.snapshot() == before
