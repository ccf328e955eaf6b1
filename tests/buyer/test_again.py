"""Another run of the tool: the same purchase is gone on with or told of, or another one begins."""
import collections

import pytest

from harness.buyer import LOST, UNKNOWN, UNPAID, WON
from harness.fakeshop import ORDER, Script, accepted, refused
from harness.waiting import wait_until


def test_what_was_bought_is_not_bought_again(shop, buyer):
    """A second run tells of the order; --again, or an order that has expired, makes a new key."""
    state = {"state": "held"}
    shop.answers["/orders/"] = lambda request: (200, {
        "code": 1, "success": True, "resultCode": 0,
        "data": {"orderId": ORDER, "payBefore": 0, **state}})
    buyer.says(WON, "rush")
    assert "You have it already" in buyer.says(WON, "rush").out
    state["state"] = "paid"
    assert "--again" in buyer.says(WON, "rush").out
    assert len(shop.keys()) == 1
    buyer.says(WON, "rush", again=True)
    state["state"] = "expired"
    buyer.says(WON, "rush")
    assert len(set(shop.keys())) == 3


@pytest.mark.parametrize("state, code, line", [
    ("expired", UNPAID, "its time to pay is over"), ("cancelled", UNPAID, "cancelled"),
    ("refunded", UNPAID, "refunded"), ("paid", WON, "paid"), ("held", WON, "to be paid before"),
    (None, UNKNOWN, "run it again")])
def test_an_order_whose_time_to_pay_is_over_is_looked_at_before_it_is_told(
        shop, buyer, hook, state, code, line):
    """Bought by an attempt that was lost; the next run is an hour late, and hears REPEATED."""
    order = accepted(reason="REPEATED", pay_in_s=-3600)
    shop.buy = lambda request: "cut"
    at = int(shop.now_ms()) - 59_500
    buyer.says(UNKNOWN, "rush", buy_at=at, stop_after_minutes=1)
    shop.buy = lambda request: order
    shop.answers["/orders/"] = lambda request: (200, {
        "success": True, "data": {"orderId": ORDER, "state": state}}) if state else refused(
            "BUSY", -1, 503)
    said = buyer.says(code, "rush", notify_webhook=hook.url)
    assert line in said.out and (ORDER in said.out) == (code != UNKNOWN)
    assert ("You have it" in said.out) == (code == WON)
    outcome = {UNPAID: "UNPAID", WON: "REPEATED", UNKNOWN: "UNKNOWN"}[code]
    assert hook.kinds() == [("result", outcome)]
    shop.buy = lambda request: accepted("ticket-00000043-9f0c5a7d21be")
    shop.answers["/orders/"] = lambda request: (200, {
        "success": True, "data": {"orderId": ORDER, "state": state or "paid"}})
    buyer.says(WON, "rush")
    assert len(set(shop.keys())) == (2 if code == UNPAID else 1)


def test_a_refusal_without_a_word_ends_the_purchase_as_well(shop, buyer, hook):
    """By its number alone: nothing is pending, and the message and the log have a word."""
    shop.buy = Script((200, {"success": False, "resultCode": 60074}))
    buyer.says(LOST, "rush", notify_webhook=hook.url)
    assert buyer.facts()["outcome"] == "NOT_WON" and hook.kinds() == [("result", "NOT_WON")]
    assert "pending" not in buyer.says(WON, "status").out
    shop.stock(epoch=2)
    buyer.says(LOST, "rush")
    assert len(set(shop.keys())) == 2


def test_another_sale_is_another_purchase(shop, buyer):
    """Refused yesterday; today the sale has another start: a fresh key, never sent before."""
    shop.buy = Script(refused("SOLD_OUT"))
    buyer.says(LOST, "rush")
    buyer.says(LOST, "rush")
    shop.stock(epoch=2)
    buyer.says(LOST, "rush")
    assert collections.Counter(shop.keys()).most_common()[0][1] == 2
    assert len(set(shop.keys())) == 2
    assert "idempotency-attempt" in shop.asked("/buy/")[2].headers


@pytest.mark.parametrize("state", ["paid", "held", "refunded"])
def test_what_was_bought_in_an_earlier_sale_is_of_no_hindrance(shop, buyer, state):
    """Bought yesterday, today is another sale: a fresh key; what is still to be paid is said."""
    shop.answers["/orders/"] = lambda request: (200, {
        "code": 1, "success": True, "resultCode": 0,
        "data": {"orderId": ORDER, "payBefore": 0, "state": state}})
    buyer.says(WON, "rush")
    shop.stock(epoch=2, rules={"startsAt": int(shop.now_ms()) + 500})
    shop.buy = Script(accepted("ticket-00000043-9f0c5a7d21be"))
    said = buyer.says(WON, "rush")
    assert "ticket-00000043-9f0c5a7d21be" in said.out and "already" not in said.out
    assert len(set(shop.keys())) == 2 and buyer.facts()["order"] == "ticket-00000043-9f0c5a7d21be"
    assert (ORDER in said.err) == (state == "held")
    shop.answers["/orders/"] = lambda request: "cut"
    shop.stock(epoch=3)
    buyer.says(WON, "rush")
    assert len(set(shop.keys())) == 3


def test_a_start_that_was_moved_before_the_purchase_makes_no_other_sale(shop, buyer):
    """Put off while it waited, then bought: the next run finds that order, and buys no second."""
    starts = int(shop.now_ms()) + 600
    shop.stock(rules={"startsAt": starts})
    shop.buy = lambda request: accepted() if request.at >= starts + 500 else refused(
        "NOT_STARTED", 90009, retryable=True, startsAt=starts + 500)
    buyer.says(WON, "rush")
    shop.stock(rules={"startsAt": starts + 500})
    shop.answers["/orders/"] = lambda request: (200, {
        "code": 1, "success": True, "resultCode": 0,
        "data": {"orderId": ORDER, "state": "held", "createdAt": starts + 501}})
    assert "already" in buyer.says(WON, "rush").out
    assert len(set(shop.keys())) == 1


def test_a_key_of_an_earlier_sale_that_buys_in_this_one_has_bought_in_this_one(shop, buyer):
    """Pending yesterday, accepted today: that is today's order, and no second is bought."""
    shop.buy = Script("cut")
    running = buyer.start("rush")
    wait_until(lambda: len(shop.asked("/buy/")) > 1, what="attempts")
    running.kill()
    shop.stock(epoch=2)
    shop.buy = Script(accepted())
    buyer.says(WON, "rush")
    shop.answers["/orders/"] = lambda request: (200, {
        "success": True, "data": {"orderId": ORDER, "state": "paid"}})
    assert "already" in buyer.says(WON, "rush").out
    assert len(set(shop.keys())) == 1
