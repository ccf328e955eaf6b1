"""Buyers at a real cluster that breaks in the rush: each asks on with its key, for one order."""
import collections
import time

import pytest

from harness.buyer import LOST, WON, Buyer
from harness.fakeshop import Swallow
from harness.town import Town
from harness.waiting import stretched, wait_until


@pytest.fixture(scope="module")
def town():
    """A whole system for all of these; each has an item of its own."""
    town = Town(trial_pay=1).start(total=1)
    yield town
    town.stop()


def url_of(town):
    """Where buyers find it."""
    return f"http://127.0.0.1:{town.cluster.nginx_port}"


class Rush:
    """`count` buyers of one item, whose start is `ahead_s` from now."""

    def __init__(self, town, folder, item, units, count, url=None, ahead_s=2.5, **flags):
        self.town, self.item = town, item
        town.cluster.open_sale(units, item)
        self.start = int((time.time() + stretched(ahead_s)) * 1000)
        self.buyers = [Buyer(folder, url or url_of(town), f"{item}-{i}", item=item,
                             buy_at=self.start, stop_after_minutes=1, **flags)
                       for i in range(count)]
        self.runs = [buyer.start("rush") for buyer in self.buyers]

    def wait_start(self, after_s=0.0):
        """Until so long after the start."""
        wait_until(lambda: time.time() * 1000 >= self.start + after_s * 1000,
                   stretched(10), "the start")

    def end(self):
        """
        Whoever wins pays, so that the others hear that all is gone. (exit codes, orders), checked
        against the cluster.
        """
        codes, orders, left = collections.Counter(), [], list(zip(self.buyers, self.runs))
        while left:
            wait_until(lambda: any(run.child.poll() is not None for _, run in left), 30, "an end")
            buyer, run = next(pair for pair in left if pair[1].child.poll() is not None)
            left.remove((buyer, run))
            said = run.wait()
            codes[said.code] += 1
            assert said.code in (WON, LOST), said
            if said.code == WON:
                assert "Paid" in buyer.says(WON, "pay").out
                orders.append(buyer.facts()["order"])
        assert len(set(orders)) == len(orders)
        assert self.town.cluster.orders(self.item) == len(orders), "one order for each winner"
        return codes, orders


@pytest.mark.deadline(90)
def test_a_small_sale_from_start_to_payment(town, tmp_path):
    """Five units, twelve buyers: five win and pay, seven are told; the audit is clean."""
    rush = Rush(town, tmp_path, "mug", 5, 12)
    codes, orders = rush.end()
    assert codes == {WON: 5, LOST: 7}
    winner = next(buyer for buyer in rush.buyers if buyer.facts()["order"])
    assert "already, and paid" in winner.says(WON, "rush").out
    assert {town.cluster.state(order) for order in orders} == {"paid"}
    town.ledger.wait_recorded("mug")
    town.operator.does("audit", "mug")


@pytest.mark.deadline(90)
def test_a_node_killed_in_the_rush(town, tmp_path):
    """kill -9 of the heaviest node a moment after the start; all units are sold, once each."""
    rush = Rush(town, tmp_path, "pen", 6, 14)
    rush.wait_start()
    town.cluster.kill_node(3)
    try:
        codes, _ = rush.end()
        assert codes == {WON: 6, LOST: 8}
    finally:
        town.cluster.restart_node(3)


@pytest.mark.deadline(90)
def test_redis_restarted_in_the_rush(town, tmp_path):
    """kill -9 of Redis before the start, back a second after it: 503s, then all is sold."""
    rush = Rush(town, tmp_path, "cup", 6, 10)
    rush.wait_start(-0.3)
    town.cluster.kill_redis()
    rush.wait_start(1.0)
    town.cluster.restart_redis()
    codes, _ = rush.end()
    assert codes == {WON: 6, LOST: 4}
    assert "BUSY" in "".join(buyer.log() for buyer in rush.buyers)
    town.cluster.wait_ready()


@pytest.mark.deadline(90)
def test_the_entrance_restarted_in_the_rush(town, tmp_path):
    """nginx ends at the start and comes back a second later: connections refused, then bought."""
    rush = Rush(town, tmp_path, "jar", 4, 8)
    rush.wait_start(-0.2)
    town.cluster.nginx.process.end()
    rush.wait_start(1.0)
    town.cluster.nginx.start()
    codes, _ = rush.end()
    assert codes == {WON: 4, LOST: 4}
    assert "UNSENT" in "".join(buyer.log() for buyer in rush.buyers)


@pytest.mark.deadline(90)
@pytest.mark.parametrize("workers", [1, 3])
def test_lost_answers_give_one_order_each(town, ports, tmp_path, workers):
    """The first four answers to purchases are cut on their way back: asked again, an order each."""
    item = f"hat{workers}"
    relay = Swallow(ports.take(), town.cluster.nginx_port, 4)
    try:
        rush = Rush(town, tmp_path, item, 6, 8, url=relay.url, workers=workers)
        codes, _ = rush.end()
        assert codes == {WON: 6, LOST: 2} and relay.swallowed == 4
        assert "LOST" in "".join(buyer.log() for buyer in rush.buyers)
    finally:
        relay.close()
    town.ledger.wait_recorded(item)
    town.operator.does("audit", item)
