"""What purchases of one batch do to each other, and random sales against a Python model.

sale_model.py holds the model, sale_play.py the random sales. A failure prints its seed;
PENSTOCK_SEED runs that one again.
"""
import os

import pytest

from sale_play import play

SEEDS = [int(os.environ["PENSTOCK_SEED"])] if "PENSTOCK_SEED" in os.environ else range(40)


def test_a_key_twice_in_a_batch_is_one_order_and_a_repeat_of_it(desk):
    """Both ends of a retry land in the same batch: the second hears of the first."""
    desk.open(10)
    one, two, other = desk.buy(("k", "ann", "1"), ("k", "ann", "1"), ("k", "bob", "1"))
    assert one.word == "ACCEPTED" and two == ("REPEATED", one.first, one.second)
    assert other == ("CONFLICT", 0, 0)
    _, orders = desk.check()
    assert len(orders) == 1


def test_a_limit_counts_across_the_purchases_of_a_batch(desk):
    """limit_units 2, four single units: two are Ann's, one is Bob's, one too many."""
    desk.open(10, limit_units=2)
    said = desk.buy(("a", "ann"), ("b", "ann"), ("c", "bob"), ("d", "ann"))
    assert [one.word for one in said] == ["ACCEPTED", "ACCEPTED", "ACCEPTED", "LIMIT"]
    desk.check()


def test_stock_counts_across_the_purchases_of_a_batch(desk):
    """Three left: two, then two refused, then one: a smaller order may still fit."""
    desk.open(3)
    said = desk.buy(("a", "", "2"), ("b", "", "2"), ("c", "", "1"), ("d", "", "1"))
    assert [one.word for one in said] == ["ACCEPTED", "SOLD_OUT", "ACCEPTED", "SOLD_OUT"]
    assert said[1].first == 1 and said[3].first == 0


def test_a_bad_purchase_spoils_no_other_of_its_batch(desk):
    """One with units nan between two good ones: only that one is refused."""
    desk.open(10)
    words = [said.word for said in desk.buy(("a",), ("b", "", "nan"), ("c",))]
    assert words == ["ACCEPTED", "BAD_UNITS", "ACCEPTED"]
    desk.check()


def test_a_key_refused_once_may_be_sold_later(desk):
    """A definite refusal leaves nothing behind (H9), not even in the same batch."""
    desk.open(2)
    words = [said.word for said in desk.buy(("a", "", "3"), ("a", "", "2"))]
    assert words == ["SOLD_OUT", "ACCEPTED"]
    desk.check()


def test_seqs_of_a_batch_rise_by_one_in_order(desk):
    """Order numbers follow the order of the purchases."""
    desk.open(10)
    said = desk.buy(*[(f"k{i}",) for i in range(5)])
    assert [one.first for one in said] == [2, 3, 4, 5, 6]


def test_a_full_batch_of_256_is_sold_in_one_call(desk):
    """256 named purchases: 256 orders, every array within what unpack takes."""
    desk.open(1000)
    said = desk.buy(*[(f"k{i}", f"user-{i}", "1") for i in range(256)])
    assert {one.word for one in said} == {"ACCEPTED"} and len(said) == 256
    counts, orders = desk.check()
    assert counts["ticket_sold_nums"] == "256" and len(orders) == 256


def test_a_batch_with_nothing_accepted_writes_nothing(desk):
    """Refusals only: not even the clock is written."""
    desk.open(0)
    before = desk.snapshot()
    desk.buy(("a", "ann", "1"), ("b", "", "x"), ("c", "bob", "9"))
    assert desk.snapshot() == before


@pytest.mark.parametrize("seed", SEEDS)
def test_random_sales_agree_with_the_model_and_never_oversell(desk, seed):
    """Batches of 1 to 256, expiries, restocks, pauses, typed counts: answers and state agree."""
    play(desk, seed)
