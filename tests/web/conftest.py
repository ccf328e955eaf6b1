"""conftest of the web suite - one browser and one town for all tests, and an item for each.

`town` has a cashier for trials; `item` is the name of an item of its own, with ten units on sale,
so tests do not see each other. What a test ends in the town it starts again. Every test must leave
the browser quiet: an error or a warning in a page's console fails it, but for what the test itself
has looked at by `browser.quiet(...)` before its end.
"""
import itertools
import shutil

import pytest

from harness.browser import FOLDER, Browser
from harness.town import Town

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def tools():
    """The browser and what drives it are there; said once, not by every test."""
    for tool in ("chromium", "node"):
        if not shutil.which(tool):
            pytest.exit(f"no {tool}: run `make deps` first", 1)
    if not (FOLDER / "node_modules").is_dir():
        pytest.exit("tests/web/node_modules is not there: run `make test-web` first", 1)


@pytest.fixture(scope="session")
def chromium(tools):
    """The browser, started once."""
    with Browser() as one:
        yield one


@pytest.fixture
def browser(chromium):
    """The browser, which must be quiet after the test."""
    chromium.complaints()
    yield chromium
    said = chromium.ask("browser", "closeAll")
    assert not said, said


@pytest.fixture(scope="session")
def town():
    """A whole system, with a first sale of a hundred tickets."""
    town = Town(trial_pay=1).start(total=100)
    yield town
    town.stop()


@pytest.fixture
def item(town):
    """Ten units of something that only this test knows."""
    name = f"seat-{next(NUMBERS)}"
    town.cluster.open_sale(10, name)
    return name


@pytest.fixture
def page(town, browser, item):
    """The sale page of the item, English and light."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/?item={item}",
                        viewport={"width": 760, "height": 900})
    page.wait_text("#left", "10")
    return page
