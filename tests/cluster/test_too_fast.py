"""Too fast: nginx bounds what one token, and if it is told so what one address, may ask."""
import shutil
import subprocess

import pytest

from harness import web
from harness.passports import bearer, issue
from harness.scripts import ROOT
from harness.waiting import wait_until

BURST, BURST_OF_ADDRESS = 21, 101  # the first, and what nginx.conf lets come at once


@pytest.fixture
def shop(cluster):
    """A cluster with a sale, and the lines of two users' tokens."""
    cluster.open_sale(10000)
    key = cluster.redis_part.secret("token.key")
    cluster.ann, cluster.bob = bearer(issue(key, "ann")), bearer(issue(key, "bob"))
    return cluster


def reasons_of(answers):
    """How often each reason was heard."""
    heard = [answer.reason for answer in answers]
    return {reason: heard.count(reason) for reason in set(heard)}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_asks_too_often_is_told_when_to_come_again(shop, method):
    """60 at once by one token: the burst, a few more as time goes by, else TOO_FAST in JSON."""
    answers = shop.buy_together(60, method=method, headers=shop.ann)
    heard = reasons_of(answers)
    assert set(heard) == {"ACCEPTED", "TOO_FAST"} and BURST <= heard["ACCEPTED"] < 50
    refused = next(answer for answer in answers if answer.reason == "TOO_FAST")
    assert refused.status == 429 and refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"].startswith("application/json")
    said = refused.json
    assert (said["resultCode"], said["retryable"], said["retryAfterMs"]) == (60017, True, 1000)
    assert said["success"] is False and said["msg"] == "提交过快，请稍后再试"
    assert shop.buy(headers=shop.bob).reason == "ACCEPTED"
    shop.crosses(answers=answers)


def test_it_says_so_in_english_and_serves_again_soon(shop):
    """Accept-Language: en; then, a little later, the same token is served."""
    lines = {**shop.ann, "Accept-Language": "en"}
    refused = [answer for answer in shop.buy_together(60, headers=lines) if answer.status == 429]
    assert refused[0].json["msg"] == "too fast, try again in a second"
    wait_until(lambda: shop.buy(headers=lines).reason == "ACCEPTED", what="being served again")


def test_who_sends_no_token_is_not_counted(shop):
    """600 at once without a token, POST and GET: all are served."""
    answers = shop.buy_together(600, method=lambda i: ("GET", "POST")[i % 2])
    assert reasons_of(answers) == {"ACCEPTED": 600}


def test_reservations_are_counted_with_purchases(shop):
    """A token that has used up its burst cannot reserve either."""
    shop.buy_together(60, headers=shop.ann)
    raws = [(shop.nginx.port, web.request("/reservations/ticket", "POST", shop.ann))] * 10
    assert "TOO_FAST" in reasons_of(web.ask_all(raws))


def test_an_address_is_limited_only_where_that_is_switched_on(make_cluster):
    """nginx.conf as nginx-start.sh makes it with PENSTOCK_LIMIT_BY_ADDRESS=1: the 102nd at once."""
    cluster = make_cluster()
    text = cluster.nginx.conf.read_text("utf-8")
    fake = cluster.folder / "bin"
    fake.mkdir()
    (fake / "nginx").write_text("#!/bin/sh\necho \"$@\"\n", "ascii")
    (fake / "nginx").chmod(0o755)
    for switch in ("0", "1"):
        prefix = cluster.folder / f"switch-{switch}"
        prefix.mkdir()
        said = subprocess.run(
            [ROOT / "deploy" / "nginx-start.sh", cluster.nginx.conf, prefix], check=True,
            env={"PATH": f"{fake}:/usr/bin:/bin", "PENSTOCK_LIMIT_BY_ADDRESS": switch},
            capture_output=True, text=True).stdout
        assert said == f"-p {prefix} -c {prefix}/nginx.conf -e stderr -g daemon off;\n"
        assert ((prefix / "nginx.conf").read_text("utf-8") == text) == (switch == "0")
    assert cluster.nginx.conf.read_text("utf-8") == text
    shutil.copy(prefix / "nginx.conf", cluster.nginx.conf)
    cluster.start(total=10000)
    heard = reasons_of(cluster.buy_together(300))
    assert set(heard) == {"ACCEPTED", "TOO_FAST"} and BURST_OF_ADDRESS <= heard["ACCEPTED"] < 250
