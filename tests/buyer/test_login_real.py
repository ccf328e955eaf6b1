"""Login at nodes that have it: the link, somebody who allows it, the token, what it is good for."""
import re
import subprocess

import pytest

from harness import web
from harness.buyer import LOGIN, WON, Buyer
from harness.cluster import Cluster
from harness.parts import BINARY
from harness.waiting import wait_until


@pytest.fixture(scope="module")
def cluster():
    """A cluster where a name is enough to allow a login."""
    flags = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
    if "--device-login" not in flags:
        pytest.skip("these nodes have no login")
    cluster = Cluster(device_login=1, device_trial=1).start(total=3)
    yield cluster
    cluster.stop()


def confirm(cluster, code, **words):
    """What the page sends."""
    raw = web.request("/device/confirm", "POST", body={"user_code": code, **words})
    return cluster.ask(raw)


def begin(cluster, folder, name):
    """(a buyer, their running login, the code that it shows)."""
    buyer = Buyer(folder / name, f"http://127.0.0.1:{cluster.nginx_port}", user=None)
    running = buyer.start("login")
    pattern = re.compile(r"confirm the code ([A-Z0-9-]+)")
    wait_until(lambda: pattern.search(buyer.log()), what="a code")
    return buyer, running, pattern.search(buyer.log())[1]


@pytest.mark.deadline(60)
def test_who_logs_in_buys_as_who_they_are(cluster, tmp_path):
    """Allowed by ann: her token is kept, and the order is hers."""
    (tmp_path / "ann").mkdir()
    buyer, running, code = begin(cluster, tmp_path, "ann")
    assert confirm(cluster, code, user="ann", allow=True).reason == "ALLOWED"
    said = running.wait()
    assert said.code == WON and "Logged in as ann" in said.out
    cluster.redis.hset("ticket_hash_key", mapping={"token_required": 1, "ruled": 1})
    buyer.says(WON, "rush")
    _, orders = cluster.crosses()
    assert {order["user"] for order in orders.values()} == {"ann"}


@pytest.mark.deadline(60)
def test_who_is_denied_gets_no_token(cluster, tmp_path):
    """It says so, with an exit code of its own."""
    (tmp_path / "bob").mkdir()
    buyer, running, code = begin(cluster, tmp_path, "bob")
    assert confirm(cluster, code, user="bob", allow=False).reason == "DENIED"
    said = running.wait()
    assert said.code == LOGIN and "did not confirm" in said.out
    assert not (buyer.state / "token").exists()
