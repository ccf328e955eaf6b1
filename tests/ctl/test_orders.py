"""test_orders - penstockctl orders: list, show, refund, export, from SQL and from Redis."""
import csv
import io
import json
import re
import resource
import subprocess

import pytest

from harness.parts import IS_SANITIZED

NUMBER = re.compile(r"ticket-\d{8}-[0-9a-f]{12}\Z")


@pytest.fixture
def good(sale):
    """A recorded sale."""
    return sale.live().settle()


def test_orders_are_listed_oldest_first(good):
    """All 38 with their facts; 50 at most unless told."""
    rows = good.operator.knows("orders", "list", "ticket")
    assert len(rows) == 38 and all(NUMBER.match(row["number"]) for row in rows)
    assert [row["number"] for row in rows] == sorted(row["number"] for row in rows)
    first = rows[0]
    assert (first["state"], first["units"], first["amount"]) == ("paid", 1, 10)
    assert first["user"] is None and first["txn"] == "a-t0" and first["refund_due"] is False
    assert first["deadline_ms"] - first["created_ms"] == 300000 and first["moved_ms"] > 0
    assert next(row for row in rows if row["state"] == "held")["moved_ms"] is None
    text = good.operator.does("orders", "list", "ticket", limit=1).out.splitlines()
    assert len(text) == 2 and text[0].startswith("NUMBER ") and "PAY BEFORE" in text[0]


def test_a_list_is_narrowed_and_gone_on_with(good):
    """By state, by buyer, by number; page after page gives all."""
    def numbers(**flags):
        return [row["number"] for row in
                good.operator.knows("orders", "list", "ticket", **flags)]

    every = numbers()
    states = {state: numbers(state=state) for state in
              ("held", "paid", "expired", "cancelled", "refunded")}
    assert sum(map(len, states.values())) == 38 and all(states.values())
    assert len(numbers(user="a1")) == 2 and numbers(user="nobody") == []
    pages, after = [], 0
    while page := numbers(limit=10, after=after):
        pages += page
        after = int(page[-1].split("-")[1])
    assert pages == every


def test_bad_words_of_a_list_are_usage(good):
    """A state that is none, a limit out of bounds."""
    assert "is none: held, paid" in good.operator.says(2, "orders", "list", "ticket",
                                                       state="lost").err
    assert "out of range" in good.operator.says(2, "orders", "list", "ticket", limit=0).err
    assert good.operator.knows("orders", "list", "mug") == []


def test_an_order_is_shown_from_redis_and_the_ledger(good):
    """By its number and by ITEM:SEQ; with both payments that came for it."""
    row = good.operator.knows("orders", "list", "ticket", state="refunded", limit=1)[0]
    shown = good.operator.knows("orders", "show", row["number"])
    seq = int(row["number"].split("-")[1])
    assert good.operator.knows("orders", "show", f"ticket:{seq}") == shown
    assert (shown["state"], shown["ledger_state"], shown["in_redis"]) == \
        ("refunded", "refunded", True)
    assert {(p["txn"], p["fate"]) for p in shown["payments"]} == \
        {("a-t1", "refunded"), ("a-t1b", "due")}
    assert shown["refund_due"] is True and shown["user"] == "a1" and shown["key"] == "a-1"
    text = good.operator.does("orders", "show", row["number"]).out
    assert "\nstate          refunded\n" in text
    assert re.search(r"\nPAYMENT +FATE +AMOUNT +AT\n", text)


def test_an_order_is_shown_wherever_it_is(sale):
    """Only in Redis before the ledger has it; only in the ledger after it has left."""
    sale.ledger.stop()
    sale.desk.open(5)
    number = sale.hold("k1", user="ada")[0]
    shown = sale.operator.knows("orders", "show", f"ticket:{number}")
    assert (shown["state"], shown["ledger_state"], shown["in_redis"]) == ("held", None, True)
    sale.desk.cancel(number)
    sale.ledger.start()
    sale.settle()
    while sale.desk.trim(sale.desk.counts()["seq"])[2]:
        pass
    shown = sale.operator.knows("orders", "show", f"ticket:{number}")
    assert (shown["state"], shown["ledger_state"], shown["in_redis"]) == \
        ("cancelled", "cancelled", False)
    assert shown["user"] == "ada" and shown["payments"] == []


def test_an_order_that_is_none_is_told_from_a_number_that_is_none(good):
    """Not there: 1. Forged or mistyped: 2, without asking anybody."""
    assert "neither in Redis nor in the ledger" in \
        good.operator.says(1, "orders", "show", "ticket:4711").err
    number = good.operator.knows("orders", "list", "ticket", limit=1)[0]["number"]
    for wrong in (number[:-1] + ("0" if number[-1] != "0" else "1"), number[:-1], "ticket:0",
                  "ticket:", "ticket:01", "ticket:x", "Ticket:1", ""):
        assert "is no order's number" in good.operator.says(2, "orders", "show", wrong).err
        assert "is no order's number" in good.operator.says(2, "orders", "refund", wrong).err


def test_a_paid_order_is_refunded_once(good):
    """Its units are back; said again it is ALREADY, which is what was wanted."""
    number = good.numbers("paid", epoch=good.desk.counts()["epoch"])[0]
    left = good.operator.knows("item", "show", "ticket")["left"]
    said = good.operator.knows("orders", "refund", f"ticket:{number}")
    assert (said["done"], said["units"], said["left"]) == ("refunded", 1, left + 1)
    said = good.operator.knows("orders", "refund", f"ticket:{number}")
    assert (said["done"], said["units"]) == ("refunded before", None)
    assert good.operator.does("orders", "refund", f"ticket:{number}").rows()[0]["DONE"] == \
        "refunded before"
    good.settle()
    good.audit()


def test_a_late_payment_is_refunded_by_its_id(good):
    """The second payment of a refunded order; no unit moves."""
    row = good.operator.knows("orders", "list", "ticket", state="refunded", limit=1)[0]
    said = good.operator.knows("orders", "refund", row["number"], txn="a-t1b")
    assert (said["done"], said["units"]) == ("refunded", 0)
    good.settle()
    assert good.operator.knows("orders", "show", row["number"])["refund_due"] is False


def test_what_cannot_be_refunded_is_said(good):
    """Not paid, no such payment, no such order, left Redis, an id that is none."""
    held, paid = good.numbers("held")[-1], good.numbers("paid")[-1]

    def refused(code, *words, **flags):
        return good.operator.says(code, "orders", "refund", *words, **flags).err

    assert "the order is held, and no payment came" in refused(1, f"ticket:{held}")
    assert "no payment other came" in refused(1, f"ticket:{paid}", txn="other")
    assert "there is no order ticket:4711" in refused(1, "ticket:4711")
    assert "no payment's id" in refused(2, f"ticket:{paid}", txn="a b")
    assert "there is no item mug" in refused(1, "mug:1")
    while good.desk.trim(good.desk.counts()["seq"])[2]:
        pass
    assert "the order has left Redis" in refused(1, f"ticket:{paid}")
    txn = good.operator.knows("orders", "show", f"ticket:{paid}")["txn"]
    assert good.operator.knows("orders", "refund", f"ticket:{paid}", txn=txn)["units"] == 1
    good.settle()
    good.audit()


def test_an_export_has_every_order(good):
    """CSV and JSON lines tell the same of all 38."""
    rows = list(csv.DictReader(io.StringIO(
        good.operator.does("orders", "export", "ticket").out, newline="")))
    lines = [json.loads(text) for text in
             good.operator.does("orders", "export", "ticket", format="jsonl").out.splitlines()]
    assert len(rows) == len(lines) == 38
    for row, line in zip(rows, lines):
        assert NUMBER.match(row["number"]) and row["number"] == line["number"]
        for name in ("seq", "epoch", "units", "amount"):
            assert int(row[name]) == line[name]
        assert row["state"] == line["state"] and row["key"] == line["key"]
        assert (row["user"] or None, row["payment"] or None) == (line["user"], line["txn"])
        assert row["created"].endswith("Z") and (row["moved"] == "") == (line["moved_ms"] == 0)
        assert row["refund_due"] == ("yes" if line["refund_due"] else "no")
    assert "is none: csv or jsonl" in good.operator.says(2, "orders", "export", "ticket",
                                                         format="xml").err


def test_no_name_of_a_buyer_is_a_formula(sale):
    """A user that begins with @ or -: an apostrophe in CSV, as it is in JSON lines."""
    sale.desk.open(5)
    sale.desk.buy(("k1", "@ada", "1"), ("k2", "-1", "1"))
    sale.settle()
    text = sale.operator.does("orders", "export", "ticket").out
    assert ",'@ada,k1," in text and ",'-1,k2," in text
    text = sale.operator.does("orders", "export", "ticket", format="jsonl").out
    assert '"user":"@ada"' in text and '"user":"-1"' in text


@pytest.mark.long
def test_a_large_export_needs_little_memory(sale):
    """100,000 rows under a bound on the address space that they would not fit into."""
    if IS_SANITIZED:
        pytest.skip("memory cannot be measured under a sanitizer")
    sale.desk.open(1)
    sale.settle()
    sale.ledger.stop()
    sale.ledger.books.do(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100001)"
        "INSERT INTO orders SELECT 'ticket', i, 1, 'paid', 1, 0, 1, 2, 'user-' || i, 'key-' || i,"
        " 3, 'txn-' || i, 0 FROM n")
    for form in ("csv", "jsonl"):
        run = subprocess.Popen(
            sale.operator.argv("orders", "export", "ticket", format=form), env=sale.operator.env,
            stdout=subprocess.PIPE, text=True)
        most, count = 0, 0
        for text in run.stdout:
            count += 1
            if count % 20000 == 0:
                with open(f"/proc/{run.pid}/statm", encoding="ascii") as statm:
                    pages = int(statm.read().split()[1])
                most = max(most, pages * resource.getpagesize())
        assert run.wait(20) == 0 and count == 100000 + (form == "csv")
        assert most < 40 << 20, f"{most >> 20} MiB"


def test_a_reader_that_leaves_early_ends_the_export(good):
    """As `| head -1` does: code 3, no signal, no noise on stdout."""
    run = subprocess.Popen(
        good.operator.argv("orders", "export", "ticket"), env=good.operator.env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    run.stdout.close()
    _, err = run.communicate(timeout=20)
    assert run.returncode == 3 and "could not be written" in err
