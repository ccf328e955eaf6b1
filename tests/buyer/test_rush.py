"""The rush: one key, as many attempts as it takes and the server allows, and one true end."""
import re
import time

import pytest

from harness.buyer import AWAY, LOGIN, LOST, OVER, RESERVE, STOPPED, TIMEOUT, UNKNOWN, USAGE, WON
from harness.buyer import Buyer
from harness.fakeshop import ORDER, FakeShop, Later, Memory, Script, accepted, refused
from harness.waiting import stretched, wait_until


def test_an_order_is_told_and_kept(shop, buyer):
    """The first attempt says that it is one; the state holds key and order, for its owner only."""
    said = buyer.says(WON, "rush")
    assert said.out.startswith("You have it.") and ORDER in said.out
    (asked,) = shop.asked("/buy/")
    assert asked.path == "/buy/ticket" and asked.query == {"units": "1", "user": "ada"}
    assert asked.method == "POST" and asked.headers["idempotency-attempt"] == "1"
    assert "content-type" not in asked.headers
    facts = buyer.facts()
    assert (facts["key"], facts["order"]) == (asked.headers["idempotency-key"], ORDER)
    assert re.fullmatch("pb-[0-9a-f]{32}", facts["key"])
    assert {path.stat().st_mode & 0o777 for path in buyer.state.iterdir()} == {0o600}
    assert buyer.state.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("answer, code, line", [
    (refused("SOLD_OUT"), LOST, "Not won: sold out."),
    (refused("LIMIT"), LOST, "more units than an order or a buyer may have"),
    (refused("ENDED"), OVER, "Too late"),
    (refused("NO_ITEM", status=404), LOST, "no such item"),
    (refused("CONFLICT", status=422), LOST, "key was used"),
    (refused("NOT_DRAWN", 90016), LOST, "did not win"),
    (refused("REFUSED", 90008), LOST, "risk control"),
    (refused("NO_REGION"), LOST, "no stock in your region"),
    (refused("NOT_RESERVED"), RESERVE, "for those who reserved"),
    (refused("NO_TOKEN", status=401), LOGIN, "Log in first"),
    (refused("BAD_TOKEN", status=401), LOGIN, "log in again"),
    (refused("SOMETHING_NEW", 1, error="x"), LOST, "没有"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_refusal_for_good_ends_it_with_a_friendly_line(shop, buyer, answer, code, line):
    """One attempt, one line, an exit code that tells which."""
    shop.buy = Script(answer)
    assert line in buyer.says(code, "rush").out
    assert len(shop.asked("/buy/")) == 1


def test_the_same_key_goes_through_all_attempts_and_runs(shop, buyer):
    """Busy, early, strange and lost; then another run: one key, and only its first send says so."""
    shop.buy = Script(refused("BUSY", 90013, 503), "cut", b"nonsense\r\n\r\n",
                      refused("UNKNOWN", 90013, 503), refused("SOLD_OUT"))
    buyer.says(LOST, "rush")
    shop.buy = Script(accepted())
    buyer.says(WON, "rush")
    keys, asked = shop.keys(), shop.asked("/buy/")
    assert len(keys) == 6 and len(set(keys)) == 1
    assert ["idempotency-attempt" in one.headers for one in asked] == [True] + [False] * 5


@pytest.mark.parametrize("workers", [1, 4])
def test_a_lost_answer_gives_one_order(shop, buyer, workers):
    """The server sold and its answer was cut: asked again with the key, told the same order."""
    shop.buy = memory = Memory(lost=1)
    said = buyer.says(WON, "rush", workers=workers)
    assert "an earlier attempt had been accepted" in said.out
    assert len(memory.sold) == 1 and len(set(shop.keys())) == 1
    assert buyer.facts()["order"] in memory.sold.values()


def test_a_refusal_is_not_believed_while_an_answer_is_lost(shop, buyer):
    """First: lost, but sold. Then sold out for all that were not looked up. It asks on."""
    memory = Memory(lost=1)
    shop.buy = Script(memory, refused("BUSY", 90013, 503), memory)
    buyer.says(WON, "rush")
    shop.buy = Script("cut", refused("SOLD_OUT"))
    other = Buyer(buyer.home, shop.url, "grace")
    other.says(LOST, "rush")
    asked = [one for one in shop.asked("/buy/") if one.query["user"] == "grace"]
    assert len(asked) == 2 and "idempotency-attempt" not in asked[1].headers


def test_a_refusal_by_one_worker_waits_for_what_another_has_lost(shop, buyer):
    """The first attempt hears late that all is gone; the second had bought, and lost its answer."""
    memory = Memory(lost=1)
    shop.buy = Script(Later(0.05, refused("SOLD_OUT")), memory, memory)
    buyer.says(WON, "rush", workers=2)
    assert len(memory.sold) == 1 and len(shop.keys()) == 3


def test_a_kill_in_the_middle_leaves_the_key_behind(shop, buyer):
    """SIGKILL while an answer is awaited; the next run asks with the key and hears of the order."""
    memory = Memory()

    def sells_and_hangs(request):
        memory(request)
        return "hang"

    shop.buy = sells_and_hangs
    running = buyer.start("rush")
    wait_until(lambda: shop.asked("/buy/"), what="an attempt")
    running.kill()
    assert "a purchase is pending" in buyer.says(WON, "status").out
    shop.buy = memory
    shop.stock(state="closed")  # even then: it may have bought
    said = buyer.says(WON, "rush")
    assert "an earlier attempt" in said.out and len(set(shop.keys())) == 1


def test_ctrl_c_tells_what_is_pending(shop, buyer):
    """With an attempt under way: the key; before any: nothing. Its exit code is its own."""
    shop.buy = Script("hang")
    running = buyer.start("rush")
    wait_until(lambda: shop.asked("/buy/"), what="an attempt")
    running.interrupt()
    said = running.wait(5)
    assert said.code == STOPPED and shop.keys()[0] in said.out and "may be an order" in said.out
    other = Buyer(buyer.home, shop.url, "grace")
    shop.stock(rules={"startsAt": int(shop.now_ms()) + 60_000})
    running = other.start("rush")
    wait_until(lambda: "WAITING" in other.log(), what="it to wait")
    running.interrupt()
    said = running.wait(5)
    assert said.code == STOPPED and "Nothing is pending" in said.out
    assert len(shop.asked("/buy/")) == 1


def test_retry_after_is_obeyed_and_too_fast_slows_all_workers_down(shop, buyer):
    """503 with Retry-After: 1, then 60017: nobody asks within the times that were told."""
    shop.buy = Script(refused("BUSY", 90013, 503, True, {"Retry-After": "1"}),
                      refused("TOO_FAST", 60017, 429, True, retryAfterMs=700), accepted())
    buyer.says(WON, "rush")
    first, second, third = [one.at for one in shop.asked("/buy/")]
    assert 1000 <= second - first < 1500 and 700 <= third - second < 1100
    shop.requests.clear()
    shop.buy = Script(refused("TOO_FAST", 60017, 429, True), accepted())
    Buyer(buyer.home, shop.url, "grace").says(WON, "rush", workers=3)
    times = [one.at for one in shop.asked("/buy/")]
    assert times[1] - times[0] >= 250, times


def test_without_a_word_of_when_it_backs_off_more_and_more(shop, buyer):
    """BUSY without Retry-After: 0.1, 0.2, 0.4 s."""
    shop.buy = Script(*[refused("BUSY", 90013, 503)] * 4, accepted())
    buyer.says(WON, "rush")
    times = [one.at for one in shop.asked("/buy/")]
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert [least <= gap < 1.6 * least + 60 for least, gap in zip((100, 200, 400, 800), gaps)] == \
        [True] * 4, gaps


def test_all_workers_stop_at_the_first_success(shop, buyer):
    """Four workers, the second to come wins: no attempt follows."""
    shop.buy = Script(refused("HELD"), accepted())
    buyer.says(WON, "rush", workers=4)
    seen = len(shop.asked("/buy/"))
    assert 2 <= seen <= 4 and len(set(shop.keys())) == 1


def test_a_start_that_is_too_long_ago_is_too_late(shop, buyer):
    """buy-at and the minutes after it are over: it says so, sends nothing, and exits."""
    said = buyer.says(OVER, "rush", stop_after_minutes=1, buy_at=int(shop.now_ms()) - 61_000)
    assert "Too late" in said.out and not shop.asked("/buy/")


@pytest.mark.parametrize("end, code", [(accepted(reason="REPEATED"), WON),
                                       (refused("NOT_DRAWN", 90016), LOST)], ids=["won", "lost"])
def test_a_draw_is_waited_for(shop, buyer, end, code):
    """TOOK_PART until drawsAt, beyond the minutes of a rush; then the key tells who was drawn."""
    stops = int(shop.now_ms()) + int(stretched(2000))
    draws = stops + 500
    shop.buy = lambda request: end if request.at >= draws else refused(
        "TOOK_PART", 90009, retryable=True, drawsAt=draws, retryAfterMs=int(draws - request.at) + 1)
    said = buyer.says(code, "rush", buy_at=stops - 60_000, stop_after_minutes=1)
    assert "You take part in the draw" in said.err
    assert len(shop.keys()) == 2 and len(set(shop.keys())) == 1


def test_a_stop_before_the_draw_leaves_the_key_behind(shop, buyer):
    """Who takes part may be drawn without asking again: it is pending, and told to be."""
    draws = int(shop.now_ms()) + 60_000
    shop.buy = lambda request: refused("TOOK_PART", 90009, retryable=True, drawsAt=draws,
                                       retryAfterMs=60_000)
    running = buyer.start("rush")
    wait_until(lambda: "TOOK_PART" in buyer.log(), what="it to take part")
    running.interrupt()
    assert "may be an order" in running.wait().out
    assert "pending" in buyer.says(WON, "status").out


def test_a_server_that_restarts_in_the_rush_is_waited_for(make_shop, ports, buyer, shop):
    """Connections cut, then refused, then it is back: bought, with the same key."""
    port = shop.port
    shop.buy = Script(refused("BUSY", 90013, 503), "cut")
    running = buyer.start("rush")
    wait_until(lambda: len(shop.asked("/buy/")) >= 2, what="two attempts")
    shop.close()
    wait_until(lambda: "UNSENT" in buyer.log(), what="a refused connection")
    again = FakeShop(port)
    try:
        said = running.wait()
        assert said.code == WON, said
        assert set(again.keys()) == set(shop.keys())
        assert all("idempotency-attempt" not in one.headers for one in again.asked("/buy/"))
    finally:
        again.close()


def test_a_burst_of_503_is_survived(shop, buyer):
    """Twenty, with and without JSON, and 502s of a proxy."""
    html = b"HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nno\n"
    bad = b"HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"
    busy = refused("BUSY", 90013, 503, True, retryAfterMs=20)
    shop.buy = Script(*[busy] * 8, html, bad, *[busy] * 10, accepted())
    buyer.says(WON, "rush")
    assert len(shop.keys()) == 21 and len(set(shop.keys())) == 1


def test_other_units_wait_for_a_pending_purchase(shop, buyer):
    """The key is bound to its units; what is pending comes first."""
    shop.buy = Script("hang")
    running = buyer.start("rush")
    wait_until(lambda: shop.asked("/buy/"), what="an attempt")
    running.kill()
    said = buyer.says(UNKNOWN, "rush", units=2)
    assert "--units 1" in said.out and len(shop.keys()) == 1


def test_two_runs_of_one_purchase_do_not_work_at_once(shop, buyer):
    """The second says so, and sends nothing."""
    shop.buy = Script("hang")
    running = buyer.start("rush")
    wait_until(lambda: shop.asked("/buy/"), what="an attempt")
    assert "another penstock-buyer" in buyer.says(USAGE, "rush").err
    running.interrupt()
    running.wait()
    assert len(shop.keys()) == 1


@pytest.mark.parametrize("rules, code, line", [
    ({"maxUnits": 1}, USAGE, "More units"),
    ({"limitUnits": 1}, USAGE, "More units"),
    ({"token": True}, LOGIN, "Log in first"),
    ({"endsAt": 1_600_000_000_000}, OVER, "Too late"),
])
def test_what_the_rules_refuse_is_said_before_the_sale(shop, buyer, rules, code, line):
    """No attempt is made."""
    shop.stock(rules=rules)
    assert line in buyer.says(code, "rush", units=2).out
    assert not shop.asked("/buy/")


def test_a_sale_that_is_closed_is_too_late(shop, buyer):
    """It says so and exits."""
    shop.stock(state="closed")
    assert "Too late" in buyer.says(OVER, "rush").out
    assert not shop.asked("/buy/")


def test_an_attempt_without_end_is_given_up(shop, buyer):
    """Silence: the deadline of the request, then the same key again."""
    shop.buy = Script("hang", accepted())
    buyer.says(WON, "rush", timeout_ms=400)
    assert len(shop.keys()) == 2 and len(set(shop.keys())) == 1


HUGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n"


@pytest.mark.parametrize("answer", [
    HUGE + b"[" * 500_000, HUGE + b" " * 500_000, HUGE + b'{"success":true', b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 999999999999 X\r\n\r\n", b"\xff\xfe\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le",
    (200, {"success": True, "reason": "ACCEPTED", "data": {"orderId": "x" * 5000}}),
    (200, {"success": True, "reason": "ACCEPTED", "data": {"orderId": ["ticket-1-2"]}}),
    (200, {"success": True, "reason": "ACCEPTED", "data": {"orderId": "a\u0000b"}}),
    (200, {"success": True, "reason": "A" * 3000, "data": None}),
    (200, {"success": 1, "reason": 2, "resultCode": "3", "retryAfterMs": -1e300}),
    (302, {"success": True}, {"Location": "http://127.0.0.1:1/"}),
], ids=range(13))
def test_hostile_answers_do_no_harm(shop, buyer, answer):
    """Huge, cut, of a wrong type: the purchase stays open, and the next true answer ends it."""
    if isinstance(answer, bytes):
        shop.buy = Script(lambda request: answer, accepted())
    else:
        shop.buy = Script(answer, accepted())
    said = buyer.says(WON, "rush", timeout_ms=1000)
    assert ORDER in said.out and len(said.out) < 400
    assert len(shop.keys()) == 2 and len(set(shop.keys())) == 1


@pytest.mark.parametrize("plays", ["\u009b2J", "\u0085", "\u202e", "\u2066\u2069", "\u200f",
                                   "\x1b[2J", "\x7f"], ids=ascii)
def test_what_plays_with_a_terminal_does_not_get_there(shop, buyer, plays):
    """C0, C1 and directions of reading, in every text of a hostile shop; letters do."""
    shop.answers["/orders/"] = lambda request: (200, {
        "success": False, "reason": f"A{plays}", "msg": f"b{plays}", "error": f"c{plays}",
        "data": {"state": f"d{plays}", "orderId": f"e{plays}"}})
    shop.buy = Script(refused(f"N{plays}", 1, msg=f"gone{plays}"))
    said = buyer.says(LOST, "rush")
    assert "without a reason that can be read" in said.out
    shown = said.out + said.err + buyer.says(LOST, "pay", ORDER).out
    shown += buyer.on_terminal("rush")[1] + buyer.log()
    assert plays[0] not in shown.replace("\x1b[K", "")
    shop.buy = Script(refused("NEW", 1, msg="没有了 é 🎫"))
    assert "没有了 é 🎫" in buyer.says(LOST, "rush").out


def test_a_log_is_kept_for_today_and_yesterday(shop, buyer):
    """Short lines, the result first; files of other days go, files of others stay."""
    buyer.state.mkdir(parents=True)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    for name in ("penstock-buyer-2020-01-01.log", f"penstock-buyer-{day}.log", "other.log"):
        (buyer.state / name).write_text("old\n")
    shop.buy = Script(refused("BUSY", 90013, 503), accepted())
    buyer.says(WON, "rush")
    names = {path.name for path in buyer.state.glob("*.log")}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert names == {f"penstock-buyer-{day}.log", f"penstock-buyer-{today}.log", "other.log"}
    lines = (buyer.state / f"penstock-buyer-{today}.log").read_text().splitlines()
    assert re.match(r"BUSY \d\d:\d\d:\d\d\.\d{3} try 1, worker 1, status 503, [\d.]+ ms$",
                    lines[-3]), lines
    assert re.match(rf"ACCEPTED .*, {ORDER}$", lines[-2]) and max(map(len, lines)) < 160


def test_nobody_there_is_away(shop, buyer):
    """From the start: nothing was sent, and nothing is pending."""
    shop.close()
    buyer.says(AWAY, "rush")
    assert not buyer.state_files()


def test_the_time_is_over_is_told_from_not_known(shop, buyer):
    """A server that is always busy: TIMEOUT, none; one whose answers are lost: UNKNOWN, perhaps."""
    at = int(shop.now_ms()) - 58_500
    shop.buy = Script(refused("BUSY", 90013, 503))
    said = buyer.says(TIMEOUT, "rush", stop_after_minutes=1, buy_at=at)
    assert "the time to try is over" in said.out
    other = Buyer(buyer.home, shop.url, "grace")
    shop.buy = Script("cut", refused("BUSY", 90013, 503))
    at = int(shop.now_ms()) - 58_500
    said = other.says(UNKNOWN, "rush", stop_after_minutes=1, buy_at=at)
    assert other.facts()["key"] in said.out and other.facts()["outcome"] == ""


def test_a_terminal_shows_where_it_stands(shop, buyer):
    """The countdown, the attempts with their last answer; a pipe gets none of it."""
    shop.stock(rules={"startsAt": int(shop.now_ms()) + 4000})
    busy = refused("BUSY", 90013, 503, retryAfterMs=700)
    shop.buy = Script(busy, busy, accepted())
    code, shown = buyer.on_terminal("rush")
    assert code == WON
    assert re.search(r"until the start: 0:00:0\d", shown) and re.search(r"\r\S*\d\.\d s", shown)
    assert re.search(r"\r\S*2 x  BUSY", shown)
    said = Buyer(buyer.home, shop.url, "grace").says(WON, "rush")
    assert "\r" not in said.out + said.err
