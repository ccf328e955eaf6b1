"""The ledger dies at any instant, and somebody takes over: no row lost or doubled (F16).

The exactly-once effect rests on one thing, that rows and cursor are committed together; so it is
looked at right after each death, while the database is as the ledger left it, and at the end.
"""
import random
import time

import pytest

from harness.background import Background
from harness.books import check_behind, check_books
from harness.scripts import keys_of
from harness.waiting import stretched, wait_equal, wait_until


class Trade:
    """Buys, pays, cancels and lets expire until told to stop; returns how many orders it made."""

    def __init__(self, desk, seed):
        self.desk, self.dice, self.goes_on, self.orders = desk, random.Random(seed), True, 0

    def round(self):
        """A batch of orders; some of them are paid, some cancelled, the others end in time."""
        size = self.dice.choice([1, 7, 60, 200])
        batch = [(f"k{self.orders + i}", self.dice.choice(["", "ann"]), "1") for i in range(size)]
        numbers = [said.first for said in self.desk.buy(*batch) if said.word == "ACCEPTED"]
        self.orders += size
        for number in numbers[:20]:
            if self.dice.random() < 0.5:
                self.desk.pay(number, f"t-{number}")
            else:
                self.desk.cancel(number)
        self.desk.later(self.dice.choice([0, 100, 60000]))
        self.desk.sync()

    def run(self):
        """Until stop()."""
        while self.goes_on:
            self.round()
            time.sleep(0.002)

    def stop(self):
        """The next round is the last."""
        self.goes_on = False


@pytest.mark.long
@pytest.mark.deadline(150)
def test_killed_fifty_times_under_load_nothing_is_lost_or_doubled(site):
    """kill -9 at random instants of a busy ledger, each time started anew: all is there (I6)."""
    site.desk.open(10 ** 9)
    ledger, trade, dice = site.ledger(batch_max=100), Trade(site.desk, 1), random.Random(2)
    cursors = []
    with Background(trade.run) as trading:
        for _ in range(50):
            ledger.start(well=False)
            # Long enough to get to work most times, and then any moment of it.
            time.sleep(stretched(0.03) + dice.random() * stretched(0.12))
            ledger.kill()
            check_behind(ledger)
            cursors.append(ledger.cursor())
            assert trading.is_running()
        trade.stop()
    assert cursors == sorted(cursors) and len(set(cursors)) > 25, f"it hardly worked: {cursors}"
    ledger.start()
    ledger.wait_recorded()
    check_books(ledger)
    assert ledger.poison() == []


def test_killed_between_commit_and_trim_nothing_is_doubled(site, ledger):
    """Trimming fails (a right is missing), events are committed, kill -9: the next one trims."""
    site.desk.open(100)
    ledger.wait_recorded()
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=["-xtrim"])
    site.desk.buy(*[(f"k{i}", "", "1") for i in range(10)])
    wait_equal(11, ledger.cursor, 5, "SQL's cursor")
    wait_until(lambda: "not trimmed" in ledger.health()["trouble"], 5, "the trouble to be told")
    assert not ledger.health()["healthy"]
    assert site.redis.xlen(keys_of("ticket")[5]) == 1, "the stream was trimmed all the same"
    ledger.kill()
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=["+xtrim"])
    ledger.start()
    ledger.wait_recorded()
    check_books(ledger)


def test_a_second_ledger_stands_by_and_takes_over(site, ledger):
    """Two on one database: one writes; it is killed and the other goes on where it was."""
    site.desk.open(1000)
    second = site.ledger().start()
    assert second.health()["state"] == "standby" and second.health()["healthy"]
    site.desk.buy(*[(f"k{i}", "", "1") for i in range(100)])
    ledger.wait_recorded()
    assert second.health()["events"] == 0
    ledger.kill()
    site.desk.buy(*[(f"l{i}", "", "1") for i in range(100)])
    wait_equal("recording", lambda: second.health()["state"], 5, "the second one's state")
    second.wait_recorded()
    check_books(second)
    assert "standby" in second.process.text() and second.health()["events"] == 100


def test_a_ledger_that_stands_still_keeps_its_place(site, ledger):
    """SIGSTOP is no death: the second waits; afterwards the first goes on, and nothing is twice."""
    site.desk.open(1000)
    second = site.ledger().start()
    ledger.process.pause()
    site.desk.buy(*[(f"k{i}", "", "1") for i in range(100)])
    # Several times as long as it takes to take over.
    time.sleep(1)
    assert second.health()["state"] == "standby" and ledger.cursor() <= 1
    ledger.process.resume()
    ledger.wait_recorded()
    check_books(ledger)


def test_two_ledgers_that_change_places_under_load_lose_nothing(site):
    """Each is ended by SIGTERM or SIGKILL in turn, ten times, while orders come in."""
    site.desk.open(10 ** 9)
    pair, trade = [site.ledger(batch_max=50), site.ledger(batch_max=50)], Trade(site.desk, 3)
    for one in pair:
        one.start()
    with Background(trade.run):
        for turn in range(10):
            one, other = pair[turn % 2], pair[1 - turn % 2]
            if turn % 3:
                one.kill()
            else:
                assert one.stop() == 0
            wait_equal("recording", lambda: other.health()["state"], 5, "the other's state")
            one.start()
        trade.stop()
    pair[0].wait_recorded()
    check_books(pair[0])


def test_sigterm_ends_it_after_its_batch(site, ledger):
    """Under load: exit 0, and what SQL holds is what Redis was told and trimmed."""
    site.desk.open(10 ** 9)
    trade = Trade(site.desk, 4)
    with Background(trade.run):
        wait_until(lambda: ledger.cursor() > 500, 10, "some events")
        assert ledger.stop() == 0
        trade.stop()
    told = int(site.redis.hget("ticket_hash_key", "recorded_seq"))
    assert ledger.cursor() == told
    assert ledger.process.text().rstrip().endswith('msg="ended"')
    check_books(ledger)
