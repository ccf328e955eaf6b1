"""What a user sees first: ab against nginx, and the four stat.logs.

The weights are exact, no request fails, and exactly what there is is sold, for any stock.
"""
import pytest


def test_a_thousand_requests_are_dealt_100_200_300_400(cluster):
    """ab -n 1000 -c 100: 0 failed, all 2xx, and wc -l of the four logs as the weights say."""
    cluster.open_sale(10000)
    result = cluster.ab(1000, 100)
    assert (result.complete, result.failed, result.refused) == (1000, 0, 0), result.text
    cluster.wait_lines(1000)
    assert cluster.line_counts() == [100, 200, 300, 400]
    assert len(cluster.sold_lines()) == 1000
    cluster.crosses()


def test_local_sales_counts_the_requests_of_each_node(cluster):
    """The article's second field: each request's own number at its node, from 1."""
    cluster.open_sale(50)
    cluster.ab(200, 20)
    cluster.wait_lines(200)
    for i in range(4):
        lines = cluster.stat_lines(i)
        assert sorted(line["localSales"] for line in lines) == list(range(1, len(lines) + 1))
        assert {line["port"] for line in lines} == {cluster.nodes[i].port}
    assert len(cluster.sold_lines()) == 50
    cluster.crosses()


@pytest.mark.long
def test_twice_the_crowd_for_ten_thousand_tickets_sells_exactly_ten_thousand(cluster):
    """ab -n 20000 -c 200 -k: 10,000 in stat.log, hash, orders and events, and not 10,001."""
    cluster.open_sale(10000)
    result = cluster.ab(20000, 200, keepalive=True)
    assert (result.complete, result.failed, result.refused) == (20000, 0, 0), result.text
    cluster.wait_lines(20000)
    assert cluster.line_counts() == [2000, 4000, 6000, 8000]
    assert len(cluster.sold_lines()) == 10000
    counts, orders = cluster.crosses()
    created = [1 for _, entry in cluster.redis.xrange("{ticket_hash_key}:events")
               for event in entry.values() if event.startswith("created|")]
    assert counts["ticket_sold_nums"] == "10000" and len(orders) == len(created) == 10000


@pytest.mark.parametrize("total", [0, 1, 4, 7])
def test_a_tiny_stock_is_sold_to_the_last_unit_and_no_further(cluster, total):
    """Nothing, one, one a node, or a few: what there is is sold, the rest is told the truth."""
    cluster.open_sale(total)
    result = cluster.ab(400, 50, keepalive=True)
    assert (result.complete, result.failed, result.refused) == (400, 0, 0), result.text
    cluster.wait_lines(400)
    counts, orders = cluster.crosses()
    assert counts["ticket_sold_nums"] == str(total) and len(orders) == total
    reasons = {line["reason"] for i in range(4) for line in cluster.stat_lines(i)}
    assert reasons <= {"ACCEPTED", "HELD", "SOLD_OUT"}


def test_four_nodes_of_weight_one_share_four_units(make_cluster):
    """Each share is 1 (and its buffer 1): eight tokens for four units, and four are sold."""
    cluster = make_cluster(weight=1).start(total=4)
    cluster.ab(400, 50)
    cluster.wait_lines(400)
    _, orders = cluster.crosses()
    assert len(orders) == 4


def test_last_unit_goes_to_exactly_one_buyer(cluster):
    """Four nodes, one unit, fifty buyers at once: one sale, forty-nine refusals."""
    cluster.open_sale(1)
    answers = cluster.buy_together(50, via="nodes")
    words = sorted(answer.reason for answer in answers)
    assert words == ["ACCEPTED"] + ["HELD"] * 49
    cluster.crosses(answers=answers)
