"""check_books - what a ledger wrote, held against Redis and against what buyers heard.

Every event is in SQL, once (I5), what was trimmed is (I6), SQL is not ahead (I8), the tables are
what the events make of them (I7), and each order that was told is there as it was told (H1).
"""
import re
import time
from collections import Counter
from pathlib import Path

from harness.books import check_books
from harness.ledger import Records, SqliteBooks
from harness.scripts import keys_of
from replay import event_of, events_of

STILL_S = 15.0  # by then all holds have ended, and nothing moves any more
FORM = re.compile(r"\d+\|\d+(\||$)")  # words of an event: epoch, time, and more


class BookChecks:
    """The books of a run, a SQLite file; `wrong` notes a violation as the Checker does."""

    def __init__(self, client, path, item, wrong):
        self.records = Records(client, SqliteBooks(Path(path).parent))
        self.item, self.wrong, self.lost, self.doubled = item, wrong, 0, 0

    def wait(self):
        """Until all is recorded; that it never is, is a violation."""
        try:
            self.records.wait_recorded(self.item)
        except AssertionError as fault:
            self.wrong("I6", f"not recorded in the end: {fault}")

    def events(self, stream):
        """
        All Events: those of SQL, also what was set aside if it has a form, and those that only the
        stream holds; it was read before.
        """
        rows = [*self.records.events(self.item),
                *[row[:3] for row in self.records.poison(self.item) if FORM.match(row[2])]]
        events = [event_of(*row) for row in rows]
        last = max((event.seq for event in events), default=0)
        return events + [event for event in events_of(stream) if event.seq > last]

    def check_state(self):
        """All of harness/books.py; the picture is taken anew when something moved meanwhile."""
        def seq():
            return self.records.redis.hget(f"{self.item}_hash_key", "seq")

        def place():  # trimming moves neither seq nor cursor
            return (seq(), self.records.cursor(self.item),
                    self.records.redis.xlen(keys_of(self.item)[5]))

        until = time.monotonic() + STILL_S
        while True:
            before = place()
            try:
                check_books(self.records, self.item)
                break
            except (AssertionError, KeyError, ValueError) as fault:
                if time.monotonic() > until or place() == before:
                    self.wrong("I", f"the books: {type(fault).__name__}: {fault}")
                    break
        poison = self.records.poison(self.item)
        if poison:
            self.wrong("I5", f"{len(poison)} events were set aside: {poison[:2]}")
        cursor = self.records.cursor(self.item)
        if cursor > int(seq() or 0):
            self.wrong("I8", f"SQL holds {cursor} events, Redis {seq()}")

    def check_told(self, attempts):
        """H1: each order that was told is in SQL, once, under the same key, user and units."""
        rows = self.records.books.ask("SELECT seq, request_key, user_name, units FROM orders"
                                      f" WHERE item = '{self.item}'")
        for seq, times in Counter(row[0] for row in rows).items():
            if times > 1:
                self.doubled += 1
                self.wrong("H1", f"SQL has order {seq} {times} times", seq=seq)
        held = {row[0]: row[1:] for row in rows}
        for a in attempts.all:
            if not a.seq:
                continue
            if held.get(a.seq) != (a.key or (held.get(a.seq) or ("",))[0], a.user, a.units):
                self.lost += a.seq not in held
                self.wrong("H1", f"{a} is in SQL as {held.get(a.seq)}", a.ended, a.key, a.seq)
