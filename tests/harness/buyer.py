"""buyer - penstock-buyer as a person runs it, with a home of its own, and what it said.

    buyer = Buyer(folder, url)
    said = buyer.says(0, "rush", units=1)
    running = buyer.start("rush"); running.wait()

Flags are keyword arguments (stop_after_minutes=1); True is a switch. Under a sanitizer any word
from it fails the test.
"""
import os
import pty
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.operator import flag_words
from harness.parts import SANITIZED, SANITIZER_SAYS
from harness.scripts import ROOT
from harness.waiting import stretched

BINARY = Path(os.environ.get("PENSTOCK_BUYER", ROOT / "build" / "penstock-buyer"))
BINARY = BINARY if BINARY.is_absolute() else ROOT / BINARY
IS_SANITIZED = "asan" in BINARY.parts
WON, LOST, USAGE, AWAY, UNKNOWN, OVER, LOGIN, RESERVE, TIMEOUT, UNPAID = range(10)
STOPPED = 130


@dataclass
class Said:
    """How a run ended."""

    code: int
    out: str
    err: str


class Run:
    """A run that goes on."""

    def __init__(self, argv, env):
        self.child = subprocess.Popen(argv, env=env, text=True, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def interrupt(self):
        """Ctrl-C."""
        self.child.send_signal(signal.SIGINT)

    def kill(self):
        """SIGKILL, and its end."""
        self.child.kill()
        self.child.communicate()

    def wait(self, timeout=30.0):
        """Its end."""
        try:
            out, err = self.child.communicate(timeout=stretched(timeout))
        except subprocess.TimeoutExpired:
            self.child.kill()
            out, err = self.child.communicate()
            raise AssertionError(f"it did not end within {timeout} s: {out}{err}") from None
        assert not any(word in err for word in SANITIZER_SAYS), err
        return Said(self.child.returncode, out, err)


class Buyer:
    """Somebody with a home below `folder` who buys at `url`."""

    def __init__(self, folder, url, user="ada", **flags):
        self.home = Path(folder) / f"home-{user}"
        self.home.mkdir(exist_ok=True)
        self.flags = {"server": url, "user": user, "units": 1, "remind_before_minutes": 0,
                      **flags}
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PENSTOCK", "XDG_", "LC_", "LANG"))}
        self.env = {**kept, **SANITIZED, "HOME": str(self.home), "LANG": "C.UTF-8"}
        self.state = self.home / ".local" / "state" / "penstock"

    def argv(self, *words, **flags):
        """The command line; a flag that is None is left out."""
        given = {name: value for name, value in {**self.flags, **flags}.items()
                 if value is not None}
        return [str(word) for word in (BINARY, *words)] + flag_words(given)

    def start(self, *words, env=None, **flags):
        """A run that goes on."""
        return Run(self.argv(*words, **flags), {**self.env, **(env or {})})

    def run(self, *words, timeout=30.0, env=None, **flags):
        """A run to its end."""
        return self.start(*words, env=env, **flags).wait(timeout)

    def on_terminal(self, *words, **flags):
        """A run on a terminal: (exit code, everything that it showed)."""
        ours, theirs = pty.openpty()
        child = subprocess.Popen(self.argv(*words, **flags), env=self.env, stdout=theirs,
                                 stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:
            pass  # its end
        os.close(ours)
        return child.wait(), shown.decode()

    def says(self, code, *words, **flags):
        """A run that must end with this exit code."""
        said = self.run(*words, **flags)
        assert said.code == code, f"exit {said.code}, not {code}: {said.out}{said.err}"
        return said

    def state_files(self):
        """The states of its purchases."""
        return sorted(self.state.glob("*.state"))

    def facts(self):
        """What the one state file says, as a dict."""
        (path,) = self.state_files()
        return dict(line.split(" = ", 1) for line in path.read_text("utf-8").splitlines()
                    if " = " in line)

    def log(self):
        """All lines of its logs."""
        return "".join(path.read_text("utf-8") for path in
                       sorted(self.state.glob("penstock-buyer-*.log")))
