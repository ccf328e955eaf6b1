"""The sale page of an item that is sold by draw: taking part, the wait, and what came of it."""
import json
import os
import time

import pytest

from harness.browser import unhurried
from harness.draws import ranked
from harness.waiting import wait_equal, wait_until

SOON = unhurried(3.0)
VIEW = {"width": 760, "height": 900}


class Lottery:
    """Ten units to be drawn, and buyers by name, `others`, beside those in the browser."""

    def __init__(self, town, browser, item, folder, others=11):
        self.town, self.browser, self.item, self.seed_file = town, browser, item, folder / "seed"
        self.names = [f"{item}-{i}" for i in range(others)]

    def open(self):
        """A page of a new visitor, and the name that it gave itself."""
        page = self.browser.open(
            f"http://127.0.0.1:{self.town.cluster.nginx_port}/?item={self.item}", viewport=VIEW)
        page.wait_text("#item", self.item)
        return page, page.run("localStorage.getItem('penstock:visitor')")

    def commit(self, winner, loser, seconds, *rules):
        """A draw in some seconds, with a seed by which the one wins and the other does not."""
        seed = "00" * 32
        users = [*self.names, winner, *([loser] if loser else [])]
        while winner not in ranked(seed, users)[:10] or loser in ranked(seed, users)[:10]:
            seed = os.urandom(32).hex()
        self.seed_file.write_text(seed)
        self.seed_file.chmod(0o600)
        self.town.operator.does("item", "set", self.item, f"draw-at=+{seconds}s", *rules)
        self.town.operator.does("draw", "commit", self.item, seed_file=self.seed_file)
        for i in range(4):
            wait_until(lambda i=i: self.rules(i).get("drawCommit"), what=f"the draw at node {i}")
        for name in self.names:
            assert self.town.cluster.buy(item=self.item, user=name).reason == "TOOK_PART"

    def hears(self, user):
        """What the user is told who asks again."""
        return self.town.cluster.buy(item=self.item, user=user, key=f"k-{user}").reason

    def rules(self, node=0):
        """What a node tells of them."""
        return self.town.cluster.stock(node, self.item).get("rules", {})

    def hold(self):
        """The draw, as soon as it may be held."""
        end = self.rules()["drawsAt"] / 1000
        wait_until(lambda: time.time() > end + 0.2, 30, "the end of asking")
        self.town.operator.does("draw", "hold", self.item, seed_file=self.seed_file)


@pytest.fixture
def lottery(town, browser, item, tmp_path):
    """The item, not yet sold by draw."""
    return Lottery(town, browser, item, tmp_path)


def purchases(page, item):
    """The requests that asked to buy."""
    return page.heard(f"POST /buy/{item}")


def test_who_has_won_is_told_by_the_page_itself_and_pays(town, lottery, item):
    """Take part, wait, and the order stands there: one request more, and none says it is first."""
    page, user = lottery.open()
    lottery.commit(user, None, 6)
    page.wait_attribute("#phase", "data-phase", "draw", SOON)
    assert "The draw is in" in page.text(".sale .countdown")
    assert page.text("#buy") == "Take part" and "draw" in page.text("#draw")
    assert page.violations() == []
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "TOOK_PART")
    page.wait_text("#buy", "You take part")
    assert page.call("isDisabled", "#buy")
    page.call("reload")
    page.wait_text("#buy", "You take part")
    assert len(purchases(page, item)) == 1
    page.wait_attribute("#phase", "data-phase", "due", 10)
    lottery.hold()
    page.wait_attribute(".order", "data-state", "held", 10)
    assert page.attribute("#phase", "data-phase") == "drawn"
    assert page.attribute("#notice", "data-reason") == ""
    asked = purchases(page, item)
    assert len(asked) == 2 and not any("idempotency-attempt" in headers for headers in asked)
    assert page.violations() == []
    page.click("#pay")
    page.wait_attribute(".order", "data-state", "paid")


def test_who_has_not_won_is_told_once_and_may_look_again(town, lottery, item):
    """All units are held: words, no second request; a unit that comes back is found by asking."""
    page, user = lottery.open()
    winner, other = lottery.open()
    lottery.commit(other, user, 8, "ends=+6s")
    for one in (page, winner):
        one.wait_text("#buy", "Take part", SOON)
        one.click("#buy")
        one.wait_attribute("#notice", "data-reason", "TOOK_PART")
    lottery.hold()
    page.wait_attribute("#notice", "data-reason", "NOT_DRAWN", 10)
    winner.wait_attribute(".order", "data-state", "held", 10)
    page.wait_text("#left", "0", SOON)
    seen = len(page.run("performance.getEntriesByName(location.origin + '/stock/%s')" % item))
    wait_until(lambda: len(page.run("performance.getEntriesByName(location.origin + '/stock/%s')"
                                    % item)) > seen + 2, 10, "more looks")
    assert len(purchases(page, item)) == 2, "asked by itself once"
    page.call("reload")
    page.wait_text("#buy", "Look whether you have won")
    assert len(purchases(page, item)) == 2
    for name in lottery.names:
        answer = town.cluster.buy(item=item, user=name, key=f"k-{name}")
        if answer.reason == "REPEATED":
            town.cluster.cancel(answer.json["data"]["orderId"])
    wait_equal("REPEATED", lambda: lottery.hears(user), 10, "the next in rank")
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")


def test_a_proven_winner_is_told_where_more_units_than_users_are(town, browser, item, tmp_path):
    """Signed in, the only one who takes part: units stay, and the page still asks in the end."""
    lottery = Lottery(town, browser, item, tmp_path, others=0)
    lottery.commit("ann", None, 6, "token=yes")
    page, _ = lottery.open()
    page.wait_for("#token", SOON)
    assert page.call("isDisabled", "#buy")
    page.call("fill", "#token", town.operator.does("token", "issue", "ann").out.strip())
    page.click(".signin button")
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "TOOK_PART")
    lottery.hold()
    page.wait_attribute(".order", "data-state", "held", 10)
    page.wait_text("#left", "9", SOON)
    assert len(purchases(page, item)) == 2


@pytest.mark.parametrize("seeds, lefts, is_given_out", [
    (["", ""], [9, 9], False),  # not held
    (["", "5e"], [9, 9], False),  # held just now: nodes have given nothing yet
    (["5e", "5e"], [9, 4], False),  # they do
    (["5e", "5e"], [4, 4], True),  # they have, and some stay
    (["", "5e"], [9, 0], True),  # all are gone
])
def test_a_page_asks_when_all_units_are_given_out(town, browser, seeds, lefts, is_given_out):
    """Two looks, the older one first: may who took part be told now?"""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/?item=ticket")
    before, stock = [{"left": left, "rules": {"drawCommit": "c", "drawSeed": seed}}
                     for seed, left in zip(seeds, lefts)]
    assert page.run("import('/pages/sale/phase.js').then(({ isGivenOut }) =>"
                    f" isGivenOut({json.dumps(stock)}, {json.dumps(before)}))") is is_given_out
