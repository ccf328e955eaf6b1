"""Buyers with tokens against nodes with rules: reserve, wait, rush, be refused; all for real."""
import time

import pytest

from harness.buyer import LOST, RESERVE, WON, Buyer
from harness.cluster import Cluster
from harness.passports import issue
from harness.waiting import stretched, wait_until


@pytest.fixture
def sale():
    """A cluster that sells to proven users who have reserved, from a moment on."""
    cluster = Cluster(trial_pay=1).start(total=2)
    yield cluster
    cluster.stop()


def set_rules(cluster, **rules):
    """Rules as item.lua writes them, known to every node."""
    cluster.redis.hset("ticket_hash_key", mapping={"token_required": 1, "limit_units": 1,
                                                   **rules, "ruled": 1})
    for i in cluster.living():
        wait_until(lambda i=i: cluster.stock(i).get("rules", {}).get("startsAt") ==
                   rules["starts_ms"], what=f"rules at node {i}")


def buyers(cluster, folder, names):
    """Each with a token file that its owner alone can read."""
    made = []
    for name in names:
        path = folder / f"{name}.token"
        path.write_text(issue(cluster.redis_part.secret("token.key"), name), "ascii")
        path.chmod(0o600)
        made.append(Buyer(folder, f"http://127.0.0.1:{cluster.nginx.port}", name,
                          token_file=path))
    return made


def test_three_reserve_and_two_get_one_each_at_the_start(sale, tmp_path):
    """
    Quota 3, two units, four buyers: one cannot reserve, none is early, two win. The last finds all
    held, and hears that it is sold out when the two have paid.
    """
    starts = int((time.time() + stretched(4)) * 1000)
    set_rules(sale, starts_ms=starts, reserve_required=1, reserve_quota=3)
    people = buyers(sale, tmp_path, ("ann", "bob", "cat", "dan"))
    runs = [(one, one.start()) for one in people]
    wait_until(lambda: sum(run.child.poll() is not None for _, run in runs) >= 3, 30, "three ends")
    for one, run in runs:
        if run.child.poll() == WON:
            one.says(WON, "pay")
    ended = [run.wait() for _, run in runs]
    assert sorted(said.code for said in ended) == sorted([WON, WON, LOST, RESERVE]), ended
    _, orders = sale.crosses()
    assert len({order["user"] for order in orders.values()}) == 2
    assert all(int(order["created_ms"]) >= starts for order in orders.values())
    assert sale.redis.scard("{ticket_hash_key}:reserved") == 3
