"""The checks themselves: whatever they promise to notice is done here on purpose, and noticed.

A suite that cannot fail proves nothing. test_mutants.py does the same for the scripts.
"""
import os
import signal

import pytest

from harness import statlog
from harness.waiting import wait_until

H, ORDERS, EVENTS = "ticket_hash_key", "{ticket_hash_key}:orders", "{ticket_hash_key}:events"
LINE = ("result:1,localSales:9,time:1763814000123,port:1,item:ticket,reason:ACCEPTED,status:200,"
        "units:1,order:{},micros:8,key:{}\n")


def add_line(cluster, text):
    """A line that no node has written."""
    with open(cluster.nodes[0].stat_log, "a", encoding="utf-8") as log:
        log.write(text)


SPOILT = {
    "a sold line without an order": lambda c: add_line(c, LINE.format(999, "k")),
    "an order claimed twice": lambda c: add_line(c, LINE.format(2, "key-0")),
    "a line of another form": lambda c: add_line(c, "result:1,localSales:2\n"),
    "a torn line in the middle": lambda c: add_line(c, "resu" + LINE.format(2, "key-0")),
    "an order that is gone": lambda c: c.redis.hdel(ORDERS, 3),
    "one sold too many": lambda c: [c.redis.hincrby(H, name, 1)
                                    for name in ("ticket_sold_nums", "known_sold")],
    "a total raised without a word": lambda c: [c.redis.hincrby(H, name, 1) for name in
                                                ("ticket_total_nums", "known_total")],
    "an event too many": lambda c: c.redis.xadd(
        EVENTS, {"99": "expired|1|9999999999999|2|1"}, id="99-0"),
    "a forgotten key": lambda c: c.redis.hdel("{ticket_hash_key}:requests", "key-1"),
    "a key of two orders": lambda c: c.redis.hset(
        "{ticket_hash_key}:requests", "key-1", c.redis.hget("{ticket_hash_key}:requests", "key-0")),
    "a deadline that is gone": lambda c: c.redis.zrem("{ticket_hash_key}:unpaid", 2),
    "a buyer's count": lambda c: c.redis.hincrby("{ticket_hash_key}:buyers", "ann", 1),
    "another amount in a record": lambda c: c.redis.hset(
        ORDERS, 2, c.redis.hget(ORDERS, 2).replace("held|1|0|", "held|1|7|")),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_crosses_notices_whatever_is_spoilt(cluster, spoil):
    """One spoilt thing at a time, in a sale of its own."""
    cluster.open_sale(10)
    cluster.buy_together(5, key=lambda i: f"key-{i}", user="ann")
    cluster.crosses()
    spoil(cluster)
    with pytest.raises(AssertionError):
        cluster.crosses()


def test_crosses_notices_an_answer_without_its_order(cluster):
    """A buyer was told a number that is in no book, or under another's key."""
    cluster.open_sale(10)
    answers = cluster.buy_together(3, key=lambda i: f"key-{i}")
    answers[0].key = "key-1"
    with pytest.raises(AssertionError):
        cluster.crosses(answers=answers)
    answers[0].key = ""
    answers[0].body = answers[0].body.replace(b"ticket-0000", b"ticket-1000")
    with pytest.raises(AssertionError):
        cluster.crosses(answers=answers)


def test_a_node_that_dies_by_itself_fails_the_test(make_cluster):
    """Killed by nobody's verb: stop() says so."""
    cluster = make_cluster().start()
    os.kill(cluster.nodes[2].process.pid, signal.SIGKILL)
    wait_until(lambda: not cluster.nodes[2].process.is_running(), what="the node to be dead")
    with pytest.raises(AssertionError, match="died by themselves"):
        cluster.stop()


@pytest.mark.parametrize("word", ["==1==ERROR: AddressSanitizer: heap-use-after-free",
                                  "node/x.c:1:2: runtime error: signed integer overflow",
                                  "==1==ERROR: LeakSanitizer: detected memory leaks"])
def test_a_word_of_a_sanitizer_fails_the_test(make_cluster, word):
    """In any node's log, at any time."""
    cluster = make_cluster().start()
    with open(cluster.nodes[1].process.log, "a", encoding="utf-8") as log:
        log.write(word + "\n")
    with pytest.raises(AssertionError, match="Sanitizer|runtime error"):
        cluster.stop()


def test_a_line_that_lies_about_its_result_is_no_line():
    """result:1 and another reason than ACCEPTED, or the other way round."""
    good = LINE.format(5, "k").strip()
    assert statlog.parse(good)["order"] == 5
    for bad in (good.replace("ACCEPTED", "HELD"), good.replace("result:1", "result:0"),
                good + ",x:1", " " + good, good.replace("key:k", "key:"), good + "\r"):
        with pytest.raises(AssertionError):
            statlog.parse(bad)
