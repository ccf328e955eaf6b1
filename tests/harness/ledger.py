"""ledger - a penstock-ledger of a test, and what its database holds.

    ledger = LedgerPart(folder, port, redis_part, books)
    ledger.start()
    ledger.wait_recorded("ticket")

Books are a database of either kind, asked in plain SQL: SqliteBooks is a file in the test's folder,
PostgresBooks a fresh database of a server. Rows are tuples of int and str.
"""
import json
import os
import signal
import sqlite3
from pathlib import Path

from harness import web
from harness.parts import BINARY, SANITIZED, SANITIZER_SAYS
from harness.process import Process
from harness.scripts import keys_of
from harness.waiting import wait_until

LEDGER = Path(os.environ.get("PENSTOCK_LEDGER", BINARY.parent / "penstock-ledger"))


class SqliteBooks:
    """A SQLite file."""

    def __init__(self, folder):
        self.path = folder / "ledger.db"
        self.url = f"sqlite:{self.path}"

    def ask(self, text):
        """All rows of a SELECT; none before the ledger made its tables."""
        if not self.path.exists():
            return []
        link = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            return link.execute(text).fetchall()
        except sqlite3.OperationalError as fault:
            if "no such table" in str(fault):
                return []
            raise
        finally:
            link.close()

    def do(self, text):
        """Statements that write."""
        link = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            link.executescript(text)
        finally:
            link.close()


class PostgresBooks:
    """A database of a running server."""

    def __init__(self, server):
        self.server, self.url = server, server.database()
        self.name = self.url.rsplit("/", 1)[1]

    def ask(self, text):
        """All rows of a SELECT; none before the ledger made its tables."""
        try:
            rows = self.server.sql(text, self.name)
        except AssertionError as fault:
            if "does not exist" in str(fault):
                return []
            raise
        return [tuple(int(w) if w.lstrip("-").isdigit() else w for w in row) for row in rows]

    def do(self, text):
        """Statements that write."""
        self.server.sql(text, self.name)


class Records:
    """What a ledger wrote into its books, beside the Redis that it reads."""

    def __init__(self, redis, books):
        self.redis, self.books = redis, books

    def events(self, item="ticket"):
        """[(seq, kind, words)] of an item, in their order."""
        return self.books.ask(f"SELECT seq, kind, words FROM events WHERE item = '{item}'"
                              " ORDER BY seq")

    def cursor(self, item="ticket"):
        """The newest seq that SQL holds; 0 if it holds nothing."""
        rows = self.books.ask(f"SELECT seq FROM items WHERE item = '{item}'")
        return rows[0][0] if rows else 0

    def poison(self, item="ticket"):
        """[(seq, kind, words, why)] of the events set aside."""
        return self.books.ask("SELECT seq, kind, words, why FROM poison WHERE"
                              f" item = '{item}' ORDER BY seq")

    def wait_recorded(self, item="ticket", timeout=20.0):
        """Until SQL and Redis' own word have the item's newest event, and its stream is empty."""
        key, stream = keys_of(item)[0], keys_of(item)[5]

        def is_done():
            seq, told = self.redis.hmget(key, "seq", "recorded_seq")
            return seq is not None and seq == told and self.redis.xlen(stream) == 0

        wait_until(is_done, timeout, f"{item} to be recorded and trimmed", every=0.02)
        assert self.cursor(item) == int(self.redis.hget(key, "seq"))


class LedgerPart(Records):
    """One penstock-ledger on a port of its own."""

    def __init__(self, folder, port, redis_part, books, name="ledger", **flags):
        super().__init__(redis_part.client, books)
        self.port, self.name = port, name
        self.flags = {
            "url": books.url, "listen": f"127.0.0.1:{port}",
            "redis": f"127.0.0.1:{redis_part.port}",
            "redis-password-file": redis_part.secrets / "redis-ledger.password",
            "order-key-file": redis_part.secrets / "order.key",
            **{flag.replace("_", "-"): value for flag, value in flags.items()}}
        self.process = Process(name, self.argv(), folder / f"{name}.log", dict(SANITIZED))

    def argv(self, *more):
        """The command line."""
        words = [LEDGER]
        for flag, value in self.flags.items():
            words += [f"--{flag}", str(value)]
        return words + list(more)

    def start(self, well=True):
        """Starts it; waits until it says that it is well, unless told not to."""
        self.process.argv = [str(word) for word in self.argv()]
        self.process.start()
        if well:
            wait_until(lambda: self.health().get("healthy"), 20, f"{self.name} to be well")
        return self

    def health(self):
        """What /healthz says; {} when nobody answers."""
        assert self.process.is_running(), f"{self.name} ended: {self.process.text()[-3000:]}"
        answer = web.get(self.port, "/healthz")
        return json.loads(answer.body) if answer.body else {}

    def kill(self):
        """SIGKILL, and its end."""
        self.process.end(signal.SIGKILL)

    def stop(self):
        """SIGTERM; returns the exit code."""
        return self.process.end(signal.SIGTERM)

    def close(self):
        """Ends it whatever it does; fails if a sanitizer said anything."""
        self.process.resume()
        if self.process.is_running():
            self.process.send(signal.SIGTERM)
            try:
                self.process.wait(5)
            except AssertionError:
                pass
        self.process.kill()
        text = self.process.text()
        self.process.forget()
        said = [word for word in SANITIZER_SAYS if word in text]
        assert not said, text[-4000:]
