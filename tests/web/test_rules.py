"""The sale page where the sale has rules: a start, buyers with tokens, reservations."""
import pytest

from harness import web
from harness.browser import unhurried
from harness.waiting import wait_until

SOON = unhurried(2.0)


@pytest.fixture
def open_page(town, browser, item):
    """A function: sets rules of the item by penstockctl, and opens its page."""
    def open_with(*rules, after=""):
        town.operator.does("item", "set", item, *rules)
        wait_until(lambda: all("rules" in town.cluster.stock(i, item) for i in range(4)),
                   what="every node to know the rules")
        return browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/?item={item}{after}",
                            viewport={"width": 760, "height": 900})
    return open_with


def token_of(town, user, expires_in="1h"):
    """A token for a trial, issued by penstockctl."""
    return town.operator.does("token", "issue", user, expires_in=expires_in).out.strip()


def sign_in(page, token):
    """A token into the form."""
    page.call("fill", "#token", token)
    page.click(".signin button")


def test_the_button_opens_when_the_sale_starts_by_the_servers_clock(town, open_page, item):
    """A start in some seconds: counted down, closed until then, then open, and it sells."""
    page = open_page("starts=+5s")
    page.wait_attribute("#phase", "data-phase", "before")
    start = town.cluster.stock(0, item)["rules"]["startsAt"]
    assert page.call("isDisabled", "#buy")
    assert page.violations() == []
    page.picture("sale-before")
    page.wait_attribute("#phase", "data-phase", "open", 10)
    assert web.get(town.cluster.nginx_port, "/time").json["now"] >= start - 50
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")


def test_an_item_for_proven_users_asks_for_a_token(town, browser, open_page, item):
    """No token: no button. A text that is none: words. A good one: bought under its name."""
    page = open_page("token=yes")
    page.wait_for("#token")
    assert page.call("isDisabled", "#buy")
    assert page.violations() == []
    sign_in(page, "v1.ada.1.2.3")
    page.wait_attribute("#notice", "data-reason", "BAD_TOKEN")
    sign_in(page, token_of(town, "ada"))
    page.wait_text("#user", "Signed in as ada")
    assert page.violations() == []
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert town.redis.hget("{%s_hash_key}:buyers" % item, "ada") == "1"


def test_a_link_may_bring_the_token_and_loses_it_at_once(town, open_page):
    """#token=...: signed in, and the address bar does not show it any more."""
    page = open_page("token=yes", after="#token=" + token_of(town, "eve"))
    page.wait_text("#user", "Signed in as eve")
    assert "token" not in page.run("location.href")
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")


def test_a_token_that_is_not_valid_any_more_is_asked_for_anew(town, browser, open_page):
    """Forged: the server says so, and the form is back."""
    forged = token_of(town, "mallory")[:-64] + "0" * 64
    page = open_page("token=yes", after="#token=" + forged)
    page.wait_text("#user", "Signed in as mallory")
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "BAD_TOKEN")
    page.wait_for("#token")
    browser.quiet("401")


def test_who_must_reserve_first_reserves_then_buys(town, open_page, item):
    """Not reserved: refused in words. Reserved, and still so after a reload: sold."""
    page = open_page("reserve=yes", "reserve-quota=3")
    page.wait_for("#reserve")
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "NOT_RESERVED")
    assert page.violations() == []
    page.click("#reserve")
    page.wait_text("#reserved", "You have a reservation.")
    wait_until(lambda: "1 of 3" in page.text("#quota"), SOON, "the reservation to be counted")
    page.call("reload")
    page.wait_text("#reserved", "You have a reservation.")
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert town.cluster.orders(item) == 1
