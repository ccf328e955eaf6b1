"""test_report - penstockctl report on a sale by hand: what the ledger tells, and hostile files.

The sale is recorded.py's, with orders of every fate in two epochs; lines are written as a node
writes them. test_report_live has a sale of the whole cluster.
"""
import os
import pty

import pytest

from harness.parts import IS_SANITIZED
from harness.report import check_svg, read_page
from harness.scripts import ROOT
from harness.waiting import stretched

LINE = ("result:{result},localSales:1,time:{time},port:{port},item:{item},reason:{reason},"
        "status:200,units:{units},order:{order},micros:{micros},key:{key}\n")
PLOTS = {"sales", "shares", "answers", "sellout", "stock", "latency", "refusals", "returns",
         "orders", "conservation"}


def line(time, order="-", key="k", units=1, item="ticket", result=1, reason="ACCEPTED", port=3001,
         micros=812):
    """One line of stat.log."""
    return LINE.format(**locals())


def refusal(time, reason="SOLD_OUT", **facts):
    """One that sold nothing."""
    return line(time, result=0, reason=reason, **facts)


@pytest.fixture
def reported(sale, tmp_path):
    """A sale of five of ten, its five lines in two files, and a report as a verb."""
    sale.desk.open(10, price=7)
    numbers = sale.hold("k0", "k1", "k2", "k3", "k4")
    sale.settle()
    sale.at = int(sale.ledger.books.ask("SELECT opened_ms FROM items")[0][0])
    for name, some in (("node-3001", (0, 1)), ("node-3002", (2, 3, 4))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stat.log").write_text(
            "".join(line(sale.at + 10 * i, numbers[i], f"k{i}", port=int(name[-4:]))
                    for i in some), "ascii")
    sale.first, sale.log, sale.folder = numbers[0], tmp_path / "node-3001" / "stat.log", tmp_path
    sale.flags = {"stat_log": f"{tmp_path}/node-*/stat.log", "out": tmp_path / "out.html"}

    def report(code=0, **flags):
        """The figures and the page of a report that ends with `code`."""
        said = sale.operator.says(code, "report", "ticket", json=True, **{**sale.flags, **flags})
        return said.json, read_page((tmp_path / "out.html").read_text("utf-8"))

    sale.report = report
    return sale


def add(sale, text):
    """Appends to the first file."""
    with open(sale.log, "ab") as log:
        log.write(text if isinstance(text, bytes) else text.encode("utf-8"))


def test_orders_of_every_fate_are_told_by_state(sale, tmp_path):
    """Two sales of 14 kinds of order each; the report is about the newer one."""
    sale.live().settle()
    epoch = int(sale.redis.hget(sale.hash, "epoch"))
    wanted, out = {}, tmp_path / "out.html"
    for record in sale.redis.hgetall(sale.orders).values():
        state, units, amount, _, _, own = record.split("|")[:6]
        if int(own) == epoch:
            row = wanted.setdefault(state, {"orders": 0, "units": 0, "amount": 0})
            row["orders"] += 1
            row["units"] += int(units)
            row["amount"] += int(amount)
    figures = sale.operator.knows("report", "ticket", out=out)
    found = {state: row for state, row in figures["orders"].items() if row["orders"]}
    assert found == wanted and len(found) >= 4
    sold = figures["sale"]
    assert sold["granted"] - sold["expired"] - sold["cancelled"] - sold["refunded"] == \
        wanted["held"]["units"] + wanted["paid"]["units"]
    assert figures["agrees"] and figures["epoch"] == epoch
    page = read_page(out.read_text("utf-8"))
    assert page.verdict()[0]
    assert [row[1] for row in page.rows("orders")] == [
        f"{wanted.get(state, {'orders': 0})['orders']}"
        for state in ("paid", "held", "expired", "cancelled", "refunded")]
    assert "No stat.log was given" in page.words() and not page.has("latency")


def test_both_epochs_have_their_own_report(sale, tmp_path):
    """Expiry and resale of the first sale, before it is opened anew: granted beyond the total."""
    sale.desk.open(4)
    sale.hold("a", "b", "c", "d")
    sale.desk.later(300001)
    sale.desk.sync()
    sale.hold("e", "f", "g")
    sale.settle()
    figures = sale.operator.knows("report", "ticket", out=tmp_path / "out.html")
    sold = figures["sale"]
    assert (sold["granted"], sold["expired"], sold["resold"]) == (7, 4, 3)
    assert sold["sold_outs"] == 1 and sold["sold_out_ms"] is not None
    assert figures["stock"] == {"total": 4, "left": 1, "held": 3, "paid": 0, "outside": 0}
    sale.desk.open(9, 2)
    sale.settle()
    figures = sale.operator.knows("report", "ticket", out=tmp_path / "out.html")
    assert figures["sale"]["granted"] == 0 and figures["sale"]["first_ms"] is None
    assert figures["stock"] == {"total": 9, "left": 7, "held": 0, "paid": 0, "outside": 2}


def test_a_sale_in_which_nothing_was_sold_is_told(reported):
    """No order, no line, and no file: a page all the same, and every plot says so."""
    reported.desk.open(10)
    reported.settle()
    figures, page = reported.report(stat_log="", svg=reported.folder / "svg")
    assert figures["stock"]["left"] == 10 and figures["agrees"]
    assert page.words().count("Nothing was sold") == 2 and page.verdict()[0]
    assert {path.stem for path in (reported.folder / "svg").iterdir()} == PLOTS
    for path in (reported.folder / "svg").iterdir():
        check_svg(path)


def test_lines_are_counted_by_node_reason_and_outcome(reported):
    """Sales and refusals of two nodes, against the weights of an nginx.conf."""
    add(reported, refusal(reported.at + 50) * 3 + refusal(reported.at + 60, "LIMIT", micros=90)
        + refusal(reported.at + 60, "REPEATED", order=reported.first))
    conf = reported.folder / "nginx.conf"
    conf.write_text("server 127.0.0.1:3001 weight=3;\nserver 127.0.0.1:3002 weight=1;\n")
    figures, page = reported.report(weights_from=conf)
    lines = figures["stat_log"]
    assert (lines["requests"], lines["sold"], lines["repeated"]) == (10, 5, 1)
    assert lines["refused"] == {"SOLD_OUT": 3, "LIMIT": 1}
    assert [(n["node"], n["port"], n["weight"], n["requests"], n["sold"]) for n in lines["nodes"]] \
        == [("node-3001", 3001, 3, 7, 2), ("node-3002", 3002, 1, 3, 3)]
    assert lines["orders_without_line"] == 0 and lines["most_micros"] == 812
    assert 812 <= lines["micros"]["p50"] <= 812 * 1.0625
    assert page.rows("shares") == [["node-3001", "3", "7", "70.0 %", "2", "40.0 %"],
                                   ["node-3002", "1", "3", "30.0 %", "3", "60.0 %"]]
    assert [row[0] for row in page.rows("refusals")] == ["SOLD_OUT", "LIMIT"]
    assert page.rows("conservation")[-1][1:] == ["5", "5", "✓"]


def test_bad_lines_are_counted_and_stop_nothing(reported):
    """Torn, binary, endless, of no time, of the future, of another item or an earlier day."""
    good, _ = reported.report()
    add(reported, b"result:1,localSales:3,ti\n" + bytes(range(256)).replace(b"\n", b"") + b"\n"
        + b"x" * 70000 + b"\n" + b"\n"
        + line(reported.at, reported.first, "k0", micros="9" * 30).encode()
        + refusal(reported.at, "<script>").encode())
    add(reported, refusal(0) + refusal(9999999999999) + refusal(reported.at, item="mug")
        + refusal(reported.at - 1) + "result:1,localSal")
    found, page = reported.report()
    lines = found["stat_log"]
    assert lines["bad"] == 7 and lines["other_items"] == 1  # what is too long comes in two pieces
    assert lines["before_the_sale"] == 1 and lines["impossible_times"] == 2
    for name in ("requests", "sold", "refused", "micros", "nodes", "peak_sold"):
        assert lines[name] == good["stat_log"][name], name
    assert found["agrees"] and "Lines passed over: 7 bad" in page.words()


def test_a_key_cut_short_by_a_crash_is_a_bad_line(reported):
    """It looks whole; its order says that it is not."""
    text = reported.log.read_text("ascii")
    reported.log.write_text(text.replace("key:k1", "key:k"), "ascii")
    found, _ = reported.report()
    assert (found["stat_log"]["bad"], found["stat_log"]["sold"]) == (1, 4)
    assert found["agrees"] and found["stat_log"]["orders_without_line"] == 1


@pytest.mark.parametrize("forged, says", [
    (lambda at, first: line(at, first - 1, "forged"), "no event created it"),
    (lambda at, first: line(at, first, "other"), "by the log it is another"),
    (lambda at, first: line(at, first + 4, "k4"), "was sold twice"),
])
def test_a_line_that_disagrees_is_said_on_the_page(reported, forged, says):
    """H1 and H2 by the audit's own words; exit 1, and the page is written."""
    add(reported, forged(reported.at, reported.first))
    found, page = reported.report(1)
    assert says in found["violation"] and not found["agrees"]
    agrees, said = page.verdict()
    assert not agrees and says in said
    assert page.rows("conservation")[-1][-1] == "✗"


def test_rows_that_are_not_the_logs_are_said_on_the_page(reported):
    """An order's units altered in SQL; then an event set aside."""
    books = reported.ledger.books
    books.do("UPDATE orders SET units = 7 WHERE request_key = 'k1'")
    found, page = reported.report(1)
    assert "has another units in SQL" in found["violation"] and not page.verdict()[0]
    books.do("UPDATE orders SET units = 1 WHERE request_key = 'k1'")
    assert reported.report()[0]["agrees"]
    books.do("INSERT INTO poison VALUES ('ticket', 99, 'paid', 'x', '<b>because</b>')")
    found, page = reported.report(1)
    assert "<b>because</b>" in found["violation"] and "<b>because</b>" in page.verdict()[1]


def test_sales_that_the_ledger_has_not_recorded_yet_are_no_violation(reported):
    """A running sale: the nodes are ahead."""
    add(reported, line(reported.at + 90, reported.first + 9, "new"))
    found, page = reported.report()
    assert found["stat_log"]["not_recorded_yet"] == 1 and found["stat_log"]["sold"] == 6
    assert "1 sales were newer" in page.words()


def test_nobody_puts_html_into_the_page(reported):
    """Folders, keys and users are anybody's; the parser knows every element that may be there."""
    evil = reported.folder / "node-\"><script>alert(1)<"
    evil.mkdir()
    (evil / "stat.log").write_bytes(
        refusal(reported.at).encode()
        + line(reported.at, reported.first, "<img/src=x>'&amp;\x1b[2J\xff").encode("latin-1"))
    found, page = reported.report(1, language="zh", svg=reported.folder / "svg")
    assert "<img/src=x>'&amp;�[2J�" in found["violation"]
    assert "<img/src=x>'&amp;�[2J�" in page.verdict()[1]
    assert page.rows("shares")[0][0] == "node-\"><script>alert(1)<"
    for path in (reported.folder / "svg").iterdir():
        check_svg(path)


def test_the_chinese_page_has_the_same_figures(reported):
    """Other words, the same numbers."""
    english, page = reported.report()
    chinese, other = reported.report(language="zh")
    english.pop("made_ms"), chinese.pop("made_ms")
    assert english == chinese
    assert 'lang="zh"' in other.text and "销售报告" in other.words()
    assert [row[1:] for row in page.rows("orders")] == [row[1:] for row in other.rows("orders")]


def test_what_cannot_be_done_is_said_and_leaves_no_file(reported):
    """An unknown item, bad words, files that cannot be read, a place that cannot be written."""
    does, out = reported.operator, reported.folder / "out.html"
    assert "no item mug" in does.says(1, "report", "mug", **reported.flags).err
    assert "en or zh" in does.says(2, "report", "ticket", language="fr").err
    assert "both want stdout" in does.says(2, "report", "ticket", json=True, out="-").err
    assert "cannot be read" in does.says(3, "report", "ticket", out=out,
                                         stat_log=reported.folder / "node-3001" / "*",
                                         weights_from=reported.folder / "none").err
    assert not out.exists()
    assert "cannot be written" in does.says(
        3, "report", "ticket", out=reported.folder / "none" / "out.html").err
    assert "no file is called" in does.does("report", "ticket", out=out, stat_log="/none/*").err
    assert "cannot be read" in does.says(3, "report", "ticket", out=out,
                                         stat_log=reported.folder).err
    was = out.read_text("utf-8")
    assert "ledger cannot be read" in does.says(3, "report", "ticket", out=out,
                                                url=f"sqlite:{reported.folder}/none.db").err
    assert out.read_text("utf-8") == was
    assert not list(reported.folder.glob("*.part"))
    read_page(does.does("report", "ticket", out="-").out)


def test_the_examples_in_docs_are_such_pages():
    """Both languages of one sale, below 200 KB each."""
    english, chinese = [(ROOT / "docs" / f"example-report{ending}.html").read_text("utf-8")
                        for ending in ("", ".zh-CN")]
    assert max(len(english.encode()), len(chinese.encode())) < 200_000
    pages = read_page(english), read_page(chinese)
    for name in ("shares", "orders", "conservation"):
        rows = [[row[1:] for row in page.rows(name)] for page in pages]
        assert rows[0] == rows[1], name


@pytest.mark.deadline(120)
def test_big_files_need_little_memory_and_say_how_far_it_is(reported):
    """60 MB, told on a terminal as they are read, in less than half as much memory."""
    text = refusal(reported.at + 20, key="0123456789abcdef0123456789abcdef") * 1000
    with open(reported.log, "a", encoding="ascii") as log:
        for _ in range(60_000_000 // len(text)):
            log.write(text)
    master, terminal = pty.openpty()
    argv = reported.operator.argv("report", "ticket", **reported.flags)
    if not IS_SANITIZED:
        argv = ["/bin/sh", "-c", 'ulimit -d 30000; exec "$0" "$@"', *argv]
    pid = os.posix_spawn(argv[0], argv, reported.operator.env, file_actions=[
        (os.POSIX_SPAWN_DUP2, terminal, 1), (os.POSIX_SPAWN_DUP2, terminal, 2)])
    os.close(terminal)
    said = b""
    while True:
        try:
            said += os.read(master, 65536)
        except OSError:  # the other end is closed
            break
    _, status, used = os.wait4(pid, 0)
    os.close(master)
    assert status == 0, said
    assert b"\rstat.log:  " in said and b" % of 59 MB\r" in said
    assert said.strip().endswith(b"every count agrees")
    assert used.ru_utime < stretched(20)


def fake_program(folder, text):
    """A rsvg-convert of our own, and the PATH on which it is the only one."""
    folder.mkdir()
    program = folder / "rsvg-convert"
    program.write_text("#!/bin/sh\n" + text)
    program.chmod(0o755)
    return str(folder)


def test_pictures_are_the_plots_drawn_twice_as_large(reported):
    """PNG files, one a plot, of the size that the drawing states; nothing else is left."""
    folder = reported.folder / "png"
    reported.report(svg=reported.folder / "svg", png=folder)
    assert {path.name for path in folder.iterdir()} == {f"{name}.png" for name in PLOTS}
    for path in folder.iterdir():
        head = path.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR"
        root = check_svg(reported.folder / "svg" / f"{path.stem}.svg")
        size = [float(word) * 2 for word in root.get("viewBox").split()[2:]]
        assert [int.from_bytes(head[i:i + 4], "big") for i in (16, 20)] == size


def test_without_the_program_nothing_is_written_and_it_says_what_to_install(reported, monkeypatch):
    """Exit 2 before anything is read."""
    (reported.folder / "none").mkdir()
    monkeypatch.setitem(reported.operator.env, "PATH", str(reported.folder / "none"))
    said = reported.operator.says(2, "report", "ticket", png=reported.folder / "png",
                                  **reported.flags)
    assert "librsvg2-bin" in said.err and not (reported.folder / "out.html").exists()


@pytest.mark.parametrize("text, word", [("exit 1", "version"),
                                        ('[ "$1" = --version ] || exit 1', "failed")])
def test_a_program_that_fails_leaves_pictures_as_they_were(reported, monkeypatch, text, word):
    """Exit 3; no half of a picture."""
    (reported.folder / "png").mkdir()
    (reported.folder / "png" / "sales.png").write_text("as before")
    monkeypatch.setitem(reported.operator.env, "PATH", fake_program(reported.folder / "bin", text))
    said = reported.operator.says(3, "report", "ticket", png=reported.folder / "png",
                                  **reported.flags)
    assert word in said.err
    assert [(path.name, path.read_text()) for path in (reported.folder / "png").iterdir()] == [
        ("sales.png", "as before")]
