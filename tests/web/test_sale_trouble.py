"""The sale page when something is lost, late or refused: it says so, and nothing is stuck."""
import json

import pytest

from harness.browser import unhurried
from harness.waiting import wait_equal, wait_until

SOON = unhurried(3.0)
LATER = "{ const now = Date.now; Date.now = () => now.call(Date) + 25000; }"


def keys_of(page, item):
    """The keys that the page has asked with, the first one first."""
    return [headers["idempotency-key"] for headers in page.heard(f"POST /buy/{item}")]


def kept_key(page, item):
    """The key with which the page would ask now."""
    text = page.run(f"localStorage.getItem('penstock:intent:{item}:'"
                    " + localStorage.getItem('penstock:visitor'))")
    return json.loads(text)["key"]


def lose_an_answer(town, browser, page, item):
    """Three units are asked for, in vain, for nothing is left; and the first try had no answer."""
    for _ in range(2):
        page.click("[aria-label='One more']")
    browser.ask("browser", "swallow", page.name, "**/buy/**", "cut")
    page.click("#buy")
    wait_equal(1, lambda: len(keys_of(page, item)), what="tries")
    town.operator.does("item", "pause", item)
    browser.ask("browser", "letThrough", page.name)
    page.wait_attribute("#notice", "data-reason", "PAUSED", 15)
    browser.quiet("ERR_CONNECTION_RESET")


def test_a_key_whose_answer_was_lost_is_given_up_when_nothing_can_be_under_way(
        town, browser, page, item):
    """A refusal soon after the lost try proves nothing; one after 25 s frees key and units."""
    lose_an_answer(town, browser, page, item)
    lost = kept_key(page, item)
    assert set(keys_of(page, item)) == {lost}
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "PAUSED")
    assert kept_key(page, item) == lost, "the lost try may still be decided"
    assert page.call("isDisabled", "[aria-label='One fewer']")
    page.run(LATER)
    page.click("#buy")
    wait_until(lambda: kept_key(page, item) != lost, what="another key")
    assert not page.call("isDisabled", "[aria-label='One fewer']")
    town.operator.does("item", "resume", item)
    page.wait_attribute("#phase", "data-phase", "open", SOON)
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert town.cluster.orders(item) == 1


def test_a_reload_in_mid_purchase_does_not_keep_the_key_for_ever(town, browser, page, item):
    """The answer is lost by the reload, the sale is paused: after 25 s the key is another."""
    browser.ask("browser", "swallow", page.name, "**/buy/**", "cut")
    page.click("#buy")
    wait_equal(1, lambda: len(keys_of(page, item)), what="tries")
    town.operator.does("item", "pause", item)
    page.call("reload")
    wait_until(lambda: len(keys_of(page, item)) > 1, what="a try after the reload")
    browser.ask("browser", "letThrough", page.name)
    page.wait_attribute("#notice", "data-reason", "PAUSED", 15)
    browser.quiet("ERR_CONNECTION_RESET")
    lost = kept_key(page, item)
    assert set(keys_of(page, item)) == {lost}
    page.run(LATER)
    page.click("#buy")
    wait_until(lambda: kept_key(page, item) != lost, what="another key")
    assert town.cluster.orders(item) == 0


def test_figures_that_are_not_renewed_are_called_old(town, browser, page, item):
    """The server cannot be reached: the page says so above the figures, until it is back."""
    browser.ask("browser", "swallow", page.name, "**/stock/**", "cut")
    page.wait_for("#stale", SOON)
    assert "figures below are old" in page.text("#stale")
    town.cluster.bought(item=item)
    assert page.text("#left") == "10"
    assert page.violations() == []
    browser.ask("browser", "letThrough", page.name)
    page.wait_text("#left", "9", SOON)
    assert page.run("document.querySelector('#stale')") is None
    browser.quiet("ERR_CONNECTION_RESET")


def test_a_question_left_open_does_not_come_back_on_the_next_order(town, browser, page, item):
    """Give it back? The order ends meanwhile; the next one is shown without that question."""
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    page.click("#cancel")
    page.wait_for("#yes")
    assert town.cluster.cancel(page.text("#order-number")).status == 200
    page.wait_attribute(".order", "data-state", "cancelled", SOON)
    page.click("#another")
    page.click("#buy")
    page.wait_for("#pay")
    assert page.run("document.querySelector('#yes')") is None



def test_a_refusal_goes_when_its_opposite_is_true(town, browser, page, item):
    """Paused, and so refused; then the operator goes on, and so do the words."""
    browser.ask("browser", "swallow", page.name, "**/stock/**", "cut")
    page.wait_for("#stale", SOON)
    town.operator.does("item", "pause", item)
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "PAUSED")
    browser.ask("browser", "letThrough", page.name)
    page.wait_attribute("#phase", "data-phase", "paused", SOON)
    assert page.attribute("#notice", "data-reason") == "PAUSED"
    town.operator.does("item", "resume", item)
    page.wait_attribute("#phase", "data-phase", "open", SOON)
    page.wait_attribute("#notice", "data-reason", "")
    browser.quiet("ERR_CONNECTION_RESET")


REFUSED = """for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
}"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"


@pytest.mark.parametrize("storage", [REFUSED, FULL], ids=["refused", "full"])
def test_a_browser_that_keeps_nothing_can_still_buy(town, browser, page, item, storage):
    """Storage throws: the page keeps its key as long as it is open, and buys once."""
    page.call("addInitScript", storage)
    page.call("reload")
    page.wait_text("#left", "10")
    page.call("dblclick", "#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert len(page.heard(f"POST /buy/{item}")) == 1
    page.click("#pay")
    page.wait_attribute(".order", "data-state", "paid")
    for path in ("/device/", "/admin/"):
        page.go(f"http://127.0.0.1:{town.cluster.nginx_port}{path}")
        page.wait_for("#page main")
    browser.quiet("404")  # logins are off here


@pytest.mark.parametrize("path", ["/", "/admin/", "/device/"])
def test_a_page_whose_parts_do_not_come_says_that_it_loads(town, browser, page, path):
    """A module is not to be had: words in two languages, no empty page; they go when it comes."""
    browser.ask("browser", "swallow", page.name, "**/assets/language.js", "cut")
    page.go(f"http://127.0.0.1:{town.cluster.nginx_port}{path}")
    page.wait_for("#page > .loading")
    assert "Loading" in page.text("#page") and "正在加载" in page.text("#page")
    assert page.violations() == []
    browser.ask("browser", "letThrough", page.name)
    page.call("reload")
    page.wait_for("#page main")
    assert page.run("document.querySelector('.loading')") is None
    browser.quiet("ERR_CONNECTION_RESET", "404")
