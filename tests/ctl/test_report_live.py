"""test_report_live - the report of a sale of the whole cluster, against what the test saw itself.

nginx, four nodes, Redis and a ledger; a crowd that buys, pays, cancels and lets expire. What the
report says is held against the answers that the buyers got, against stat.log as
tests/harness/statlog.py reads it, and against the orders in Redis.
"""
import time
from collections import Counter

import pytest

from harness import statlog, web
from harness.report import check_svg, read_page
from harness.scripts import keys_of
from harness.town import Town
from harness.waiting import wait_equal, wait_until

TOTAL, BUYERS, WEIGHTS = 60, 200, (1, 2, 3, 4)


@pytest.fixture(scope="module")
def town():
    """A sale of 60 to 200 buyers and more: 30 pay, 6 cancel, 24 expire, 24 are sold again."""
    running = Town(trial_pay=1)
    try:
        running.start(TOTAL, pay_window_ms=4000, price=250)
        cluster = running.cluster
        running.answers = cluster.buy_together(BUYERS, key=lambda i: f"a{i}", first=True)
        numbers = [answer.json["data"]["orderId"] for answer in running.answers
                   if answer.reason == "ACCEPTED"]
        assert len(numbers) == TOTAL
        port = cluster.port("nginx")
        web.ask_all([(port, web.request(f"/orders/{number}/{verb}", "POST", {}))
                     for verb, some in (("pay", numbers[:30]), ("cancel", numbers[30:36]))
                     for number in some])
        wait_equal((TOTAL, 0, 30), running.counts, 20, "the rest to expire")
        cluster.wait_left(TOTAL - 30)
        running.answers += cluster.buy_together(24, key=lambda i: f"b{i}", first=True)
        wait_until(lambda: sum(statlog.count(path) for path in logs(cluster)) == BUYERS + 24, 10,
                   "all lines to be written")
        running.ledger.wait_recorded("ticket")
        running.conf = cluster.nginx.conf
        yield running
    finally:
        running.stop()


def logs(cluster):
    """The nodes' stat.logs."""
    return sorted(cluster.folder.glob("node-*/stat.log"))


@pytest.fixture(scope="module")
def told(town, tmp_path_factory):
    """The figures, the page and the folder of plots."""
    folder = tmp_path_factory.mktemp("report")
    figures = town.operator.knows("report", "ticket", out=folder / "out.html", svg=folder / "svg",
                                  stat_log=f"{town.cluster.folder}/node-*/stat.log",
                                  weights_from=town.conf)
    return figures, read_page((folder / "out.html").read_text("utf-8")), folder / "svg"


def test_stock_and_orders_are_those_of_redis(town, told):
    """30 paid, 24 held, 24 expired, 6 cancelled; 54 came from 60 and 24 more."""
    figures, page, _ = told
    assert figures["agrees"] and page.verdict()[0]
    assert figures["stock"] == {"total": 60, "left": 6, "held": 24, "paid": 30, "outside": 0}
    found = {state: row["orders"] for state, row in figures["orders"].items()}
    assert found == {"paid": 30, "held": 24, "expired": 24, "cancelled": 6, "refunded": 0}
    assert found == {**Counter(record.split("|")[0] for record in
                               town.redis.hgetall(keys_of("ticket")[1]).values()), "refunded": 0}
    assert figures["orders"]["paid"]["amount"] == 30 * 250
    sold = figures["sale"]
    assert (sold["granted"], sold["expired"], sold["cancelled"]) == (84, 24, 6)
    assert sold["resold"] == 24 and sold["sold_outs"] == 1
    assert [row[1] for row in page.rows("returns")] == ["84", "30", "24", "0"]


def test_requests_refusals_and_nodes_are_those_of_the_buyers(town, told):
    """By nginx's weights, and by what each answer said."""
    figures, page, _ = told
    lines, reasons = figures["stat_log"], Counter(answer.reason for answer in town.answers)
    assert lines["requests"] == len(town.answers) and lines["sold"] == reasons.pop("ACCEPTED")
    assert lines["refused"] == dict(reasons) and lines["bad"] == 0
    parsed = [statlog.read(path) for path in logs(town.cluster)]
    assert [(n["requests"], n["sold"], n["weight"]) for n in lines["nodes"]] == [
        (len(node), sum(line["result"] for line in node), weight)
        for node, weight in zip(parsed, WEIGHTS)]
    assert [row[0] for row in page.rows("shares")] == [n.name for n in town.cluster.nodes]
    assert sum(int(row[4]) for row in page.rows("shares")) == 84


def test_percentiles_are_those_of_the_lines(town, told):
    """Each within a bucket's width of the true one, and never below it."""
    figures = told[0]["stat_log"]
    lines = [line for path in logs(town.cluster) for line in statlog.read(path)]
    for name, some in (("micros", lines), ("micros_sold", [ln for ln in lines if ln["result"]])):
        sizes = sorted(line["micros"] for line in some)
        for share in (50, 90, 99):
            true = sizes[-(-len(sizes) * share // 100) - 1]
            assert true <= figures[name][f"p{share}"] <= true * 1.0625 + 1, (name, share)
    assert figures["most_micros"] == max(line["micros"] for line in lines)


def test_moments_are_those_of_the_log(town, told):
    """Sold out with the sixtieth order; half of it with the thirtieth."""
    created = [int(words.split("|")[1]) for _, kind, words in town.ledger.events()
               if kind == "created"]
    sold = told[0]["sale"]
    assert (sold["first_ms"], sold["half_ms"]) == (created[0], created[29])
    assert sold["tenth_ms"] == created[53] and sold["sold_out_ms"] == created[59]
    assert sold["opened_ms"] <= sold["first_ms"] <= told[0]["made_ms"] <= time.time() * 1000
    assert told[0]["stat_log"]["peak_sold"] <= 84


def test_every_crossing_is_shown_with_both_counts(told):
    """Six, each from two sources."""
    assert told[0]["crossed"] == {
        name: {"wanted": count, "found": count} for name, count in
        {"total": 60, "net": 54, "sum": 54, "sql_orders": 84, "sql_payments": 30,
         "sold_lines": 84}.items()}
    assert [row[1:] for row in told[1].rows("conservation")] == [
        [str(count)] * 2 + ["✓"] for count in (60, 54, 54, 84, 30, 84)]


def test_every_plot_is_on_the_page_and_a_file(told):
    """Ten, the same drawing both times."""
    _, page, folder = told
    files = {path.stem: check_svg(path) for path in folder.iterdir()}
    assert len(files) == 10
    for name, root in files.items():
        inner = next(e for e in page.section(name).iter() if e.get("id") == f"plot-{name}")
        paths = [e.get("d") for e in inner.iter() if e.get("d")]
        assert paths == [e.get("d") for e in root.iter() if e.get("d")], name


def test_a_report_of_a_running_sale_agrees(town, tmp_path):
    """Made again and again while a crowd buys: the nodes are ahead of the ledger, and no alarm."""
    town.cluster.open_sale(3000)
    crowd = town.cluster.ab_start(4000, 8)
    reports = 0
    while crowd.is_running() or reports == 0:
        figures = town.operator.knows("report", "ticket", out=tmp_path / "out.html",
                                      stat_log=f"{town.cluster.folder}/node-*/stat.log")
        assert figures["agrees"], figures["violation"]
        assert figures["stock"]["left"] + figures["stock"]["held"] == 3000
        read_page((tmp_path / "out.html").read_text("utf-8"))
        reports += 1
    assert crowd.finish().failed == 0
