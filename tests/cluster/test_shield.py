"""The shield: a sold-out crowd is answered by nginx, and nobody hears what is not true for long."""
import time

import pytest

from harness import web
from harness.waiting import stretched, wait_equal, wait_until


@pytest.fixture
def shielded(make_cluster):
    """A cluster with the shield up, and one unit that is sold."""
    cluster = make_cluster(shield=1).start(total=1)
    assert cluster.buy(key="mine", user="ann").reason == "ACCEPTED"
    for i in range(4):
        wait_equal("HELD", lambda i=i: cluster.buy(via=i).reason)
    return cluster


def lines(cluster):
    """Requests of /buy that nodes have seen, once they have written them all."""
    wait_equal(True, lambda: cluster.line_counts() == cluster.line_counts(), what="quiet logs",
               every=0.05)
    return sum(cluster.line_counts())


def hits(cluster):
    """Lines of nginx' log that say that it answered by itself."""
    return (cluster.nginx.prefix / "access.log").read_text("utf-8").count('"cache":"HIT"')


def test_the_crowd_is_answered_by_nginx(shielded):
    """Waves of buyers of what is held: nodes see some, nginx answers the rest, nobody knows."""
    before, answers = lines(shielded), []
    end = time.monotonic() + stretched(20)
    while lines(shielded) - before > len(answers) * 0.6 or not answers:
        assert time.monotonic() < end, "nodes have seen nearly all"
        for _ in range(4):  # one after the other: not all can be the first of their second
            answers += shielded.buy_together(50, user=lambda i: f"user-{i}")
    assert {answer.reason for answer in answers} == {"HELD"}
    assert all(len(answer.body) == 256 for answer in answers)
    assert not any("x-accel-expires" in answer.headers for answer in answers)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    wait_until(lambda: hits(shielded) >= len(answers) * 0.3, what="nginx to log its own answers")


def test_who_has_a_key_or_a_token_or_posts_is_never_answered_by_it(shielded):
    """Each of them is a line of a node; the key of the one order hears of it, whatever is kept."""
    shielded.buy_together(100)
    before = lines(shielded)
    for i in range(10):
        assert shielded.buy(key="mine", user="ann").reason == "REPEATED"
        shielded.buy(key=f"k{i}", first=True)
        shielded.buy(headers={"Authorization": "Bearer x"})
        shielded.buy(method="POST")
        assert shielded.ask(web.request("/buy/ticket", "HEAD")).status == 405
    assert lines(shielded) - before >= 40


def test_a_restock_is_seen_within_its_second(shielded):
    """One more unit, while a crowd asks all the time: sold within a second and some ticks."""
    shielded.buy_together(100)
    shielded.restock(2)
    start = time.monotonic()
    wait_until(lambda: shielded.buy().reason == "ACCEPTED", 4, "the unit to be sold", every=0.01)
    assert time.monotonic() - start < stretched(1.6)
    shielded.crosses(unheard=1)


def test_units_and_languages_are_told_apart(shielded):
    """Three more are typed: one buyer's three are not refused by what was said of four."""
    shielded.restock(4)
    shielded.wait_left(3)
    assert {shielded.buy(units=4).reason for _ in range(20)} == {"SOLD_OUT"}
    assert shielded.buy(units=3).reason == "ACCEPTED"
    wait_equal("HELD", lambda: shielded.buy().reason)
    messages = {shielded.buy(headers={"Accept-Language": language}).json["msg"].isascii()
                for language in ("en", "zh") * 5}
    assert messages == {True, False}


def test_without_the_setting_every_request_is_a_nodes(cluster):
    """The default: as many lines as requests."""
    cluster.open_sale(1)
    cluster.buy_together(300)
    cluster.wait_lines(300)
