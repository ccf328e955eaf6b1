"""Login: the device flow of RFC 8628, a link and its QR code, and the token in a closed file."""
import time
from urllib.parse import parse_qs

import pytest

from harness.buyer import LOGIN, LOST, WON, Buyer
from harness.fakeshop import refused

TOKEN = f"v1.ada.1000.{int(time.time()) + 86400}.{'0a' * 32}"
PENDING = (400, {"error": "authorization_pending"})
GRANTED = (200, {"access_token": TOKEN, "token_type": "Bearer"})


def opens(shop, *answers, **grant):
    """The shop has a login; the answers to /device/token in turn, the last for all others."""
    left = list(answers)
    shop.answers["/device/code"] = lambda request: (200, {
        "device_code": "d3v1c3", "user_code": "WDJB-MJHT", "verification_uri": "/device/",
        "verification_uri_complete": "/device/?code=WDJB-MJHT", "expires_in": 60, "interval": 1,
        **grant})
    shop.answers["/device/token"] = lambda request: left.pop(0) if len(left) > 1 else left[0]


def test_a_token_is_got_and_kept_and_used(shop, tmp_path):
    """Pending, then confirmed: kept for the owner alone, shown nowhere, sent from then on."""
    buyer = Buyer(tmp_path, shop.url, user=None)
    opens(shop, PENDING, GRANTED)
    said = buyer.says(WON, "login")
    assert f"Open {shop.url}/device/?code=WDJB-MJHT" in said.out and "WDJB-MJHT" in said.out
    assert "Logged in as ada" in said.out and TOKEN not in said.out + said.err + buyer.log()
    form = parse_qs(shop.asked("/device/token")[0].body.decode())
    assert form == {"grant_type": ["urn:ietf:params:oauth:grant-type:device_code"],
                    "client_id": ["penstock-buyer"], "device_code": ["d3v1c3"]}
    path = buyer.state / "token"
    assert path.read_text() == TOKEN and path.stat().st_mode & 0o777 == 0o600
    buyer.says(WON, "rush")
    asked = shop.asked("/buy/")[-1]
    assert asked.headers["authorization"] == f"Bearer {TOKEN}" and "user" not in asked.query


def test_the_whole_job_logs_in_where_the_item_wants_it(shop, tmp_path):
    """No token yet: the login comes first, then the purchase with it."""
    shop.stock(rules={"token": True})
    opens(shop, GRANTED)
    Buyer(tmp_path, shop.url, user=None).says(WON)
    assert shop.asked("/buy/")[0].headers["authorization"] == f"Bearer {TOKEN}"


def keeps(folder, url, expires_in_s):
    """Ada, who has kept a token that ends so soon."""
    buyer = Buyer(folder, url, user=None)
    buyer.state.mkdir(parents=True)
    path = buyer.state / "token"
    path.write_text(f"v1.ada.1000.{int(time.time()) + expires_in_s}.{'0b' * 32}")
    path.chmod(0o600)
    return buyer


@pytest.mark.parametrize("expires_in_s, starts_in_s", [(-3600, None), (-3600, 2), (1, 3)])
def test_the_whole_job_logs_in_anew_when_the_kept_token_ends_too_soon(
        shop, tmp_path, expires_in_s, starts_in_s):
    """It is over, or will be when the sale starts: as if there were none, before the waiting."""
    starts = int(shop.now_ms() + starts_in_s * 1000) if starts_in_s else 0
    shop.stock(rules={"token": True, "startsAt": starts})
    opens(shop, GRANTED)
    buyer = keeps(tmp_path, shop.url, expires_in_s)
    buyer.says(WON)
    assert shop.asked("/device/token")
    assert shop.asked("/buy/")[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert (buyer.state / "token").read_text() == TOKEN


def test_a_rush_with_a_token_that_ends_before_the_start_says_so_at_once(shop, tmp_path):
    """Exit code 6 and what to do, an hour before the start; rehearse says it too."""
    shop.stock(rules={"token": True, "startsAt": int(shop.now_ms()) + 3600_000})
    buyer = keeps(tmp_path, shop.url, 1800)
    said = buyer.says(LOGIN, "rush")
    assert "expire" in said.out and "penstock-buyer login" in said.out
    assert not shop.asked("/buy/") and not shop.asked("/device/")
    assert "not ready: the token" in buyer.says(LOST, "rehearse").out


def test_a_token_of_the_settings_that_has_expired_is_not_logged_in_over(shop, tmp_path):
    """It would go before the new one at the next run: the whole job says what is to be done."""
    shop.stock(rules={"token": True})
    opens(shop, GRANTED)
    path = tmp_path / "buyer.ini"
    path.write_text(f"token = v1.ada.1000.{int(time.time()) - 10}.{'0b' * 32}\n")
    path.chmod(0o600)
    said = Buyer(tmp_path, shop.url, user=None, config=path).says(LOGIN)
    assert "file of settings" in said.out and not shop.asked("/device/")


def test_an_expired_token_is_renewed_where_none_is_wanted(shop, tmp_path):
    """One that is sent must be good; and who has one does not buy without a name."""
    opens(shop, GRANTED)
    buyer = keeps(tmp_path, shop.url, -10)
    assert "penstock-buyer login" in buyer.says(LOGIN, "rush").out
    buyer.says(WON)
    assert shop.asked("/buy/")[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("answers, line", [
    ([PENDING, (400, {"error": "access_denied"})], "did not confirm"),
    ([(400, {"error": "expired_token"})], "in time"),
    ([(400, {"error": "invalid_grant"})], "in time"),
    ([(200, {"access_token": "a b\r\nX: y"})], "something else than a token"),
    ([(200, {"access_token": "x" * 5000})], "something else than a token"),
    ([(200, {"token": TOKEN})], "something else than a token"),
], ids=range(6))
def test_what_is_no_token_is_not_kept(shop, tmp_path, answers, line):
    """Denied, too late, or nonsense."""
    buyer = Buyer(tmp_path, shop.url, user=None)
    opens(shop, *answers)
    assert line in buyer.says(LOGIN, "login").out
    assert not (buyer.state / "token").exists()


def test_who_is_told_to_slow_down_does(shop, tmp_path):
    """slow_down with an interval of two seconds: the next question comes no earlier."""
    opens(shop, (400, {"error": "slow_down", "interval": 2}), GRANTED)
    Buyer(tmp_path, shop.url, user=None).says(WON, "login")
    first, second = [one.at for one in shop.asked("/device/token")]
    assert second - first >= 2000


def test_a_shop_without_login_says_so(shop, buyer):
    """404: ask for a token, and where to put it."""
    shop.answers["/device/"] = lambda request: refused("NOT_FOUND", -1, 404)
    said = buyer.says(LOGIN, "login")
    assert "has no login by a page" in said.out and "token = " in said.out


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//evil.test/x", "http://a b/",
                                  "/" + "x" * 600], ids=range(4))
def test_a_link_that_is_none_is_not_shown(shop, buyer, link):
    """Only http, https, or a path of the shop's own."""
    opens(shop, GRANTED, verification_uri_complete=link, verification_uri=link)
    assert link not in buyer.says(LOGIN, "login").out


def test_a_link_to_another_site_is_said_to_be_one(shop, tmp_path):
    """It is shown, with a warning; the tool itself does not go there."""
    opens(shop, GRANTED, verification_uri_complete=f"{shop.url}.evil.test/login")
    said = Buyer(tmp_path, shop.url, user=None).says(WON, "login")
    assert "another site" in said.err


def test_on_a_terminal_the_link_is_a_qr_code(shop, tmp_path):
    """Blocks on a terminal, none elsewhere; and progress, which a pipe does not get."""
    buyer = Buyer(tmp_path, shop.url, user=None)
    opens(shop, PENDING, GRANTED)
    code, shown = buyer.on_terminal("login")
    assert code == WON
    assert shown.count("█") > 100 and "waiting for you: 0:00:01" in shown
    (buyer.state / "token").unlink()
    opens(shop, GRANTED)
    assert "█" not in buyer.says(WON, "login").out
