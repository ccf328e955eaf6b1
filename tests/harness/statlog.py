"""statlog - reads stat.log as docs/API.md describes it, and fails on any line that differs.

The pattern is strict on purpose: a forged, torn or interleaved line must not pass for one.
"""
import re

LINE = re.compile(
    r"result:(?P<result>[01]),localSales:(?P<localSales>\d+),time:(?P<time>\d{13}),"
    r"port:(?P<port>\d+),item:(?P<item>-|[a-z0-9][a-z0-9_-]{0,31}),reason:(?P<reason>[A-Z_]+),"
    r"status:(?P<status>\d{3}),units:(?P<units>\d+),order:(?P<order>-|\d+),micros:(?P<micros>\d+),"
    r"key:(?P<key>[A-Za-z0-9_.:~-]{1,64})\Z")
NUMBERS = ("result", "localSales", "time", "port", "status", "units", "micros")


def parse(line):
    """One line as a dict with its numbers as int; `order` is an int or None."""
    found = LINE.match(line)
    assert found, f"this is no line of stat.log: {line!r}"
    fields = found.groupdict()
    fields.update({name: int(fields[name]) for name in NUMBERS})
    fields["order"] = None if fields["order"] == "-" else int(fields["order"])
    assert (fields["result"] == 1) == (fields["reason"] == "ACCEPTED"), line
    return fields


def read(path):
    """All whole lines of a file, parsed; a torn last line is not there yet."""
    try:
        with open(path, encoding="utf-8") as log:
            text = log.read()
    except FileNotFoundError:
        return []
    return [parse(line) for line in text.split("\n")[:-1]]


def count(path):
    """How many whole lines the file has."""
    try:
        with open(path, "rb") as log:
            return log.read().count(b"\n")
    except FileNotFoundError:
        return 0
