"""browser - Chromium, driven through tests/web/bridge.mjs, and pages with verbs.

    with Browser() as browser:
        page = browser.open(f"http://127.0.0.1:{port}/", locale="zh-CN")
        page.click("#buy")
        page.wait_text("#left", "9")

A page's own words (console errors and warnings, exceptions, what the policy forbade) are collected;
quiet() fails if there were any. Waits ask again and again until a deadline, as everywhere here.
"""
import ctypes
import itertools
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

from harness.scripts import ROOT
from harness.waiting import wait_equal, wait_until

FOLDER = ROOT / "tests" / "web"
PICTURES = Path(os.environ.get("PENSTOCK_PICTURES", ROOT / "build" / "pictures")).resolve()
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
IS_FOR_DOCUMENTS = "PENSTOCK_PICTURES" in os.environ


def unhurried(seconds):
    """A promise in seconds, longer where others want the processors too."""
    return seconds * max(1.0, os.getloadavg()[0] / os.cpu_count())


class Browser:
    """One Chromium; each page it opens has a profile of its own."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.child = subprocess.Popen(
            [shutil.which("node"), FOLDER / "bridge.mjs"], cwd=FOLDER, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM)))
        self.version = self.ask("browser", "launch", shutil.which("chromium"))

    def ask(self, on, call, *args):
        """Has something done; its value. A fault of the browser's is an AssertionError."""
        number = next(self.numbers)
        question = {"id": number, "on": on, "call": call, "args": args}
        self.child.stdin.write(json.dumps(question) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        assert line, "the browser's remote control has ended"
        answer = json.loads(line)
        assert answer["id"] == number and "fault" not in answer, answer
        return answer.get("value")

    def send(self, on, call, *args):
        """Has something begun; answers must be taken by take(), in order of their end."""
        number = next(self.numbers)
        question = {"id": number, "on": on, "call": call, "args": args}
        self.child.stdin.write(json.dumps(question) + "\n")
        self.child.stdin.flush()
        return number

    def take(self, count):
        """The next answers of what was sent, in whatever order."""
        return [json.loads(self.child.stdout.readline()) for _ in range(count)]

    def open(self, url, **options):
        """A page at `url`; options of playwright's newContext (locale, colorScheme, viewport)."""
        page = Page(self, f"page-{next(self.numbers)}")
        self.ask("browser", "open", page.name, {"locale": "en-GB", **options})
        self.ask("browser", "listen", page.name)
        page.go(url)
        return page

    def complaints(self):
        """What the pages said since the last call."""
        return self.ask("browser", "complaints")

    def quiet(self, *allowed):
        """Fails if a page complained of anything but what is allowed (parts of the text)."""
        said = [text for text in self.complaints() if not any(part in text for part in allowed)]
        assert not said, said

    def close(self):
        """Ends it."""
        if self.child.poll() is None:
            self.child.stdin.close()
            self.child.wait(10)
        self.child.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Page:
    """One page; all of playwright's Page by call()."""

    def __init__(self, browser, name):
        self.browser, self.name = browser, name

    def call(self, what, *args):
        """A method of playwright's Page."""
        return self.browser.ask(self.name, what, *args)

    def go(self, url):
        """Loads it."""
        self.browser.ask("browser", "load", self.name, url)

    def tab(self, url):
        """Another tab of the same profile."""
        page = Page(self.browser, f"page-{next(self.browser.numbers)}")
        self.browser.ask("browser", "tab", page.name, self.name)
        self.browser.ask("browser", "listen", page.name)
        page.go(url)
        return page

    def click(self, selector):
        """Waits until it can be clicked, and clicks."""
        self.call("click", selector)

    def run(self, expression):
        """The value of JavaScript in the page."""
        return self.call("evaluate", expression)

    def text(self, selector):
        """The text of the first such element; None if there is none."""
        return self.run(f"document.querySelector({json.dumps(selector)})?.textContent.trim()")

    def attribute(self, selector, name):
        """An attribute of the first such element; None if there is none."""
        quoted = json.dumps(selector)
        return self.run(f"document.querySelector({quoted})?.getAttribute({json.dumps(name)})")

    def wait_text(self, selector, text, timeout=5.0):
        """Until the element has that text."""
        wait_equal(text, lambda: self.text(selector), timeout, f"the text of {selector}")

    def wait_attribute(self, selector, name, value, timeout=5.0):
        """Until the element has that attribute."""
        wait_equal(value, lambda: self.attribute(selector, name), timeout, f"{name} of {selector}")

    def look(self, scheme):
        """"dark" or "light", as if the buyer's system had changed."""
        self.call("emulateMedia", {"colorScheme": scheme})

    def hide(self, is_hidden):
        """As if the page were in the background, or seen again."""
        self.run(f"Object.defineProperty(document, 'hidden', {{ value: {json.dumps(is_hidden)},"
                 " configurable: true }), document.dispatchEvent(new Event('visibilitychange'))")

    def wait_for(self, selector, timeout=5.0):
        """Until there is such an element."""
        found = f"document.querySelector({json.dumps(selector)}) !== null"
        wait_until(lambda: self.run(found), timeout, f"{selector} to be there")

    def heard(self, line):
        """The requests that the page made, as "METHOD /path": a list of their headers."""
        return [one["headers"] for one in self.browser.ask("browser", "heard", self.name)
                if one["line"] == line]

    def picture(self, name, height_max=10000):
        """A screenshot of all that the page shows, for the documents (`make pictures`)."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.run("document.activeElement?.blur(), scrollTo(0, 0)")
        width, height = self.run("[innerWidth, Math.ceil(document.querySelector('main')"
                                 ".getBoundingClientRect().bottom)]")
        self.call("screenshot", {
            "path": str(PICTURES / f"{name}.png"), "animations": "disabled", "fullPage": True,
            "clip": {"x": 0, "y": 0, "width": width, "height": min(height, height_max)}})

    def violations(self):
        """What axe-core finds: [(rule, the elements)]."""
        source = Path(FOLDER, "node_modules", "axe-core", "axe.min.js").read_text("utf-8")
        self.run(f"{source}; null")
        found = self.run("axe.run().then((r) => r.violations.map("
                         "(v) => [v.id, v.nodes.map((n) => n.html + n.failureSummary)]))")
        return [(rule, nodes) for rule, nodes in found]
