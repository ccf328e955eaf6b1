"""Orders looked at, paid and cancelled while something fails: no answer is wrong.

503 UNKNOWN is said only where a payment or a cancellation may have been carried out, 503 BUSY only
where it was not, both by the deadline; asking again tells what is so.
"""
import contextlib
import signal
from collections import Counter

import pytest

from harness import provider, web
from harness.background import Background
from harness.fold import taken_apart
from harness.scripts import keys_of
from harness.sockets import DyingNode, established
from harness.waiting import stretched, wait_until

H, ORDERS, _, _, _, EVENTS, _, PAYMENTS, *_ = keys_of("ticket")
AWAY = {"UNKNOWN", "BUSY"}


def buy_many(cluster, count):
    """The numbers of `count` orders."""
    answers = cluster.buy_together(count, via="nodes", key=lambda i: f"key-{i}", first=True)
    assert {answer.reason for answer in answers} == {"ACCEPTED"}
    return [answer.json["data"]["orderId"] for answer in answers]


def payment(cluster, number):
    """The bytes of a callback that pays this order, always by the same transaction."""
    return provider.callback(cluster.redis_part.secret("payment.key"), number, f"t-{number}", 0)


def cancelling(number):
    """The bytes of a cancellation."""
    return web.request(f"/orders/{number}/cancel", "POST")


def in_waves(port, raws, size, timeout=15):
    """Sends the requests, `size` at a time; their answers."""
    answers = []
    for i in range(0, len(raws), size):
        answers += web.ask_all([(port, raw) for raw in raws[i:i + size]], timeout)
    return answers


def settle(port, raw):
    """Asks again until the answer is definite; returns it."""
    last = []

    def definite():
        last[:] = [web.ask(port, raw)]
        return last[0].status == 200

    wait_until(definite, 10, "a definite answer")
    return last[0]


def check_settled(cluster, numbers, answers, raws):
    """Even orders were to be paid, odd ones to be cancelled: what was heard holds for ever."""
    last = [settle(cluster.nginx.port, raw) for raw in raws]
    _, orders = cluster.crosses(unheard=len(numbers))
    for i, number in enumerate(numbers):
        state = orders[str(int(number.split("-")[1]))]["state"]
        assert state == ("cancelled" if i % 2 else "paid"), (state, answers[i], last[i])
        assert last[i].reason in (("CANCELLED", "ALREADY") if i % 2 else ("PAID", "REPEATED"))
        assert last[i].json["success"] is True, last[i]
        if answers[i].status == 200:
            assert last[i].reason == ("ALREADY" if i % 2 else "REPEATED"), (answers[i], last[i])
    kinds = Counter(kind for _, kind, _ in taken_apart(cluster.redis.xrange(EVENTS)))
    assert kinds["paid"] + kinds["cancelled"] == len(numbers) and kinds["due"] == 0


# -- Redis -----------------------------------------------------------------------------------------

@pytest.mark.long
def test_redis_killed_while_orders_are_paid_and_cancelled(make_cluster):
    """kill -9 and a restart in the middle of 600: only 200 and 503; then each finds its answer."""
    cluster = make_cluster(deadline_ms=1000).start(total=1000)
    numbers = buy_many(cluster, 600)
    raws = [cancelling(n) if i % 2 else payment(cluster, n) for i, n in enumerate(numbers)]
    with Background(in_waves, cluster.nginx.port, raws, 40) as clients:
        wait_until(lambda: cluster.redis.hlen(PAYMENTS) > 60, what="60 payments")
        cluster.kill_redis()
        wait_until(lambda: "trying again" in cluster.log(3) or "ended" in cluster.log(3),
                   what="a node to notice")
        cluster.restart_redis()
    assert {answer.status for answer in clients.result} <= {200, 503}
    dark = [answer for answer in clients.result if answer.status == 503]
    assert {answer.reason for answer in dark} <= AWAY
    assert all(answer.headers["retry-after"] == "1" and answer.json["retryable"] for answer in dark)
    cluster.wait_ready()
    check_settled(cluster, numbers, clients.result, raws)


def test_redis_silent_for_a_moment_costs_patience_only(cluster):
    """SIGSTOP until the links are given up, then on: all 80 are carried out within the deadline."""
    cluster.open_sale(100)
    numbers = buy_many(cluster, 80)
    raws = [cancelling(n) if i % 2 else payment(cluster, n) for i, n in enumerate(numbers)]
    cluster.pause_redis()
    pairs = [(cluster.port(i % 4), raw) for i, raw in enumerate(raws)]
    with Background(web.ask_all, pairs, 15) as clients:
        for i in range(4):
            wait_until(lambda i=i: "is silent" in cluster.log(i), 5, "a node to give up its link")
        cluster.resume_redis()
    assert {answer.status for answer in clients.result} == {200}, clients.result
    check_settled(cluster, numbers, clients.result, raws)


@pytest.mark.parametrize("patience_ms", [10000, 150], ids=["sent", "sent and given up"])
def test_a_deadline_ends_every_wait_and_says_what_is_known(make_cluster, patience_ms):
    """Redis silent for good: what was sent is UNKNOWN, a look is BUSY, none later than 600 ms."""
    cluster = make_cluster(deadline_ms=600, redis_timeout_ms=patience_ms).start(total=100)
    numbers = buy_many(cluster, 60)
    raws = [cancelling(n) if i % 2 else payment(cluster, n) for i, n in enumerate(numbers)]
    looks = [web.request(f"/orders/{number}") for number in numbers]
    cluster.pause_redis()
    answers = web.ask_all([(cluster.port(i % 4), raw) for i, raw in enumerate(raws + looks)])
    assert {answer.status for answer in answers} == {503}
    assert {answer.reason for answer in answers[:60]} == {"UNKNOWN"}
    assert {answer.reason for answer in answers[60:]} == {"BUSY"}
    assert max(answer.seconds for answer in answers) < stretched(1.2)
    cluster.resume_redis()
    cluster.wait_ready()
    check_settled(cluster, numbers, answers, raws)


def test_without_redis_everybody_hears_busy_at_once(make_cluster):
    """Killed before they ask: nothing was sent, so nothing is unknown, and nobody waits."""
    cluster = make_cluster(deadline_ms=5000, trial_pay=1).start(total=100)
    number = cluster.bought()
    cluster.kill_redis()
    for i in range(4):
        wait_until(lambda i=i: not cluster.nodes[i].is_ready(), what="the node to notice")
        for answer in (cluster.look(number, via=i), cluster.cancel(number, via=i),
                       cluster.pay(number, via=i), cluster.callback(number, "t-1", via=i)):
            assert (answer.status, answer.reason) == (503, "BUSY"), answer
            assert answer.seconds < stretched(1)
    assert cluster.look(number[:-1]).status == 404, "a forged number needs no Redis"
    cluster.restart_redis()
    cluster.wait_ready()
    assert cluster.state(number) == "held"
    cluster.crosses()


def test_scripts_that_redis_forgot_are_loaded_again(cluster):
    """SCRIPT FLUSH in the middle: nobody but who comes in that moment hears BUSY, none UNKNOWN."""
    cluster.open_sale(1000)
    numbers = buy_many(cluster, 400)
    raws = [cancelling(n) if i % 2 else payment(cluster, n) for i, n in enumerate(numbers)]
    with Background(in_waves, cluster.nginx.port, raws, 40) as clients:
        for more in (40, 100):
            wait_until(lambda more=more: cluster.redis.hlen(PAYMENTS) > more, what="payments")
            cluster.redis.script_flush()
    words = Counter(answer.reason for answer in clients.result)
    assert set(words) <= {"PAID", "CANCELLED", "BUSY"}, words
    assert words["PAID"] + words["CANCELLED"] > 300
    check_settled(cluster, numbers, clients.result, raws)


def test_a_full_redis_refuses_to_sell_and_nothing_else(make_cluster):
    """maxmemory reached: buying is BUSY and leaves nothing (H9); holders pay, cancel and look."""
    cluster = make_cluster(deadline_ms=500).start(total=100)
    numbers = buy_many(cluster, 2)
    cluster.redis.config_set("maxmemory", 1)
    refused = cluster.buy()
    assert (refused.status, refused.reason) == (503, "BUSY"), refused
    assert refused.seconds > 0.4, f"not tried until the deadline: {refused.seconds} s"
    assert cluster.callback(numbers[0], "t-1").reason == "PAID"
    assert cluster.cancel(numbers[1]).reason == "CANCELLED"
    assert [cluster.state(number) for number in numbers] == ["paid", "cancelled"]
    cluster.redis.config_set("maxmemory", "1gb")
    assert cluster.buy().reason == "ACCEPTED"
    _, orders = cluster.crosses()
    assert len(orders) == 3


def test_a_payment_that_meets_typed_counts_waits_until_they_are_taken_over(make_cluster):
    """A total is typed and nobody has had a tick since: RESYNC is settled within the deadline."""
    cluster = make_cluster(tick_ms=4000).start(total=10)
    numbers = buy_many(cluster, 2)
    cluster.restock(20)
    assert cluster.callback(numbers[0], "t-1").reason == "PAID"
    cluster.restock(30)
    assert cluster.cancel(numbers[1], via=2).reason == "CANCELLED"
    counts, _ = cluster.crosses()
    assert counts["ticket_total_nums"] == "30"


def test_a_broken_hash_is_busy_until_it_is_mended(make_cluster):
    """A total that is no number: pay and cancel are refused, a look is not."""
    cluster = make_cluster(deadline_ms=500).start(total=10)
    number = cluster.bought()
    cluster.restock("many")
    for answer in (cluster.cancel(number), cluster.callback(number, "t-1")):
        assert (answer.status, answer.reason) == (503, "BUSY"), answer
        assert answer.seconds < stretched(0.4), "trying again would not help"
    assert cluster.state(number) == "held"
    cluster.restock(10)
    assert cluster.callback(number, "t-1").reason == "PAID"
    cluster.crosses()


def test_a_record_that_is_none_is_never_shown(make_cluster):
    """A foreign hand wrote it: 503 and a line in the log, for every verb."""
    cluster = make_cluster(deadline_ms=500).start(total=10)
    number = cluster.bought()
    record = cluster.redis.hget(ORDERS, 2)
    for bad in ("", "held", record.replace("held", "given"), record + "|x",
                record.replace("held|1|", "held|1e3|")):
        cluster.redis.hset(ORDERS, 2, bad)
        assert cluster.look(number, via=0).status == 503, bad
    assert "is none" in cluster.log(0)
    cluster.redis.hset(ORDERS, 2, record)
    assert cluster.state(number) == "held"


def test_keys_of_a_foreign_kind_end_as_unknown_and_are_said_loudly(make_cluster):
    """A string where payments belong: this item's pays are UNKNOWN, another item's are paid."""
    cluster = make_cluster(deadline_ms=500).start(total=10)
    cluster.type_sale(10, "other")
    number, other = cluster.bought(via=0), cluster.bought(item="other", via=0)
    cluster.redis.set(PAYMENTS, "a string")
    answer = cluster.callback(number, "t-1", via=0)
    assert (answer.status, answer.reason) == (503, "UNKNOWN")
    assert "WRONGTYPE" in cluster.log(0)
    assert cluster.callback(other, "t-2", via=0).reason == "PAID"
    assert cluster.look(number, via=0).json["data"]["state"] == "held"
    cluster.redis.delete(PAYMENTS)
    assert cluster.callback(number, "t-1", via=0).reason == "PAID"


def test_a_redis_that_lost_everything_says_nothing_wrong_about_orders(make_cluster):
    """FLUSHALL: a payment is kept for later (503), the ledger is asked about the order."""
    cluster = make_cluster(deadline_ms=500).start(total=10)
    number = cluster.bought()
    cluster.redis.flushall()
    for answer in (cluster.callback(number, "t-1"), cluster.cancel(number), cluster.look(number)):
        assert (answer.status, answer.reason) == (503, "BUSY"), answer


# -- nodes -----------------------------------------------------------------------------------------

def test_a_node_that_is_told_to_stop_finishes_what_it_was_asked(cluster):
    """SIGTERM while a payment, a cancellation and a look wait for Redis: answered, then exit 0."""
    cluster.open_sale(10)
    numbers = buy_many(cluster, 3)
    raws = [payment(cluster, numbers[0]), cancelling(numbers[1]),
            web.request(f"/orders/{numbers[2]}")]
    cluster.pause_redis()
    with Background(web.ask_all, [(cluster.nodes[0].port, raw) for raw in raws]) as clients:
        wait_until(lambda: established(cluster.nodes[0].port) >= 3, what="three to wait")
        cluster.nodes[0].process.send(signal.SIGTERM)
        cluster.down.add(0)
        wait_until(lambda: "draining: 3 requests" in cluster.log(0), what="the node to drain")
        cluster.resume_redis()
    assert [answer.status for answer in clients.result] == [200] * 3
    assert [answer.reason for answer in clients.result[:2]] == ["PAID", "CANCELLED"]
    assert all(answer.headers["connection"] == "close" for answer in clients.result)
    assert cluster.nodes[0].process.wait() == 0
    cluster.crosses()


def test_a_drain_ends_although_redis_does_not_answer(make_cluster):
    """--drain-ms is over first: UNKNOWN, exit 0; asking another node tells."""
    cluster = make_cluster(deadline_ms=30000, redis_timeout_ms=20000, drain_ms=700).start(total=10)
    number = cluster.bought()
    cluster.pause_redis()
    with Background(web.ask, cluster.nodes[0].port, payment(cluster, number)) as client:
        wait_until(lambda: established(cluster.nodes[0].port) >= 1, what="one to wait")
        assert cluster.stop_node(0) == 0
    assert (client.result.status, client.result.reason) == (503, "UNKNOWN")
    cluster.resume_redis()
    assert settle(cluster.port(1), payment(cluster, number)).json["success"] is True
    assert cluster.state(number, via=1) == "paid"


@pytest.mark.long
def test_a_rolling_restart_is_not_noticed_by_payers(cluster):
    """Every node restarted by SIGTERM while 800 are paid and cancelled: 200 each (F3)."""
    cluster.open_sale(1000)
    numbers = buy_many(cluster, 800)
    raws = [cancelling(n) if i % 2 else payment(cluster, n) for i, n in enumerate(numbers)]
    with Background(in_waves, cluster.nginx.port, raws, 8) as clients:
        for i in range(4):
            assert cluster.stop_node(i) == 0
            cluster.restart_node(i)
    assert {answer.status for answer in clients.result} == {200}, clients.result
    check_settled(cluster, numbers, clients.result, raws)


@pytest.mark.parametrize("what", ["pay", "cancel"])
def test_a_node_that_dies_after_it_was_done_is_asked_for_by_nginx(make_cluster, what):
    """kill -9 between Redis and the answer: nginx asks the next node, which tells what was done."""
    cluster = make_cluster().start(total=10, dead=[0, 1, 2])
    numbers = [cluster.bought(via=3) for _ in range(6)]
    with contextlib.ExitStack() as stack:
        dying = [stack.enter_context(DyingNode(cluster.nodes[i].port, cluster.nodes[3].port))
                 for i in range(3)]
        answers = [cluster.ask(payment(cluster, number) if what == "pay" else cancelling(number))
                   for number in numbers]
        swallowed = sum(len(node.swallowed) for node in dying)
    assert all(answer.json["success"] is True for answer in answers), answers
    again = sum(answer.reason in ("REPEATED", "ALREADY") for answer in answers)
    assert 1 <= again <= swallowed, (answers, swallowed)
    _, orders = cluster.crosses()
    assert {o["state"] for o in orders.values()} == {"paid" if what == "pay" else "cancelled"}


def asking(cluster, what, number):
    """The bytes of a payment, a cancellation, or a payment for trial."""
    if what == "try":
        return web.request(f"/orders/{number}/pay", "POST")
    return payment(cluster, number) if what == "pay" else cancelling(number)


@pytest.mark.parametrize("what", ["pay", "cancel", "try"])
def test_a_second_node_that_cannot_ask_redis_does_not_deny_what_the_first_did(make_cluster, what):
    """The first node carries it out and dies, then Redis dies: UNKNOWN, never BUSY (H9)."""
    cluster = make_cluster(deadline_ms=500, trial_pay=1).start(total=10, dead=[3])
    number = cluster.bought(via=0)
    with DyingNode(cluster.nodes[3].port, cluster.nodes[0].port, cluster.kill_redis) as dying:
        answer = cluster.ask(asking(cluster, what, number))
    assert dying.swallowed, "no request went to the dying node"
    assert (answer.status, answer.reason) == (503, "UNKNOWN"), answer
    cluster.restart_redis()
    cluster.wait_ready()
    assert cluster.ask(asking(cluster, what, number)).reason in ("REPEATED", "ALREADY")


# -- crowds ----------------------------------------------------------------------------------------

def test_a_full_desk_says_busy_at_once_and_buyers_are_served(make_cluster):
    """--desk-max 10: of 60 at once ten wait, fifty hear 503; the queue of purchases is another."""
    cluster = make_cluster(desk_max=10, deadline_ms=int(stretched(2000))).start(total=100)
    numbers = buy_many(cluster, 60)
    raws = [payment(cluster, number) for number in numbers]
    cluster.pause_redis()
    with Background(web.ask_all, [(cluster.nodes[0].port, raw) for raw in raws]) as clients:
        wait_until(lambda: established(cluster.nodes[0].port) == 10, what="ten to wait")
        with Background(cluster.buy, key="buyer", via=0) as buyer:
            wait_until(lambda: established(cluster.nodes[0].port) == 11, what="a buyer to wait")
            cluster.resume_redis()
    assert buyer.result.reason in ("ACCEPTED", "REPEATED")
    words = Counter(answer.reason for answer in clients.result)
    assert words["BUSY"] == 50 and words["PAID"] + words["REPEATED"] == 10, words
    assert all(a.seconds < stretched(1) for a in clients.result if a.reason == "BUSY")
    states = Counter(record.split("|")[0] for record in cluster.redis.hvals(ORDERS))
    assert states["paid"] == 10, "BUSY, and yet it was carried out"


@pytest.mark.long
def test_two_thousand_who_look_at_once_are_all_answered(cluster):
    """At one node, more than may be in flight: each hears of its own order, buyers go on."""
    cluster.open_sale(1000)
    numbers = buy_many(cluster, 100)
    pairs = [(cluster.nodes[0].port, web.request(f"/orders/{numbers[i % 100]}"))
             for i in range(2000)]
    with Background(web.ask_all, pairs, 20) as clients:
        buyers = cluster.buy_together(50, via=0)
    assert {answer.reason for answer in buyers} == {"ACCEPTED"}
    assert {answer.status for answer in clients.result} == {200}
    assert [answer.json["data"]["orderId"] for answer in clients.result] == numbers * 20


def test_payers_who_hang_up_while_they_wait_are_paid_all_the_same(make_cluster):
    """Redis stands still, 50 providers go away, Redis goes on: 50 paid orders, the node is well."""
    cluster = make_cluster(deadline_ms=10000, redis_timeout_ms=8000).start(total=100)
    numbers = buy_many(cluster, 50)
    cluster.pause_redis()
    raws = [payment(cluster, number) for number in numbers]
    answers = web.ask_all([(cluster.nodes[0].port, raw) for raw in raws], timeout=0.5)
    assert {answer.status for answer in answers} == {0}
    cluster.resume_redis()
    wait_until(lambda: cluster.redis.hlen(PAYMENTS) == 50, what="fifty payments")
    wait_until(lambda: established(cluster.nodes[0].port) < 3, what="their connections to go")
    assert cluster.state(numbers[0], via=0) == "paid"
    cluster.crosses()
