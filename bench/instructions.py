"""instructions - how many instructions of the node one request costs, by callgrind.

Instructions are counted, not timed, so the figure is nearly the same on every machine and in
every run, and a change that costs shows even when the clock is too noisy to tell. A node runs
under valgrind twice, with N and with 2N requests; the difference, divided by N, is free of the
start and the end. Ticks in between are in it, a fraction of a percent.
"""
import os
import re
import subprocess

import fronts
import loads
from child import BenchError, Child, wait_until
from cluster import RUSH

SUMMARY = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)
FUNCTION = re.compile(r"^\s*([\d,]+) \([ \d.]+%\)\s+(\S+:.*)$", re.MULTILINE)
CONNECTIONS = 16


class Count:
    """Instructions a request, in all and by function."""

    def __init__(self, small, large, requests):
        self.requests = requests
        self.each = (_total(large) - _total(small)) / requests
        before, after = _functions(small), _functions(large)
        self.functions = sorted(
            (((count - before.get(name, 0)) / requests, name) for name, count in after.items()),
            reverse=True)


def _total(path):
    with open(path, encoding="utf-8", errors="replace") as profile:
        return int(SUMMARY.findall(profile.read())[-1])


def _functions(path):
    argv = ["callgrind_annotate", "--auto=no", "--threshold=100", path]
    text = subprocess.run(argv, check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    counts = {}
    for count, name in FUNCTION.findall(text):
        name, _, library = name.partition(" [")
        function = name.partition(":")[2]
        if function.startswith("0x"):  # no symbols: say at least whose it is
            function += f" of {os.path.basename(library.rstrip(']'))}"
        counts[function] = counts.get(function, 0) + int(count.replace(",", ""))
    return counts


def _run(site, item, requests, path):
    name, port = "node-counted", site.spare_port
    argv = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={path}",
            *site.node_argv(name, port), "--redis-timeout-ms", "20000", "--deadline-ms", "30000"]
    child = Child(name, argv, os.path.join(site.folder, f"{name}.log"), port).wait_listening(60)
    try:
        wait_until(lambda: fronts.status(port, "/readyz") == 200, f"{name} to be ready", 60)
        wait_until(lambda: fronts.stock(port, item), f"{name} to know {item}", 60)
        _, report = loads.rush(RUSH, f"127.0.0.1:{port}", requests, CONNECTIONS, "--quiet",
                               "--item", item, "--timeout-ms", "60000")
    finally:
        code = child.end(60)
    if code != 0:
        raise BenchError(f"{name} ended with {code}:\n{child.text()}")
    return {row["reason"]: row["count"] for row in report["answers"]}


def count(site, item, reason, requests):
    """A Count of `requests` answers of the given reason; any other answer is an error."""
    paths = []
    for times in (1, 2):
        paths.append(os.path.join(site.folder, f"callgrind.{item}.{times}"))
        seen = _run(site, item, requests * times, paths[-1])
        if seen != {reason: requests * times}:
            raise BenchError(f"under callgrind {item} answered {seen}, not {reason} only")
    return Count(*paths, requests)
