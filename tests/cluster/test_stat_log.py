"""stat.log: one line a request, soon on the disk, let go on SIGHUP, harmless when it cannot be."""
import os
import signal
import subprocess
import time

import pytest

from harness import statlog, web
from harness.waiting import stretched, wait_equal, wait_until


def test_a_line_is_on_the_disk_within_200_ms(cluster):
    """One purchase, one line, and the whole of it."""
    cluster.open_sale(5)
    answer = cluster.buy(via=2, key="my-key", units=2)
    start = time.monotonic()
    wait_until(lambda: cluster.stat_lines(2), what="the line")
    assert time.monotonic() - start < stretched(0.2)
    line = cluster.stat_lines(2)[0]
    line.pop("time"), line.pop("micros")
    assert line == {"result": 1, "localSales": 1, "port": cluster.nodes[2].port, "item": "ticket",
                    "reason": "ACCEPTED", "status": 200, "units": 2, "order": answer.seq,
                    "key": "my-key"}


def test_the_last_lines_are_written_at_the_end(make_cluster):
    """A flush interval of ten seconds: SIGTERM writes what is gathered."""
    cluster = make_cluster(stat_flush_ms=10000).start(total=100)
    cluster.buy_together(60)
    for i in range(4):
        assert cluster.stop_node(i) == 0
    assert sum(cluster.line_counts()) == 60
    cluster.crosses()


def test_sighup_reopens_it_and_no_line_is_lost(cluster):
    """Rotated by rename under load, SIGHUP: old and new file together have every request."""
    cluster.open_sale(3000)
    log, old = cluster.nodes[3].stat_log, cluster.nodes[3].folder / "old.log"
    load = cluster.ab_start(4000, 20)
    wait_until(lambda: statlog.count(log) > 100, what="some lines")
    log.rename(old)
    cluster.nodes[3].process.send(signal.SIGHUP)
    wait_until(lambda: statlog.count(log) > 100, what="lines in the new file")
    load.finish()
    wait_equal(1600, lambda: statlog.count(log) + statlog.count(old), what="lines of both files")
    both = statlog.read(old) + statlog.read(log)
    assert [line["localSales"] for line in both][-1] == 1600


def test_a_restarted_node_appends(cluster):
    """Stopped and started again: the old lines stay."""
    cluster.open_sale(100)
    cluster.buy(via=0)
    cluster.stop_node(0)
    cluster.restart_node(0)
    cluster.wait_left(99)
    cluster.buy(via=0)
    wait_equal(2, lambda: statlog.count(cluster.nodes[0].stat_log))


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 64 KiB, mounted for this test; skipped where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


@pytest.mark.long
def test_a_full_disk_leaves_the_service_unharmed(make_cluster, small_disk):
    """64 KiB for 60,000 lines: all are served, drops counted, no torn line; then it goes on."""
    cluster = make_cluster()
    cluster.nodes[0].flags["stat-log"] = small_disk / "stat.log"
    cluster.start(total=500)
    result = cluster.ab(60000, 50, via=0, keepalive=True)
    assert (result.complete, result.failed, result.refused) == (60000, 0, 0), result.text
    port = cluster.nodes[0].port
    dropped = web.get(port, "/readyz").json["statlogDropped"]
    assert dropped > 0 and web.get(port, "/readyz").status == 200
    assert cluster.redis.hlen("{ticket_hash_key}:orders") == 500
    lines = statlog.read(small_disk / "stat.log")  # a torn line in the middle would fail here
    assert 0 < len(lines) < 60000
    (small_disk / "stat.log").unlink()
    cluster.nodes[0].process.send(signal.SIGHUP)
    wait_until(lambda: "stat.log opened anew" in cluster.log(0), what="a new file")
    cluster.buy(via=0, key="after-the-flood")
    wait_until(lambda: any(line["key"] == "after-the-flood"
                           for line in statlog.read(small_disk / "stat.log")),
               what="lines to be written again")
    cluster.stop_node(0)


def test_a_stat_log_that_cannot_be_opened_does_not_stop_the_sale(make_cluster):
    """Its folder is missing: purchases go on, the drops are counted, the log says so."""
    cluster = make_cluster()
    cluster.nodes[0].flags["stat-log"] = cluster.folder / "missing" / "stat.log"
    cluster.start(total=100)
    assert {answer.reason for answer in cluster.buy_together(50, via=0)} == {"ACCEPTED"}
    assert "stat.log" in cluster.log(0)
    (cluster.folder / "missing").mkdir()
    wait_until(lambda: cluster.buy(via=0) and statlog.count(cluster.nodes[0].flags["stat-log"]),
               what="the file to be opened when it can be", every=0.05)
