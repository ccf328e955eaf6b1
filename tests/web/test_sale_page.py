"""The sale page in a real browser, on a real cluster: what a buyer sees and does."""
import json

import pytest

from harness.browser import unhurried
from harness.waiting import wait_equal, wait_until

SOON = unhurried(2.0)  # seconds within which the page shows what has happened elsewhere


def intent(page, item):
    """What the browser keeps of the purchase it means to make."""
    text = page.run("localStorage.getItem('penstock:intent:" + item
                    + ":' + localStorage.getItem('penstock:visitor'))")
    return json.loads(text)


def keys_of_purchases(page, item):
    """The keys that the page has asked with."""
    return [headers["idempotency-key"] for headers in page.heard(f"POST /buy/{item}")]


def test_a_buyer_buys_watches_the_order_and_pays(town, page):
    """From the first look to the paid order."""
    assert page.attribute("#phase", "data-phase") == "open"
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    page.wait_for("[data-step=awaiting_payment].done")
    number = page.text("#order-number")
    assert town.cluster.state(number) == "held"
    page.wait_text("[data-count=held]", "1", SOON)
    page.picture("sale-order")
    page.click("#pay")
    page.wait_attribute(".order", "data-state", "paid")
    assert town.cluster.state(number) == "paid"
    page.wait_text("[data-count=sold]", "1", SOON)
    assert page.run("document.querySelector('#pay, #cancel, #buy')") is None


def test_an_order_that_is_not_paid_expires_and_returns_before_the_buyers_eyes(town, page, item):
    """A short time to pay: the page counts down, says that it is over, and the unit is back."""
    town.redis.hset(f"{item}_hash_key", "pay_window_ms", 1500)
    page.click("#buy")
    page.wait_text("#left", "9", SOON)
    first = intent(page, item)["key"]
    page.wait_attribute(".order", "data-state", "expired", 6)
    page.wait_text("#left", "10", SOON)
    page.click("#another")
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert intent(page, item)["key"] != first
    assert town.cluster.orders(item) == 2


def test_a_double_click_buys_once(town, page, item):
    """Two clicks in one go: one request, one order."""
    page.call("dblclick", "#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert len(keys_of_purchases(page, item)) == 1
    assert town.cluster.orders(item) == 1


def test_two_tabs_that_buy_at_the_same_moment_have_one_order(town, page, item):
    """Both buttons are pressed at once: the tabs share the key, so they share the order."""
    other = page.tab(page.run("location.href"))
    other.wait_text("#left", "10")
    browser = page.browser
    for tab in (page, other):
        browser.send(tab.name, "evaluate", "document.querySelector('#buy').click()")
    browser.take(2)
    for tab in (page, other):
        tab.wait_attribute(".order", "data-state", "held")
    assert page.text("#order-number") == other.text("#order-number")
    asked = keys_of_purchases(page, item) + keys_of_purchases(other, item)
    assert len(set(asked)) == 1
    assert town.cluster.orders(item) == 1


def test_what_one_tab_does_the_other_shows(page):
    """Bought and paid in one tab: the other shows the order, and offers no second one."""
    other = page.tab(page.run("location.href"))
    page.click("#buy")
    other.wait_attribute(".order", "data-state", "held")
    assert other.run("document.querySelector('#buy')") is None
    page.click("#pay")
    other.wait_attribute(".order", "data-state", "paid", SOON)


def test_a_reload_in_mid_purchase_keeps_the_key_and_finds_the_order(town, browser, page, item):
    """The server sells, its answer is lost, the buyer reloads: the same order, not a second one."""
    browser.ask("browser", "swallow", page.name, "**/buy/**", "ask")
    page.click("#buy")
    wait_equal(1, lambda: town.cluster.orders(item), what="orders")
    browser.ask("browser", "letThrough", page.name)
    page.call("reload")
    page.wait_attribute(".order", "data-state", "held")
    asked = page.heard(f"POST /buy/{item}")
    assert len({headers["idempotency-key"] for headers in asked}) == 1
    assert len(asked) == 2
    firsts = [headers.get("idempotency-attempt") for headers in asked]
    assert firsts == ["1", None], "only the first try may say that it is"
    assert town.cluster.orders(item) == 1


def test_a_request_without_an_answer_is_made_again_with_its_key(town, browser, page, item):
    """Nothing reaches the server at first: the page goes on by itself, and says so."""
    browser.ask("browser", "swallow", page.name, "**/buy/**", "cut")
    page.click("#buy")
    wait_until(lambda: len(keys_of_purchases(page, item)) >= 2, 10, "a second try")
    assert "cannot buy twice" in page.text("#notice")
    browser.ask("browser", "letThrough", page.name)
    page.wait_attribute(".order", "data-state", "held", 10)
    assert len(set(keys_of_purchases(page, item))) == 1
    assert town.cluster.orders(item) == 1
    browser.quiet("ERR_CONNECTION_RESET")


def test_back_and_forth_shows_the_order_and_offers_no_second_one(town, page, item):
    """Away to another page and back by the browser's button."""
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    page.go("about:blank")
    page.call("goBack")
    page.wait_attribute(".order", "data-state", "held")
    assert page.run("document.querySelector('#buy')") is None
    assert town.cluster.orders(item) == 1


def test_sold_out_held_and_restocked_are_shown_within_two_seconds(town, page, item):
    """Others take all, pay all, and the operator brings more: the page follows by itself."""
    numbers = [town.cluster.bought(item=item, key=f"k-{item}-{i}") for i in range(10)]
    page.wait_attribute("#phase", "data-phase", "held", SOON)
    assert page.call("isDisabled", "#buy")
    page.wait_for(".countdown")
    page.picture("sale-held")
    for number in numbers:
        town.cluster.pay(number)
    page.wait_attribute("#phase", "data-phase", "sold_out", SOON)
    town.cluster.restock(12, item)
    page.wait_attribute("#phase", "data-phase", "open", SOON)
    page.wait_text("#left", "2", SOON)
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")


def test_pause_and_close_are_shown_and_the_button_rests(town, page, item):
    """The operator pauses, opens and closes the item."""
    town.operator.says(0, "item", "pause", item)
    page.wait_attribute("#phase", "data-phase", "paused", SOON)
    assert page.call("isDisabled", "#buy")
    town.operator.says(0, "item", "resume", item)
    page.wait_attribute("#phase", "data-phase", "open", SOON)
    town.redis.hset(f"{item}_hash_key", "state", "closed")
    page.wait_attribute("#phase", "data-phase", "ended", SOON)


def test_a_refusal_has_words_and_the_next_try_a_key_of_its_own(town, page, item):
    """More units than are left, chosen before they went: refused, explained, tried with one."""
    for _ in range(4):
        page.click("[aria-label='One more']")
    town.cluster.bought(item=item, units=7)
    page.wait_text("#left", "3", SOON)
    first = intent(page, item)["key"]
    page.click("#buy")
    page.wait_attribute("#notice", "data-reason", "SOLD_OUT")
    assert "not that many" in page.text("#notice")
    assert intent(page, item)["key"] != first
    for _ in range(4):
        page.click("[aria-label='One fewer']")
    page.click("#buy")
    page.wait_attribute(".order", "data-state", "held")
    assert town.cluster.orders(item) == 2


def test_an_order_is_given_back_after_a_question(town, page):
    """Cancel, no; cancel, yes: the unit is on sale again."""
    page.click("#buy")
    page.click("#cancel")
    page.click("#no")
    page.click("#cancel")
    page.click("#yes")
    page.wait_attribute(".order", "data-state", "cancelled")
    page.wait_text("#left", "10", SOON)
    number = page.text("#order-number")
    page.click("#another")
    assert number in page.text(".past")


def test_a_keyboard_is_enough(town, page):
    """Tab to the button, Enter, and Enter again to pay."""
    wait_until(lambda: page.call("keyboard.press", "Tab")
               or page.run("document.activeElement.id") == "buy", what="the button to have focus")
    page.call("keyboard.press", "Enter")
    page.wait_attribute(".order", "data-state", "held")
    wait_until(lambda: page.call("keyboard.press", "Tab")
               or page.run("document.activeElement.id") == "pay", what="the cashier to have focus")
    page.call("keyboard.press", "Enter")
    page.wait_attribute(".order", "data-state", "paid")


LOOKS = """performance.getEntriesByType('resource')
    .filter((entry) => entry.name.includes('/stock/')).map((entry) => entry.startTime)"""


def test_a_hidden_page_asks_for_nothing_and_a_seen_one_once_a_second(browser, page):
    """While one page is hidden another looks on; seen again it goes on by itself."""
    other = browser.open(page.run("location.href"))

    def wait_looks(tab, more):
        start = len(tab.run(LOOKS))
        wait_until(lambda: len(tab.run(LOOKS)) >= start + more, 20, f"{more} looks")

    page.hide(True)
    wait_looks(other, 2)  # one of the hidden page's that was under way has ended
    before = len(page.run(LOOKS))
    wait_looks(other, 3)
    assert len(page.run(LOOKS)) == before
    page.hide(False)
    wait_looks(page, 1)
    times = other.run(LOOKS)  # by the page's own clock, whatever else the machine does
    assert min(b - a for a, b in zip(times, times[1:])) > 950


@pytest.mark.parametrize("locale, buy", [("zh-CN", "立即抢购"), ("zh-TW", "立即抢购"),
                                         ("en-US", "Buy now"), ("de-DE", "Buy now")])
def test_the_browsers_language_decides(town, browser, item, locale, buy):
    """Chinese for Chinese, English for all others; the page says which it is."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/?item={item}", locale=locale,
                        viewport={"width": 390, "height": 780}, deviceScaleFactor=2)
    page.wait_text("#buy", buy)
    assert page.attribute("html", "lang") == ("zh-CN" if locale.startswith("zh") else "en")
    if locale == "zh-CN":
        page.picture("sale-chinese")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(town, page, scheme):
    """Before, during and after a purchase, and with a question on the page."""
    page.look(scheme)
    assert page.violations() == []
    page.click("#buy")
    page.wait_for("[data-step=awaiting_payment].done")
    assert page.violations() == []
    if scheme == "dark":
        page.picture("sale-dark")
    page.click("#cancel")
    assert page.violations() == []
    page.click("#no")
    page.click("#pay")
    page.wait_attribute(".order", "data-state", "paid")
    assert page.violations() == []


def test_there_is_no_such_item(town, browser):
    """A name that nobody sells: the page says so, and offers nothing."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/?item=nothing-here")
    page.wait_text(".sale > .muted", "There is no such item.")
    assert page.call("isDisabled", "#buy")
    browser.quiet("404", "503")


def test_a_redis_that_stands_still_costs_patience_and_no_second_order(town, browser, page, item):
    """The nodes answer 503: the page asks again by itself, with its key, until it has an order."""
    town.cluster.pause_redis()
    try:
        page.click("#buy")
        wait_until(lambda: len(keys_of_purchases(page, item)) >= 2, 20, "a second try")
        assert "cannot buy twice" in page.text("#notice")
    finally:
        town.cluster.resume_redis()
    page.wait_attribute(".order", "data-state", "held", 15)
    assert len(set(keys_of_purchases(page, item))) == 1
    assert town.cluster.orders(item) == 1
    browser.quiet("503", "502", "504")


def test_where_trial_payments_are_off_the_page_sends_to_the_shop(town, browser, page):
    """403 from the cashier: the button goes, the words say where to pay; the hold stays."""
    for i in range(4):
        town.cluster.stop_node(i)
        town.cluster.restart_node(i, trial_pay=0)
    try:
        page.click("#buy")
        page.click("#pay")
        page.wait_attribute("#notice", "data-reason", "NO_TRIAL", 10)
        assert page.run("document.querySelector('#pay')") is None
        assert page.attribute(".order", "data-state") == "held"
        page.go("about:blank")  # it must not meet the nodes' coming back
        browser.quiet("403", "502", "503")
    finally:
        for i in range(4):
            town.cluster.stop_node(i)
            town.cluster.restart_node(i, trial_pay=1)
