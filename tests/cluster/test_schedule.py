"""The start and the end of a sale, to the millisecond, whatever a node remembers.

`last_ms` is the item's own clock while it lies ahead of Redis': setting it is moving the clock.
"""
import time

import pytest

from harness import web
from harness.waiting import stretched, wait_equal, wait_until

FAR = 32503680000000  # the year 3000


@pytest.fixture
def stage(cluster):
    """A cluster whose item `ticket` stands at FAR; set(starts_ms=...) alters it at every node."""
    cluster.open_sale(100)

    def set_fields(**fields):
        cluster.redis.hset("ticket_hash_key", mapping={**fields, "ruled": 1})
        starts = int(cluster.redis.hget("ticket_hash_key", "starts_ms") or 0)
        ends = int(cluster.redis.hget("ticket_hash_key", "ends_ms") or 0)
        for i in cluster.living():
            wait_equal((starts, ends), lambda i=i: rule_times(cluster, i), what=f"rules at {i}")

    set_fields(last_ms=FAR)
    cluster.set = set_fields
    return cluster


def rule_times(cluster, i):
    """The start and end that a node knows of."""
    rules = cluster.stock(i).get("rules", {})
    return rules.get("startsAt", 0), rules.get("endsAt", 0)


def test_a_millisecond_early_is_refused_and_the_start_is_not(stage):
    """At every node: start - 1 is told the time left, start is served, with no tick in between."""
    stage.set(starts_ms=FAR + 1000)
    stage.set(last_ms=FAR + 999)
    for i in stage.living():
        wait_equal(FAR + 999, lambda i=i: stage.stock(i).get("asOf"))
        answer = stage.buy(via=i)
        assert (answer.status, answer.reason, len(answer.body)) == (200, "NOT_STARTED", 256)
        said = answer.json
        assert (said["resultCode"], said["retryable"]) == (90009, True)
        assert (said["startsAt"], said["retryAfterMs"]) == (FAR + 1000, 1)
    stage.redis.hset("ticket_hash_key", "last_ms", FAR + 1000)
    assert [stage.buy(via=i).reason for i in stage.living()] == ["ACCEPTED"] * 4
    stage.crosses()


def test_long_before_the_start_a_node_answers_from_memory(stage):
    """Redis stands still, and buyers hear NOT_STARTED in both languages all the same."""
    stage.set(starts_ms=FAR + 3600000)
    stage.pause_redis()
    for language in ("zh", "en"):
        answer = stage.buy(via=0, headers={"Accept-Language": language})
        assert answer.reason == "NOT_STARTED" and answer.seconds < stretched(0.5)
        assert answer.json["msg"].isascii() == (language == "en")
        assert 3590000 < answer.json["retryAfterMs"] <= 3600000
    stage.resume_redis()


def test_at_the_end_it_is_over(stage):
    """One ms before: served; from the end on: ENDED, from memory too."""
    stage.set(ends_ms=FAR + 1000)
    stage.redis.hset("ticket_hash_key", "last_ms", FAR + 999)
    assert stage.buy(via=0).reason == "ACCEPTED"
    stage.redis.hset("ticket_hash_key", "last_ms", FAR + 1000)
    assert stage.buy(via=1).reason == "ENDED"
    wait_equal(FAR + 1000, lambda: stage.stock(0).get("asOf"))
    stage.pause_redis()
    assert stage.buy(via=0).reason == "ENDED"
    stage.resume_redis()


def test_a_key_that_has_its_order_hears_of_it_after_the_end(stage):
    """H7: the rules are over, the order is not."""
    assert stage.buy(via=0, key="mine").reason == "ACCEPTED"
    stage.set(ends_ms=FAR - 1)
    assert stage.buy(via=1, key="mine").reason == "REPEATED"
    assert stage.buy(via=1, key="other").reason == "ENDED"


def test_a_sale_starts_at_its_instant_by_redis_clock(cluster):
    """The real clock, four nodes: nobody is served before the start, everybody from it on."""
    cluster.open_sale(1000)
    starts = time.time() + stretched(1.5)
    starts_ms = int(starts * 1000)
    cluster.redis.hset("ticket_hash_key", mapping={"starts_ms": starts_ms, "ruled": 1})
    for i in cluster.living():
        wait_until(lambda i=i: cluster.stock(i).get("rules"), what=f"rules at node {i}")
    offsets = [n / 100 for n in range(-30, 30, 2)]
    triples = [(node.port, web.purchase(key=f"{node.port}-{n}", first=True),
                starts_ms / 1000 + offset)
               for node in cluster.nodes for n, offset in enumerate(offsets)]
    answers = web.ask_at(triples)
    for (_, _, at), answer in zip(triples, answers):
        if at * 1000 >= starts_ms:
            assert answer.reason == "ACCEPTED", (at - starts_ms / 1000, answer)
    assert "NOT_STARTED" in {answer.reason for answer in answers}
    at_all = [order["created_ms"] for order in cluster.crosses()[1].values()]
    assert len(at_all) >= 4 * 15 and min(map(int, at_all)) >= starts_ms
