"""test_postgres - the same commands on a ledger that keeps its books in PostgreSQL.

What is found and how it is shown is tested on SQLite; here it is that every statement is understood
by the other database too, and that its being away is no violation.
"""
import pytest

from harness.ledger import LedgerPart, PostgresBooks
from harness.postgres import Postgres
from harness.recorded import RecordedSale
from harness.report import read_page


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server."""
    running = Postgres(fsync="off")
    yield running
    running.close()


@pytest.fixture
def sale(redis_part, desk, ledger_port, tmp_path, server):
    """A sale of every kind of event, recorded in a fresh database."""
    ledger = LedgerPart(tmp_path, ledger_port, redis_part, PostgresBooks(server))
    ledger.start()
    yield RecordedSale(redis_part, desk, ledger).live().settle()
    ledger.close()


def test_an_audit_is_clean_and_finds_what_is_not(sale):
    """38 orders, 15 payments; then a row altered, a payment gone, an event set aside."""
    counted = sale.audit()
    assert (counted["sql_orders"], counted["sql_payments"]) == (38, 15)
    sale.ledger.books.do("UPDATE orders SET units = 7 WHERE seq = 2")
    sale.violation("I7: order 2 has another units in SQL")
    sale.ledger.books.do("UPDATE orders SET units = 1 WHERE seq = 2")
    sale.ledger.books.do("DELETE FROM payments WHERE txn = 'a-t0'")
    sale.violation("I7: SQL has 14 payments, the log tells of 15")
    sale.ledger.books.do("INSERT INTO poison VALUES ('ticket', 9, 'paid', 'x', 'because')")
    sale.violation("I5: the ledger set event 9 (paid) aside: because")


def test_orders_are_listed_shown_and_exported(sale):
    """The same 38 by each way."""
    rows = sale.operator.knows("orders", "list", "ticket")
    assert len(rows) == 38 and rows[0]["state"] == "paid"
    assert len(sale.operator.knows("orders", "list", "ticket", state="paid", user="a1")) <= 2
    shown = sale.operator.knows("orders", "show", rows[1]["number"])
    assert {payment["txn"] for payment in shown["payments"]} == {"a-t1", "a-t1b"}
    assert len(sale.operator.does("orders", "export", "ticket").out.splitlines()) == 39


def test_an_emptied_redis_is_made_anew(sale):
    """The rebuild's own statements: buyers' sums, payments with their buyers."""
    buyers, payments = (sale.redis.hgetall(key) for key in (sale.buyers, sale.payments))
    sale.redis.flushall()
    sale.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert sale.redis.hgetall(sale.buyers) == buyers
    assert sale.redis.hgetall(sale.payments) == payments
    sale.audit()


def test_a_server_that_is_away_is_code_3(sale, server):
    """Its address without the password that is none."""
    url = sale.ledger.books.url.replace(str(server.port), "1")
    said = sale.operator.says(3, "audit", url=url)
    assert "the ledger cannot be read" in said.err


def test_a_report_has_the_same_figures(sale, tmp_path):
    """Events, orders and payments of the other database."""
    figures = sale.operator.knows("report", "ticket", out=tmp_path / "out.html")
    assert figures["agrees"] and figures["crossed"]["sql_orders"]["found"] == 38
    assert figures["crossed"]["sql_payments"]["found"] == 15
    assert read_page((tmp_path / "out.html").read_text("utf-8")).verdict()[0]
