"""Who may say that an order is paid: signatures, their age, their keys; and hostile bodies.

POST /payments/callback through nginx and at a node directly.
"""
import json
import re
import subprocess
import time

import pytest

from harness import provider, web
from harness.cluster import Cluster
from harness.scripts import ROOT, keys_of

PAYMENTS = keys_of("ticket")[7]
OTHER_KEY = "0123456789abcdef" * 4


def secret_file(cluster, text, name="other.key"):
    """A key in a file of its own."""
    path = cluster.folder / name
    path.write_text(text, "ascii")
    path.chmod(0o600)
    return path


# -- who is believed -----------------------------------------------------------------------------

def test_a_callback_with_a_bad_signature_is_401_and_changes_nothing(cluster):
    """Missing, of another key, body or time, or of another form: BAD_SIGNATURE, nobody is asked."""
    cluster.open_sale(10)
    number, key = cluster.bought(), cluster.redis_part.secret("payment.key")
    now, body = int(time.time()), b'{"order":"%s","txn":"t","amount":0}' % number.encode()
    good = provider.sign(key, body, now)
    bad = ["", "x", good + "0", good[:-1], good.replace("v1=", "v2="), good.replace(",", ", "),
           good.upper(), " " * 100, "t=1,v1=", f"{good},{good}", good.replace("t=", "t=0"),
           "t=nan,v1=" + good[-64:], "v1=" + good[-64:], "A" * 4000,
           provider.sign(OTHER_KEY, body, now), provider.sign(key, body + b" ", now),
           provider.sign(key, b"", now), f"t={now + 1},v1={good[-64:]}"]
    before = cluster.calls("hget")
    for signature in bad:
        raw = provider.callback(key, None, None, None, body=body, signature=signature)
        for via in (0, "nginx") if len(signature) < 1000 else ("nginx",):
            answer = cluster.ask(raw, via=via)
            if len(signature) > 2000:
                assert answer.status in (400, 431), answer
                continue
            assert (answer.status, answer.reason) == (401, "BAD_SIGNATURE"), (signature, answer)
            assert answer.json["error"] and answer.json["retryable"] is False
    assert cluster.calls("hget") == before and cluster.state(number) == "held"
    answer = cluster.ask(provider.callback(key, None, None, None, body=body, signature=good))
    assert answer.reason == "PAID"


def test_two_signatures_are_none(cluster):
    """The header twice, a good and a bad one in either order: refused at a node (S9)."""
    cluster.open_sale(10)
    number, key = cluster.bought(), cluster.redis_part.secret("payment.key")
    body = b'{"order":"%s","txn":"t","amount":0}' % number.encode()
    good, bad = (provider.sign(one, body, int(time.time())) for one in (key, OTHER_KEY))
    for first, second in ((good, bad), (bad, good), (good, good)):
        raw = provider.callback(key, None, None, None, body=body, signature=first,
                                headers={provider.HEADER.lower(): second})
        answer = cluster.ask(raw, via=0)
        assert answer.status in (400, 401) and cluster.state(number) == "held", answer


@pytest.mark.parametrize("age, good", [(0, True), (290, True), (-290, True), (310, False),
                                       (-310, False), (86400, False), (10 ** 9, False)])
def test_a_signature_holds_for_five_minutes_by_redis_clock(cluster, age, good):
    """Too old, or too far ahead: OLD_SIGNATURE, with an error and a time of its own."""
    cluster.open_sale(10)
    number = cluster.bought()
    at = int(time.time()) - age
    answer = cluster.callback(number, "t-1", at=at)
    if good:
        assert answer.reason == "PAID"
    else:
        assert (answer.status, answer.reason) == (401, "OLD_SIGNATURE")
        assert abs(answer.json["now"] - time.time()) < 5
        assert "away from now" in answer.json["error"]
        assert cluster.state(number) == "held"


def test_a_message_cannot_be_sent_again_for_another_order(cluster):
    """The signature of one body does not fit another: a captured header is worth nothing."""
    cluster.open_sale(10)
    first, second = cluster.bought(), cluster.bought()
    key, now = cluster.redis_part.secret("payment.key"), int(time.time())
    body = b'{"order":"%s","txn":"t","amount":0}'
    captured = provider.sign(key, body % first.encode(), now)
    answer = cluster.ask(provider.callback(key, None, None, None, body=body % second.encode(),
                                           signature=captured))
    assert answer.status == 401 and cluster.state(second) == "held"


def test_the_key_can_be_changed_without_losing_a_payment(make_cluster):
    """--payment-key-old-file: both keys are believed meanwhile, a third is not."""
    cluster = make_cluster()
    old = secret_file(cluster, OTHER_KEY)
    cluster.flags["payment-key-old-file"] = old
    for node in cluster.nodes:
        node.flags["payment-key-old-file"] = old
    cluster.start(total=10)
    numbers = [cluster.bought() for _ in range(3)]
    assert cluster.callback(numbers[0], "t-0").reason == "PAID"
    raws = [provider.callback(key, number, "t-" + key[:4], 0) for key, number in
            ((OTHER_KEY, numbers[1]), (OTHER_KEY[::-1], numbers[2]))]
    assert [cluster.ask(raw).reason for raw in raws] == ["PAID", "BAD_SIGNATURE"]


def test_without_a_key_callbacks_are_403(make_cluster):
    """No --payment-key-file: every callback is refused, however it is signed."""
    cluster = make_cluster()
    for node in cluster.nodes:
        node.flags.pop("payment-key-file")
    cluster.start(total=10)
    number = cluster.bought()
    answer = cluster.callback(number, "t-1")
    assert (answer.status, answer.reason) == (403, "FORBIDDEN")
    assert "not set up" in answer.json["error"] and cluster.state(number) == "held"


def test_a_flood_of_bad_callbacks_writes_few_lines(cluster):
    """Anybody may cause one: at most a line a second, which counts the others."""
    cluster.open_sale(10)
    raw = provider.callback(OTHER_KEY, "x", "t", 0)
    started = time.monotonic()
    answers = web.ask_all([(cluster.nodes[0].port, raw)] * 300)
    seconds = time.monotonic() - started
    assert {answer.status for answer in answers} == {401}
    lines = [line for line in cluster.log(0).splitlines() if "callback" in line]
    assert 1 <= len(lines) <= 2 + seconds


def test_the_example_in_the_api_page_works_as_it_stands(cluster):
    """The shell lines of docs/API.md, with this cluster's port and key: it answers PAID."""
    cluster.open_sale(10)
    page = (ROOT / "docs" / "API.md").read_text("utf-8")
    lines = re.search(r"```sh\n(key=.*?)```", page, re.S)[1]
    lines = lines.replace("localhost:8080", f"127.0.0.1:{cluster.nginx.port}")
    lines = lines.replace("run/secrets", str(cluster.redis_part.secrets))
    done = subprocess.run(["bash", "-euc", lines], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["result"] == "PAID" and cluster.state(answer["data"]["orderId"]) == "paid"


# -- hostile bodies ------------------------------------------------------------------------------

BODIES = [
    ("nothing", b"", {400}), ("no JSON", b"{", {400}), ("a list", b"[]", {400}),
    ("a number", b"1", {400}), ("null", b"null", {400}), ("an empty object", b"{}", {400}),
    ("deep", b'{"a":' * 700 + b"1" + b"}" * 700, {400, 413}), ("brackets", b"[" * 4096, {400}),
    ("no order", b'{"txn":"t","amount":0}', {400}), ("no txn", b'{"order":"%s","amount":0}', {400}),
    ("no amount", b'{"order":"%s","txn":"t"}', {400}),
    ("one more", b'{"order":"%s","txn":"t","amount":0,"x":1}', {400}),
    ("twice", b'{"order":"%s","txn":"t","amount":0,"amount":0}', {400}),
    ("trailing", b'{"order":"%s","txn":"t","amount":0}x', {400}),
    ("two", b'{"order":"%s","txn":"t","amount":0}{}', {400}),
    ("a NUL", b'{"order":"%s","txn":"t","amount":0\0}', {400}),
    ("a NUL in the txn", b'{"order":"%s","txn":"t\\u0000","amount":0}', {400}),
    ("a bar in the txn", b'{"order":"%s","txn":"t|paid","amount":0}', {400}),
    ("a quote in the txn", b'{"order":"%s","txn":"t\\"","amount":0}', {400}),
    ("an empty txn", b'{"order":"%s","txn":"","amount":0}', {400}),
    ("a long txn", b'{"order":"%s","txn":"' + b"t" * 65 + b'","amount":0}', {400}),
    ("a number as txn", b'{"order":"%s","txn":1,"amount":0}', {400}),
    ("a number as order", b'{"order":2,"txn":"t","amount":0}', {400}),
    ("a long order", b'{"order":"' + b"o" * 2000 + b'","txn":"t","amount":0}', {400}),
    ("broken UTF-8", b'{"order":"%s\xff","txn":"t","amount":0}', {400}),
    ("UTF-16", '{"order":"x","txn":"t","amount":0}'.encode("utf-16"), {400}),
    ("too long", b'{"order":"%s","txn":"t","amount":0' + b" " * 4096 + b"}", {413}),
] + [(f"amount {text}", b'{"order":"%s","txn":"t","amount":' + text.encode() + b"}", {400})
     for text in ["-1", "+1", "01", "1.0", "1e3", "0x1", "NaN", "Infinity", '"0"', "null", "true",
                  "[0]", "1000000000000000", "9223372036854775808", "99999999999999999999"]]


@pytest.fixture(scope="module")
def target():
    """One cluster for all of them, with one held order."""
    with Cluster() as cluster:
        cluster.start(total=10)
        cluster.held = cluster.bought()
        yield cluster


@pytest.mark.parametrize("body, statuses", [case[1:] for case in BODIES],
                         ids=[case[0] for case in BODIES])
def test_a_hostile_body_is_refused_although_it_is_signed(target, body, statuses):
    """S2, S4: 400 or 413 in JSON with an error, nothing is taken down, the node is well."""
    body = body.replace(b"%s", target.held.encode())
    key = target.redis_part.secret("payment.key")
    raw = provider.callback(key, None, None, None, body=body)
    for via in (0, "nginx"):
        answer = target.ask(raw, via=via)
        assert answer.status in statuses, answer
        assert answer.reason == "BAD_REQUEST" and answer.json["error"]
    assert target.redis.hlen(PAYMENTS) == 0 and target.state(target.held) == "held"


@pytest.mark.parametrize("what, raw, status", [
    ("no type", {"Content-Type": ""}, 415), ("another type", {"Content-Type": "text/plain"}, 415),
    ("a form", {"Content-Type": "application/x-www-form-urlencoded"}, 415)])
def test_a_body_of_another_type_is_415(target, what, raw, status):
    """Only application/json is read."""
    answer = target.callback(target.held, "t", via=0, headers=raw)
    assert answer.status == status, what
    assert target.redis.hlen(PAYMENTS) == 0


def test_a_callback_is_posted(target):
    """GET and PUT: 405, Allow: POST."""
    for method in ("GET", "PUT", "HEAD"):
        for via in (0, "nginx"):
            answer = target.ask(web.request("/payments/callback", method), via=via)
            assert answer.status == 405 and answer.headers["allow"] == "POST", answer
    for path in ("/payments/callback/", "/payments/", "/payments", "/payments/callbackx"):
        assert target.ask(web.request(path, "POST"), via=0).status == 404
        assert target.ask(web.request(path, "POST")).status == 404
