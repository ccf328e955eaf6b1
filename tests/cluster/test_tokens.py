"""Tokens of users on the nodes: who is believed, and that nothing changes by all others."""
import time

import pytest

from harness.passports import bearer, issue
from harness.waiting import wait_equal, wait_until

OTHER_KEY = "ab" * 32


@pytest.fixture
def shop(cluster):
    """A cluster with a sale of ten for proven users, and its key as `cluster.key`."""
    cluster.open_sale(10)
    cluster.key = cluster.redis_part.secret("token.key")
    set_rules(cluster, token_required=1)
    return cluster


def set_rules(cluster, item="ticket", **rules):
    """Rules as item.lua writes them, waited for at every node."""
    cluster.redis.hset(f"{item}_hash_key", mapping={**rules, "ruled": 1})
    for i in cluster.living():
        wait_until(lambda i=i: cluster.stock(i, item).get("rules"), what=f"rules at node {i}")


def test_a_proven_user_buys_and_the_order_is_theirs(shop):
    """Through nginx: the order, its buyer's count and its event name the token's user."""
    token = issue(shop.key, "ann.b@x")
    answer = shop.buy(headers=bearer(token))
    assert answer.reason == "ACCEPTED" and len(answer.body) == 256
    assert shop.redis.hgetall("{ticket_hash_key}:buyers") == {"ann.b@x": "1"}
    assert shop.buy(user="ann.b@x", headers=bearer(token)).reason == "ACCEPTED"
    _, orders = shop.crosses()
    assert [order["user"] for order in orders.values()] == ["ann.b@x"] * 2


def test_without_a_token_nobody_is_served_where_one_is_required(shop):
    """NO_TOKEN, 401, with the scheme to use, in both languages and 256 bytes."""
    for facts in ({}, {"user": "ann"}, {"key": "k"}, {"key": "k", "first": True}):
        for language in ("zh", "en"):
            answer = shop.buy(headers={"Accept-Language": language}, **facts)
            assert (answer.status, answer.reason, len(answer.body)) == (401, "NO_TOKEN", 256)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json["retryable"] is False
            assert answer.json["msg"].isascii() == (language == "en")
    assert shop.orders() == 0


def bad_tokens(key):
    """S5: (what is wrong, Authorization)."""
    good = issue(key, "ann")
    text, mac = good.rsplit(".", 1)
    yield "another sale's key", f"Bearer {issue(OTHER_KEY, 'ann')}"
    yield "expired", f"Bearer {issue(key, 'ann', expires_s=int(time.time()) - 1)}"
    yield "another user's mac", f"Bearer {text.replace('ann', 'bob')}.{mac}"
    yield "a better score", f"Bearer {text.replace('.1000.', '.9999.')}.{mac}"
    yield "a later end", f"Bearer {text}0.{mac}"
    yield "no user", f"Bearer {issue(key, '')}"
    yield "version 2", f"Bearer v2{good[2:]}"
    yield "upper case", f"Bearer {text}.{mac.upper()}"
    yield "too long", f"Bearer {'v1.' + 'a' * 600}"
    yield "another scheme", f"Basic {good}"
    yield "no token", "Bearer "
    yield "no scheme", good
    for size in range(1, len(good), 7):
        yield f"cut at {size}", f"Bearer {good[:size]}"
    for place in (0, 31, 63):
        digit = "0" if mac[place] != "0" else "1"
        yield f"mac {place}", f"Bearer {text}.{mac[:place]}{digit}{mac[place + 1:]}"


def test_no_wrong_token_is_believed_and_nothing_changes(shop):
    """S5, at a node and through nginx, of an item that needs tokens and of one that does not."""
    shop.open_sale(10, "mug")
    before = shop.redis.hgetall("ticket_hash_key"), shop.redis.hgetall("mug_hash_key")
    for what, value in bad_tokens(shop.key):
        for via in ("nginx", 0):
            for item in ("ticket", "mug"):
                answer = shop.buy(item, via=via, headers={"Authorization": value})
                assert (answer.status, answer.reason) == (401, "BAD_TOKEN"), what
    after = shop.redis.hgetall("ticket_hash_key"), shop.redis.hgetall("mug_hash_key")
    for fields in (*before, *after):
        fields.pop("last_ms")
    assert before == after and shop.orders() == shop.orders("mug") == 0


def test_a_token_counts_where_none_is_required(cluster):
    """The user is the token's, and limits are theirs."""
    cluster.open_sale(10)
    cluster.redis.hset("ticket_hash_key", "limit_units", 1)
    token = issue(cluster.redis_part.secret("token.key"), "ann")
    wait_equal("LIMIT", lambda: cluster.buy(headers=bearer(token)).reason)
    assert cluster.redis.hgetall("{ticket_hash_key}:buyers") == {"ann": "1"}


def test_naming_another_user_than_the_tokens_is_refused(shop):
    """403 OTHER_USER; nothing is sold."""
    answer = shop.buy(user="bob", headers=bearer(issue(shop.key, "ann")))
    assert (answer.status, answer.reason, len(answer.body)) == (403, "OTHER_USER", 256)
    assert shop.orders() == 0


def test_a_thousand_attempts_of_one_user_get_exactly_the_limit(shop):
    """S8: 1,000 keys, four nodes, limit 2; the others hear LIMIT or that it is sold out."""
    shop.redis.hset("ticket_hash_key", "limit_units", 2)
    lines = bearer(issue(shop.key, "ann"))
    wait_equal(2, lambda: int(shop.redis.hget("ticket_hash_key", "limit_units")))
    answers = shop.buy_together(1000, via="nodes", key=lambda i: f"key-{i}", headers=lines)
    reasons = [answer.reason for answer in answers]
    assert reasons.count("ACCEPTED") == 2 and set(reasons) == {"ACCEPTED", "LIMIT"}
    shop.crosses(answers=answers)


def test_keys_are_changed_without_refusing_anybody(make_cluster):
    """The new key signs, the old one is believed; a third is not. Without keys none is."""
    cluster = make_cluster()
    old = cluster.redis_part.secrets / "token.key"
    new = cluster.redis_part.secrets / "token-new.key"
    new.write_text(OTHER_KEY, "ascii")
    new.chmod(0o600)
    cluster.nodes[0].flags.update({"token-key-file": new, "token-key-old-file": old})
    cluster.nodes[1].flags.pop("token-key-file")
    cluster.start(total=100)
    tokens = {"old": issue(old.read_text("ascii").strip(), "ann"), "new": issue(OTHER_KEY, "bob"),
              "third": issue("cd" * 32, "eve")}

    def heard(via, which):
        return cluster.buy(via=via, headers=bearer(tokens[which])).reason

    assert [heard(0, which) for which in tokens] == ["ACCEPTED", "ACCEPTED", "BAD_TOKEN"]
    assert [heard(1, which) for which in tokens] == ["BAD_TOKEN"] * 3
    assert [heard(2, which) for which in tokens] == ["ACCEPTED", "BAD_TOKEN", "BAD_TOKEN"]


def test_a_wrong_token_is_refused_at_the_desk_too(shop):
    """GET and cancel of an order: 401 and the order is as it was; with a good one, or none, 200."""
    lines = bearer(issue(shop.key, "ann"))
    number = shop.bought(headers=lines)
    wrong = bearer(issue(OTHER_KEY, "ann"))
    for answer in (shop.look(number, **wrong), shop.cancel(number, **wrong)):
        assert (answer.status, answer.reason) == (401, "BAD_TOKEN")
    assert shop.state(number) == "held"
    assert shop.look(number, **lines).status == 200


def test_a_node_learns_of_a_rule_by_the_first_who_buys(make_cluster):
    """A tick of ten seconds: who has no token is refused at once all the same, by Redis."""
    cluster = make_cluster(tick_ms=10000).start()
    cluster.type_sale(10, "mug")
    for i in cluster.living():
        wait_equal(10, lambda i=i: cluster.stock(i, "mug").get("left"))
    cluster.redis.hset("mug_hash_key", mapping={"token_required": 1, "ruled": 1})
    assert cluster.buy("mug", via=0).reason == "NO_TOKEN"
    assert cluster.stock(0, "mug")["rules"]["token"] is True
    assert "rules" not in cluster.stock(1, "mug")
    key = cluster.redis_part.secret("token.key")
    assert cluster.buy("mug", via=1, headers=bearer(issue(key, "ann"))).reason == "ACCEPTED"
