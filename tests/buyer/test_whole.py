"""The whole job: reserve, wait, rush, report, remind; one notification each, not one an attempt."""
import time

import pytest

from harness.buyer import LOST, RESERVE, STOPPED, UNKNOWN, UNPAID, USAGE, WON, Buyer
from harness.fakeshop import ORDER, accepted, refused
from harness.postbox import Mailbox
from harness.waiting import stretched, wait_until


@pytest.fixture
def box(ports):
    """A mail server."""
    box = Mailbox(ports.take())
    yield box
    box.close()


def reserves(shop, *answers):
    """The shop wants reservations, and answers so, the last one for all others."""
    left = list(answers)
    shop.answers["/reservations/"] = lambda request: left.pop(0) if len(left) > 1 else left[0]


RESERVED = (200, {"code": 1, "success": True, "resultCode": 0, "reason": "RESERVED"})
ALREADY = (200, {"code": 1, "success": True, "resultCode": 0, "reason": "ALREADY_RESERVED"})


def test_the_whole_job(shop, buyer, hook):
    """Reservations open in 0.6 s, the sale starts in 2.4 s: both in time, one message each."""
    opens = int(shop.now_ms()) + 600
    starts = opens + 1800
    shop.stock(rules={"reserve": "required", "reserveStartsAt": opens, "startsAt": starts})
    reserves(shop, refused("BUSY", 90013, 503), RESERVED)
    left = [refused("BUSY", 90013, 503)] * 3
    shop.buy = lambda request: left.pop() if left else accepted()
    said = buyer.says(WON, notify_webhook=hook.url)
    asked = shop.asked("/reservations/")
    assert [one.method for one in asked] == ["POST", "POST"] and asked[0].query["user"] == "ada"
    assert asked[0].at >= opens - 1  # the server tells whole ms
    assert shop.asked("/buy/")[0].at >= starts - 1
    assert "Reserved." in said.out and ORDER in said.out
    assert hook.kinds() == [("reservation", "RESERVED"), ("result", "ACCEPTED")]
    result = hook.messages[1]
    assert result["title"] == "ticket: You have it." and ORDER in result["text"]
    assert (result["orderId"], result["item"], result["user"]) == (ORDER, "ticket", "ada")
    assert len({message["id"] for message in hook.messages}) == 2


def test_what_was_told_is_not_told_again(shop, buyer, hook):
    """Another run finds the order: no message. A new purchase has messages of its own."""
    shop.stock(rules={"reserve": "optional"})
    reserves(shop, RESERVED, ALREADY)
    shop.answers["/orders/"] = lambda request: (200, {
        "code": 1, "success": True, "resultCode": 0,
        "data": {"orderId": ORDER, "state": "held", "payBefore": 0}})
    for _ in range(2):
        buyer.says(WON, notify_webhook=hook.url)
    assert hook.kinds() == [("reservation", "RESERVED"), ("result", "ACCEPTED")]
    buyer.says(WON, notify_webhook=hook.url, again=True)
    assert hook.kinds()[2:] == [("result", "ACCEPTED")]


def test_a_failure_is_told_once_when_the_run_ends(shop, buyer, hook):
    """Five attempts, one message; a second run of its own is told of too."""
    left = [refused("BUSY", 90013, 503, retryAfterMs=10)] * 4
    shop.buy = lambda request: left.pop() if left else refused("SOLD_OUT")
    buyer.says(LOST, notify_webhook=hook.url)
    assert hook.kinds() == [("result", "SOLD_OUT")] and len(shop.keys()) == 5
    assert hook.messages[0]["title"] == "ticket: Not won: sold out."
    shop.buy = lambda request: accepted()
    buyer.says(WON, notify_webhook=hook.url)
    assert hook.kinds()[1:] == [("result", "ACCEPTED")]


@pytest.mark.parametrize("reserve, code", [("required", RESERVE), ("optional", WON)])
@pytest.mark.parametrize("reason", ["RESERVE_FULL", "RESERVE_OVER"])
def test_a_reservation_that_cannot_be_had(shop, buyer, hook, reserve, code, reason):
    """It ends the job only where the sale wants one; it is told either way."""
    shop.stock(rules={"reserve": reserve})
    reserves(shop, refused(reason, -1))
    buyer.says(code, notify_webhook=hook.url)
    assert hook.kinds()[0] == ("reservation", reason)
    assert bool(shop.asked("/buy/")) == (code == WON)


def test_reservations_that_open_later_are_waited_for(shop, buyer):
    """RESERVE_NOT_OPEN with opensAt: asked again then, not before."""
    opens = int(shop.now_ms()) + 900
    shop.stock(rules={"reserve": "required"})
    shop.answers["/reservations/"] = lambda request: RESERVED if request.at >= opens else refused(
        "RESERVE_NOT_OPEN", -1, opensAt=opens)
    buyer.says(WON, "reserve")
    times = [one.at for one in shop.asked("/reservations/")]
    assert len(times) == 2 and times[1] >= opens
    assert not shop.asked("/buy/")


def test_a_time_of_the_settings_goes_before_the_servers(shop, buyer):
    """reserve-at; nonsense is a fault; a sale without reservations says so."""
    at = int(shop.now_ms()) + 700
    shop.stock(rules={"reserve": "required"})
    reserves(shop, RESERVED)
    buyer.says(WON, "reserve", reserve_at=at)
    assert shop.asked("/reservations/")[0].at >= at - 1  # the server tells whole ms
    assert "--reserve-at is no time" in buyer.says(USAGE, "reserve", reserve_at="soon").out
    shop.stock(rules={})
    assert "no reservation" in buyer.says(WON, "reserve").out


def test_a_message_that_cannot_be_delivered_changes_nothing(shop, buyer, hook):
    """Twice 500, then taken; three times: given up, said so, and the order is there."""
    hook.statuses = [500, 500]
    buyer.says(WON, notify_webhook=hook.url)
    assert hook.tries == 3 and hook.kinds() == [("result", "ACCEPTED")]
    hook.statuses = [500] * 3
    said = Buyer(buyer.home, shop.url, "grace").says(WON, notify_webhook=hook.url)
    assert hook.tries == 6 and "could not be delivered: it was answered with 500" in said.err


def test_an_unknown_end_is_told_and_so_is_what_it_was(shop, buyer, hook):
    """UNKNOWN when the time is over; the next run learns of the order, and tells it."""
    shop.buy = lambda request: "cut"
    at = int(shop.now_ms()) - 59_000
    buyer.says(UNKNOWN, notify_webhook=hook.url, buy_at=at, stop_after_minutes=1)
    shop.buy = lambda request: accepted(reason="REPEATED")
    buyer.says(WON, notify_webhook=hook.url)
    assert hook.kinds() == [("result", "UNKNOWN"), ("result", "REPEATED")]


def test_a_mail_is_sent(shop, buyer, box):
    """In Chinese, with the result in the subject; over SMTP."""
    buyer.says(WON, smtp_url=box.url, smtp_from="shop@penstock.test", smtp_to="ada@penstock.test",
               lang="zh")
    ((sender, receiver, letter, text),) = box.mails
    assert "<shop@penstock.test>" in sender and "<ada@penstock.test>" in receiver
    assert letter["Subject"] == "ticket: 抢到了！" and ORDER in text and "付款截止" in text
    assert letter["Message-ID"].startswith(f"<{buyer.facts()['key']}-result@")


def test_a_mail_needs_addresses_and_a_password_needs_tls(shop, buyer, box):
    """No command is smuggled in; a login without TLS is not tried."""
    flags = {"smtp_url": box.url, "smtp_from": "a@b", "smtp_to": "c@d> SIZE=1"}
    assert "bare addresses" in buyer.says(WON, **flags).err
    path = buyer.home / "settings.ini"
    path.write_text("smtp-password = s3cret\n")
    path.chmod(0o600)
    other = Buyer(buyer.home, shop.url, "grace", config=path)
    said = other.says(WON, smtp_url=box.url, smtp_from="a@b", smtp_to="c@d", smtp_user="ada")
    assert "could not be delivered" in said.err and not box.mails
    assert not any("AUTH" in word for word in box.words)
    assert "--smtp-from and --smtp-to" in buyer.says(USAGE, smtp_url=box.url).err


class Orders:
    """A shop's orders: held until it is told otherwise."""

    def __init__(self, shop, seconds):
        self.state, self.before = "held", time.time() + seconds
        shop.buy = lambda request: accepted(pay_in_s=seconds)
        shop.answers["/orders/"] = self.answer

    def answer(self, request):
        """GET tells it, POST .../pay pays it."""
        if request.method == "POST":
            self.state = "paid"
        if self.state == "held" and time.time() > self.before:
            self.state = "expired"
        return 200, {"code": 1, "success": True, "resultCode": 0, "reason": "PAID", "data": {
            "orderId": ORDER, "state": self.state, "payBefore": int(self.before * 1000)}}


def test_it_reminds_before_the_deadline_and_tells_that_it_is_lost(shop, buyer, hook):
    """Two seconds to pay: reminded once, half-way; then expired, with an exit code of its own."""
    Orders(shop, 2)
    said = buyer.says(UNPAID, notify_webhook=hook.url, remind_before_minutes=5)
    assert hook.kinds() == [("result", "ACCEPTED"), ("reminder", "UNPAID")]
    assert hook.messages[1]["at"] - hook.messages[0]["at"] > 700
    assert "Not paid in time" in said.out


def test_what_is_paid_needs_no_reminder(shop, buyer, hook):
    """Paid from elsewhere while it watches: it says so and ends."""
    orders = Orders(shop, 20)
    running = buyer.start(notify_webhook=hook.url, remind_before_minutes=5)
    wait_until(lambda: shop.asked("/orders/"), what="it to watch")
    orders.state = "paid"
    said = running.wait(stretched(15))
    assert said.code == WON and "Paid: it is yours." in said.out
    assert hook.kinds() == [("result", "ACCEPTED")]


def test_ctrl_c_while_it_watches_tells_of_the_order(shop, buyer):
    """The order is held; the exit code is that of a stop."""
    Orders(shop, 60)
    running = buyer.start(remind_before_minutes=5)
    wait_until(lambda: shop.asked("/orders/"), what="it to watch")
    running.interrupt()
    said = running.wait()
    assert said.code == STOPPED and f"You hold the order {ORDER}" in said.out


def test_pay_and_status_work_while_it_watches(shop, buyer):
    """The whole job has the purchase, and these only look: both at once, and it hears of it."""
    Orders(shop, 60)
    running = buyer.start(remind_before_minutes=5)
    wait_until(lambda: shop.asked("/orders/"), what="it to watch")
    assert f"order {ORDER}: yours" in buyer.says(WON, "status").out
    assert "another penstock-buyer" in buyer.says(USAGE, "rush").err
    assert "Paid" in buyer.says(WON, "pay").out
    said = running.wait(stretched(15))
    assert said.code == WON and "Paid: it is yours." in said.out


def test_status_leaves_no_trace_and_reads_no_open_state(shop, buyer):
    """Nothing is made by looking; a state that others can read is refused as before."""
    buyer.says(WON, "status")
    assert not list(buyer.state.glob("*.lock")) and not buyer.state_files()
    buyer.says(WON, "rush")
    (path,) = buyer.state_files()
    path.chmod(0o644)
    for command in ("status", "pay", "rush"):
        assert "chmod 600" in buyer.says(USAGE, command).err


def test_pay_pays_what_is_held(shop, buyer):
    """The state's order, or the one that is named; where it is not allowed it says so."""
    Orders(shop, 60)
    assert "no order to pay" in buyer.says(LOST, "pay").out
    buyer.says(WON, "rush")
    assert "Paid" in buyer.says(WON, "pay").out
    assert shop.asked("/orders/")[-1].path == f"/orders/{ORDER}/pay"
    buyer.says(WON, "pay", "ticket-00000007-9f0c5a7d21be")
    assert shop.asked("/orders/")[-1].path == "/orders/ticket-00000007-9f0c5a7d21be/pay"
    assert "no order's number" in buyer.says(USAGE, "pay", "../../x").out
    shop.answers["/orders/"] = lambda request: refused("FORBIDDEN", -1, 403)
    assert "takes its payments elsewhere" in buyer.says(LOST, "pay").out
    for reason in ("DUE", "REPEATED"):
        shop.answers["/orders/"] = lambda request, reason=reason: refused(
            reason, 60074, data={"orderId": ORDER, "state": "expired"})
        assert "Too late" in buyer.says(UNPAID, "pay").out


def test_status_tells_of_order_and_reservation(shop, buyer):
    """After buying: the order, its deadline, and that it was reserved."""
    Orders(shop, 60)
    shop.stock(rules={"reserve": "optional", "startsAt": int(shop.now_ms()) - 1000})
    reserves(shop, ALREADY)
    buyer.says(WON, "rush")
    out = buyer.says(WON, "status").out
    assert "reservation: Reserved" in out and f"order {ORDER}: yours" in out and "sale:" in out
