"""Reservations through nginx and at the nodes: who has one, and who may buy."""
import time

import pytest

from harness import web
from harness.passports import bearer, issue
from harness.waiting import stretched, wait_until


@pytest.fixture
def booth(cluster):
    """A cluster whose item must be reserved; `rules(...)` alters that at every node."""
    cluster.open_sale(100)

    def rules(**fields):
        cluster.redis.hset("ticket_hash_key", mapping={**fields, "ruled": 1})
        for i in cluster.living():
            wait_until(lambda i=i: cluster.stock(i).get("rules", {}).get("reserve") == "required",
                       what=f"rules at node {i}")

    cluster.rules = rules
    rules(reserve_required=1)
    return cluster


def reserve(cluster, user=None, method="POST", via="nginx", item="ticket", headers=None):
    """GET or POST /reservations/{item}."""
    query = f"?user={user}" if user is not None else ""
    return cluster.ask(web.request(f"/reservations/{item}{query}", method, headers), via)


def test_reserve_look_and_buy(booth):
    """Not reserved: cannot buy. Reserved at one node, known at all, asked twice; then bought."""
    assert reserve(booth, "ann", "GET").reason == "NOT_RESERVED"
    answer = booth.buy(user="ann", key="k1")
    assert (answer.status, answer.reason, len(answer.body)) == (200, "NOT_RESERVED", 256)
    first = reserve(booth, "ann")
    assert (first.status, first.reason, first.json["item"]) == (200, "RESERVED", "ticket")
    assert first.json["code"] == 1 and first.json["success"] is True
    for i in booth.living():
        assert reserve(booth, "ann", via=i).reason == "ALREADY_RESERVED"
        assert reserve(booth, "ann", "GET", via=i).reason == "ALREADY_RESERVED"
    assert booth.buy(user="ann", key="k1").reason == "ACCEPTED"
    booth.crosses()


def test_languages_and_refusals_have_their_words(booth):
    """Chinese and English; over, full, not open, no user, no item, a body, another method."""
    assert reserve(booth, "ann", headers={"Accept-Language": "en"}).json["msg"] == "reserved"
    assert reserve(booth, "ann").json["msg"] == "已预约"
    booth.rules(reserve_quota=1)
    assert reserve(booth, "bob").reason == "RESERVE_FULL"
    booth.rules(reserve_quota=0, reserve_ends_ms=1)
    assert reserve(booth, "bob").reason == "RESERVE_OVER"
    nobody = reserve(booth)
    assert (nobody.status, nobody.reason) == (401, "NO_TOKEN")
    assert reserve(booth, "ann", item="none-such").status == 404
    assert reserve(booth, "ann", item="UPPER").reason == "NO_ITEM"
    assert reserve(booth, "a%7Cb").status == 400
    assert reserve(booth, "ann", "PUT").status == 405
    body = booth.ask(web.request("/reservations/ticket?user=ann", "POST", {}, b"{}"))
    assert body.status == 400


def test_before_the_window_a_node_answers_from_memory(booth):
    """Redis stands still: RESERVE_NOT_OPEN with when, at once."""
    opens = int(time.time() * 1000) + 3600000
    booth.rules(reserve_starts_ms=opens)
    wait_until(lambda: booth.stock(0)["rules"]["reserveStartsAt"] == opens)
    booth.pause_redis()
    answer = reserve(booth, "ann", via=0)
    booth.resume_redis()
    assert answer.reason == "RESERVE_NOT_OPEN" and answer.seconds < stretched(0.5)
    said = answer.json
    assert (said["opensAt"], said["resultCode"], said["retryable"]) == (opens, 90009, True)
    assert 3590000 < said["retryAfterMs"] <= 3600000


def test_a_reservation_is_the_tokens_users(booth):
    """token=yes: a name, a wrong token, another name are refused; the token's user has it."""
    booth.rules(token_required=1)
    key = booth.redis_part.secret("token.key")
    lines = bearer(issue(key, "ann"))
    assert reserve(booth, "ann").status == 401
    assert reserve(booth, headers=bearer(issue("ab" * 32, "ann"))).reason == "BAD_TOKEN"
    assert reserve(booth, "bob", headers=lines).reason == "OTHER_USER"
    assert booth.redis.scard("{ticket_hash_key}:reserved") == 0
    assert reserve(booth, headers=lines).reason == "RESERVED"
    assert booth.redis.smembers("{ticket_hash_key}:reserved") == {"ann"}
    assert booth.buy(headers=lines).reason == "ACCEPTED"


def test_a_quota_holds_against_a_crowd_over_four_nodes(booth):
    """400 users at once for 25 reservations: 25 have one, each told so, and they outlast Redis."""
    booth.rules(reserve_quota=25)
    pairs = [(booth.port(i % 4), web.request(f"/reservations/ticket?user=u{i}", "POST"))
             for i in range(400)]
    reasons = [answer.reason for answer in web.ask_all(pairs)]
    assert sorted(set(reasons)) == ["RESERVED", "RESERVE_FULL"]
    assert reasons.count("RESERVED") == 25
    booth.kill_redis()
    booth.restart_redis()
    has = booth.redis.smembers("{ticket_hash_key}:reserved")
    assert has == {f"u{i}" for i, reason in enumerate(reasons) if reason == "RESERVED"}


def test_a_lost_answer_is_asked_for_again(booth):
    """Redis is killed with the question on its way: the answer is definite once it is back."""
    booth.kill_redis()
    wait_until(lambda: reserve(booth, "ann", via=0).status == 503, what="503")
    booth.restart_redis()
    wait_until(lambda: reserve(booth, "ann", via=0).reason in ("RESERVED", "ALREADY_RESERVED"),
               what="a reservation")
    assert reserve(booth, "ann", "GET", via=1).reason == "ALREADY_RESERVED"
