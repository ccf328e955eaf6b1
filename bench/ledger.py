#!/usr/bin/env python3
"""ledger.py - `make bench-ledger`: events a second into SQLite and into PostgreSQL, from one run.

A sale's stream is written into Redis first: orders created in entries of a dozen, half of them
paid one by one, the others expired in entries of two hundred, as the scripts would. Then a ledger
starts, and the time counts from its first commit until everything is committed and trimmed; it
trims all the while. Redis and both databases are as they are run: appendfsync always,
synchronous=FULL, fsync on. The databases take turns for BENCH_ROUNDS rounds. Afterwards the rows
are counted: an event or an order too few is an error.

    python3 bench/ledger.py [--quick] [--sqlite]

Knobs (environment): BENCH_ROUNDS 3, BENCH_EVENTS 300000, BENCH_BATCH 2000.
"""
import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from harness.ledger import LedgerPart, PostgresBooks, SqliteBooks  # noqa: E402
from harness.parts import RedisPart  # noqa: E402
from harness.ports import Ports  # noqa: E402
from harness.postgres import Postgres  # noqa: E402
from harness.scripts import keys_of  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
ORDERS_AN_ENTRY, EXPIRED_AN_ENTRY, ROUND = 12, 200, 2400
STREAM = keys_of("ticket")[5]


def entries(count):
    """The sale's entries as lists [seq, text, seq, text ...], of about `count` events."""
    now, seq = 1700000000000, 1
    yield [1, f"opened|1|{now}|{count}|0"]
    while seq < count:
        first, now = seq + 1, now + 1000
        for start in range(first, first + ROUND, ORDERS_AN_ENTRY):
            yield [word for n in range(start, start + ORDERS_AN_ENTRY) for word in
                   (n, f"created|1|{now}|1|100|{now + 500}|buyer-{n % 5000}|key-{n:024d}")]
        seq += ROUND
        for order in range(first, first + ROUND, 2):
            seq += 1
            yield [seq, f"paid|1|{now + 1}|{order}|1|txn-{order}|100"]
        late = list(range(first + 1, first + ROUND, 2))
        for start in range(0, len(late), EXPIRED_AN_ENTRY):
            some = late[start:start + EXPIRED_AN_ENTRY]
            yield [word for i, order in enumerate(some) for word in
                   (seq + 1 + i, f"expired|1|{now + 500}|{order}|1")]
            seq += len(some)


def fill(client, count):
    """Writes the stream anew; returns how many events and orders it has."""
    client.flushall()
    events = orders = 0
    pipe = client.pipeline(transaction=False)
    for i, words in enumerate(entries(count)):
        pipe.execute_command("XADD", STREAM, f"{words[-2]}-0", *words)
        events = words[-2]
        orders += sum(text.startswith("created") for text in words[1::2])
        if i % 2000 == 0:
            pipe.execute()
    pipe.execute()
    return events, orders


def processor_s(pid):
    """Seconds of processor time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(folder, ports, redis_part, books, count, batch):
    """(events a second, us of the ledger's processor time an event) of one ledger."""
    events, orders = fill(redis_part.client, count)
    ledger = LedgerPart(folder, ports.take(), redis_part, books, batch_max=batch)
    ledger.process.argv = [str(word) for word in ledger.argv()]
    ledger.process.start()
    key = keys_of("ticket")[0]
    told, began, start = 0, None, 0
    while told < events:
        assert ledger.process.is_running(), ledger.process.text()
        told = int(redis_part.client.hget(key, "recorded_seq") or 0)
        if told and began is None:
            began, start = time.monotonic(), told
        time.sleep(0.002)
    seconds = time.monotonic() - began
    cost = processor_s(ledger.process.pid) / events * 1e6
    ledger.close()
    assert redis_part.client.xlen(STREAM) == 0, "not all was trimmed"
    assert books.ask("SELECT count(*) FROM events")[0][0] == events, "events are missing"
    assert books.ask("SELECT count(*) FROM orders")[0][0] == orders, "orders are missing"
    assert not books.ask("SELECT * FROM poison"), "poison"
    return (events - start) / seconds, cost


def run(rounds, count, batch, only_sqlite):
    """Measures in turn, and prints."""
    folder, ports = Path(tempfile.mkdtemp(prefix="penstock-bench-")), Ports()
    folder.chmod(0o755)
    redis_part = RedisPart(folder, ports.take())
    server = None if only_sqlite else Postgres()
    found = {"SQLite": [], "PostgreSQL": []}
    try:
        redis_part.start()
        for turn in range(rounds):
            for name in ["SQLite"] + ([] if only_sqlite else ["PostgreSQL"]):
                place = folder / f"{name}-{turn}"
                place.mkdir()
                books = SqliteBooks(place) if name == "SQLite" else PostgresBooks(server)
                one = Ports()
                found[name].append(measure(place, one, redis_part, books, count, batch))
                one.close()
                print(f"  round {turn + 1} {name:<10} {found[name][-1][0]:9.0f} events/s",
                      flush=True)
    finally:
        redis_part.process.kill()
        if server:
            server.close()
        ports.close()
        shutil.rmtree(folder, ignore_errors=True)
    for name, pairs in found.items():
        if pairs:
            rates = [rate for rate, _ in pairs]
            print(f"{name:<10} {statistics.median(rates):9.0f} events/s"
                  f" ({min(rates):.0f} to {max(rates):.0f}),"
                  f" {statistics.median(cost for _, cost in pairs):.1f} us of the ledger an event")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of fewer events")
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL")
    given = parser.parse_args()
    rounds = int(os.environ.get("BENCH_ROUNDS", 1 if given.quick else 3))
    count = int(os.environ.get("BENCH_EVENTS", 100000 if given.quick else 300000))
    batch = int(os.environ.get("BENCH_BATCH", 2000))
    print(f"ledger: {count} events a round, batches of {batch}, {os.cpu_count()} cores shared with"
          " Redis and the database")
    run(rounds, count, batch, given.sqlite)


if __name__ == "__main__":
    main()
