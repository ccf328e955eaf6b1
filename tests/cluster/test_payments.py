"""What each payment comes to, that it counts once, and that a late one follows the item's rule.

POST /payments/callback as the provider sends it, and POST /orders/{number}/pay for trials.
"""
from collections import Counter

from harness import provider, web
from harness.fold import taken_apart
from harness.scripts import keys_of, script_text
from harness.waiting import wait_equal, wait_until

H, _, _, _, _, EVENTS, _, PAYMENTS, *_ = keys_of("ticket")


def kinds(cluster):
    """How often each kind of event is in the log."""
    return Counter(kind for _, kind, _ in taken_apart(cluster.redis.xrange(EVENTS)))


def expired(cluster, **facts):
    """The number of an order that was not paid in time."""
    cluster.redis.hset(H, "pay_window_ms", 200)
    number = cluster.bought(**facts)
    wait_equal("expired", lambda: cluster.state(number), 4, "the order's state")
    return number


# -- what a payment comes to ---------------------------------------------------------------------

def test_a_payment_in_time_buys_the_order(cluster):
    """PAID, nothing to give back; the order, the stock and the event log agree."""
    cluster.open_sale(10)
    cluster.redis.hset(H, "price", 300)
    number = cluster.bought(units=2)
    answer = cluster.callback(number, "txn:1", 600)
    assert (answer.status, answer.reason, answer.json["result"]) == (200, "PAID", "PAID")
    assert answer.json["refund"] is False and answer.json["success"] is True
    assert answer.json["data"]["orderId"] == number and answer.json["data"]["txn"] == "txn:1"
    assert cluster.state(number) == "paid"
    wait_equal(2, lambda: cluster.stock()["paid"], what="paid units at a node")
    counts, orders = cluster.crosses()
    assert counts["paid_nums"] == "2" and [o["txn"] for o in orders.values()] == ["txn:1"]


def test_one_payment_told_a_hundred_times_at_once_counts_once(cluster):
    """Over four nodes and nginx: one PAID, ninety-nine REPEATED, one event, none to give back."""
    cluster.open_sale(10)
    number = cluster.bought()
    raw = provider.callback(cluster.redis_part.secret("payment.key"), number, "t-1", 0)
    ports = [cluster.port(via) for via in (0, 1, 2, 3, "nginx")]
    answers = web.ask_all([(ports[i % 5], raw) for i in range(100)])
    assert {answer.status for answer in answers} == {200}
    assert sorted(answer.reason for answer in answers) == ["PAID"] + ["REPEATED"] * 99
    assert {(a.json["success"], a.json["refund"]) for a in answers} == {(True, False)}
    assert kinds(cluster) == {"opened": 1, "created": 1, "paid": 1}
    cluster.crosses()


def test_a_second_payment_for_an_order_is_to_be_given_back(cluster):
    """Another transaction for a paid order: DUE, and so it stays however often it is told."""
    cluster.open_sale(10)
    number = cluster.bought()
    assert cluster.callback(number, "t-1").reason == "PAID"
    answer = cluster.callback(number, "t-2")
    assert (answer.status, answer.reason, answer.json["refund"]) == (200, "DUE", True)
    assert answer.json["code"] == -1 and answer.json["data"]["state"] == "paid"
    again = cluster.callback(number, "t-2")
    assert (again.reason, again.json["refund"]) == ("REPEATED", True)
    assert cluster.callback(number, "t-1").json["refund"] is False
    assert cluster.state(number) == "paid"
    cluster.crosses()


def test_a_late_payment_is_to_be_given_back_by_the_usual_rule(cluster):
    """late_pay refund: DUE with the state it found; the order stays expired and says so."""
    cluster.open_sale(10)
    number = expired(cluster)
    assert cluster.look(number).json["data"]["refundDue"] is False
    answer = cluster.callback(number, "late")
    assert (answer.status, answer.reason, answer.json["refund"]) == (200, "DUE", True)
    assert answer.json["data"]["state"] == "expired"
    seen = cluster.look(number).json["data"]
    assert (seen["state"], seen["refundDue"]) == ("expired", True)
    seq = number.split("-")[1].lstrip("0")
    assert cluster.redis.eval(script_text("refund"), 12, *keys_of("ticket"), seq, "")[12] == \
        "REFUNDED"
    assert cluster.look(number).json["data"]["refundDue"] is False, "it was given back"
    assert cluster.callback(number, "late").json["refund"] is False
    cluster.wait_left(10)
    cluster.crosses()


def test_a_late_payment_takes_the_units_again_if_the_item_says_so(cluster):
    """late_pay retake: RETAKEN while there is one left, DUE when somebody else has it."""
    cluster.open_sale(1)
    cluster.redis.hset(H, "late_pay", "retake")
    first = expired(cluster)
    cluster.wait_left(1)
    second = expired(cluster)
    answer = cluster.callback(first, "late-1")
    assert (answer.status, answer.reason, answer.json["refund"]) == (200, "RETAKEN", False)
    assert answer.json["success"] is True and cluster.state(first) == "paid"
    answer = cluster.callback(second, "late-2")
    assert (answer.reason, answer.json["refund"]) == ("DUE", True)
    assert cluster.state(second) == "expired"
    assert cluster.callback(first, "late-1").json["refund"] is False
    cluster.crosses()


def test_a_payment_for_a_cancelled_order_is_to_be_given_back(cluster):
    """The buyer cancelled, the provider did not know."""
    cluster.open_sale(10)
    number = cluster.bought()
    cluster.cancel(number)
    answer = cluster.callback(number, "t-1")
    assert (answer.reason, answer.json["data"]["state"]) == ("DUE", "cancelled")
    assert cluster.look(number).json["data"]["refundDue"] is True
    cluster.crosses()


def test_a_payment_for_an_order_that_has_left_redis_is_taken_down(cluster):
    """DUE, state gone: the money is known, though the record is not there any more."""
    cluster.open_sale(10)
    number = cluster.bought()
    cluster.cancel(number)
    earlier = cluster.redis.xrange(EVENTS)
    seq = int(number.split("-")[1])
    cluster.redis.hset(H, "recorded_seq", earlier[-1][0].split("-")[0])
    cluster.redis.xtrim(EVENTS, maxlen=0, approximate=False)
    cluster.redis.hdel(keys_of("ticket")[1], seq)
    answer = cluster.callback(number, "t-1")
    assert (answer.status, answer.reason, answer.json["refund"]) == (200, "DUE", True)
    assert answer.json["data"]["state"] == "gone"
    assert cluster.redis.hget(PAYMENTS, "t-1").split("|")[:2] == [str(seq), "due"]


def test_another_amount_is_409_and_nothing_is_taken_down(cluster):
    """It says what is owed; the right amount pays afterwards, with the same transaction."""
    cluster.open_sale(10)
    cluster.redis.hset(H, "price", 300)
    number = cluster.bought(units=2)
    for amount in (0, 300, 599, 601, 999999999999999):
        answer = cluster.callback(number, "t-1", amount)
        assert (answer.status, answer.reason) == (409, "WRONG_AMOUNT")
        assert answer.json["owed"] == 600 and answer.json["retryable"] is False
    assert cluster.redis.hlen(PAYMENTS) == 0 and cluster.state(number) == "held"
    assert cluster.callback(number, "t-1", 600).reason == "PAID"
    cluster.crosses()


def test_a_transaction_belongs_to_one_order_and_one_amount(cluster):
    """Told for another order, or with another amount: 409 CONFLICT, nothing is changed."""
    cluster.open_sale(10)
    first, second = cluster.bought(), cluster.bought()
    assert cluster.callback(first, "t-1").reason == "PAID"
    for number, amount in ((second, 0), (first, 1)):
        answer = cluster.callback(number, "t-1", amount)
        assert (answer.status, answer.reason) == (409, "CONFLICT")
    assert cluster.state(second) == "held"
    assert cluster.callback(second, "t-2").reason == "PAID"
    cluster.crosses()


def test_an_unknown_order_is_404(cluster):
    """Forged, or genuine and not there: each is told without a payment being taken down."""
    cluster.open_sale(10)
    number = cluster.bought()
    for bad in (number[:-1] + ("0" if number[-1] != "0" else "1"), "x", cluster.number_of(99),
                cluster.number_of(1)):
        answer = cluster.callback(bad, "t-1")
        assert (answer.status, answer.reason) == (404, "NO_ORDER"), bad
    assert cluster.redis.hlen(PAYMENTS) == 0
    cluster.crosses()


def test_pay_and_cancel_at_once_one_of_them_wins(cluster):
    """Two hundred orders, each paid and cancelled in the same instant at different nodes."""
    cluster.open_sale(200)
    numbers = [answer.json["data"]["orderId"] for answer in cluster.buy_together(200)]
    key, pairs = cluster.redis_part.secret("payment.key"), []
    for i, number in enumerate(numbers):
        two = [(cluster.port(i % 4), provider.callback(key, number, f"t-{i}", 0)),
               (cluster.port((i + 1 + i // 4 % 3) % 4),
                web.request(f"/orders/{number}/cancel", "POST"))]
        pairs += two if i % 2 else reversed(two)
    answers = web.ask_all(pairs)
    _, orders = cluster.crosses()
    for i, number in enumerate(numbers):
        pay, cancel = answers[2 * i:2 * i + 2] if i % 2 else answers[2 * i:2 * i + 2][::-1]
        state = orders[str(int(number.split("-")[1]))]["state"]
        assert (pay.reason, cancel.reason, state) in (
            ("PAID", "ALREADY", "paid"), ("DUE", "CANCELLED", "cancelled")), (pay, cancel)


# -- payments for trial --------------------------------------------------------------------------

def test_payments_for_trial_are_off_unless_they_are_set(cluster):
    """403, by default."""
    cluster.open_sale(10)
    number = cluster.bought()
    answer = cluster.pay(number)
    assert (answer.status, answer.reason) == (403, "FORBIDDEN") and "--trial-pay" in \
        answer.json["error"]
    assert cluster.state(number) == "held"


def test_a_payment_for_trial_pays_what_is_owed_once(make_cluster):
    """--trial-pay 1: a hundred at once are one payment of the full amount; late ones are late."""
    cluster = make_cluster(trial_pay=1).start(total=10)
    cluster.redis.hset(H, "price", 700)
    number = cluster.bought(units=3)
    raw = web.request(f"/orders/{number}/pay", "POST")
    answers = web.ask_all([(cluster.port(i % 4), raw) for i in range(100)])
    assert sorted(answer.reason for answer in answers) == ["PAID"] + ["REPEATED"] * 99
    _, orders = cluster.crosses()
    assert [(order["amount"], order["txn"]) for order in orders.values()] == [("2100", "trial-2")]
    late = expired(cluster)
    assert cluster.pay(late).reason == "DUE"
    assert cluster.pay(cluster.number_of(999)).reason == "NO_ORDER"
    assert all("payments for trial are on" in cluster.log(i) for i in range(4))
    wait_until(lambda: cluster.state(late) == "expired", what="the late order")
    cluster.crosses()
