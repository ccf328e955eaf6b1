"""A draw through nodes and nginx: taking part, being told, winning; nodes and Redis are killed."""
import time

import pytest

from harness.draws import commit_of, rank_of, ranked
from harness.passports import bearer, issue
from harness.scripts import keys_of, script_text
from harness.waiting import stretched, wait_equal, wait_until

SEED = "5e" * 32
KEYS = keys_of("ticket")


@pytest.fixture
def lottery(cluster):
    """Three units, to be drawn in a while."""
    cluster.open_sale(3)
    cluster.ends_ms = int((time.time() + stretched(4)) * 1000)
    cluster.redis.hset(KEYS[0], mapping={"draw": commit_of(SEED), "ruled": 1,
                                         "draw_ends_ms": cluster.ends_ms})
    for i in cluster.living():
        wait_until(lambda i=i: cluster.stock(i).get("rules", {}).get("drawCommit"),
                   what=f"the draw at node {i}")
    return cluster


def hold(cluster):
    """The draw, as penstockctl holds it; Redis is killed when all are ranked."""
    draw = script_text("draw")
    wait_until(lambda: cluster.redis.eval(draw, 12, *KEYS, "begin")[12] in ("BEGUN", "DRAWN"),
               timeout=20, what="the end of asking")
    users = cluster.redis.hkeys(KEYS[10])
    words = [word for user in users for word in (rank_of(SEED, user), user)]
    cluster.redis.eval(draw, 12, *KEYS, "rank", *words)
    cluster.kill_redis()
    cluster.restart_redis()
    assert cluster.redis.eval(draw, 12, *KEYS, "finish", SEED)[12] == "DRAWN"


def test_forty_users_three_units(lottery):
    """Asked at every node at once, twice each; the lowest ranks have orders, and hear of them."""
    users = [f"user-{i}" for i in range(40)]
    answers = lottery.buy_together(80, via="nodes", user=lambda i: users[i % 40])
    assert {(answer.status, answer.reason, len(answer.body)) for answer in answers} == {
        (200, "TOOK_PART", 256)}
    said = lottery.buy(user="user-1", headers={"Accept-Language": "en"}).json
    assert said["drawsAt"] == lottery.ends_ms and 0 < said["retryAfterMs"] and said["retryable"]
    rules = lottery.stock()["rules"]
    assert (rules["drawsAt"], rules["drawCommit"], rules["drawSeed"]) == (
        lottery.ends_ms, commit_of(SEED), "")
    lottery.kill_node(3)
    lottery.kill_redis()
    lottery.restart_redis()
    hold(lottery)
    lottery.kill_node(0)
    lottery.kill_redis()
    lottery.restart_redis()
    lottery.wait_ready()
    wait_until(lambda: lottery.orders() == 3, what="three orders")
    order = ranked(SEED, users)
    for place, user in enumerate(order[:6]):
        wanted = "REPEATED" if place < 3 else "NOT_DRAWN"
        wait_until(lambda u=user, w=wanted: lottery.buy(user=u).reason == w, what=user)
    lost = lottery.buy(user=order[5])
    assert (lost.json["resultCode"], len(lost.body)) == (90016, 256)
    won = lottery.buy(user=order[0]).json["data"]["orderId"]
    assert lottery.cancel(won).status == 200
    wait_until(lambda: lottery.buy(user=order[3]).reason == "REPEATED", what="the next rank")
    assert lottery.buy(user=order[4]).reason == "NOT_DRAWN"
    lottery.redis.hset(KEYS[0], mapping={"ends_ms": int(time.time() * 1000) - 1, "risk": "on",
                                         "risk_shares": "0:0"})
    for i in lottery.living():
        wait_until(lambda i=i: lottery.stock(i)["rules"]["endsAt"], what=f"the end at {i}")
        again = lottery.buy(user=order[3], via=i)
        assert again.reason == "REPEATED", "whoever has won hears so after the end, by any roll"
    stranger = lottery.buy(user="eve", key=f"draw:{int(won.split('-')[1])}")
    assert (stranger.status, stranger.reason) == (400, "BAD_REQUEST")
    assert won.encode() not in stranger.body
    for i in lottery.living():
        wait_equal(SEED, lambda i=i: lottery.stock(i)["rules"]["drawSeed"], what=f"seed at {i}")


def test_only_a_proven_winner_is_told_of_the_order(lottery):
    """token=yes: who names a winner, with a key of their own or the draw's, can cancel nothing."""
    lottery.redis.hset(KEYS[0], "token_required", 1)
    ann = bearer(issue(lottery.redis_part.secret("token.key"), "ann"))
    wait_until(lambda: lottery.stock()["rules"]["token"], what="the rule at a node")
    wait_until(lambda: lottery.buy(headers=ann).reason == "TOOK_PART", what="ann takes part")
    hold(lottery)
    lottery.wait_ready()
    wait_until(lambda: lottery.buy(headers=ann).reason == "REPEATED", what="ann has won")
    won = lottery.buy(headers=ann).json["data"]["orderId"]
    for facts in ({}, {"key": "mine"}, {"key": "draw:2"}):
        answer = lottery.buy(user="ann", **facts)
        assert answer.status in (400, 401) and won.encode() not in answer.body, facts
