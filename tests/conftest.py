"""conftest - an alarm over every test, and the tails of all logs under every failure.

Waits have deadlines of their own; the alarm is the last net, for a call that never returns. It is
a signal, so it also interrupts a blocking read. A test states a longer one by
`@pytest.mark.deadline(seconds)`; PENSTOCK_SLOW stretches all of them.
"""
import signal

import pytest

from harness import process
from harness.waiting import stretched

USUAL_SECONDS = 40

# A shell starts what runs in the background with Ctrl-C ignored, and children would inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _alarm(item, phase):
    """A context for one phase of a test that fails when it takes too long."""
    marker = item.get_closest_marker("deadline")
    seconds = int(stretched(marker.args[0] if marker else USUAL_SECONDS))

    def rings(_number, _frame):
        raise AssertionError(f"{phase} took more than {seconds} s")

    signal.signal(signal.SIGALRM, rings)
    signal.alarm(seconds)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    """The alarm over the fixtures."""
    _alarm(item, "setup")
    yield
    signal.alarm(0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    """The alarm over the test."""
    _alarm(item, "the test")
    yield
    signal.alarm(0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    """The alarm over what clears up."""
    _alarm(item, "teardown")
    yield
    signal.alarm(0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds the logs' tails to the report of a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.sections.extend((f"log of {name}", text) for name, text in process.tails())
