"""The operator's page in a real browser: what it shows of a real cluster, and what it may do."""
import pytest

from harness.browser import IS_FOR_DOCUMENTS, unhurried
from harness.town import Crowd
from harness.waiting import wait_equal, wait_until

SOON = unhurried(3.0)  # seconds within which the page shows what has happened to a node
DESK = {"width": 1180, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def operator(town, browser, item):
    """The page, showing the item of this test."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/admin/", viewport=DESK)
    show(page, item)
    return page


def show(page, item):
    """Chooses the item, as soon as the page knows it."""
    page.wait_for(f"#item [data-item='{item}']")
    page.call("selectOption", "#item", item)
    page.wait_text("#item-title", item)


def node_row(town, i, part=""):
    """The selector of a node's row."""
    return f"tr[data-node='{town.cluster.nodes[i].name}'] {part}".strip()


def looks(page):
    """How often the page has asked for /status."""
    return len(page.browser.ask("browser", "heardAt", page.name, "GET /status"))


def number(page, selector):
    """The number in an element; None if there is none."""
    text = (page.text(selector) or "").replace(",", "")
    return float(text) if text.replace(".", "").isdigit() else None


def test_a_sale_is_seen_as_it_goes_on(town, browser):
    """A crowd buys and pays: stock, rates, shares, gates and answers move, and stay conserved."""
    town.cluster.open_sale(20000, "concert")
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/admin/", viewport=DESK)
    show(page, "concert")
    page.wait_text("#left", "20,000")
    with Crowd(town, pays=0.6, wave=40, rest_s=0.05, item="concert") as crowd:
        wait_until(lambda: number(page, "#sold") or 0, 10, "orders a second")
        wait_until(lambda: (number(page, "#paid") or 0) > 500, 20, "payments to be seen")
        wait_until(lambda: page.run("document.querySelectorAll('.plot canvas').length") == 4,
                   what="four charts")
        wait_until(lambda: page.text(node_row(town, 3, ".share")).strip() not in ("", "– %"),
                   what="the share of the heaviest node")
        wait_until(lambda: looks(page) >= (20 if IS_FOR_DOCUMENTS else 4), 40, "lines to look at")
        page.picture("operator")
        page.look("dark")
        page.picture("operator-dark")
        page.call("setViewportSize", PHONE)
        page.picture("operator-phone", 1500)
        page.look("light")
    counts = town.cluster.counts("concert")
    sold, paid = counts["ticket_sold_nums"], counts["paid_nums"]
    assert sold >= len(crowd.accepted) > 0
    wait_equal((20000 - sold, sold - paid, paid),
               lambda: tuple(number(page, name) for name in ("#left", "#held", "#paid")), 5,
               "what is left, held and paid, as Redis has it")
    wait_until(lambda: number(page, "[data-answer=ACCEPTED]") >= len(crowd.accepted), 5,
               "the answers of all nodes")
    page.wait_attribute("#light-audit", "data-state", "up")


RATES = """import('/pages/admin/rates.js').then(({ steady, compare, percentile }) => {
  const look = (asOf, ...counts) => ({ asOf, items: [{ item: "a" }],
    latencyBoundsUs: [1000, 2000], nodes: counts.map(
    (n, i) => ({ name: `n${i}`, weight: i + 1, state: "up", requests: n, sold: 0,
                 answers: { SOLD_OUT: n }, latency: [n, 0, 0] })) });
  const one = look(1000, 100, 5000);
  let two = one;
  const seen = [];
  for (let i = 0; i < 6; i++) {
    two = steady(look(3000, 90, 40), two);
    seen.push(two.nodes[1].requests);
  }
  const rates = compare(two, one), short = steady({ ...look(4000, 95), items: [] }, two);
  return { requests: two.nodes.map((n) => n.requests), seen,
           short: [short.nodes.length, short.items.length],
           rates: rates.nodes.map((n) => n.requestsRate), answers: rates.answers,
           shares: rates.nodes.map((n) => [n.share, n.wanted]),
           percentiles: [percentile([0, 0, 0], [1000, 2000], 0.5), percentile([98, 1, 1],
             [1000, 2000], 0.99), percentile([0, 0, 5], [1000, 2000], 0.5) === Infinity] };
})"""


def test_rates_bear_older_news_and_nodes_that_start_anew(operator):
    """A count a little behind is no gain; one that fell and stays low is a new node's own."""
    told = operator.run(RATES)
    assert told["seen"] == [5000, 5000, 5000, 5000, 40, 40]
    assert told["short"] == [2, 1], "what one look leaves out is kept"
    assert told["requests"] == [100, 40]
    assert told["rates"] == [0, 20]
    assert told["answers"] == [{"word": "SOLD_OUT", "total": 140, "rate": 20}]
    assert told["shares"] == [[0, 1 / 3], [1, 2 / 3]]
    assert told["percentiles"] == [None, 2, True]


def test_a_killed_node_is_shown_within_three_seconds_and_so_is_its_return(town, operator):
    """SIGKILL: not up any more, later gone, its share nought; started again: up."""
    row = node_row(town, 1)
    operator.wait_attribute(row, "data-state", "up")
    town.cluster.kill_node(1)
    try:
        wait_until(lambda: operator.attribute(row, "data-state") in ("late", "gone"), SOON,
                   "the page to miss the node")
        operator.wait_attribute(row, "data-state", "gone", SOON)
    finally:
        town.cluster.restart_node(1)
    operator.wait_attribute(row, "data-state", "up", SOON)


def test_a_page_without_news_says_so_and_forgets_it_when_they_come(town, browser, operator):
    """All of /status cut off: stale, in words; then live again."""
    operator.wait_attribute("#freshness", "data-state", "up")
    browser.ask("browser", "swallow", operator.name, "**/status*", "cut")
    operator.wait_attribute("#freshness", "data-state", "stale", 8)
    assert "What you see is old" in operator.text("#alert")
    assert operator.violations() == []
    browser.ask("browser", "letThrough", operator.name)
    operator.wait_attribute("#freshness", "data-state", "up", SOON)
    assert operator.text("#alert") == ""
    browser.quiet("ERR_CONNECTION_RESET")


def test_a_hidden_page_does_not_ask(browser, operator):
    """Hidden: no look while another page goes on; seen again: it looks by itself."""
    other = browser.open(operator.run("location.href"))

    def wait_looks(page, more):
        start = looks(page)
        wait_until(lambda: looks(page) >= start + more, 20, f"{more} looks")

    operator.hide(True)
    wait_looks(other, 2)  # one of the hidden page's that was under way has ended
    before = looks(operator)
    wait_looks(other, 3)
    assert looks(operator) == before
    operator.hide(False)
    wait_looks(operator, 1)


@pytest.mark.parametrize("scheme, viewport", [("light", DESK), ("dark", DESK), ("light", PHONE),
                                              ("dark", PHONE)])
def test_axe_finds_nothing_to_complain_of(town, browser, item, scheme, viewport):
    """Desk and phone, light and dark, with the token's form; nothing is wider than the screen."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/admin/", viewport=viewport,
                        colorScheme=scheme)
    show(page, item)
    page.wait_for(".plot canvas")
    assert page.violations() == []
    assert page.run("document.documentElement.scrollWidth <= innerWidth")


def test_an_operators_browser_may_speak_chinese(town, browser, item):
    """Chinese where Chinese comes first."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/admin/", locale="zh-CN",
                        viewport=DESK)
    show(page, item)
    assert page.text("#nodes-title") == "节点"


def sign_in(page, token):
    """The operator's token into the form."""
    page.call("fill", "#operator-token", token)
    page.click(".actions button[type=submit]")


def test_an_operator_pauses_starts_and_restocks_with_the_token(town, operator, item):
    """Signed in by the token of the secrets: each command is done once, and shown."""
    sign_in(operator, town.cluster.redis_part.secret("operator.token"))
    operator.click("#pause")
    operator.wait_text("#told", f"{item} is paused.")
    operator.wait_attribute("#light-sale", "data-state", "paused")
    assert town.cluster.buy(item=item).reason == "PAUSED"
    operator.click("#resume")
    operator.wait_attribute("#light-sale", "data-state", "open")
    operator.click("#restock")
    operator.call("fill", "#units", "5")
    operator.click("#add")
    operator.wait_text("#told", f"{item} is restocked.")
    operator.wait_text("#left", "15")
    assert town.cluster.counts(item)["ticket_total_nums"] == 15
    assert len(operator.heard(f"POST /admin/items/{item}")) == 3


def test_closing_asks_for_the_name_first(town, operator, item):
    """The button is dead until the item's name is typed; then the item is closed for good."""
    sign_in(operator, town.cluster.redis_part.secret("operator.token"))
    operator.click("#close")
    assert operator.call("isDisabled", "#close-yes")
    operator.call("fill", "#close-name", item)
    assert operator.violations() == []
    operator.click("#close-yes")
    operator.wait_attribute("#light-sale", "data-state", "closed")
    assert town.cluster.buy(item=item).reason == "ENDED"
    assert operator.call("isDisabled", "#pause")


def test_a_wrong_token_is_forgotten_and_another_is_asked_for(town, browser, operator, item):
    """401: words, and the form again; nothing was done. The right one outlives a reload."""
    sign_in(operator, "not-the-token")
    operator.click("#pause")
    operator.wait_attribute("#told", "data-reason", "BAD_TOKEN")
    operator.wait_for("#operator-token")
    assert town.cluster.counts(item).get("state", "open") == "open"
    sign_in(operator, town.cluster.redis_part.secret("operator.token"))
    operator.call("reload")
    show(operator, item)
    operator.wait_for("#pause")
    assert operator.run("localStorage.length") == 0
    browser.quiet("401")


def test_a_token_that_no_header_can_carry_is_refused_at_once(operator):
    """A full-width letter slipped in: not "it may have been done", for nothing was sent."""
    sign_in(operator, "ｔoken")
    operator.wait_attribute("#told", "data-reason", "BAD_TOKEN")
    assert operator.run("document.querySelector('#pause')") is None
    assert operator.run("sessionStorage.length") == 0
    sign_in(operator, "token")
    operator.wait_for("#pause")
    operator.wait_attribute("#told", "data-reason", "")
