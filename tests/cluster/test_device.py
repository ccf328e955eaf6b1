"""Device logins (RFC 8628) through nginx and at the nodes: codes, questions, yes, no, too late."""
import re
import time

import pytest

from harness import web
from harness.device import FORM, GRANT, Device
from harness.passports import bearer, issue
from harness.waiting import wait_until

KEYS = "penstock:device:*"


@pytest.fixture
def make_device(make_cluster):
    """A function that starts a cluster with device logins and returns a device of it."""
    def make(**flags):
        return Device(make_cluster(device_login=1, **flags).start())
    return make


@pytest.fixture
def device(make_device):
    """A device of a cluster as most are."""
    return make_device()


def person(device, user="ann", **facts):
    """The header of somebody who is proven."""
    return bearer(issue(device.cluster.redis_part.secret("token.key"), user, **facts))


def error(answer):
    """What a device is told."""
    return answer.status, answer.json.get("error")


def move(device, **fields):
    """Moves the times of the one login that is open."""
    (key,) = [key for key in device.cluster.redis.keys(KEYS) if re.search(":[0-9a-f]{64}$", key)]
    device.cluster.redis.hset(key, mapping=fields)


def test_a_whole_login_and_what_its_token_is_good_for(device):
    """Codes at one node, yes at another, the token at a third; it buys where one is required."""
    cluster = device.cluster
    cluster.open_sale(10)
    cluster.redis.hset("ticket_hash_key", mapping={"token_required": 1, "ruled": 1})
    answer = device.begin(via=0)
    codes = answer.json
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", codes["user_code"])
    assert len(codes["device_code"]) == 72 and codes["expires_in"] == 600
    assert (codes["interval"], codes["verification_uri"]) == (5, "http://localhost:8080/device/")
    assert codes["verification_uri_complete"].endswith(f"/device/?code={codes['user_code']}")
    assert error(device.token(via=1)) == (400, "authorization_pending")
    said = device.confirm(person(device, score=638), via=2,
                          code=codes["user_code"].lower().replace("-", " "))
    assert (said.status, said.reason, said.json["success"]) == (200, "ALLOWED", True)
    told = device.token(via=3)
    assert (told.status, told.json["token_type"]) == (200, "Bearer")
    token = told.json["access_token"]
    assert token.startswith("v1.ann.638.") and 3500 < told.json["expires_in"] <= 3600
    assert cluster.buy().reason == "NO_TOKEN"
    assert cluster.buy(headers=bearer(token)).reason == "ACCEPTED"
    cluster.crosses()
    assert error(device.token(via=0)) == (400, "invalid_grant"), "a token is given out once"
    assert cluster.redis.keys(KEYS) == []


def test_redis_sees_no_code_and_keeps_nothing(device):
    """Neither code stands in any key or value; every key has an expiry."""
    device.begin()
    device.confirm(person(device), code="BBBB-BBBB")
    redis = device.cluster.redis
    keys = redis.keys(KEYS)
    kept = " ".join(keys) + " ".join(str(redis.hgetall(key)) for key in keys
                                     if redis.type(key) == "hash")
    assert len(keys) == 4 and all(0 < redis.ttl(key) <= 660 for key in keys)
    for user, may in (("penstock", True), ("penstock-ledger", False), ("penstock-ctl", False)):
        said = redis.execute_command("ACL", "DRYRUN", user, "HMGET", keys[0], "secret")
        assert (said == "OK") == may, user
    assert device.codes["user_code"].replace("-", "") not in kept
    assert device.codes["device_code"][8:] not in kept and "ann" not in kept


def test_a_token_lives_no_longer_than_the_setting_and_than_who_allowed_it(make_device):
    """--device-token-s 100 with a proof of an hour: 100 s; with one of 50 s: 50 s."""
    device = make_device(device_token_s=100)
    for left, most in ((3600, 100), (50, 50)):
        device.begin()
        device.confirm(person(device, expires_s=int(time.time()) + left))
        assert most - 10 < device.token().json["expires_in"] <= most


def test_a_device_that_asks_too_soon_is_slowed_down(device):
    """slow_down with five seconds more each time, over all nodes; once it waits it is pending."""
    device.begin()
    assert error(device.token(via=0)) == (400, "authorization_pending")
    slow = [device.token(via=i) for i in (1, 2)]
    assert [error(one)[1] for one in slow] == ["slow_down"] * 2
    assert [one.json["interval"] for one in slow] == [10, 15]
    move(device, next_ms=1)
    assert error(device.token(via=3)) == (400, "authorization_pending")


def test_no_means_no(device):
    """access_denied, as often as it asks; nobody can say yes afterwards."""
    device.begin()
    assert device.confirm(person(device), allow=False).reason == "DENIED"
    assert error(device.token()) == error(device.token()) == (400, "access_denied")
    late = device.confirm(person(device, "bob"))
    assert (late.status, late.reason) == (404, "NO_CODE")
    assert error(device.token()) == (400, "access_denied")


def test_a_code_expires(device):
    """expired_token for the device, NO_CODE for the person; even if it was allowed before."""
    device.begin()
    device.confirm(person(device))
    move(device, expires_ms=1)
    assert error(device.token()) == (400, "expired_token")
    assert device.confirm(person(device)).reason == "NO_CODE"


def test_only_the_whole_device_code_is_a_proof(device):
    """The user code with other digits behind it, and everything else, is invalid_grant."""
    device.begin()
    device.confirm(person(device))
    code = device.codes["device_code"]
    for wrong in (code[:8] + "0" * 64, code[:-1], code + "0", code.upper(), "x", "B" * 72):
        assert device.token(device_code=wrong).status == 400, wrong
    assert error(device.token(device_code=code[:8] + "0" * 64)) == (400, "invalid_grant")
    assert error(device.token(device_code="")) == (400, "invalid_request")
    assert error(device.token(grant_type="password")) == (400, "unsupported_grant_type")
    assert error(device.token(grant_type="")) == (400, "invalid_request")
    assert device.token().status == 200


def test_too_many_wrong_codes_end_the_guessing(make_device):
    """Three of ann's: then not even the right code; bob still may, until five are wrong in all."""
    device = make_device(device_guesses=3, device_guesses_all=5)
    device.begin()
    ann, bob = person(device), person(device, "bob")
    for i in range(3):
        assert device.confirm(ann, code="BBBB-BBBB", via=i).reason == "NO_CODE"
    over = device.confirm(ann, via=3)
    assert (over.status, over.reason, over.json["resultCode"]) == (429, "TOO_MANY_GUESSES", 60017)
    assert 0 < over.json["retryAfterMs"] <= 600000 and over.json["retryable"] is True
    assert [device.confirm(bob, code="CCCC-CCCC").status for _ in range(2)] == [404, 404]
    assert device.confirm(person(device, "cyd")).status == 429
    assert error(device.token()) == (400, "authorization_pending")


def test_nginx_counts_guesses_by_address(device):
    """Far more than a person types: 429 TOO_FAST before any node is asked."""
    device.begin()
    pairs = [(device.cluster.port("nginx"),
              web.request("/device/confirm", "POST", None, {"user_code": "-", "allow": True}))
             for _ in range(40)]
    assert {answer.status for answer in web.ask_all(pairs)} == {401, 429}


@pytest.mark.parametrize("headers, words, said", [
    ({}, {}, (401, "NO_TOKEN")), ({}, {"user": "ann"}, (401, "NO_TOKEN")),
    (bearer(issue("ab" * 32, "ann", expires_s=4102444800)), {}, (401, "BAD_TOKEN")),
    ("ann", {"user": "bob"}, (403, "OTHER_USER")), ("ann", {"user": "a|b"}, (400, "BAD_REQUEST")),
    ("ann", {"allow": "maybe"}, (400, "BAD_REQUEST")),
    ("ann", {"code": "AAAA-AAAA"}, (404, "NO_CODE")),
    ("ann", {"code": ""}, (404, "NO_CODE"))], ids=repr)
def test_who_may_not_confirm_changes_nothing(device, headers, words, said):
    """Not proven, proven by another key, another's name, no yes and no no, no code."""
    device.begin()
    lines = person(device) if headers == "ann" else headers
    answer = device.confirm(lines, **words)
    assert (answer.status, answer.reason) == said
    assert error(device.token()) == (400, "authorization_pending")


def test_on_trial_a_name_is_enough(make_device):
    """--device-trial 1: the page may ask for a name; a token that is sent must still be good."""
    device = make_device(device_trial=1)
    ask = web.request("/device/confirm")
    assert device.cluster.ask(ask).json == {"trial": True}
    device.begin()
    assert device.confirm(bearer("v1.none"), user="eve").reason == "BAD_TOKEN"
    assert device.confirm().reason == "NO_TOKEN"
    assert device.confirm(user="eve").reason == "ALLOWED"
    told = device.token().json
    assert told["access_token"].startswith("v1.eve.0.") and told["expires_in"] == 43200
    assert "for trial" in device.cluster.log(0)


def test_forms_and_json_say_the_same(device):
    """A form with blanks as +, JSON for /device/token; what is neither is invalid_request."""
    device.begin()
    user_code = device.codes["user_code"].replace("-", " ")
    said = device.post("confirm", {"user_code": user_code, "allow": "true"},
                       headers=person(device))
    assert said.reason == "ALLOWED"
    body = {"grant_type": GRANT, "device_code": device.codes["device_code"], "scope": ""}
    assert device.cluster.ask(web.request("/device/token", "POST", None, body)).status == 200
    for raw, kind in ((b"{}", "application/json"), (b"[1", "application/json"), (b"x", None),
                      (b"grant_type=a&grant_type=b", None), (b"device_code=%zz", None),
                      (b"grant_type=%00", None), (b"device_code=" + b"A" * 200, None)):
        lines = {"Content-Type": kind} if kind else FORM
        answer = device.cluster.ask(web.request("/device/token", "POST", lines, raw))
        assert error(answer) == (400, "invalid_request"), raw
    answer = device.cluster.ask(web.request("/device/token"), via=0)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert device.cluster.ask(web.request("/device/none"), via=0).status == 404


def test_so_many_logins_are_open_and_no_more(make_device):
    """--device-open-max 2: the third hears 503 and Retry-After."""
    device = make_device(device_open_max=2)
    assert [device.begin(via=i).status for i in (0, 1)] == [200, 200]
    full = device.begin(via=2)
    assert error(full) == (503, "temporarily_unavailable") and full.headers["retry-after"] == "1"


def test_it_is_off_unless_set(cluster):
    """404 for all three paths, and Redis is not asked."""
    device = Device(cluster)
    for what in ("code", "token", "confirm"):
        answer = device.post(what, {"user_code": "x"})
        assert (answer.status, answer.reason) == (404, "NOT_FOUND"), what
    assert cluster.redis.keys(KEYS) == []


def test_a_login_outlives_the_node_that_began_it_and_redis(device):
    """The node is killed, then Redis: 503 while it is away; afterwards the login goes on."""
    cluster = device.cluster
    device.begin(via=0)
    cluster.kill_node(0)
    assert device.confirm(person(device)).reason == "ALLOWED"
    cluster.kill_redis()
    wait_until(lambda: device.token(via=1).status == 503, what="503")
    assert error(device.token(via=1)) == (503, "temporarily_unavailable")
    assert Device(cluster).begin(via=1).status == 503
    assert device.confirm(person(device), code="BBBB-BBBB", via=1).status == 503
    cluster.restart_redis()
    cluster.wait_ready()
    told = device.token(via=1)
    assert told.status == 200, told


def test_redis_that_stands_still_is_503_in_time(make_device):
    """SIGSTOP: after --redis-timeout-ms nobody knows: UNKNOWN; asked again it tells."""
    device = make_device(redis_timeout_ms=200)
    device.begin()
    device.cluster.pause_redis()
    answer = device.confirm(person(device), via=0)
    device.cluster.resume_redis()
    assert (answer.status, answer.reason) == (503, "UNKNOWN") and answer.seconds < 5
    wait_until(lambda: device.confirm(person(device), via=0).reason == "ALLOWED", what="ALLOWED")
