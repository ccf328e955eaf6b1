"""conftest of the script suite - one throwaway Redis for all, emptied before each test."""
import pytest

from harness.desk import Desk
from harness.throwaway import ThrowawayRedis


@pytest.fixture(scope="session")
def server():
    """A Redis with nothing to lose."""
    running = ThrowawayRedis()
    yield running
    running.close()


@pytest.fixture
def desk(server):
    """The item `ticket`, not there yet."""
    server.client.flushall()
    return Desk(server.client)
