"""conftest of penstockctl's suite - one Redis as it is deployed, emptied before each test.

With its ACL, so that every command of the tool is one that its user may give. A `sale` has a ledger
beside it.
"""
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.desk import Desk
from harness.ledger import LedgerPart, SqliteBooks
from harness.operator import Operator
from harness.parts import RedisPart
from harness.ports import Ports
from harness.recorded import RecordedSale


@pytest.fixture(scope="session")
def ports():
    """Ports of this run."""
    ports = Ports()
    yield ports
    ports.close()


@pytest.fixture(scope="session")
def redis_part(ports):
    """Redis under deploy/redis.conf."""
    folder = Path(tempfile.mkdtemp(prefix="penstock-ctl-"))
    part = RedisPart(folder, ports.take())
    part.start()
    yield part
    part.process.kill()
    part.process.forget()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def ledger_port(ports):
    """The port of each ledger in turn."""
    return ports.take()


@pytest.fixture
def empty(redis_part):
    """A client to it, with nothing in it."""
    redis_part.client.flushall()
    return redis_part.client


@pytest.fixture
def desk(empty):
    """The item `ticket`, not there yet, and the scripts as verbs."""
    return Desk(empty)


@pytest.fixture
def operator(redis_part, empty):
    """Somebody with penstockctl, and nothing in Redis."""
    assert empty.dbsize() == 0
    return Operator(redis_part)


@pytest.fixture
def sale(redis_part, desk, ledger_port, tmp_path):
    """A sale of every kind of event, recorded by a running ledger."""
    ledger = LedgerPart(tmp_path, ledger_port, redis_part, SqliteBooks(tmp_path))
    ledger.start()
    yield RecordedSale(redis_part, desk, ledger)
    ledger.close()
