"""conftest of the ledger suite - a real Redis, and both databases for every test.

`site` is a Redis with an item and a maker of ledgers on one database; every test that asks for it
runs twice, on SQLite and on PostgreSQL. At the end all that was made is ended and must be clean.
"""
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.desk import Desk
from harness.ledger import LEDGER, LedgerPart, PostgresBooks, SqliteBooks
from harness.parts import RedisPart
from harness.ports import Ports
from harness.postgres import Postgres


class Site:
    """A Redis, the books, the scripts of the item `ticket`, and ledgers."""

    def __init__(self, kind, server):
        self.kind, self.server, self.ports, self.ledgers = kind, server, Ports(), []
        self.folder = Path(tempfile.mkdtemp(prefix="penstock-ledger-"))
        self.folder.chmod(0o755)
        self.redis_part = RedisPart(self.folder, self.ports.take())
        self.redis_part.start()
        self.redis = self.redis_part.client
        self.books = PostgresBooks(server) if kind == "postgres" else SqliteBooks(self.folder)
        self.desk = Desk(self.redis)

    def ledger(self, **flags):
        """A ledger on the books, not started; it knows `ticket` and has to find other items."""
        flags.setdefault("items", "ticket")
        name = f"ledger{len(self.ledgers) or ''}"
        self.ledgers.append(LedgerPart(self.folder, self.ports.take(), self.redis_part, self.books,
                                       name, **flags))
        return self.ledgers[-1]

    def close(self):
        """Ends everything; fails if a sanitizer said something."""
        try:
            for ledger in self.ledgers:
                ledger.close()
        finally:
            self.redis_part.process.resume()
            self.redis_part.process.kill()
            self.redis_part.process.forget()
            self.redis.close()
            self.ports.close()
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server; without fsync, for nobody cuts the power here."""
    assert LEDGER.exists(), f"{LEDGER} is not built: make"
    running = Postgres(fsync="off")
    yield running
    running.close()


@pytest.fixture(params=["sqlite", "postgres"])
def site(request, server):
    """A site on each kind of database."""
    made = Site(request.param, server)
    yield made
    made.close()


@pytest.fixture
def ledger(site):
    """A running ledger on the site."""
    return site.ledger().start()
