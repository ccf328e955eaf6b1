"""S10: slowloris, slow bodies, slow reading and 10,000 idle connections: others hardly notice.

Rounds without and with them take turns on one cluster, so that what else goes on on the machine
meets both. Goodput is counted twice: of buyers who come at a steady rate, whatever happens to those
before them, and of a hundred who ask again at once, which is all that the machine can do.
"""
import re
import statistics
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.process import Process
from harness.waiting import stretched, wait_until

SLOW = Path(__file__).resolve().parent / "slow.py"
CROWDS = {"idle": {"idle": 10000},
          "slow": {"header": 500, "body": 500, "read": 50},
          "both": {"idle": 10000, "header": 500, "body": 500, "read": 50}}
LEAST = 0.95  # of their goodput
RATE, PATIENCE_S, ROUND_S = 200, 1.0, 4


@contextmanager
def slow_clients(rig, counts):
    """Slow clients are there; all of them are open at once when the block begins."""
    words = [sys.executable, SLOW, rig.cluster.nginx.port,
             *[f"{kind}={count}" for kind, count in counts.items()]]
    process = Process("slow clients", words, rig.folder / "slow.log")
    seen = process.text().count("ready")
    process.start()
    try:
        wait_until(lambda: process.text().count("ready") > seen, 40, "slow clients", every=0.1)
        yield
        assert process.is_running(), process.text()
        assert process.end() == 0
    finally:
        process.kill()


def served(rig):
    """A round of steady buyers: the share of them that had their answer within a second."""
    begun, over = rig.history.add("mark", what="a round"), rig.timer(ROUND_S)
    wait_until(over, ROUND_S + 1, "a round", every=0.1)
    ended = rig.history.add("mark", what="its end")
    wait_until(rig.timer(PATIENCE_S), 2, "the last of it", every=0.1)
    round_ = [a for a in rig.attempts().all if begun <= a.sent < ended and a.op == "buy"]
    assert len(round_) > RATE * ROUND_S / 2, "too few to tell"
    good = [a for a in round_ if a.status in (200, 422) and
            a.ended - a.sent <= stretched(PATIENCE_S) * 1e9]
    return len(good) / len(round_)


def most(rig, orders=25000):
    """Orders a second of a hundred buyers who ask again at once."""
    result = rig.cluster.ab(orders, 100, keepalive=True)
    assert result.refused == 0 and result.failed == 0, result.text
    return float(re.search(r"Requests per second:\s+([\d.]+)", result.text)[1])


def in_turns(rig, crowd, measure, rounds):
    """[(without before, with, without after)] of some rounds."""
    found, before = [], measure(rig)
    for _ in range(rounds):
        with slow_clients(rig, CROWDS[crowd]):
            there = measure(rig)
        found.append((before, there, measure(rig)))
        before = found[-1][2]
    return found


def ratio_of(rounds):
    """(the median ratio to what is before and after, how far those two are apart)."""
    ratios = [2 * there / (before + after) for before, there, after in rounds]
    noise = [abs(before / after - 1) for before, _, after in rounds]
    return statistics.median(ratios), statistics.median(noise)


@pytest.mark.long
@pytest.mark.row("S10 slow clients, 10,000 idle ones")
@pytest.mark.deadline(300)
@pytest.mark.parametrize("crowd", CROWDS)
def test_slow_clients_cost_the_others_hardly_anything(make_rig, case, crowd):
    """
    Steady buyers keep 95 % of their goodput, and hear no refusal; the most that can be sold stays
    as it is, as far as the run's own noise lets one tell.
    """
    rig = make_rig().start(10 ** 7)
    rig.buyers(rate=RATE, abort=0)
    rig.wait_orders(100)
    steady, noise = ratio_of(in_turns(rig, crowd, served, 4))
    print(f"{crowd}: steady buyers keep {steady:.3f} of their goodput (noise {noise:.3f})")
    assert steady >= LEAST
    most(rig)
    rounds = in_turns(rig, crowd, most, 7)
    ratio, noise = ratio_of(rounds)
    print(f"{crowd}: {ratio:.3f} of the most that can be sold (noise {noise:.3f})")
    verdict = case(rig.settle(strangers=10 ** 6))
    assert ratio >= LEAST - 2 * noise, f"{ratio:.3f} is left of {rounds}, noise {noise:.3f}"
    assert verdict.checked > 500
