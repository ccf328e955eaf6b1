"""test_audit_lines - penstockctl audit --stat-log: every line that sold has its order, once.

The files are written as a node writes them (docs/API.md, "stat.log").
"""
import os
from pathlib import Path

import pytest

LINE = ("result:{result},localSales:1,time:1763814000123,port:3001,item:{item},reason:{reason},"
        "status:200,units:{units},order:{order},micros:812,key:{key}\n")


def line(order="-", key="k", units=1, item="ticket", result=1, reason="ACCEPTED"):
    """One line of stat.log."""
    return LINE.format(**locals())


@pytest.fixture
def logged(sale, tmp_path):
    """A sale of five, and two files with its five lines."""
    sale.desk.open(10)
    numbers = sale.hold("k0", "k1", "k2", "k3", "k4")
    for name, some in (("node-3001", (0, 1)), ("node-3002", (2, 3, 4))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stat.log").write_text(
            "".join(line(numbers[i], f"k{i}") for i in some), "ascii")
    sale.first, sale.log = numbers[0], tmp_path / "node-3001" / "stat.log"
    sale.flags = {"stat_log": f"{tmp_path}/node-*/stat.log"}
    assert sale.audit(**sale.flags)["sold_lines"] == 5
    return sale


def add(sale, text):
    """Appends to the first file."""
    with open(sale.log, "a", encoding="ascii") as log:
        log.write(text)


def test_refusals_and_other_items_are_passed_over(logged):
    """result:0, REPEATED, another item; all counted as lines."""
    add(logged, line(result=0, reason="SOLD_OUT") + line(logged.first, "k0", result=0,
                                                         reason="REPEATED")
        + line(99, "x", item="mug"))
    counted = logged.audit(**logged.flags)
    assert (counted["files"], counted["lines"], counted["sold_lines"]) == (2, 8, 5)


def test_a_line_without_an_order_is_found(logged):
    """Forged: no event created it (H1)."""
    add(logged, line(4711, "forged"))
    logged.violation("stat.log says that order 4711 was sold (key forged); no event created it",
                     **logged.flags)


def test_a_line_that_sold_nothing_is_found(logged):
    """result:1 and no order at all (H1)."""
    add(logged, line("-", "forged"))
    logged.violation("H1:", **logged.flags)


def test_a_line_of_another_key_or_units_is_found(logged):
    """The order is there, and is another (H1)."""
    text = logged.log.read_text("ascii")
    logged.log.write_text(text.replace("key:k1", "key:k9"), "ascii")
    logged.violation("is of key k9 and 1 units; by the log it is another", **logged.flags)
    logged.log.write_text(text.replace("units:1,", "units:2,", 1), "ascii")
    logged.violation("is of key k0 and 2 units; by the log it is another", **logged.flags)


def test_an_order_that_was_sold_twice_is_found(logged):
    """The same line in two files (H2)."""
    add(logged, line(logged.first + 4, "k4"))
    logged.violation(f"H2: order {logged.first + 4} was sold twice", **logged.flags)


def test_half_a_line_is_counted_and_nothing_more(logged):
    """What a crash leaves: in the middle of a file, and at its end without a newline."""
    add(logged, "result:1,localSales:3,ti\n" + line(result=0) + "result:1,localSal")
    counted = logged.audit(**logged.flags)
    assert (counted["torn_lines"], counted["lines"]) == (1, 7)


def test_a_line_that_was_cut_inside_its_key_is_torn(logged):
    """It looks whole; by its order's own key, in Redis or in SQL, it is not. Another key is one."""
    number = logged.hold("a-long-key")[0]
    add(logged, line(number, "a-long-k"))
    assert logged.audit(**logged.flags)["torn_lines"] == 1
    logged.desk.cancel(number)
    logged.settle()
    while logged.desk.trim(logged.desk.counts()["seq"])[2]:
        pass
    assert logged.audit(**logged.flags)["torn_lines"] == 1
    add(logged, line(number, "a-long-kex"))
    logged.violation("is of key a-long-kex", **logged.flags)


def test_a_file_of_no_lines_is_no_trouble(logged):
    """A megabyte without a newline, and bytes that are no text."""
    logged.log.write_bytes(logged.log.read_bytes() + b"\0\xff" * 600000 + b"\n")
    assert logged.audit(**logged.flags)["torn_lines"] > 0


def test_orders_without_a_line_are_counted(logged):
    """A node was killed before it wrote: no violation, a number."""
    logged.log.write_text("", "ascii")
    said = logged.operator.knows("audit", **logged.flags)
    assert said["clean"] and said["items"][0]["counted"]["orders_without_line"] == 2


def test_several_patterns_are_read(logged, tmp_path):
    """With commas between them."""
    counted = logged.audit(stat_log=f"{tmp_path}/node-3002/*,{logged.log}")
    assert (counted["files"], counted["sold_lines"]) == (2, 5)


def test_files_that_are_not_there_were_not_looked_at(logged, tmp_path):
    """No match for one of the patterns: exit 3, for a clean audit would say that they agree."""
    for pattern in (f"{tmp_path}/none/*", f"{tmp_path}/none/*,{logged.log}",
                    f"{logged.log},{tmp_path}/node-*/stat.lgo"):
        said = logged.operator.says(3, "audit", stat_log=pattern)
        assert "no file is called" in said.err and "clean" not in said.out
        assert logged.operator.says(3, "audit", json=True, stat_log=pattern).json["clean"] is False


def test_a_file_that_cannot_be_read_was_not_looked_at(logged, tmp_path):
    """A folder, and a pipe, of which no end can be told: exit 3."""
    os.mkfifo(tmp_path / "pipe")
    for place in ("node-*", "pipe"):
        said = logged.operator.says(3, "audit", stat_log=tmp_path / place)
        assert "cannot be read: it is no plain file" in said.err


def test_a_file_that_breaks_off_was_not_looked_at(logged):
    """Behind good ones, one that can be opened, has a size, and gives an error when it is read."""
    broken = Path("/sys/class/net/lo/speed")
    if not broken.is_file() or broken.stat().st_size == 0:
        pytest.skip("there is no such file here")
    said = logged.operator.says(3, "audit", stat_log=f"{logged.log},{broken}")
    assert f"{broken} cannot be read: Invalid argument" in said.err and "clean" not in said.out


def test_the_pattern_may_come_from_the_environment(logged):
    """As compose gives it."""
    logged.operator.env["PENSTOCK_STAT_LOG"] = logged.flags["stat_log"]
    assert logged.audit()["sold_lines"] == 5
