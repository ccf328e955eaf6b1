"""test_audit_sql - penstockctl audit finds what was altered in the ledger's database.

And what is right is called right: a sale of which SQL has nothing yet, one whose orders have left
Redis, one that is archived.
"""
import re

import pytest


@pytest.fixture
def good(sale):
    """A recorded sale that is clean; its ledger is stopped, so that nobody mends anything."""
    sale.live().settle()
    sale.ledger.stop()
    sale.audit()
    return sale


def do(sale, text):
    """Alters SQL."""
    sale.ledger.books.do(text)


def test_an_event_is_gone(good):
    """A row of the log deleted (I5)."""
    do(good, "DELETE FROM events WHERE seq = 7")
    found = good.violation("I5: event 7 is missing: neither in SQL nor in the stream")
    assert [row["what"] for row in found["around"]][:3] == ["event 4", "event 5", "event 6"]


def test_an_event_is_another(good):
    """Other units in a created event: the order's row is not the log's any more."""
    number = good.numbers("held")[0]
    (words,), = good.ledger.books.ask(f"SELECT words FROM events WHERE seq = {number}")
    other = words.replace("|1|", "|2|", 1)
    assert other != words
    do(good, f"UPDATE events SET words = '{other}' WHERE seq = {number}")
    good.violation(f"order {number}")


def test_an_event_is_none(good):
    """Words that no event has (I5)."""
    do(good, "UPDATE events SET words = 'x|y' WHERE seq = 5")
    good.violation("I5: event 5 (created) breaks the rules")


def test_an_event_is_another_in_sql_than_in_the_stream(sale):
    """In both, and not the same (I5)."""
    sale.ledger.stop()
    sale.live()
    do(sale, "INSERT INTO events VALUES ('ticket', 1, 'opened', '1|1|60|0');"
             "INSERT INTO items VALUES ('ticket', 1, 1, 60, 0, 0, 0, 1, 1, 0)")
    sale.violation("I5: event 1 is another in SQL than in the stream")


@pytest.mark.parametrize("column, value, fact", [
    ("state", "'cancelled'", "state"), ("units", "7", "units"), ("amount", "7", "amount"),
    ("epoch", "7", "epoch"), ("created_ms", "7", "times"), ("deadline_ms", "7", "times"),
    ("moved_ms", "7", "times"), ("refund_due", "7", "refund_due"), ("user_name", "'eve'", "user"),
    ("request_key", "'other'", "key"), ("txn", "'other'", "txn")])
def test_a_column_of_an_order_is_another(good, column, value, fact):
    """Each column of the orders table (I7)."""
    number = good.numbers("paid")[0]
    do(good, f"UPDATE orders SET {column} = {value} WHERE seq = {number}")
    good.violation(f"I7: order {number} has another {fact} in SQL")


def test_a_row_of_orders_is_gone_or_forged(good):
    """One deleted; one that no event made (I7)."""
    number = good.numbers("held")[0]
    do(good, f"UPDATE orders SET seq = 4711 WHERE seq = {number}")
    good.violation("I7: SQL has an order 4711 that no event created")
    do(good, "DELETE FROM orders WHERE seq = 4711")
    found = good.violation(f"I7: order {number} is in the log and not in SQL")
    assert ("Redis", f"order {number}") in {(row["where"], row["what"]) for row in found["around"]}


def test_a_payment_is_another_gone_or_forged(good):
    """Its fate, its row, one that no event tells of (I7)."""
    do(good, "UPDATE payments SET fate = 'refunded' WHERE txn = 'a-t0'")
    good.violation("I7: the payment a-t0 is another in SQL")
    do(good, "UPDATE payments SET txn = 'forged' WHERE txn = 'a-t0'")
    good.violation("I7: SQL has a payment forged that no event tells of")
    do(good, "DELETE FROM payments WHERE txn = 'forged'")
    good.violation("I7: SQL has")


def test_the_row_of_the_item_is_another(good):
    """Its counts (I7); its seq below what Redis was told (I6); no row at all."""
    do(good, "UPDATE items SET held = held + 1")
    good.violation("I7: SQL's row of the item")
    do(good, "UPDATE items SET held = held - 1, paid = paid + 1")
    good.violation("I7: SQL's row of the item")
    do(good, "DELETE FROM items")
    good.violation("I7: SQL has 38 orders and 15 payments of an item that it has no row of")


def test_sql_went_back(good):
    """An old copy of SQL was put back: Redis has let go of events that it does not hold (I5)."""
    seq = good.desk.counts()["seq"]
    number = good.numbers("held")[-1]
    assert number == seq - 2
    do(good, f"DELETE FROM events WHERE seq > {number - 1};"
             f"DELETE FROM orders WHERE seq > {number - 1};"
             f"UPDATE items SET seq = {number - 1}, held = held - 1")
    good.violation(f"I5: event {number} is missing")


def test_an_event_was_set_aside(good):
    """A row in poison (I5)."""
    do(good, "INSERT INTO poison VALUES ('ticket', 12, 'paid', '1|2', 'because')")
    good.violation("I5: the ledger set event 12 (paid) aside: because")


def test_a_real_poison_is_found(sale):
    """An event that the ledger cannot apply, in the stream (I5)."""
    sale.desk.open(5)
    number = sale.hold("k1")[0]
    sale.settle()
    seq = number + 1
    sale.redis.hset(sale.hash, "seq", seq)
    sale.redis.xadd(sale.events, {str(seq): f"paid|1|9999999999999|{number}|1|t|0"}, id=f"{seq}-0")
    sale.settle()
    sale.violation(f"I5: the ledger set event {seq} (paid) aside")


def test_a_sale_that_sql_does_not_have_yet_is_clean(sale):
    """The ledger is down from the start; then it records half-way through a batch of audits."""
    sale.ledger.stop()
    sale.live()
    counted = sale.audit()
    assert counted["events_sql"] == 0 and counted["sql_orders"] == 0
    sale.ledger.start()
    sale.settle()
    counted = sale.audit()
    assert counted["events_stream"] == 0 and counted["sql_orders"] == 38


def test_orders_that_left_redis_are_in_sql(sale):
    """The ledger lets finished orders go at once: clean, and counted as gone."""
    sale.live().settle()
    seq = sale.desk.counts()["seq"]
    while sale.desk.trim(seq)[2]:
        pass
    counted = sale.audit()
    assert counted["left_redis"] == counted["orders"] - counted["held"] > 0
    number = sale.numbers("held")[0]
    sale.redis.hdel(sale.orders, number)
    sale.violation("I7: order")


def test_an_archived_item_is_clean(sale):
    """Closed, ended, archived: only the hash, the payments and an empty stream are left."""
    sale.live()
    for number in sale.numbers("held"):
        sale.desk.cancel(number)
    sale.settle()
    assert sale.operator.knows("item", "close", "ticket", wait="20s")["done"] == "archived"
    counted = sale.audit()
    assert counted["keys"] == 0 and counted["payments"] == 15 and counted["in_redis"] == 0
    sale.redis.hset(sale.requests, "k", "1|2|3|")
    sale.violation("I3: the key k names no order")


def test_items_are_audited_by_name_or_all(sale):
    """Two items, one of them broken by hand; an item that nobody knows."""
    sale.live()
    sale.operator.does("item", "create", "mug", total=3)
    sale.settle()
    sale.alter(sale.numbers("held")[0], 1, "7")
    said = sale.operator.says(1, "audit", json=True).json
    assert [(item["item"], item["clean"]) for item in said["items"]] == \
        [("mug", True), ("ticket", False)]
    assert sale.operator.knows("audit", "mug")["clean"]
    assert "there is no item cup" in sale.operator.says(3, "audit", "cup").err
    text = sale.operator.says(1, "audit").out
    assert "mug: clean at event 1 of 20" in text and "ticket: VIOLATION at event" in text
    assert re.search(r"\nWHERE +WHAT +SAYS\n", text) and "in Redis than by the log" in text


def test_what_cannot_be_looked_at_is_code_3(sale, tmp_path):
    """Redis away; SQL away; tables that are none."""
    sale.live()
    assert "cannot be read" in sale.operator.says(3, "audit", redis="127.0.0.1:1").err
    said = sale.operator.says(3, "audit", url=f"sqlite:{tmp_path}/none.db")
    assert "the ledger cannot be read" in said.err
    (tmp_path / "empty.db").touch()
    said = sale.operator.says(3, "audit", url=f"sqlite:{tmp_path}/empty.db")
    assert "no such table" in said.err
    assert "a database is sqlite:" in sale.operator.says(3, "audit", url="ledger.db").err


def test_bad_words_of_the_audit_are_usage(sale):
    """Flags that belong to --rebuild; a name that is none."""
    assert "belong to --rebuild" in sale.operator.says(2, "audit", yes=True).err
    assert "usage" in sale.operator.says(2, "audit", rebuild=True).err
    assert "no item's name" in sale.operator.says(2, "audit", "No Item").err


def test_nothing_to_audit_is_clean(sale):
    """Neither Redis nor SQL has an item."""
    assert sale.operator.knows("audit") == {"clean": True, "items": []}
    assert sale.operator.does("audit").out == "there are no items\n"
