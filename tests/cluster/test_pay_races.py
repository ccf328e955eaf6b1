"""Pay against expiry, around the deadline: exactly one wins, and who paid is told which (F18, H8).

harness/races.py sends each payment within a few milliseconds of its deadline. PENSTOCK_RACES says
how many; tests/faults has 100000 of them.
"""
import os
import random
import threading
import time

import pytest

from harness import provider, web
from harness.background import Background
from harness.races import WAVE, check_race, pay_wave, race
from harness.waiting import stretched

H = "ticket_hash_key"
RACES = int(os.environ.get("PENSTOCK_RACES", "2000"))


@pytest.mark.long
@pytest.mark.deadline(60 + RACES // 50)
def test_pay_and_expiry_race_and_exactly_one_wins(make_cluster):
    """Wave after wave within 4 ms of the deadline: both happen, never both to one order."""
    cluster = make_cluster(tick_ms=10).start(total=RACES + WAVE)
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # seen when the test fails
    answers = race(cluster, RACES, seed)
    counts, orders = cluster.crosses()
    paid = check_race(answers, orders)
    print(f"{paid} paid, {len(answers) - paid} too late")
    assert int(counts["paid_nums"]) == paid and len(answers) == RACES
    assert RACES / 20 < paid < RACES * 19 / 20, "a race that one side always wins is none"


@pytest.mark.long
def test_expired_and_retaken_units_are_never_sold_twice(make_cluster):
    """late_pay retake, one unit for each ten buyers, payments around every deadline (H4)."""
    cluster = make_cluster(tick_ms=10).start(total=20)
    cluster.redis.hset(H, mapping={"late_pay": "retake", "pay_window_ms": int(stretched(250))})
    dice, told = random.Random(5), []
    for wave in range(6):
        answers = cluster.buy_together(60, via="nodes", key=lambda i, w=wave: f"w{w}-{i}",
                                       first=True)
        bought = [(a.json["data"]["orderId"], a.json["data"]["payBefore"] / 1000)
                  for a in answers if a.reason == "ACCEPTED"]
        told += pay_wave(cluster, bought, dice).values()
        time.sleep(0.02)  # some expire before the next crowd comes, and are sold to it
    assert {answer.reason for answer in told} <= {"PAID", "RETAKEN", "DUE"}
    counts, _ = cluster.crosses()
    sold = sum(answer.reason in ("PAID", "RETAKEN") for answer in told)
    assert int(counts["paid_nums"]) == sold <= 20


@pytest.mark.long
@pytest.mark.deadline(60)
def test_a_sale_with_unpaid_orders_ends_with_every_unit_paid(make_cluster):
    """Half of the buyers pay, the others' units are sold again, until all 200 are paid (H6)."""
    cluster = make_cluster().start(total=200)
    cluster.redis.hset(H, "pay_window_ms", int(stretched(700)))
    key, paid, over = cluster.redis_part.secret("payment.key"), 0, threading.Event()

    def audit():
        while not over.wait(0.2):
            cluster.crosses(unheard=200)

    def sell(wave):
        answers = cluster.buy_together(100, key=lambda i: f"w{wave}-{i}", first=True)
        numbers = [a.json["data"]["orderId"] for a in answers if a.reason == "ACCEPTED"]
        pays = numbers[::2] if len(numbers) > 5 else numbers
        done = web.ask_all([(cluster.nginx.port, provider.callback(key, number, f"t-{number}", 0))
                            for number in pays])
        assert {answer.reason for answer in done} <= {"PAID"}, done
        return len(done)

    with Background(audit):
        try:
            end, wave = time.monotonic() + stretched(30), 0
            while paid < 200 and time.monotonic() < end:
                paid, wave = paid + sell(wave), wave + 1
        finally:
            over.set()
    counts, _ = cluster.crosses()
    assert (counts["paid_nums"], counts["ticket_sold_nums"]) == ("200", "200")
