"""What a buyer does with an order: looks at it, cancels it, lets it expire; and what nobody may do.

GET /orders/{number} and POST /orders/{number}/cancel, through nginx and at each node.
"""
import time

import pytest

from harness import web
from harness.scripts import keys_of, script_text
from harness.standin import StandInLedger
from harness.waiting import stretched, wait_equal, wait_until

H = "ticket_hash_key"
EVERYWHERE = (0, 1, 2, 3, "nginx")


def data(answer):
    """The order in an answer that has one."""
    assert answer.status == 200 and answer.json["success"] is True, answer
    return answer.json["data"]


def let_go(cluster, number):
    """What the ledger does when an order has ended and is written down: it leaves Redis."""
    seq = int(number.split("-")[1])
    newest = cluster.redis.hget(H, "seq")
    said = cluster.redis.eval(script_text("trim"), 12, *keys_of("ticket"), newest, 0)
    assert said[0] == "TRIMMED" and not cluster.redis.hexists(keys_of("ticket")[1], seq), said


# -- looking -------------------------------------------------------------------------------------

def test_an_order_is_seen_from_acceptance_to_payment(make_cluster):
    """Accepted, recorded, paid: the same text at every node and through nginx, with its times."""
    cluster = make_cluster(trial_pay=1).start(total=10)
    cluster.redis.hset(H, "price", 250)
    bought = cluster.buy(units=2, user="ann", key="ann-1")
    number = bought.json["data"]["orderId"]
    seen = data(cluster.look(number))
    assert seen["orderId"] == number and seen["item"] == "ticket"
    assert (seen["state"], seen["progress"], seen["recorded"]) == ("held", "accepted", False)
    assert (seen["units"], seen["amount"], seen["changedAt"]) == (2, 500, 0)
    assert seen["payBefore"] == bought.json["data"]["payBefore"]
    assert seen["payBefore"] - seen["createdAt"] == 300000
    cluster.redis.hset(H, "recorded_seq", bought.seq)
    seen = data(cluster.look(number))
    assert (seen["state"], seen["progress"], seen["recorded"]) == ("held", "awaiting_payment", True)
    paid = cluster.pay(number)
    assert (paid.status, paid.reason) == (200, "PAID")
    texts = {cluster.look(number, via=via).body for via in EVERYWHERE}
    assert len(texts) == 1
    seen = data(cluster.look(number))
    assert (seen["state"], seen["progress"], seen["refundDue"]) == ("paid", "paid", False)
    assert seen["changedAt"] == paid.json["data"]["changedAt"] >= seen["createdAt"]
    cluster.crosses()


def test_nothing_of_the_buyer_is_told_with_an_order(cluster):
    """S7: neither the user's name nor the key is in any answer about the order."""
    cluster.open_sale(5)
    number = cluster.bought(user="secretuser", key="secretkey")
    bodies = [cluster.look(number).body, cluster.cancel(number).body, cluster.look(number).body,
              cluster.callback(number, "t-1").body]
    assert not [body for body in bodies if b"secret" in body]


def test_looking_is_not_written_to_stat_log(cluster):
    """stat.log is for purchases: one line, whatever is done with the order."""
    cluster.open_sale(5)
    number = cluster.bought(via=0)
    for _ in range(3):
        cluster.look(number, via=0)
    cluster.cancel(number, via=0)
    cluster.look(number[:-1], via=0)
    cluster.buy(via=0)
    cluster.wait_lines(2)
    assert cluster.line_counts() == [2, 0, 0, 0]


def test_words_are_english_for_who_asks_in_english(cluster):
    """Accept-Language: en at each place; Chinese else."""
    cluster.open_sale(5)
    number = cluster.bought()
    english = {"Accept-Language": "en-GB"}
    for ask, said in ((cluster.cancel, "cancelled"), (cluster.cancel, "cancelled before"),
                      (cluster.pay, "not set up here")):
        assert ask(number, **english).json["msg"] == said
    assert cluster.look("x", **english).json["msg"] == "there is no such order"
    assert cluster.look("x").json["msg"] == "没有该订单"


# -- numbers that are none -----------------------------------------------------------------------

def bad_numbers(number):
    """Forged, mistyped and hostile ones, as they stand in a path."""
    item, seq, mac = number.rsplit("-", 2)
    other = "0" if mac[0] != "0" else "1"
    return [
        f"{item}-{seq}-{other}{mac[1:]}", f"{item}-{seq}-{mac[:-1]}", f"{item}-{seq}-{mac}0",
        f"{item}-{int(seq) + 1:08d}-{mac}", f"other-{seq}-{mac}", f"{item}-{seq}-{mac.upper()}x",
        f"{item}-{int(seq)}-{mac}", f"{item}-0{seq}-{mac}", f"{item}-{seq}", f"{seq}-{mac}", "x",
        f"{item}--{seq}-{mac}", f"{item}-{seq}-{mac}%00", f"{item}-{seq}-{mac}%0d%0aX:1",
        f"{item}-%30{seq[1:]}-{mac}", f"{item}-{seq}-{mac};x", f"{item}-{seq}-{'0' * 12}",
        f"{item}-+{seq[1:]}-{mac}", f"{item}-99999999999999999999-{mac}", "a" * 1000, "%zz", "%",
        "%c0%ae%c0%ae", "{ticket_hash_key}:orders", "*", "tick\xc3\xabt-00000002-" + mac,
    ]


def test_a_forged_or_mistyped_number_is_404_and_asks_redis_nothing(make_cluster):
    """S3: two dozen numbers, three verbs, five places: Redis' own count of commands stands."""
    cluster = make_cluster(tick_ms=4000, trial_pay=1).start(total=10)  # no tick in between
    number = cluster.bought()
    raws = []
    for bad in bad_numbers(number):
        raws += [web.request(f"/orders/{bad}"), web.request(f"/orders/{bad}/cancel", "POST"),
                 web.request(f"/orders/{bad}/pay", "POST")]

    def asked():
        return [cluster.calls(name) for name in ("evalsha", "eval", "hget", "hmget", "fcall")]

    before = asked()
    for via in EVERYWHERE:
        for raw, answer in zip(raws, web.ask_all([(cluster.port(via), raw) for raw in raws])):
            assert answer.status in (400, 404), (raw, answer)
            assert answer.json["success"] is False and answer.json["reason"], answer
            assert via == "nginx" or answer.reason == "NO_ORDER", answer
    assert asked() == before
    assert data(cluster.look(number))["state"] == "held"
    assert asked() != before, "the count counts"


@pytest.mark.parametrize("rest, allow", [("", "GET"), ("/pay", "POST"), ("/cancel", "POST")])
def test_another_method_is_405_and_says_which(cluster, rest, allow):
    """PUT, DELETE and the wrong one of GET and POST; nothing happens to the order."""
    cluster.open_sale(5)
    number = cluster.bought()
    for method in {"GET", "POST", "PUT", "DELETE", "HEAD"} - {allow}:
        raw = web.request(f"/orders/{number}{rest}", method)
        for via in (0, "nginx"):
            answer = cluster.ask(raw, via=via)
            assert answer.status == 405 and answer.headers["allow"] == allow, (method, answer)
    assert cluster.state(number) == "held"


@pytest.mark.parametrize("path, status", [
    ("{}/", 404), ("{}/refund", 404), ("{}/pay/", 404), ("{}/cancel/x", 404), ("{}/PAY", 404),
    ("{}//pay", 404), ("{}/pay?x=1", 403), ("{}/canc%65l", 404), ("/pay", 404), ("", 405)])
def test_other_paths_below_orders_are_none(cluster, path, status):
    """A slash too many, another verb, another case: refused, and the order stays held."""
    cluster.open_sale(5)
    number = cluster.bought()
    raw = web.request("/orders/" + path.format(number), "POST")
    for via in (0, "nginx"):
        answer = cluster.ask(raw, via=via)
        assert answer.status == status, answer
        assert answer.json["success"] is False
    assert cluster.state(number) == "held"


@pytest.mark.parametrize("raw", [b"{}", b"x" * 4096, b'{"force":true}', b"\0"], ids=repr)
def test_a_body_is_not_wanted(cluster, raw):
    """Nobody can believe to have said something by it: 400 for each of the three."""
    cluster.open_sale(5)
    number = cluster.bought()
    for rest, method in (("", "GET"), ("/pay", "POST"), ("/cancel", "POST")):
        answer = cluster.ask(web.request(f"/orders/{number}{rest}", method, None, raw), via=0)
        assert (answer.status, answer.reason) == (400, "BAD_REQUEST"), answer
    assert cluster.state(number) == "held"


def test_a_genuine_number_without_its_order_is_404(cluster):
    """Beyond the newest event, and an event that is no order: told by Redis, not by the number."""
    cluster.open_sale(5)
    cluster.bought()
    for seq in (1, 3, 99, 10 ** 12):
        number = cluster.number_of(seq)
        for answer in (cluster.look(number), cluster.cancel(number)):
            assert (answer.status, answer.reason) == (404, "NO_ORDER"), (seq, answer)
    cluster.crosses()


# -- cancelling ----------------------------------------------------------------------------------

def test_a_cancelled_order_is_on_sale_again_at_every_node_within_a_tick(make_cluster):
    """The node that cancelled sells at once; the others, with ticks of 1.5 s, by their next one."""
    tick_s = 1.5
    cluster = make_cluster(tick_ms=int(tick_s * 1000)).start(total=1)
    number = cluster.bought(via=0)
    for i in range(4):
        wait_equal("HELD", lambda i=i: cluster.buy(via=i, first=True, key="k").reason, 4,
                   f"node {i} to know that all is held")
    started = time.monotonic()
    assert cluster.cancel(number, via=0).reason == "CANCELLED"
    assert cluster.stock(0)["left"] == 1, "its own gate knows with the answer"
    assert time.monotonic() - started < stretched(tick_s / 3)
    for i in range(1, 4):
        wait_equal(1, lambda i=i: cluster.stock(i)["left"], 3, f"left at node {i}")
    assert time.monotonic() - started < stretched(tick_s + 0.5)
    assert cluster.buy(via=3).reason == "ACCEPTED"
    cluster.crosses()


def test_a_buyer_who_waits_at_the_gate_gets_the_unit_that_another_gives_back(make_cluster):
    """Sold out at node 0 until the cancelling answer itself brings the news, without a tick."""
    cluster = make_cluster(tick_ms=4000).start(total=3)
    numbers = [cluster.bought(via=0) for _ in range(3)]
    assert cluster.buy(via=0, first=True, key="early").reason == "HELD"
    for number in numbers:
        assert cluster.cancel(number, via=0).reason == "CANCELLED"
        assert cluster.buy(via=0, first=True, key=number).reason == "ACCEPTED"
    cluster.crosses()


def test_cancelling_twice_cancels_once(cluster):
    """A hundred at once over four nodes: one CANCELLED, all others hear that it is so already."""
    cluster.open_sale(10)
    number = cluster.bought(user="ann")
    raw = web.request(f"/orders/{number}/cancel", "POST")
    answers = web.ask_all([(cluster.port(i % 4), raw) for i in range(100)])
    assert {answer.status for answer in answers} == {200}
    words = sorted(answer.reason for answer in answers)
    assert words == ["ALREADY"] * 99 + ["CANCELLED"]
    assert all(answer.json["success"] and answer.json["code"] == 1 for answer in answers)
    assert {answer.json["data"]["state"] for answer in answers} == {"cancelled"}
    counts, orders = cluster.crosses()
    assert counts["ticket_sold_nums"] == "0"
    assert [order["state"] for order in orders.values()] == ["cancelled"]


def test_what_is_paid_is_not_cancelled_any_more(cluster):
    """HTTP 200, code -1, ALREADY, and which state it is in."""
    cluster.open_sale(10)
    number = cluster.bought()
    assert cluster.callback(number, "t-1").reason == "PAID"
    answer = cluster.cancel(number)
    assert (answer.status, answer.reason, answer.json["code"]) == (200, "ALREADY", -1)
    assert answer.json["success"] is False and answer.json["data"]["state"] == "paid"
    assert cluster.state(number) == "paid"
    cluster.crosses()


def test_who_cancels_may_buy_again_under_a_limit(cluster):
    """limit_units 1: the second purchase is over it, until the first is cancelled (I4)."""
    cluster.open_sale(10)
    cluster.redis.hset(H, "limit_units", 1)
    number = cluster.bought(user="ann")
    assert cluster.buy(user="ann").reason == "LIMIT"
    assert cluster.cancel(number).reason == "CANCELLED"
    assert cluster.buy(user="ann").reason == "ACCEPTED"
    cluster.crosses()


# -- expiring ------------------------------------------------------------------------------------

def test_an_unpaid_order_expires_and_its_unit_is_sold_again(cluster):
    """HELD says when the hold ends; after that the order says expired, and every node sells."""
    cluster.open_sale(1)
    cluster.redis.hset(H, "pay_window_ms", 600)
    number = cluster.bought()
    before = data(cluster.look(number))["payBefore"]
    wait_until(lambda: all(cluster.buy(via=i, first=True, key="k").reason == "HELD"
                           for i in range(4)), 3, "every node to say HELD")
    assert cluster.buy(via=2, first=True, key="k").json["nextExpiry"] == before
    wait_equal("expired", lambda: cluster.state(number), 4, "the order's state")
    seen = data(cluster.look(number))
    assert before <= seen["changedAt"] <= before + stretched(250), "H8: a tick after its deadline"
    assert seen["progress"] == "expired" and seen["refundDue"] is False
    cluster.wait_left(1)
    cluster.redis.hset(H, "pay_window_ms", 300000)
    assert cluster.buy().reason == "ACCEPTED"
    answer = cluster.cancel(number)
    assert answer.reason == "ALREADY" and answer.json["data"]["state"] == "expired"
    cluster.crosses()


# -- orders that have left Redis -----------------------------------------------------------------

def test_an_order_that_has_left_redis_is_told_by_the_ledger(cluster):
    """The same path, the same answer; cancelling and paying for trial tell it as well."""
    cluster.open_sale(5)
    number = cluster.bought()
    cluster.cancel(number)
    before = cluster.look(number)
    let_go(cluster, number)
    with StandInLedger(cluster.ledger_port, {number: before.body.decode()}) as ledger:
        after = cluster.look(number)
        assert after.status == 200 and after.body == before.body
        told = {name: value for name, value in after.headers.items() if name != "date"}
        assert told == {name: value for name, value in before.headers.items() if name != "date"}
        assert cluster.cancel(number).body == before.body
        assert [(seen.method, seen.path, seen.body) for seen in ledger.seen] == \
            [("GET", f"/orders/{number}", b"")] * 2
        asked = {name.lower() for seen in ledger.seen for name in seen.headers}
        assert asked <= {"host", "x-request-id", "accept-language", "content-type"}, asked


def test_the_ledger_is_asked_by_nobody_but_a_node(cluster):
    """Its place in nginx is internal; forged numbers and guesses never get there."""
    cluster.open_sale(5)
    number = cluster.bought()
    cluster.cancel(number)
    let_go(cluster, number)
    with StandInLedger(cluster.ledger_port, {number: "{}"}) as ledger:
        for path in (f"/-/ledger/orders/{number}", f"/-/ledger/{number}", "/-/ledger-away",
                     f"/orders/../-/ledger/orders/{number}", f"/-/../-/ledger/orders/{number}"):
            answer = cluster.ask(web.request(path, headers={"X-Accel-Redirect": path}))
            assert answer.status == 404, answer
        assert cluster.look(number[:-1]).status == 404
        assert not ledger.seen


def test_a_ledger_that_is_away_is_503_in_json_and_harms_nobody(cluster):
    """Nothing listens there: busy, try again; orders in Redis are shown as ever."""
    cluster.open_sale(5)
    numbers = [cluster.bought() for _ in range(2)]
    cluster.cancel(numbers[0])
    let_go(cluster, numbers[0])
    for _ in range(3):
        answer = cluster.look(numbers[0])
        assert (answer.status, answer.reason) == (503, "BUSY"), answer
        assert answer.headers["retry-after"] == "1" and answer.json["retryable"] is True
        assert cluster.state(numbers[1]) == "held"
    with StandInLedger(cluster.ledger_port, {numbers[0]: '{"back":true}\n'}):
        assert cluster.look(numbers[0]).json == {"back": True}


def test_a_node_alone_says_where_the_order_is(cluster):
    """Directly at a node: 503 and the header that nginx would follow."""
    cluster.open_sale(5)
    number = cluster.bought()
    cluster.cancel(number)
    let_go(cluster, number)
    answer = cluster.look(number, via=0)
    assert answer.status == 503
    assert answer.headers["x-accel-redirect"] == f"/-/ledger/orders/{number}"


def test_an_item_that_redis_has_forgotten_is_asked_of_the_ledger(cluster):
    """A genuine number of an item of which Redis knows nothing: the ledger decides."""
    cluster.open_sale(5)
    number = cluster.number_of(2, "bygone")
    assert cluster.look(number).status == 503
    with StandInLedger(cluster.ledger_port, {number: '{"kept":true}\n'}):
        assert cluster.look(number).json == {"kept": True}
        assert cluster.look(cluster.number_of(3, "bygone")).status == 404
