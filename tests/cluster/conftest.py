"""conftest of the cluster suite - a cluster for each test, on free ports.

`cluster` runs and has no sale yet; `make_cluster(flag=value)` gives one with other settings, not
started. Both are stopped at the end, and so is every check that stop() makes.
"""
import resource
import shutil

import pytest

from harness.cluster import Cluster
from harness.parts import BINARY


@pytest.fixture(scope="session", autouse=True)
def tools():
    """The binary and the tools are there, and there are files enough for thousands of buyers."""
    assert BINARY.exists(), f"{BINARY} is not built: make, or set PENSTOCK_NODE"
    for tool in ("ab", "redis-server"):
        assert shutil.which(tool), f"{tool} is not installed: make deps"
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture
def make_cluster():
    """A function that makes clusters, not started, with settings for all nodes."""
    made = []

    def make(**flags):
        made.append(Cluster(**flags))
        return made[-1]

    yield make
    faults = []
    for one in made:
        try:
            one.stop()
        except AssertionError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]


@pytest.fixture
def cluster(make_cluster):
    """A running cluster without a sale."""
    return make_cluster().start()
