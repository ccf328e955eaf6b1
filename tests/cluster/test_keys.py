"""One idempotency key, one purchase: over nodes, retries, crowds and the end of the stock."""
import pytest

from harness.background import Background
from harness.waiting import stretched


def test_the_same_key_a_thousand_times_at_once_is_one_order(cluster):
    """S6: over four nodes at once: one ACCEPTED, 999 REPEATED, all with the same order."""
    cluster.open_sale(5000)
    answers = cluster.buy_together(1000, via="nodes", key="the-key", user="ann", units=2)
    words = [answer.reason for answer in answers]
    assert words.count("ACCEPTED") == 1 and words.count("REPEATED") == 999
    assert len({answer.body[answer.body.find(b'"data"'):] for answer in answers}) == 1
    _, orders = cluster.crosses(answers=answers)
    assert len(orders) == 1


@pytest.mark.parametrize("facts", [{"user": "bob", "units": 2}, {"user": "ann", "units": 3},
                                   {"units": 2}, {"user": "ann"}], ids=str)
def test_a_key_with_other_facts_is_422_and_tells_nothing(cluster, facts):
    """S7: ann's key with another user or other units: CONFLICT, and nothing of her order."""
    cluster.open_sale(100)
    order = cluster.buy(key="the-key", user="ann", units=2).json["data"]["orderId"]
    for via in (0, 1, 2, 3, "nginx"):
        answer = cluster.buy(key="the-key", via=via, **facts)
        assert (answer.status, answer.reason) == (422, "CONFLICT")
        assert b"ann" not in answer.body and order.encode() not in answer.body
        assert len(answer.body) == 256
    _, orders = cluster.crosses()
    assert len(orders) == 1


def test_a_key_asked_again_after_sold_out_still_hears_its_order(cluster):
    """H7: whoever was accepted never hears sold out for the same key, from any node."""
    cluster.open_sale(4)
    answers = cluster.buy_together(40, via="nodes", key=lambda i: f"key-{i}")
    lucky = [answer for answer in answers if answer.reason == "ACCEPTED"]
    assert len(lucky) == 4
    cluster.wait_left(0)
    for answer in lucky:
        again = [cluster.buy(key=answer.key, via=via) for via in (0, 1, 2, 3, "nginx")]
        assert {one.reason for one in again} == {"REPEATED"}
        assert {one.seq for one in again} == {answer.seq}
    cluster.crosses(answers=answers)


def test_a_first_attempt_is_refused_from_memory_and_a_retry_is_looked_up(cluster):
    """Redis stands still: Idempotency-Attempt: 1 is answered at once, a retry has to wait."""
    cluster.open_sale(1)
    cluster.buy(key="lucky")
    cluster.wait_left(0)
    before = cluster.calls("evalsha")
    assert cluster.buy(key="other").reason == "HELD"
    assert cluster.calls("evalsha") > before
    cluster.pause_redis()
    with Background(cluster.buy, key="lucky", via=1) as retry:
        answers = [cluster.buy(key=f"new-{i}", first=True, via=i) for i in range(4)]
        assert {answer.reason for answer in answers} == {"HELD"}
        assert all(answer.seconds < stretched(0.5) for answer in answers)
        assert retry.is_running(), "the retry was answered without Redis"
        cluster.resume_redis()
    assert retry.result.reason == "REPEATED"


def test_clients_cannot_choose_the_request_id_of_nginx(cluster):
    """X-Request-Id from outside is overwritten: two requests with the same one are two orders."""
    cluster.open_sale(10)
    answers = [cluster.buy(headers={"X-Request-Id": "mine"}) for _ in range(2)]
    assert [answer.reason for answer in answers] == ["ACCEPTED"] * 2
    _, orders = cluster.crosses(answers=answers)
    assert "mine" not in {order["key"] for order in orders.values()}


def test_a_node_alone_takes_the_request_id_as_key_and_makes_one_if_there_is_none(cluster):
    """Directly: X-Request-Id is the key; without any key each request is its own purchase."""
    cluster.open_sale(10)
    named = [cluster.buy(via=0, headers={"X-Request-Id": "rid-1"}) for _ in range(2)]
    assert [answer.reason for answer in named] == ["ACCEPTED", "REPEATED"]
    nameless = [cluster.buy(via=0) for _ in range(3)]
    assert {answer.reason for answer in nameless} == {"ACCEPTED"}
    _, orders = cluster.crosses(answers=named + nameless)
    assert len({order["key"] for order in orders.values()}) == 4


def test_order_numbers_are_unforgeable_and_all_different(cluster):
    """<item>-<8 digits>-<12 hex>; the last part is not a function of the seq alone."""
    cluster.open_sale(200)
    answers = cluster.buy_together(200)
    numbers = [answer.json["data"]["orderId"] for answer in answers]
    assert len(set(numbers)) == 200
    parts = [number.split("-") for number in numbers]
    assert {part[0] for part in parts} == {"ticket"}
    assert all(len(part[1]) == 8 and len(part[2]) == 12 for part in parts)
    assert all(int(part[2], 16) >= 0 for part in parts)
    assert len({part[2] for part in parts}) == 200


@pytest.mark.parametrize("key", ["", " ", "a" * 65, "ä", "a b", "a|b", "a,b", "a/b", "a\tb", '"'],
                         ids=repr)
def test_a_key_of_another_form_is_refused(cluster, key):
    """Keys go into records and logs: only [A-Za-z0-9_.:~-]{1,64} gets there."""
    cluster.open_sale(10)
    answer = cluster.buy(via=0, key=key)
    if key.strip() == "":  # an empty header is no header, for MHD; it must not become a key
        assert answer.status in (200, 400)
    else:
        assert (answer.status, answer.reason) == (400, "BAD_REQUEST")
    _, orders = cluster.crosses()
    assert all(order["key"].strip() for order in orders.values())
    assert len(orders) == (1 if answer.status == 200 else 0)
