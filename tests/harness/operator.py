"""operator - penstockctl as an operator runs it, and what it said.

    operator = Operator(redis_part)
    operator.does("item", "create", "ticket", total=100)   # fails unless the exit code is 0
    operator.says(1, "item", "show", "none")               # the exit code that is expected

Flags are keyword arguments (pay_window="5m"); True is a switch. A run has a deadline of its own,
and under a sanitizer any word from it fails the test.
"""
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.parts import SANITIZED, SANITIZER_SAYS
from harness.scripts import ROOT
from harness.waiting import stretched

BINARY = Path(os.environ.get("PENSTOCK_CTL", ROOT / "build" / "penstockctl"))
BINARY = BINARY if BINARY.is_absolute() else ROOT / BINARY


@dataclass
class Said:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Its output, parsed."""
        return json.loads(self.out)

    def rows(self):
        """A table as dicts by title; columns are parted by two blanks or more."""
        lines = [[word for word in line.split("  ") if word.strip()] for line in
                 self.out.splitlines()]
        return [dict(zip([title.strip() for title in lines[0]], [word.strip() for word in line]))
                for line in lines[1:]]


def flag_words(flags):
    """--flags of keyword arguments."""
    words = []
    for name, value in flags.items():
        flag = "--" + name.replace("_", "-")
        words += [flag] if value is True else [f"{flag}={value}"]
    return words


class Operator:
    """A person with penstockctl, Redis' password and perhaps a ledger."""

    def __init__(self, redis_part, url=None):
        secrets = redis_part.secrets
        self.env = dict(os.environ, **SANITIZED, **{
            "PENSTOCK_REDIS": f"127.0.0.1:{redis_part.port}",
            "PENSTOCK_REDIS_PASSWORD_FILE": str(secrets / "redis-ctl.password"),
            "PENSTOCK_ORDER_KEY_FILE": str(secrets / "order.key"),
            "PENSTOCK_TOKEN_KEY_FILE": str(secrets / "token.key"),
        })
        if url:
            self.env["LEDGER_URL"] = url

    def argv(self, *words, **flags):
        """The command line."""
        return [str(word) for word in (BINARY, *words)] + flag_words(flags)

    def start(self, *words, **flags):
        """A run that goes on; a Popen."""
        return subprocess.Popen(self.argv(*words, **flags), env=self.env, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run(self, *words, stdin="", timeout=20.0, **flags):
        """A run to its end."""
        done = subprocess.run(self.argv(*words, **flags), env=self.env, input=stdin, text=True,
                              capture_output=True, timeout=stretched(timeout), check=False)
        assert not any(word in done.stderr for word in SANITIZER_SAYS), done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def says(self, code, *words, **flags):
        """A run that must end with this exit code."""
        said = self.run(*words, **flags)
        assert said.code == code, f"exit {said.code}, not {code}: {said.out}{said.err}"
        return said

    def does(self, *words, **flags):
        """A run that must succeed."""
        return self.says(0, *words, **flags)

    def knows(self, *words, **flags):
        """The JSON of a run that must succeed."""
        return self.does(*words, json=True, **flags).json
