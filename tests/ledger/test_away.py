"""SQL or Redis is away for a while: nothing is trimmed, nothing lost, and it goes on by itself."""
import resource
import signal
import sqlite3
import time

import pytest

from harness.books import check_behind, check_books
from harness.scripts import keys_of
from harness.waiting import wait_equal, wait_until


def state(ledger):
    """What /healthz says of its state."""
    return ledger.health().get("state")


def sell(site, name, count=50):
    """So many orders in one batch."""
    site.desk.buy(*[(f"{name}{i}", "", "1") for i in range(count)])


def test_sql_away_for_a_while(site, ledger, server):
    """The database is gone or held by others: events wait in Redis until it is back (F16)."""
    site.desk.open(1000)
    ledger.wait_recorded()
    holder = None
    if site.kind == "postgres":
        server.process.end(signal.SIGKILL)
    else:
        holder = sqlite3.connect(site.books.path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    try:
        sell(site, "k")
        wait_equal("sql_away", lambda: state(ledger), 10, "the ledger's state")
        assert not ledger.health()["healthy"] and ledger.health()["why"]
        sell(site, "l")
        time.sleep(1)
        assert site.redis.xlen(keys_of("ticket")[5]) == 2, "trimmed, though nobody wrote it down"
        assert site.redis.hget("ticket_hash_key", "recorded_seq") == "1"
    finally:
        if holder:
            holder.execute("ROLLBACK")
            holder.close()
        else:
            server.start()
    wait_equal("recording", lambda: state(ledger), 10, "the ledger's state")
    ledger.wait_recorded()
    check_books(ledger)


@pytest.mark.long
@pytest.mark.deadline(90)
def test_a_database_that_stands_still_is_given_up_and_asked_again(site, ledger, server):
    """PostgreSQL is stopped, not gone: after ten seconds of silence the ledger says so."""
    if site.kind != "postgres":
        pytest.skip("a file does not stand still")
    site.desk.open(1000)
    ledger.wait_recorded()
    pids = [server.process.pid, *map(int, server.children())]
    for pid in pids:
        server.signal(pid, signal.SIGSTOP)
    try:
        sell(site, "k")
        wait_equal("sql_away", lambda: state(ledger), 25, "the ledger's state")
    finally:
        for pid in pids:
            server.signal(pid, signal.SIGCONT)
    wait_equal("recording", lambda: state(ledger), 15, "the ledger's state")
    ledger.wait_recorded()
    check_books(ledger)


def test_a_full_disk_is_waited_for(site, ledger):
    """The file may not grow any more, later it may: all is recorded, whole batches only."""
    if site.kind != "sqlite":
        pytest.skip("the server's disk is not the ledger's")
    site.desk.open(10 ** 6)
    ledger.wait_recorded()
    size = sum(path.stat().st_size for path in site.folder.glob("ledger.db*"))
    resource.prlimit(ledger.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for i in range(20):
        sell(site, f"k{i}-", 200)
    wait_equal("sql_away", lambda: state(ledger), 10, "the ledger's state")
    check_behind(ledger)
    resource.prlimit(ledger.process.pid, resource.RLIMIT_FSIZE,
                     (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    ledger.wait_recorded()
    check_books(ledger)


def test_redis_killed_and_back(site, ledger):
    """kill -9 of Redis, a second of darkness, restart: recording goes on from the cursor."""
    site.desk.open(1000)
    sell(site, "k")
    site.redis_part.process.end(signal.SIGKILL)
    wait_equal("redis_away", lambda: state(ledger), 5, "the ledger's state")
    assert not ledger.health()["healthy"]
    site.redis_part.start()
    sell(site, "l")
    wait_equal("recording", lambda: state(ledger), 10, "the ledger's state")
    ledger.wait_recorded()
    check_books(ledger)


def test_redis_stands_still(site):
    """SIGSTOP of Redis beyond the ledger's patience: away, and then on again."""
    ledger = site.ledger(redis_timeout_ms=300).start()
    site.desk.open(1000)
    ledger.wait_recorded()
    site.redis_part.process.pause()
    wait_equal("redis_away", lambda: state(ledger), 5, "the ledger's state")
    site.redis_part.process.resume()
    sell(site, "k")
    ledger.wait_recorded()
    check_books(ledger)


def test_scripts_that_redis_forgot_are_loaded_again(site, ledger):
    """SCRIPT FLUSH while it runs: nobody notices."""
    site.desk.open(1000)
    ledger.wait_recorded()
    site.redis.script_flush()
    sell(site, "k")
    ledger.wait_recorded()
    check_books(ledger)
    assert "redis_away" not in ledger.process.text()


def test_a_ledger_started_before_everything_begins_when_it_is_there(site, server):
    """No Redis and no database at first: the ledger waits, says so, and then records."""
    site.desk.open(10)
    site.redis_part.process.end(signal.SIGKILL)
    if site.kind == "postgres":
        server.process.end(signal.SIGKILL)
    ledger = site.ledger().start(well=False)
    away = "sql_away" if site.kind == "postgres" else "redis_away"
    wait_equal(away, lambda: state(ledger), 10, "the ledger's state")
    if site.kind == "postgres":
        server.start()
        wait_equal("redis_away", lambda: state(ledger), 10, "the ledger's state")
    site.redis_part.start()
    ledger.wait_recorded()
    check_books(ledger)


def test_told_twice_to_end_it_ends_at_once(site, ledger, server):
    """It waits for a database that stands still; the second SIGTERM does not wait with it."""
    if site.kind != "postgres":
        pytest.skip("a file does not stand still")
    site.desk.open(10)
    ledger.wait_recorded()
    pids = [server.process.pid, *map(int, server.children())]
    for pid in pids:
        server.signal(pid, signal.SIGSTOP)
    try:
        sell(site, "k", 5)
        ledger.process.send(signal.SIGTERM)
        time.sleep(0.3)
        assert ledger.process.is_running(), "there was nothing to wait for"
        began = time.monotonic()
        assert ledger.stop() == 1 and time.monotonic() - began < 2
    finally:
        for pid in pids:
            server.signal(pid, signal.SIGCONT)
