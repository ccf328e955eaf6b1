"""The page /device/ in a real browser: a device logs in when a person says yes, and only then."""
import pytest

from harness.cluster import Cluster
from harness.device import Device
from harness.passports import issue

PHONE, DESK = {"width": 390, "height": 844}, {"width": 760, "height": 900}


@pytest.fixture(scope="module")
def clusters():
    """A cluster with device logins, and one on trial; started when they are asked for."""
    made = {}

    def give(trial):
        if trial not in made:
            made[trial] = Cluster(device_login=1, device_trial=trial).start()
        return made[trial]

    yield give
    for one in made.values():
        one.stop()


def show(browser, cluster, code="", **options):
    """The page, with the code of a device."""
    url = f"http://127.0.0.1:{cluster.nginx_port}/device/{'?code=' + code if code else ''}"
    return browser.open(url, **{"viewport": DESK, **options})


def begun(cluster):
    """A device with its codes."""
    device = Device(cluster)
    assert device.begin().status == 200
    return device


def test_a_person_who_is_signed_in_allows_a_device(clusters, browser):
    """A token pasted in, the code from the link: nothing happens until Allow; then it is let in."""
    device = begun(clusters(0))
    page = show(browser, device.cluster, device.codes["user_code"])
    page.wait_for("#token")
    assert page.attribute("#allow", "id") is None, "who is not signed in is not asked"
    page.call("fill", "#token", issue(device.cluster.redis_part.secret("token.key"), "ann"))
    page.click("#sign-in")
    page.wait_text("#who strong", "ann")
    assert page.run("document.querySelector('#code').value") == device.codes["user_code"]
    assert "refuse" in page.text("#compare")
    assert page.heard("POST /device/confirm") == []
    page.click("#allow")
    page.wait_attribute("#told", "data-reason", "ALLOWED")
    assert "let in" in page.text("#told") and page.attribute("#allow", "id") is None
    assert device.token().json["access_token"].startswith("v1.ann.")


def test_on_trial_a_name_is_asked_for_and_a_device_may_be_refused(clusters, browser):
    """A wrong code is said so; then the right one, typed in small letters; Refuse."""
    device = begun(clusters(1))
    page = show(browser, device.cluster)
    page.wait_for("#name")
    page.call("fill", "#code", "bbbb-bbbb")
    page.call("fill", "#name", "eve")
    page.click("#allow")
    page.wait_attribute("#told", "data-reason", "NO_CODE")
    page.call("fill", "#code", device.codes["user_code"].lower())
    page.click("#deny")
    page.wait_attribute("#told", "data-reason", "DENIED")
    assert device.token().json == {"error": "access_denied"}
    browser.quiet("404")


@pytest.mark.parametrize("trial, scheme, viewport", [(0, "light", DESK), (1, "dark", PHONE)])
def test_axe_finds_nothing_to_complain_of(clusters, browser, trial, scheme, viewport):
    """The token's form and the question; nothing is wider than the screen."""
    page = show(browser, clusters(trial), "WDJB-MJHT", viewport=viewport, colorScheme=scheme)
    page.wait_for("#name" if trial else "#token")
    assert page.violations() == []
    assert page.run("document.documentElement.scrollWidth <= innerWidth")


def test_it_speaks_chinese_and_says_where_it_is_off(town, browser):
    """A cluster without device logins: no form, a sentence."""
    page = show(browser, town.cluster, "WDJB-MJHT", locale="zh-CN")
    page.wait_attribute("#told", "data-reason", "NOT_FOUND")
    assert page.text("h1") == "设备登录" and page.attribute("#code", "id") is None
    browser.quiet("404")
