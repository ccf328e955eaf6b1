"""What is believed while the outcome of an attempt is open: only what is said of its key."""
import pytest

from harness.buyer import LOST, OVER, RESERVE, TIMEOUT, UNKNOWN, WON
from harness.fakeshop import ORDER, Script, accepted, refused

PLAIN_503 = b"HTTP/1.1 503 No\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nno\n"


def nearly_over(shop, seconds=1.5):
    """Flags of a rush whose time to try ends so soon."""
    return {"buy_at": int(shop.now_ms() + seconds * 1000) - 60_000, "stop_after_minutes": 1}


@pytest.mark.parametrize("answer", [
    PLAIN_503, (503, {"error": "upstream"}), (500, {"success": False, "reason": "NEW"}),
    (503, {"success": False, "resultCode": 90013}),
    (500, {"success": False, "reason": "NEW", "retryable": True})], ids=range(5))
def test_a_5xx_that_is_no_answer_of_penstock_leaves_the_purchase_open(shop, buyer, answer):
    """Sold, and somebody's 503 instead of the answer: not known; the next run asks with the key."""
    shop.buy = lambda request: answer
    assert "may be an order" in buyer.says(UNKNOWN, "rush", **nearly_over(shop)).out
    assert buyer.facts()["outcome"] == ""
    shop.stock(epoch=2)
    shop.buy = Script(accepted(reason="REPEATED"))
    buyer.says(WON, "rush")
    assert len(set(shop.keys())) == 1


@pytest.mark.parametrize("answer", [
    refused("BAD_REQUEST", -1, 400), refused("NO_ITEM", 60074, 404), refused("FORBIDDEN", -1, 403),
    refused("NOT_FOUND", -1, 404), refused("NO_ORDER", -1, 404), refused("SOMETHING_NEW", -1, 409),
    (200, {"success": False, "resultCode": 60074}), (404, {"success": False})], ids=range(8))
def test_a_refusal_that_is_not_about_the_key_closes_nothing(shop, buyer, answer):
    """Lost, then refused by who has not looked: asked on, not in haste, until it is not known."""
    shop.buy = Script("cut", answer)
    said = buyer.says(UNKNOWN, "rush", **nearly_over(shop))
    assert "may be an order" in said.out and buyer.facts()["outcome"] == ""
    assert 3 <= len(shop.keys()) <= 12 and len(set(shop.keys())) == 1


def test_after_a_refusal_that_is_not_about_the_key_the_order_is_found(shop, buyer):
    """A path that is astray for a moment: 404 twice, then the answer that was lost."""
    shop.buy = Script("cut", *[refused("NOT_FOUND", -1, 404)] * 2, accepted(reason="REPEATED"))
    assert ORDER in buyer.says(WON, "rush").out
    assert len(shop.keys()) == 4


@pytest.mark.parametrize("answer, code", [
    (refused("SOLD_OUT"), LOST), (refused("LIMIT"), LOST), (refused("ENDED"), OVER),
    (refused("NOT_RESERVED"), RESERVE), (refused("REFUSED", 90008), LOST),
    (refused("NOT_DRAWN", 90016), LOST), (refused("CONFLICT", 60074, 422), LOST),
    (refused("HELD", retryable=True, retryAfterMs=300), TIMEOUT),
    (refused("NOT_DRAWN", 90016, retryable=True, retryAfterMs=300), TIMEOUT)],
    ids=lambda value: value[1]["reason"] if isinstance(value, tuple) else "")
def test_what_is_said_after_the_key_was_looked_up_closes_it(shop, buyer, answer, code):
    """Lost, then refused by who has looked: there is definitely no order."""
    shop.buy = Script("cut", answer)
    buyer.says(code, "rush", **nearly_over(shop))
    assert buyer.facts()["outcome"] in (answer[1]["reason"], "TIMEOUT")
