"""The ledger answers for orders that have left Redis: GET /orders/{number} and /healthz."""
import json
import signal
import sqlite3

import pytest

from harness import web
from harness.numbers import number_of
from harness.waiting import wait_equal, wait_until


@pytest.fixture
def ask(site, ledger):
    """A function that asks the ledger for the order of a seq, or for a text; returns the Answer."""
    secret = (site.redis_part.secrets / "order.key").read_text("ascii").strip()

    def asks(order, item="ticket", **headers):
        number = number_of(secret, item, order) if isinstance(order, int) else order
        return web.get(ledger.port, f"/orders/{number}", **headers)

    asks.number = lambda seq, item="ticket": number_of(secret, item, seq)
    return asks


def test_an_order_is_told_as_a_node_tells_it(site, ledger, ask):
    """Every member of the answer, for an order that is held, and then paid."""
    site.desk.open(10, price=7)
    site.desk.buy(("k", "ann", "3"))
    ledger.wait_recorded()
    answer = ask(2)
    record = site.desk.order(2)[1].split("|")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json == {"code": 1, "success": True, "resultCode": 0, "data": {
        "orderId": ask.number(2), "item": "ticket", "state": "held",
        "progress": "awaiting_payment", "units": 3, "amount": 21, "createdAt": int(record[3]),
        "recorded": True, "payBefore": int(record[4]), "changedAt": 0, "refundDue": False}}
    at_ms = int(site.desk.pay(2, "t-1", 21)[1])
    ledger.wait_recorded()
    data = ask(2).json["data"]
    assert (data["state"], data["progress"], data["changedAt"]) == ("paid", "paid", at_ms)


def test_every_state_is_told(site, ledger, ask):
    """Expired, cancelled, refunded, and a refund that is due until it is given back."""
    desk = site.desk
    desk.open(10)
    desk.buy(*[(f"k{i}", "", "1") for i in range(4)])
    desk.cancel(2)
    desk.pay(2, "t-2")
    desk.pay(3, "t-3")
    desk.refund(3)
    desk.later(400000)
    desk.sync()
    ledger.wait_recorded()
    told = {seq: ask(seq).json["data"] for seq in range(2, 6)}
    assert [told[seq]["state"] for seq in told] == ["cancelled", "refunded", "expired", "expired"]
    assert [told[seq]["refundDue"] for seq in told] == [True, False, False, False]
    desk.refund(2, "t-2")
    ledger.wait_recorded()
    assert ask(2).json["data"]["refundDue"] is False


def test_numbers_that_are_none_and_orders_that_are_not_there_are_404(site, ledger, ask):
    """Forged, mistyped, of an unknown item, of no order: 404 in the buyer's language."""
    site.desk.open(10)
    site.desk.buy_one("k")
    ledger.wait_recorded()
    good = ask.number(2)
    bad = [good[:-1] + ("0" if good[-1] != "0" else "1"), good[:-1], good + "0", "", "2",
           good.replace("-", "%2d", 1), "%00", "..", good.upper()]
    for number in [*bad, 1, 3, 99999999]:
        answer = ask(number)
        assert answer.status == 404 and answer.json["reason"] == "NO_ORDER", number
        assert answer.json["success"] is False
    assert ask(2, "other").status == 404
    assert ask(3).json["msg"] == "没有该订单"
    english = web.get(ledger.port, f"/orders/{ask.number(3)}", **{"Accept-Language": "en-GB"})
    assert english.json["msg"] == "there is no such order"


def test_other_paths_and_methods_are_refused(ledger, ask):
    """404 and 405 with JSON; HEAD is as GET; the connection stays open for the next question."""
    assert web.get(ledger.port, "/").json["reason"] == "NOT_FOUND"
    assert web.get(ledger.port, "/orders").status == 404
    for method in ("POST", "PUT", "DELETE"):
        answer = web.ask(ledger.port, web.request(f"/orders/{ask.number(1)}", method, {}, b""))
        assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD"
    assert web.ask(ledger.port, web.request("/healthz", "HEAD")).status == 200
    answers = web.pipeline(ledger.port, [web.request("/healthz")] * 3)
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert "close" not in answers[0].headers.get("connection", "")


def test_while_sql_is_away_it_says_so_and_afterwards_answers(site, ledger, server, ask):
    """503 with Retry-After, never 404: the order may be there."""
    site.desk.open(10)
    site.desk.buy_one("k")
    ledger.wait_recorded()
    assert ask(2).status == 200
    if site.kind == "postgres":
        server.process.end(signal.SIGKILL)
    else:
        ledger.stop()
        site.books.path.rename(site.books.path.with_suffix(".away"))
        site.books.path.mkdir()
        ledger.start(well=False)
    try:
        wait_equal(503, lambda: ask(2).status, 10, "the status")
        answer = ask(2)
        assert answer.json["reason"] == "BUSY" and answer.headers["retry-after"] == "1"
        assert ask("ticket-00000002-000000000000").status == 404, "a forged number needs no SQL"
    finally:
        if site.kind == "postgres":
            server.start()
        else:
            site.books.path.rmdir()
            site.books.path.with_suffix(".away").rename(site.books.path)
    wait_equal(200, lambda: ask(2).status, 10, "the status")
    wait_equal("recording", lambda: ledger.health().get("state"), 10, "the state")


def test_buyers_are_answered_while_a_batch_is_written(site, ledger, ask):
    """A reader of the file does not wait for the writer, nor the writer for it."""
    if site.kind != "sqlite":
        pytest.skip("a question of the file")
    site.desk.open(10)
    site.desk.buy_one("k")
    ledger.wait_recorded()
    holder = sqlite3.connect(site.books.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        answer = ask(2)
        assert answer.status == 200 and answer.seconds < 1
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_a_standby_answers_too(site, ledger, ask):
    """The second ledger is asked for an order that the first has written."""
    site.desk.open(10)
    site.desk.buy_one("k")
    ledger.wait_recorded()
    second = site.ledger().start()
    assert second.health()["state"] == "standby"
    assert web.get(second.port, f"/orders/{ask.number(2)}").status == 200


def test_health_tells_what_it_does(site, ledger):
    """State, items, events, backlog and poison, as one JSON object."""
    site.desk.open(10)
    site.desk.buy(("k", "", "1"), ("l", "", "1"))
    ledger.wait_recorded()
    wait_until(lambda: ledger.health()["events"] == 3 and not ledger.health()["backlog"], 5,
               "the events to be told")
    answer = web.get(ledger.port, "/healthz")
    assert answer.status == 200 and json.loads(answer.body) == {
        "healthy": True, "state": "recording", "why": "", "items": 1, "stopped": 0, "trouble": "",
        "backlog": 0, "events": 3, "poison": 0, "webhookBacklog": 0}
