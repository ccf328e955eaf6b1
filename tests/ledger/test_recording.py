"""Everything that happens to an item is in SQL, once, in order, and then leaves the stream."""
import subprocess

import pytest

from harness.books import check_books
from harness.desk import Desk
from harness.ledger import PostgresBooks
from harness.scripts import keys_of
from harness.waiting import wait_equal, wait_until


def a_whole_life(desk):
    """Orders that go every way there is; ends with a second sale."""
    desk.open(100, price=10, late_pay="refund")
    first = [said.first for said in desk.buy(*[(f"k{i}", "ann", "2") for i in range(8)])]
    assert desk.pay(first[0], "t-paid", 20)[0] == "PAID"
    assert desk.pay(first[1], "t-refunded", 20)[0] == "PAID"
    assert desk.refund(first[1])[0] == "REFUNDED"
    assert desk.cancel(first[2])[0] == "CANCELLED"
    assert desk.pay(first[2], "t-due", 20)[0] == "DUE"
    assert desk.pay(first[0], "t-second", 20)[0] == "DUE"
    assert desk.refund(first[0], "t-second")[0] == "REFUNDED"
    assert desk.item("restock", 50)[0] == "RESTOCKED"
    assert desk.item("set", "late_pay", "retake")[0] == "SET"
    desk.later(400000)
    desk.sync()
    assert desk.pay(first[3], "t-late", 20)[0] == "RETAKEN"
    desk.buy(("k8", "", "1"), ("k9", "bob", "3"))
    desk.type(40, 7)
    assert desk.adopt() == "OPENED"
    assert desk.pay(desk.counts()["seq"] - 2, "t-old", 10)[0] == "PAID"
    desk.buy(("k10", "", "1"))


def test_every_kind_of_event_is_recorded(site, ledger):
    """A life with all kinds of events: tables, stream and Redis agree field by field (I5, I7)."""
    a_whole_life(site.desk)
    ledger.wait_recorded()
    check_books(ledger)
    kinds = {kind for _, kind, _ in ledger.events()}
    assert kinds == {"opened", "restocked", "altered", "created", "paid", "expired", "cancelled",
                     "due", "refunded"}
    assert ledger.poison() == [] and ledger.health()["poison"] == 0


def test_what_was_there_before_the_ledger_is_recorded(site):
    """A sale runs for a while, then the first ledger starts: nothing is missing."""
    a_whole_life(site.desk)
    ledger = site.ledger().start()
    ledger.wait_recorded()
    check_books(ledger)


def test_items_are_found_and_kept_apart(site, ledger):
    """Three items, one of them opened while the ledger runs; keys and payments may be alike."""
    desks = [Desk(site.redis, name) for name in ("ticket", "a", "x-9")]
    for desk in desks[:2]:
        a_whole_life(desk)
    for name in ("ticket", "a"):
        ledger.wait_recorded(name)
    a_whole_life(desks[2])
    for name in ("ticket", "a", "x-9"):
        ledger.wait_recorded(name)
        check_books(ledger, name)
    assert ledger.health()["items"] == 3


def test_streams_of_others_are_left_alone(site, ledger):
    """Streams whose names are no item's: they stay as they are, and nobody is troubled."""
    site.redis.xadd("{UPPER_hash_key}:events", {"1": "opened|1|1|1|0"}, id="1-0")
    site.redis.xadd("orders", {"a": "b"})
    Desk(site.redis, "found-by-the-same-scan").open(5)
    ledger.wait_recorded("found-by-the-same-scan")
    assert ledger.health()["items"] == 2, "that one, and the one it was told of"
    assert site.redis.xlen("orders") == 1 and site.redis.xlen("{UPPER_hash_key}:events") == 1


def test_a_long_stream_is_taken_in_batches(site):
    """20,000 orders and batches of 50: many transactions, nothing lost between them."""
    site.desk.open(20000)
    for start in range(0, 20000, 250):
        site.desk.buy(*[(f"k{i}", "", "1") for i in range(start, start + 250)])
    ledger = site.ledger(batch_max=50).start()
    ledger.wait_recorded()
    check_books(ledger)


def test_redis_is_told_how_far_sql_is(site, ledger):
    """recorded_seq follows the events within a moment, recorded_ms is Redis' time."""
    site.desk.open(10)
    site.desk.buy_one("k")
    wait_equal("2", lambda: site.redis.hget("ticket_hash_key", "recorded_seq"), 5)
    assert int(site.redis.hget("ticket_hash_key", "recorded_ms")) >= site.desk.view.now
    assert site.desk.order(2)[2] == 2, "order.lua says up to where it is recorded"


def test_finished_orders_leave_redis_after_their_time(site):
    """Retention 0: paid, ended and refunded orders go, a held one stays; keys and payments stay."""
    ledger = site.ledger(retain_s=0).start()
    desk, keys = site.desk, keys_of("ticket")
    desk.open(2000)
    made = [said.first for said in desk.buy(*[(f"k{i}", "", "1") for i in range(250)])]
    made += [said.first for said in desk.buy(*[(f"l{i}", "", "1") for i in range(250)])]
    for number in made[:240]:
        desk.cancel(number)
    for number in made[240:499]:
        desk.pay(number, f"t-{number}")
    wait_until(lambda: site.redis.hlen(keys[1]) == 1, 10, "all finished orders to leave")
    assert site.redis.zcard(keys[8]) == 0
    assert site.redis.hlen(keys[2]) == 500 and site.redis.hlen(keys[7]) == 259
    assert desk.order(made[0])[0] == "GONE" and desk.order(made[499])[0] == "FOUND"
    ledger.wait_recorded()
    check_books(ledger)


def test_finished_orders_stay_for_their_time(site, ledger):
    """With an hour's retention a cancelled order is still in Redis after it was recorded."""
    site.desk.open(10)
    site.desk.buy_one("k")
    site.desk.cancel(2)
    ledger.wait_recorded()
    assert site.desk.order(2)[0] == "FOUND"


def test_a_payment_that_comes_after_its_order_left_is_recorded(site):
    """The record is gone, the payment is due, then given back: SQL has both (epoch 0)."""
    ledger = site.ledger(retain_s=0).start()
    desk = site.desk
    desk.open(10)
    desk.buy_one("k", "ann")
    desk.cancel(2)
    wait_until(lambda: desk.order(2)[0] == "GONE", 5, "the order to leave Redis")
    assert desk.pay(2, "t-1", 5)[0] == "DUE"
    ledger.wait_recorded()
    rows = ledger.books.ask("SELECT order_seq, fate, amount, units FROM payments")
    assert rows == [(2, "due", 5, 0)]
    assert ledger.books.ask("SELECT state, refund_due, txn FROM orders") == [("cancelled", 1, "")]
    assert desk.refund(2, "t-1")[0] == "REFUNDED"
    ledger.wait_recorded()
    assert ledger.books.ask("SELECT state, refund_due FROM orders") == [("cancelled", 0)]
    assert ledger.books.ask("SELECT fate FROM payments") == [("refunded",)]
    check_books(ledger)


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_the_rows_can_be_moved_to_postgresql(site, ledger, server):
    """As docs/LEDGER.md says: tables made, rows copied as CSV, and the new ledger goes on."""
    a_whole_life(site.desk)
    ledger.wait_recorded()
    ledger.stop()
    site.books = PostgresBooks(server)
    new = site.ledger().start(well=False)
    wait_until(lambda: site.books.ask("SELECT count(*) FROM migrations"), 5, "the tables")
    new.stop()
    for table in ("items", "events", "orders", "payments", "poison", "webhooks"):
        rows = subprocess.run(["sqlite3", "-csv", ledger.books.path, f"SELECT * FROM {table}"],
                              capture_output=True, text=True, check=True).stdout
        server.copy_in(table, rows, site.books.name)
    new.start()
    site.desk.buy_one("after-the-move")
    new.wait_recorded()
    check_books(new)
