"""F16: the ledger dies at the worst moments, SQL is away, somebody forges an event, under load.

Selling goes on until as much waits for SQL as may, and then it is 503 BACKLOG; nothing is recorded
twice, nothing is trimmed that SQL does not hold. tests/ledger looks at the ledger alone.
"""
import random
import sqlite3
import time
from contextlib import contextmanager

import pytest

from harness.books import check_behind
from harness.scripts import keys_of
from harness.waiting import stretched, wait_equal, wait_until
from proxy import Proxy
from shim import SyncShim

WINDOW = {"pay_window_ms": 1500}
HASH, STREAM = keys_of("ticket")[0], keys_of("ticket")[5]
BACKLOG, BATCH = 400, 256


def recorded(rig):
    """The seq that Redis was told to be in SQL."""
    return int(rig.cluster.redis.hget(HASH, "recorded_seq") or 0)


@pytest.mark.row("F16 ledgers killed, SQL away, poison")
@pytest.mark.deadline(120)
@pytest.mark.parametrize("kills", [10, pytest.param(60, marks=pytest.mark.long)])
def test_two_ledgers_killed_in_turn_record_every_order_once(make_rig, case, seed, kills):
    """kill -9 of the one that records, at any moment of its work: the other goes on there."""
    rig, dice = make_rig().start(300, **WINDOW), random.Random(seed)
    pair, cursors = [rig.add_ledger(batch_max=50).start(), rig.add_ledger(batch_max=50).start()], []
    rig.buyers(rate=300)
    rig.wait_orders(100)
    for turn in range(kills):
        one, other = pair[turn % 2], pair[1 - turn % 2]
        with rig.fault("a ledger is killed"):
            # Any moment of its work: there is nothing to wait for.
            time.sleep(dice.random() * stretched(0.1))
            one.kill()
            check_behind(other)
            cursors.append(other.cursor())
            wait_equal("recording", lambda one=other: one.health()["state"], 10, "the other")
            one.start()
    assert cursors == sorted(cursors) and len(set(cursors)) > kills / 2, cursors
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2, ledger=pair[kills % 2]))


@pytest.mark.row("F16 ledgers killed, SQL away, poison")
def test_a_ledger_killed_before_its_commit_is_on_the_disk_records_all(make_rig, case):
    """It dies while the database syncs, and what was not synced is lost: that batch comes again."""
    rig = make_rig().start(300, **WINDOW)
    shim, ledger, lost = SyncShim(rig.folder, "books_shim", "ledger.db-wal"), rig.add_ledger(), 0
    ledger.process.env.update(shim.env())
    ledger.start()
    rig.buyers(rate=300)
    shim.delay(0.1)
    for _ in range(5):
        rig.wait_orders(50)
        with rig.fault("the ledger dies before its commit"):
            wait_until(lambda: shim.unsynced(rig.folder), what="something not yet synced", every=0)
            ledger.kill()
            lost += shim.lose(rig.folder)
            check_behind(ledger)
            assert ledger.cursor() >= recorded(rig), "Redis was told of what the disk never had"
            # A log that is used again from its beginning would not grow: the next one is new.
            rig.books.do("PRAGMA wal_checkpoint(TRUNCATE)")
            shim.forget()
            ledger.start()
    shim.delay(0)
    assert lost > 0, "there was never anything to lose: this proves nothing"
    rig.wait_orders(50)
    case(rig.settle(sold_within_s=2, ledger=ledger))
    shim.close()


@pytest.mark.row("F16 ledgers killed, SQL away, poison")
def test_a_ledger_killed_between_commit_and_trim_records_nothing_twice(make_rig, case):
    """Its word to Redis never arrives, SQL has the events: the next one trims, and doubles none."""
    rig = make_rig().start(300, **WINDOW)
    ledger, port = rig.add_ledger(), rig.ports.take()
    with Proxy(rig.folder, [(port, rig.cluster.redis_part.port)], name="behind") as proxy:
        proxy.tell(f"mark 0 {rig.script_sha('trim')}")
        ledger.flags["redis"] = f"127.0.0.1:{port}"
        ledger.start()
        rig.buyers(rate=300)
        for _ in range(5):
            rig.wait_orders(50)
            with rig.fault("the ledger dies between commit and trim"):
                proxy.tell("stall 0 down 0")
                proxy.tell("deed 0 cut-up 1 0 0")
                fired = proxy.count(0)["fired"]
                proxy.wait_fired(0, fired + 1)
                wait_until(lambda: ledger.cursor() > recorded(rig), 5, "a commit not yet told")
                ledger.kill()
                proxy.tell("calm 0")
                check_behind(ledger)
                ledger.start()
        rig.wait_orders(50)
        case(rig.settle(sold_within_s=2, ledger=ledger))


@contextmanager
def sql_held(rig):
    """Somebody holds the database, so that nobody else can write to it."""
    holder = sqlite3.connect(rig.books.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


@pytest.mark.row("F16 ledgers killed, SQL away, poison")
@pytest.mark.deadline(150)
@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.long)])
def test_selling_goes_on_while_sql_is_away_up_to_the_backlogs_bound(make_rig, case, seconds):
    """No order is lost; at the bound it is 503 BACKLOG, and with SQL back everybody is served."""
    rig = make_rig().start(100000, backlog_max=BACKLOG)
    ledger = rig.add_ledger().start()
    rig.buyers(rate=300 if seconds < 10 else 100)
    rig.wait_orders(100)
    with rig.fault("SQL is away"), sql_held(rig):
        began, before, most = time.monotonic(), rig.orders(), 0
        wait_equal("sql_away", lambda: ledger.health().get("state"), 10, "the ledger's state")
        rig.wait_heard("BACKLOG", more=50)
        assert rig.orders() - before > BACKLOG / 2, "selling ended before its bound"
        while not most or time.monotonic() < began + stretched(seconds):
            seq, told = map(int, rig.cluster.redis.hmget(HASH, "seq", "recorded_seq"))
            most = max(most, seq - told)
            time.sleep(0.02)  # how often one looks
        assert BACKLOG <= most <= BACKLOG + BATCH, f"{most} events waited"
    rig.wait_orders(300, timeout=stretched(10))
    # All who were refused ask again at once: more in a moment than so low a bound lets wait.
    rig.cluster.redis.hset(HASH, "backlog_max", 1000000)
    verdict = case(rig.settle(ledger=ledger))
    assert verdict.checked > 500 and {"SOLD_OUT", "HELD", "UNKNOWN"}.isdisjoint(rig.seen())


FORGE = """
local seq = tonumber(redis.call('HGET', KEYS[1], 'seq')) + 1
redis.call('XADD', KEYS[2], seq .. '-0', seq, ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'seq', 1)
"""
POISON = ["sold|1|2|3", "nonsense", "created|1|2", "created|1|1700000000000|nan|1|1800000000000||k",
          "paid|1|1700000000000|999999|1|t-1|1", "x" * 50000]


@pytest.mark.row("F16 ledgers killed, SQL away, poison")
def test_poison_is_set_aside_and_counted_while_all_others_are_recorded(make_rig, case):
    """Six forged events between honest ones: kept apart with their numbers, and nobody waits."""
    rig = make_rig().start(300, **WINDOW)
    ledger, forged = rig.add_ledger().start(), []
    rig.buyers(rate=300)
    for text in POISON:
        rig.wait_orders(30)
        with rig.fault("an event is forged"):
            forged.append(rig.cluster.redis.eval(FORGE, 2, HASH, STREAM, text))
    wait_equal(len(POISON), lambda: ledger.health()["poison"], 10, "poison in /healthz")
    assert ledger.health()["healthy"] and [row[0] for row in ledger.poison()] == forged
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2, ledger=ledger))
