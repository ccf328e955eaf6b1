"""What a node and nginx say: forms, lengths, languages, and the paths beside /buy."""
import re
import time

import pytest

from harness import web
from harness.scripts import keys_of
from harness.waiting import stretched, wait_equal, wait_until

ORDER = re.compile(r"ticket-\d{8}-[0-9a-f]{12}\Z")


def test_the_answers_are_the_articles_with_reason_and_number(cluster):
    """Sold and sold out, in Chinese: code, msg, success, resultCode, reason, order, deadline."""
    cluster.open_sale(1)
    sold = cluster.buy().json
    data = sold.pop("data")
    assert sold == {"code": 1, "msg": "抢票成功", "success": True, "resultCode": 0,
                    "reason": "ACCEPTED"}
    assert set(data) == {"orderId", "payBefore"} and ORDER.match(data["orderId"])
    assert abs(data["payBefore"] - (time.time() * 1000 + 300000)) < 30000
    cluster.redis.hset("ticket_hash_key", "ticket_sold_nums", 0)
    cluster.type_sale(5, sold=5)
    wait_equal(5, lambda: cluster.stock(0).get("outside"))
    assert cluster.buy(via=0).json == {
        "code": -1, "msg": "已售罄", "success": False, "resultCode": 60074, "reason": "SOLD_OUT",
        "retryable": False}


def test_english_is_spoken_to_whoever_asks_for_it(cluster):
    """Accept-Language: en, en-GB and en first; Chinese for anything else."""
    cluster.open_sale(100)
    for header in ("en", "en-GB,en;q=0.9,zh;q=0.1"):
        answer = cluster.buy(headers={"Accept-Language": header})
        assert answer.json["msg"].isascii() and len(answer.body) == 256
    for header in ("zh-CN", "de", "*", "", ";;;"):
        assert cluster.buy(headers={"Accept-Language": header}).json["msg"] == "抢票成功"


def test_every_answer_of_buy_is_256_bytes(make_cluster):
    """All reasons, both languages, the longest item name and key: one length, a newline."""
    cluster = make_cluster(deadline_ms=300).start(total=10)
    item, key = "i" * 32, "k" * 64
    cluster.type_sale(10, item)
    wait_until(lambda: cluster.stock(0, item), what="the item with the long name")
    cluster.redis.hset(f"{item}_hash_key", mapping={"limit_units": 5, "max_units": 8})
    seen = {}

    def take(name=item, **facts):
        for language in ("zh", "en"):
            answer = cluster.buy(name, via=0, headers={"Accept-Language": language}, **facts)
            assert len(answer.body) == 256 and answer.body.endswith(b"\n"), answer
            assert answer.json["msg"].isascii() == (language == "en")
            assert answer.headers["content-type"].startswith("application/json")
            seen[answer.reason] = answer

    wait_until(lambda: cluster.buy(item, via=0, units=9).reason == "LIMIT", what="the limit")
    take(key=key, user="u" * 64, units=5)  # ACCEPTED, then REPEATED
    take(key=key, user="u" * 63, units=5)  # CONFLICT
    take(user="u" * 64)  # LIMIT
    take(units="nan")  # BAD_REQUEST
    take("none-such")  # NO_ITEM
    take(units=5)  # the rest; then HELD
    for state in ("paused", "closed"):
        cluster.redis.hset(f"{item}_hash_key", "state", state)
        wait_equal(state, lambda: cluster.stock(0, item).get("state"))
        take()
    cluster.redis.hset(f"{item}_hash_key", "state", "open")
    cluster.pause_redis()
    take(key="unknown-" + "k" * 56)  # UNKNOWN
    wait_until(lambda: cluster.buy(item, via=0).reason == "BUSY", what="BUSY")
    take()
    cluster.resume_redis()
    missing = {"ACCEPTED", "REPEATED", "CONFLICT", "LIMIT", "BAD_REQUEST", "NO_ITEM", "HELD",
               "PAUSED", "ENDED", "UNKNOWN", "BUSY"} - set(seen)
    assert not missing
    assert seen["UNKNOWN"].json["key"] == "unknown-" + "k" * 56


def test_stock_is_told_from_memory_and_adds_up(cluster):
    """GET /stock: left + held + paid + outside = total, by every node and through nginx."""
    cluster.open_sale(100)
    cluster.buy_together(30)
    cluster.wait_left(70)
    before = cluster.calls("evalsha")
    start = time.monotonic()
    told = [web.get(port, "/stock/ticket").json
            for port in [cluster.nginx.port] + cluster.node_ports for _ in range(20)]
    for stock in told:
        assert (stock["item"], stock["total"], stock["left"], stock["held"]) == (
            "ticket", 100, 70, 30)
        assert stock["left"] + stock["held"] + stock["paid"] + stock["outside"] == stock["total"]
        assert (stock["epoch"], stock["seq"], stock["state"]) == (1, 31, "open")
        assert abs(stock["asOf"] - time.time() * 1000) < stretched(2000)
    assert cluster.calls("evalsha") - before <= 4 * ((time.monotonic() - start) / 0.1 + 2)


def test_stock_of_an_item_that_is_not_there_is_404(cluster):
    """Unknown items, and names that are none."""
    for name in ("none-such", "UPPER", "a" * 33, "", "a%2fb", "ticket/x"):
        wait_equal(404, lambda n=name: web.get(cluster.node_ports[0], f"/stock/{n}").status)
        answer = web.get(cluster.nginx.port, f"/stock/{name}")
        assert answer.status in (404, 503) and answer.json["success"] is False


def test_an_absent_item_that_is_asked_for_seldom_is_404_too(make_cluster):
    """Less than once a tick, so that each look asks Redis anew: what was told last is told."""
    cluster = make_cluster(tick_ms=10).start()
    for port in cluster.node_ports:
        wait_equal(404, lambda p=port: web.get(p, "/stock/none-such").status, every=0.1)


def test_time_is_redis_time(cluster):
    """GET /time: within a tick or two of Redis' own clock, and never backwards."""
    cluster.open_sale(1)
    told = []
    for _ in range(50):
        told.append(web.get(cluster.nginx.port, "/time").json["now"])
    seconds, micros = cluster.redis.time()
    assert abs(told[-1] - (seconds * 1000 + micros / 1000)) < stretched(250)
    one = [web.get(cluster.node_ports[0], "/time").json["now"] for _ in range(50)]
    assert one == sorted(one)


def test_alive_and_ready_are_two_things(cluster):
    """Redis away: /healthz stays 200, /readyz says 503 and why; back: 200 again."""
    port = cluster.node_ports[0]
    assert web.get(port, "/healthz").status == 200
    assert web.get(port, "/readyz").json["ready"] is True
    cluster.kill_redis()
    wait_equal(503, lambda: web.get(port, "/readyz").status)
    answer = web.get(port, "/readyz")
    assert answer.json["why"] and web.get(port, "/healthz").status == 200
    cluster.restart_redis()
    wait_equal(200, lambda: web.get(port, "/readyz").status)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/buy", "/", "/x",
                                  "/buy/../healthz", "/stock", "/-/refusal", "/nginx.conf"])
def test_only_the_buyers_paths_are_reachable_through_nginx(cluster, path):
    """Operators' paths are for the node's own port; every refusal is JSON."""
    answer = web.get(cluster.nginx.port, path)
    assert answer.status in ((200,) if path == "/" else (400, 404)), answer
    assert b"ready" not in answer.body and b"alive" not in answer.body
    assert answer.json


def test_other_methods_are_refused_with_405(cluster):
    """PUT, DELETE, HEAD ... on /buy and POST on /stock: 405, no order."""
    cluster.open_sale(10)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        for via in (0, "nginx"):
            answer = cluster.ask(web.request("/buy/ticket", method), via)
            assert answer.status == 405, (method, via, answer)
    assert cluster.ask(web.request("/stock/ticket", "POST", body=b""), 0).status == 405
    assert cluster.redis.hlen("{ticket_hash_key}:orders") == 0


def test_keep_alive_connections_are_kept(cluster):
    """Many requests over one connection to a node: none is closed by an answer or a refusal."""
    cluster.open_sale(100)
    keys = ["a", "b", "bad key", "a", "c", "x|y", "d"]
    answers = cluster.pipeline(keys, via=0)
    assert [answer.reason for answer in answers] == [
        "ACCEPTED", "ACCEPTED", "BAD_REQUEST", "REPEATED", "ACCEPTED", "BAD_REQUEST", "ACCEPTED"]
    assert not any(answer.headers.get("connection") == "close" for answer in answers)


def test_a_key_whose_entry_no_script_wrote_is_unknown_and_costs_nobody_else_anything(cluster):
    """A foreign hand: seq 0, a number too long. The node says so, and sells to the others."""
    cluster.open_sale(100)
    for i, entry in enumerate(("0|0|1|", "7|" + "9" * 30 + "|1|", "9" * 30 + "|7|1|")):
        cluster.redis.hset(keys_of("ticket")[2], f"bad-{i}", entry)
    keys = [f"good-{i}" for i in range(10)] + ["bad-0", "bad-1", "bad-2"]
    told = cluster.pipeline(keys, via=0)
    assert [answer.reason for answer in told] == ["ACCEPTED"] * 10 + ["UNKNOWN"] * 3
    assert [answer.json["key"] for answer in told[10:]] == keys[10:]
    assert "an order that is none" in cluster.log(0)
    assert {cluster.buy(key="bad-0").reason for _ in range(8)} == {"UNKNOWN"}


def test_a_second_node_with_no_place_for_the_item_says_unknown_with_the_key(make_cluster):
    """Another node was asked first (`again`), this one knows as many items as it may."""
    cluster = make_cluster(items_max=1).start(total=10)
    cluster.buy(via=0)
    key = "0123456789abcdef0123456789abcdef"
    again = {"Idempotency-Attempt": "again", "X-Request-Id": key}
    answer = cluster.ask(web.request("/buy/other", headers=again), via=0)
    assert (answer.status, answer.reason, answer.json["key"]) == (503, "UNKNOWN", key)
    assert len(answer.body) == 256 and answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("language, message", [("zh", "请求有误"), ("en", "bad request")])
def test_a_bad_request_has_the_codes_of_the_table(cluster, language, message):
    """400, 405 and 415 alike: code -2 and resultCode 60074, in 256 bytes."""
    cluster.open_sale(10)
    lines = {"Accept-Language": language}
    for facts in ({"units": 0}, {"method": "PUT"}, {"method": "POST", "body": b"units=1"},
                  {"key": "no key"}, {"item": "UPPER"}):
        answer = cluster.buy(via=0, headers=lines, **facts)
        assert answer.status in (400, 405, 415) and len(answer.body) == 256, answer
        said = answer.json
        assert said.pop("error")
        assert said == {"code": -2, "msg": message, "success": False, "resultCode": 60074,
                        "reason": "BAD_REQUEST", "retryable": False}


def test_an_item_of_which_nothing_is_known_yet_is_to_be_asked_again(cluster):
    """Redis is silent, nobody has asked for it before: 503 with Retry-After, and not 404."""
    cluster.pause_redis()
    answer = web.get(cluster.nodes[0].port, "/stock/new-here")
    assert (answer.status, answer.headers.get("retry-after")) == (503, "1"), answer
    assert "nothing is known" in answer.json["error"]
    cluster.resume_redis()
