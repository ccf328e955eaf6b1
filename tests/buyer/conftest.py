"""conftest of penstock-buyer's suite - fake shops, real towns, buyers with homes of their own."""
import os

import pytest

from harness.buyer import BINARY, Buyer
from harness.fakeshop import FakeShop
from harness.ports import Ports
from harness.postbox import Webhook


@pytest.fixture(scope="session", autouse=True)
def tools():
    """The binary is there."""
    assert BINARY.exists(), f"{BINARY} is not built: make, or set PENSTOCK_BUYER"
    os.environ["TZ"] = "UTC"


@pytest.fixture
def ports():
    """Free ports of this test."""
    ports = Ports()
    yield ports
    ports.close()


@pytest.fixture
def make_shop(ports):
    """A function that makes fake shops."""
    made = []

    def make(**facts):
        made.append(FakeShop(ports.take(), **facts))
        return made[-1]

    yield make
    for shop in made:
        shop.close()


@pytest.fixture
def shop(make_shop):
    """A fake shop that sells to anybody."""
    return make_shop()


@pytest.fixture
def buyer(tmp_path, shop):
    """Ada, who buys there."""
    return Buyer(tmp_path, shop.url)


@pytest.fixture
def hook(ports):
    """A receiver of webhooks."""
    hook = Webhook(ports.take())
    yield hook
    hook.close()
