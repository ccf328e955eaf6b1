"""races - pay against expiry, around the deadline, wave after wave (F18, H8).

    told = race(cluster, 2000, seed)      # {number: the payer's Answer}
    paid = check_race(told, orders)       # exactly one of the two has won each

Each order's payment is sent within a few milliseconds of its deadline, to four nodes that expire
what is due every ten milliseconds (tick_ms=10). How long before, is found out from wave to wave, so
that each side wins about half of the races.
"""
import random

from harness import provider, web
from harness.waiting import stretched, wait_until

WAVE = 200
NEAR_S, STEP_S = 0.004, 0.002
WINDOW_MS = 400


def buy_wave(cluster, wave, size):
    """`size` orders; [(number, deadline in unix seconds)]."""
    answers = cluster.buy_together(size, via="nodes", key=lambda i: f"w{wave}-{i}", first=True)
    assert {answer.reason for answer in answers} == {"ACCEPTED"}, answers[0]
    orders = [answer.json["data"] for answer in answers]
    return [(order["orderId"], order["payBefore"] / 1000) for order in orders]


def pay_wave(cluster, orders, dice, lead_s=0.0):
    """Each order's payment, sent `lead_s` before its deadline or so; {number: Answer}."""
    key, triples = cluster.redis_part.secret("payment.key"), []
    for number, deadline in orders:
        raw = provider.callback(key, number, f"t-{number}", 0)
        triples.append((cluster.port(dice.randrange(4)), raw,
                        deadline - lead_s + dice.uniform(-NEAR_S, NEAR_S)))
    return dict(zip([number for number, _ in orders], web.ask_at(triples)))


def race(cluster, races, seed):
    """So many orders, each paid around its deadline, until all have ended; {number: Answer}."""
    cluster.redis.hset("ticket_hash_key", "pay_window_ms", int(stretched(WINDOW_MS)))
    dice, answers, lead_s = random.Random(seed), {}, 0.01
    for wave in range((races + WAVE - 1) // WAVE):
        bought = buy_wave(cluster, wave, min(WAVE, races - wave * WAVE))
        told = pay_wave(cluster, bought, dice, lead_s)
        late = sum(answer.json["refund"] for answer in told.values())
        lead_s += STEP_S if late * 2 > len(told) else -STEP_S
        answers.update(told)
    wait_until(lambda: cluster.redis.zcard("{ticket_hash_key}:unpaid") == 0, 5, "all to have ended")
    return answers


def check_race(answers, orders):
    """
    What each payer was told is what the order is; returns how many paid in time. REPEATED: a node
    had to ask Redis twice, and tells what the first time did.
    """
    for number, answer in answers.items():
        assert answer.status == 200 and answer.reason in ("PAID", "DUE", "REPEATED"), answer
        order = orders[str(int(number.split("-")[1]))]
        is_due = answer.json["refund"]
        assert order["state"] == ("expired" if is_due else "paid"), (order, answer)
        assert answer.reason != ("PAID" if is_due else "DUE"), answer
        if answer.reason == "REPEATED":
            continue
        if answer.reason == "PAID":
            assert answer.json["data"]["changedAt"] == int(order["moved_ms"])
            assert int(order["moved_ms"]) < int(order["deadline_ms"]), "paid at its deadline"
        else:
            assert answer.json["data"]["state"] == "expired" and order["txn"] == f"t-{number}"
    return sum(not answer.json["refund"] for answer in answers.values())
