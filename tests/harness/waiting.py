"""waiting - tests wait for conditions, never for seconds.

Every wait has a deadline, and every deadline is stretched by PENSTOCK_SLOW, so that the same suite
runs under sanitizers and valgrind. A wait that fails says what it waited for and what it saw last.
"""
import os
import time

SLOW = float(os.environ.get("PENSTOCK_SLOW", "1"))


def stretched(seconds):
    """A deadline in seconds for this machine's pace."""
    return seconds * SLOW


def wait_until(condition, timeout=5.0, what="a condition", every=0.005):
    """Calls `condition` until it is true and returns its value; fails after `timeout` seconds."""
    end = time.monotonic() + stretched(timeout)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"waited {stretched(timeout):.1f} s in vain for {what}: {value!r}")
        time.sleep(every)


def wait_equal(expected, read, timeout=5.0, what="a value", every=0.01):
    """Calls `read` until it returns `expected`; fails with the last value seen."""
    end = time.monotonic() + stretched(timeout)
    while True:
        value = read()
        if value == expected:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"{what} is {value!r} after {stretched(timeout):.1f} s, "
                                 f"not {expected!r}")
        time.sleep(every)
