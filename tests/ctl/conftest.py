"""conftest of penstockctl's suite - one Redis as it is deployed, emptied before each test.

With its ACL, so that every command of the tool is one that its user may give.
"""
import shutil
import tempfile
from pathlib import Path

import pytest

from harness.desk import Desk
from harness.operator import Operator
from harness.parts import RedisPart
from harness.ports import Ports


@pytest.fixture(scope="session")
def redis_part():
    """Redis under deploy/redis.conf."""
    ports, folder = Ports(), Path(tempfile.mkdtemp(prefix="penstock-ctl-"))
    part = RedisPart(folder, ports.take())
    part.start()
    yield part
    part.process.kill()
    part.process.forget()
    ports.close()
    shutil.rmtree(folder, ignore_errors=True)


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
