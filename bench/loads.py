"""loads - runs wrk, ab or our own rush once, and reads what it measured.

All three say the same thing in the end: a Load with answers, seconds, latencies and everything
that was not a good answer. A tool that fails, or whose output is not understood, is an error and
never a zero.
"""
import dataclasses
import json
import re
import subprocess

UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


@dataclasses.dataclass
class Load:
    """One run of a load generator."""

    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bad: int  # answers that are not 200, and requests without an answer

    @property
    def rate(self):
        """Answers a second."""
        return self.answers / self.seconds


class LoadError(Exception):
    """A tool failed, or said what we do not understand."""


def _output(argv):
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise LoadError(f"{argv[0]} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def _found(pattern, text, standard=None):
    match = re.search(pattern, text, re.MULTILINE)
    if match:
        return match.groups() if match.re.groups > 1 else match.group(1)
    if standard is not None:
        return standard
    raise LoadError(f"no {pattern!r} in:\n{text}")


def _milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS_MS[unit]


def wrk(url, connections, seconds, threads=1):
    """`seconds` of closed-loop load; its last requests may be sold without being counted."""
    text = _output(["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency",
                    "--timeout", "10s", url])
    answers, span, unit = _found(r"^ +(\d+) requests in ([\d.]+)(us|ms|s|m),", text)
    errors = _found(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text,
                    ("0",) * 4)
    other = int(_found(r"Non-2xx or 3xx responses: (\d+)", text, "0"))
    return Load(int(answers), float(span) * UNITS_MS[unit] / 1000,
                _milliseconds(_found(r"^ +50% +(\S+)", text)),
                _milliseconds(_found(r"^ +99% +(\S+)", text)),
                sum(int(count) for count in errors) + other)


def ab(url, connections, requests):
    """Exactly `requests` requests over keep-alive connections of HTTP/1.0."""
    text = _output(["ab", "-q", "-k", "-c", connections, "-n", requests, url])
    answers = int(_found(r"^Complete requests: +(\d+)", text))
    bad = int(_found(r"^Failed requests: +(\d+)", text))
    bad += int(_found(r"^Non-2xx responses: +(\d+)", text, "0"))
    return Load(answers, float(_found(r"^Time taken for tests: +([\d.]+) seconds", text)),
                float(_found(r"^ +50% +(\d+)", text)), float(_found(r"^ +99% +(\d+)", text)), bad)


def rush(binary, target, requests, connections, *options):
    """Our own generator: (exit code, its JSON report). Its progress goes to our stderr."""
    argv = [binary, "--json", "-n", requests, "-c", connections, *options, target]
    done = subprocess.run([str(word) for word in argv], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1, 130) or not done.stdout:
        raise LoadError(f"{binary} ended with {done.returncode}")
    return done.returncode, json.loads(done.stdout)
