"""conftest of the fault suite - a rig for each test, a seed for each run, a table at the end.

The seed is PENSTOCK_SEED, or new; it is printed first, and `make faults SEED=n` repeats it. Each
test has a seed of its own, made of that one and the test's name. `case` collects the verdicts:
`case(verdict)` adds a line to the table under the test's row, and fails the test unless it is good.

`--quick` is the selection of `make test`: all but the long cases and the rows of REST. Runs may be
spread over processes (pytest-xdist): they share the seed, and verdicts travel with the reports.
"""
import os
import random
import resource
import shutil
import zlib

import pytest

from harness.parts import BINARY
from checker import Verdict
from proxy import TOOLS
from rig import Rig
from table import Table, counted

SEED = int(os.environ.get("PENSTOCK_SEED") or random.SystemRandom().randrange(1, 1000000))
os.environ["PENSTOCK_SEED"] = str(SEED)  # for the processes that this one may start
REST = {"F14", "F15", "F17", "F19", "F20", "S10", "S11", "S12", "S13"}
TABLE = Table()


def pytest_addoption(parser):
    """The selection of `make test`."""
    parser.addoption("--quick", action="store_true", help="only what `make test` runs")


def pytest_collection_modifyitems(config, items):
    """Leaves out what is not in the quick selection."""
    if not config.getoption("--quick"):
        return

    def is_quick(item):
        row = item.get_closest_marker("row")
        return not item.get_closest_marker("long") and \
            not (row and row.args[0].split()[0] in REST)

    config.hook.pytest_deselected(items=[item for item in items if not is_quick(item)])
    items[:] = [item for item in items if is_quick(item)]


def pytest_runtest_logreport(report):
    """Puts the verdicts of a test into the table, whichever process ran it."""
    for name, (row, *words) in report.user_properties if report.when == "call" else ():
        if name == "verdict":
            TABLE.add(row, Verdict(*words))


def pytest_report_header():
    """The seed, first of all."""
    return f"faults: seed {SEED}; repeat by: make faults SEED={SEED}"


def pytest_terminal_summary(terminalreporter):
    """The table."""
    if TABLE.rows:
        terminalreporter.section(f"faults, seed {SEED}")
        terminalreporter.write_line(TABLE.text())
        path = os.environ.get("PENSTOCK_FAULTS_TABLE")
        if path:
            with open(path, "w", encoding="utf-8") as file:
                file.write(TABLE.text() + "\n")


@pytest.fixture(scope="session", autouse=True)
def tools():
    """The programs are built, and there are files enough for thousands of buyers."""
    assert BINARY.exists(), f"{BINARY} is not built: make"
    assert (TOOLS / "resp_proxy").exists(), f"{TOOLS} is not built: make faults"
    for tool in ("redis-server", "nginx"):
        assert shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin"), f"{tool}: make deps"
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture
def seed(request):
    """This test's own seed."""
    return (SEED * 7919 + zlib.crc32(request.node.name.encode())) % 1000000


@pytest.fixture
def make_rig(request, seed):
    """A function that makes rigs, not started."""
    made = request.node.rigs = []

    def make(**settings):
        made.append(Rig(seed + len(made), **settings))
        return made[-1]

    yield make
    faults = []
    for rig in made:
        try:
            rig.close()
        except AssertionError as fault:
            faults.append(fault)
    if faults:
        raise faults[0]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that broke off before its verdict gets one: what the checker sees often says why."""
    outcome = yield
    report = outcome.get_result()
    if call.when != "call" or not report.failed:
        return
    for rig in getattr(item, "rigs", []):
        if rig.is_settled:
            continue
        try:
            verdict = rig.settle(patience=3)
            report.sections.append(("the checker", f"{verdict.word}: {verdict.text}"))
        except Exception as fault:  # the cluster may be in any state
            report.sections.append(("the checker", f"cannot tell: {fault}"))


def report_row(request, verdict):
    """Adds a verdict to the test's report, under the row that it belongs to."""
    row = request.node.get_closest_marker("row")
    request.node.user_properties.append(("verdict", [
        row.args[0] if row else request.node.name, *verdict._replace(violations=[])]))


@pytest.fixture
def count_case(request):
    """Adds a row for a test that asserts by itself and has no buyers with a history."""
    def add(faults, checked):
        report_row(request, counted(faults, checked))
    return add


@pytest.fixture
def case(request):
    """Adds a verdict to the table under the case's row, and fails unless it is good."""
    def add(verdict):
        report_row(request, verdict)
        assert verdict.word == "good", f"{verdict.word}: {verdict.text}"
        return verdict

    return add
