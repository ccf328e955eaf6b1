"""F18: a payment and the expiry of its order within milliseconds of each other.

Exactly one wins, the units are sold or back accordingly, and the buyer is told which it was.
"""
import pytest

from harness.races import WAVE, check_race, race


@pytest.mark.row("F18 paid and expired at once")
@pytest.mark.deadline(2500)
@pytest.mark.parametrize("races", [2000, pytest.param(100000, marks=pytest.mark.long)])
def test_pay_and_expiry_race_and_exactly_one_wins(make_rig, case, seed, races):
    """Waves of orders, each paid within 4 ms of its deadline at one of four nodes."""
    rig = make_rig(tick_ms=10)
    rig.start(races + WAVE)
    with rig.fault("payments race with expiry"):
        told = race(rig.cluster, races, seed)
    counts, orders = rig.cluster.crosses()
    paid = check_race(told, orders)
    print(f"{paid} paid, {races - paid} too late")  # seen with -s
    assert int(counts["paid_nums"]) == paid and len(told) == races
    assert races / 20 < paid < races * 19 / 20, "a race that one side always wins is none"
    case(rig.settle(strangers=races)._replace(checked=races))
