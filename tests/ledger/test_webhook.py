"""The shop hears of every event about an order: signed, in order, at least once, or not at all."""
import time
from pathlib import Path

import pytest

from harness.desk import Desk
from harness.shop import Shop
from harness.waiting import stretched, wait_equal, wait_until

TOLD = ("created", "paid", "expired", "cancelled", "due", "refunded")


@pytest.fixture
def shop(site):
    """A receiver that takes everything."""
    made = Shop(site.ports.take(), site.redis_part.secret("webhook.key"))
    yield made
    made.close()


def told_ledger(site, shop, **flags):
    """A ledger, not started, whose webhook leads to the shop."""
    return site.ledger(**{"webhook_url": shop.url, "webhook_allow_private": 1,
                          "webhook_key_file": site.redis_part.secrets / "webhook.key", **flags})


def buy(desk, count, name="k"):
    """So many orders; their seqs."""
    return [said.first for said in desk.buy(*[(f"{name}{i}", "", "1") for i in range(count)])]


def expected(ledger, item="ticket"):
    """The ids that the shop must have, from SQL."""
    return [f"{item}:{seq}" for seq, kind, _ in ledger.events(item) if kind in TOLD]


def ids(bodies, item="ticket"):
    """Of those about an item, as they came."""
    return [body["event"] for body in bodies if body["item"] == item]


def check_all_came(ledger, shop, item="ticket", timeout=20):
    """Every event of SQL is there, in order, and every message was good."""
    ledger.wait_recorded(item)
    wait_until(lambda: len(ids(shop.delivered(), item)) >= len(expected(ledger, item)),
               timeout, "all events at the shop", every=0.02)
    assert ids(shop.delivered(), item) == expected(ledger, item)
    assert shop.faults == []


def test_every_kind_is_told_with_what_belongs_to_it(site, shop):
    """An order paid and refunded, one cancelled, one expired and paid too late: eight messages."""
    site.desk.open(100, price=30)
    ledger = told_ledger(site, shop).start()
    one, two, three = buy(site.desk, 3)
    site.desk.pay(one, "t-1", 30)
    site.desk.cancel(two)
    site.desk.refund(one)
    site.desk.later(400000)
    site.desk.sync()
    site.desk.pay(three, "t-3", 30)
    check_all_came(ledger, shop)
    bodies = shop.delivered()
    assert [(b["kind"], b.get("txn")) for b in bodies] == [
        ("created", None), ("created", None), ("created", None), ("paid", "t-1"),
        ("cancelled", None), ("refunded", "t-1"), ("expired", None), ("due", "t-3")]
    assert all(b["units"] == 1 and b["amount"] == 30 for b in bodies), bodies
    assert all(b["orderId"].startswith(f"ticket-{n:08}-") for b, n in
               zip(bodies, (one, two, three, one, two, one, three, three)))
    times = dict(zip((seq for seq, *_ in ledger.events()),
                     (int(words.split("|")[1]) for *_, words in ledger.events())))
    assert [b["at"] for b in bodies] == [times[int(b["event"].split(":")[1])] for b in bodies]
    assert {m.path for m in shop.messages} == {"/hook"}
    wait_equal(0, lambda: ledger.health()["webhookBacklog"], 5, "the backlog")


def test_a_message_that_fails_comes_again_and_the_order_is_kept(site, shop):
    """500 and a redirect, then 200: after 1 s, 2 s; the others wait behind it, none is skipped."""
    shop.answers = ["500", "redirect"]
    site.desk.open(100)
    ledger = told_ledger(site, shop).start()
    buy(site.desk, 20)
    check_all_came(ledger, shop)
    assert [m.event for m in shop.messages[:4]] == ["ticket:2"] * 3 + ["ticket:3"]
    assert {m.path for m in shop.messages} == {"/hook"}, "a redirect was followed"
    first, second, third = (m.at for m in shop.messages[:3])
    assert second - first >= 0.95 and third - second >= 1.95, "it did not wait, or not longer"
    assert "answered with 500" in ledger.process.text()


@pytest.mark.parametrize("way", ["hang", "cut"])
def test_a_shop_that_hangs_or_cuts_is_asked_again(site, shop, way):
    """No answer in time, or a connection that ends: the same message again, later."""
    shop.answers = [way]
    site.desk.open(100)
    ledger = told_ledger(site, shop, webhook_timeout_ms=300).start()
    buy(site.desk, 5)
    check_all_came(ledger, shop)
    assert [m.event for m in shop.messages[:3]] == ["ticket:2", "ticket:2", "ticket:3"]


def test_an_answer_without_end_is_cut_and_counts(site, shop):
    """200 with megabytes behind it: the ledger stops reading, and the message is delivered."""
    shop.answers = ["long"]
    site.desk.open(100)
    ledger = told_ledger(site, shop).start()
    buy(site.desk, 3)
    check_all_came(ledger, shop)
    assert len(shop.messages) == 3
    wait_equal(1, lambda: shop.cuts, 5, "answers that were cut")


def test_an_item_that_is_refused_holds_up_no_other(site, shop):
    """All of `ticket` is refused, `zoo`, behind it in every round, goes on; so does recording."""
    shop.way = lambda body: "503" if body["item"] == "ticket" else "200"
    other = Desk(site.redis, "zoo")
    site.desk.open(100)
    other.open(100)
    ledger = told_ledger(site, shop).start()
    buy(site.desk, 5)
    buy(other, 100)
    check_all_came(ledger, shop, "zoo", 5)
    ledger.wait_recorded()
    assert ids(shop.delivered()) == [] and ledger.health()["healthy"]
    wait_until(lambda: ledger.health()["webhookBacklog"] >= 5, 5, "the backlog to be told")
    assert ledger.process.text().count("webhook:") <= 1, "more than one line a minute"
    shop.way = lambda body: "200"
    check_all_came(ledger, shop)


def test_a_ledger_killed_again_and_again_loses_nothing(site, shop):
    """kill -9 while messages are on their way: each arrives, in order once repeats are left out."""
    site.desk.open(1000)
    ledger = told_ledger(site, shop).start()
    buy(site.desk, 200)
    for part in range(1, 6):
        shop.wait_for(part * 20)
        ledger.kill()
        ledger.start()
    check_all_came(ledger, shop)
    assert len(shop.messages) <= 205, "more was repeated than a message for each death"


def test_the_standby_is_silent(site, shop):
    """Two ledgers, both with the webhook: each event comes once; the second one goes on."""
    site.desk.open(1000)
    ledger = told_ledger(site, shop).start()
    second = told_ledger(site, shop).start()
    buy(site.desk, 50)
    check_all_came(ledger, shop)
    assert len(shop.messages) == 50
    ledger.kill()
    buy(site.desk, 50, "l")
    check_all_came(second, shop)
    assert len(shop.messages) <= 101


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_nothing_is_sent_to_this_machine_unless_allowed(site, shop, host):
    """Without --webhook-allow-private: not one connection, and the log says why."""
    site.desk.open(100)
    ledger = told_ledger(site, shop, webhook_url=f"http://{host}:{shop.port}/hook",
                         webhook_allow_private=0).start()
    buy(site.desk, 5)
    wait_until(lambda: "not a public one" in ledger.process.text(), 5, "the refusal in the log")
    ledger.wait_recorded()
    assert shop.messages == [] and ledger.health()["healthy"]


def test_an_old_database_does_not_flood_the_shop(site, shop):
    """Switched on late: it begins at the newest event; off for a while, it catches up."""
    site.desk.open(1000)
    plain = site.ledger().start()
    buy(site.desk, 50)
    plain.wait_recorded()
    assert plain.stop() == 0
    ledger = told_ledger(site, shop).start()
    first = buy(site.desk, 1, "new")[0]
    shop.wait_for(1)
    assert ledger.stop() == 0
    plain.start()
    buy(site.desk, 10, "meanwhile")
    plain.wait_recorded()
    assert plain.stop() == 0
    ledger.start()
    assert ids(shop.wait_for(11)) == [f"ticket:{first + i}" for i in range(11)]


def test_it_is_off_by_default(site, shop):
    """A key alone: no message, no thread, no row."""
    site.desk.open(100)
    told = told_ledger(site, shop).start()
    threads = len(list(Path(f"/proc/{told.process.pid}/task").iterdir()))
    told.stop()
    site.books.do("DELETE FROM webhooks")
    ledger = site.ledger(webhook_key_file=site.redis_part.secrets / "webhook.key").start()
    buy(site.desk, 5)
    ledger.wait_recorded()
    assert len(list(Path(f"/proc/{ledger.process.pid}/task").iterdir())) == threads - 1
    assert shop.messages == [] and site.books.ask("SELECT item FROM webhooks") == []
    assert ledger.health()["webhookBacklog"] == 0


def test_sigterm_ends_within_the_message_under_way(site, shop):
    """The shop hangs: the ledger ends with 0 when its patience does, not later."""
    shop.way = lambda body: "hang"
    site.desk.open(100)
    ledger = told_ledger(site, shop, webhook_timeout_ms=1000).start()
    buy(site.desk, 5)
    wait_until(lambda: shop.messages, 5, "a message under way")
    since = time.monotonic()
    assert ledger.stop() == 0
    assert time.monotonic() - since < stretched(3)


@pytest.mark.parametrize("flags, says", [
    ({"webhook_url": "ftp://shop.example/"}, "http:// or https://"),
    ({"webhook_url": "https://"}, "http:// or https://"),
    ({"webhook_key_file": ""}, "--webhook-key-file must be too"),
    ({"webhook_allow_private": 2}, "webhook-allow-private"),
])
def test_bad_settings_are_told(site, shop, flags, says):
    """Exit 2 with a sentence."""
    ledger = told_ledger(site, shop, **flags)
    ledger.start(well=False)
    assert ledger.process.wait() == 2
    assert says in ledger.process.text()
