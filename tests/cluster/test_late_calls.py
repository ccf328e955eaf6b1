"""A call of Redis that was given up and arrives all the same, when something else was told (H9)."""
import pytest

from harness.background import Background
from harness.holder import Holder
from harness.waiting import stretched, wait_equal


@pytest.fixture
def held_cluster(make_cluster):
    """(a cluster with one unit, what stands between its node 3 and Redis)."""
    cluster = make_cluster()
    port = cluster.ports.take()
    cluster.nodes[3].flags.update({"redis": f"127.0.0.1:{port}",
                                   "redis-timeout-ms": int(stretched(300))})
    with Holder(port, cluster.redis_part.port, b"the-late-one") as late:
        yield cluster.start(total=1), late


def test_who_was_refused_after_a_call_that_may_still_arrive_is_not_told_that_there_is_no_order(
        held_cluster):
    """Held back, given up, sent again, refused; then the unit is back, the first call too."""
    cluster, late = held_cluster
    with Background(cluster.buy, key="the-late-one", via=3) as buyer:
        late.wait_held()
        other = cluster.bought(via=0)
    assert (buyer.result.status, buyer.result.reason) == (503, "UNKNOWN"), buyer.result
    assert cluster.cancel(other, via=0).reason == "CANCELLED"
    late.release()
    wait_equal(2, cluster.orders, what="orders")
    assert cluster.buy(key="the-late-one", via=0).reason == "REPEATED"
    cluster.crosses(unheard=1)
