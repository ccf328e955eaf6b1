"""What it says of a server before anything is bought: its stock, its clock, or that it is none."""
import re

import pytest

from harness.buyer import AWAY, LOST, USAGE, WON, Buyer
from harness.fakeshop import as_bytes


def test_status_tells_the_stock_and_buys_nothing(shop, buyer):
    """GET only, and no key is made."""
    said = buyer.says(WON, "status")
    assert "ticket: open, left 10 / 10" in said.out
    assert "nothing was bought here yet" in said.out
    assert not shop.asked("/buy/")
    assert {one.method for one in shop.asked()} == {"GET"}


def test_it_speaks_chinese_where_the_terminal_does(buyer):
    """By LANG, or by a flag."""
    assert "剩余 10 / 10" in buyer.says(WON, "status", env={"LANG": "zh_CN.UTF-8"}).out
    assert "剩余" in buyer.says(WON, "status", lang="zh").out


def test_rehearse_tells_how_ready_it_is(shop, buyer):
    """Round trip, jitter, both clocks, lateness; one connection for all; nothing is bought."""
    shop.shift_ms = 3_600_000
    said = buyer.run("rehearse")
    assert re.search(r"round trip \(least, median, most\): [\d.]+ / [\d.]+ / [\d.]+ ms", said.out)
    off = float(re.search(r"this clock is ([+-][\d.]+) ms off", said.out)[1])
    assert abs(off + 3_600_000) < 50, said.out
    assert re.search(r"it would fire within [\d.]+ ms", said.out)
    assert len(shop.asked("/time")) == 8 + 24 and shop.connections == 1
    assert not shop.asked("/buy/")


@pytest.mark.parametrize("rules, flags, word", [
    ({"maxUnits": 1}, {"units": 2}, "units in one order, at most 1"),
    ({"token": True}, {}, "log in first"),
    ({"endsAt": 1_600_000_000_000}, {}, "the sale is over"),
])
def test_rehearse_tells_what_stands_in_the_way(shop, buyer, rules, flags, word):
    """What the rules of the item would refuse is said before the sale."""
    shop.stock(rules=rules)
    assert f"not ready: {word}" in buyer.says(LOST, "rehearse", **flags).out


def test_a_server_that_is_not_there_is_away(ports, tmp_path):
    """Nothing listens."""
    nobody = Buyer(tmp_path, f"http://127.0.0.1:{ports.take()}")
    assert "cannot be reached" in nobody.says(AWAY, "status").out


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("answer", [
    HTML, as_bytes((200, {"time": 1})), as_bytes((200, {"now": "1763813700123"})),
    as_bytes((200, {"now": 12})), as_bytes((200, {"now": -1})), as_bytes((200, [])),
    as_bytes((404, {"code": -2})), b"SSH-2.0-OpenSSH_9.2\r\n", b"\0\0\0\0\0\0\0\0\r\n\r\n",
    JSON + b"Content-Length: 99999999\r\n\r\n{" + b" " * 200_000,
    JSON + b"Content-Length: 90021\r\n\r\n" + b" " * 90000 + b'{"now":1763813700123}',
    JSON + b"X: y\r\n" * 4000 + b'Content-Length: 21\r\n\r\n{"now":1763813700123}',
    JSON + b"Content-Length: 20000\r\n\r\n" + b"[" * 20000,
    JSON + b"X: y\r\n" * 9000 + b"Content-Length: 2\r\n\r\n{}",
    JSON + b"Content-Length: 44\r\n\r\n" + b'{"now":1763813700123,"now":1763813700123}   \n',
], ids=range(15))
def test_a_server_that_is_no_penstock_is_refused(shop, buyer, answer):
    """Other words, other types, floods, strange protocols: said so, nothing else is asked."""
    shop.answers["/time"] = lambda request: answer
    said = buyer.says(AWAY, "status", timeout_ms=2000)
    assert "no server of Penstock" in said.out or "cannot be reached" in said.out, said.out
    assert not shop.asked("/stock/")


def test_a_redirect_is_not_followed(make_shop, shop, buyer):
    """It talks to the configured server only."""
    other = make_shop()
    shop.answers["/time"] = lambda request: MOVED % f"{other.url}/time".encode()
    assert "no server of Penstock" in buyer.says(AWAY, "status").out
    assert not other.asked()


def test_no_proxy_of_the_environment_is_asked(make_shop, shop, buyer):
    """http_proxy leads elsewhere; the server is asked itself."""
    other = make_shop()
    env = {"http_proxy": other.url, "ALL_PROXY": other.url}
    buyer.says(WON, "status", env=env)
    assert shop.asked("/time") and not other.connections


@pytest.mark.parametrize("url", [
    "ftp://127.0.0.1/", "file:///etc/passwd", "http://a:b@127.0.0.1/", "http://127.0.0.1/?x=1",
    "127.0.0.1:8080", "http://"])
def test_another_kind_of_url_is_a_fault(tmp_path, url):
    """http or https, host, port, path; nothing else."""
    said = Buyer(tmp_path, url).says(USAGE, "status")
    assert "--server" in said.err


def test_the_settings_stand_in_a_file(shop, buyer):
    """~/.config/penstock/buyer.ini, under flags and environment; with a token it must be closed."""
    path = buyer.home / ".config" / "penstock" / "buyer.ini"
    path.parent.mkdir(parents=True)
    path.write_text(f"[shop]\nserver = {shop.url}\nitem = mug\n[when]\nstop_after_minutes = 3\n")
    said = buyer.says(WON, "--check", server=None)
    assert f"server = {shop.url}  (from file)" in said.out
    assert "stop-after-minutes = 3  (from file)" in said.out
    path.write_text("token = v1.ada.0.1.abc\n")
    path.chmod(0o644)
    assert "chmod 600" in buyer.says(USAGE, "status").err
    path.chmod(0o600)
    buyer.says(WON, "status")
    assert shop.asked("/time")[-1].headers["authorization"] == "Bearer v1.ada.0.1.abc"


def test_a_command_that_is_none_is_a_fault(buyer):
    """And so is a command too many."""
    assert 'no command "dance"' in buyer.says(USAGE, "dance").err
    assert "word too many" in buyer.says(USAGE, "status", "now", "please").err
