"""Another run of the tool: the same purchase is gone on with or told of, or another one begins."""
import collections

import pytest

from harness.buyer import LOST, WON
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
