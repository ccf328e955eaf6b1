"""The files of the pages, without a browser: their size, their headers, where they came from."""
import gzip
import http.client
import json
import posixpath
import re
import subprocess
import sys

import pytest

from harness.scripts import ROOT

PAGES = ["/", "/admin/", "/device/"]
LINK = re.compile(r'(?:href|src)="(/[^"]+)"')
PRELOAD = re.compile(r'<link rel="modulepreload" href="(/[^"]+)">')
IMPORT = re.compile(r'from "(\.[^"]+)"')
BYTES_MAX = 100_000
OF_DEVICES = {"ALLOWED", "DENIED", "NO_CODE", "TOO_MANY_GUESSES"}  # also in "Every answer"
REASONS = re.compile(r"^\| ([A-Z][A-Z_]+(?:, [A-Z_]+)*) \|", re.M)


class File:
    """A file as a browser gets it: compressed, over the wire."""

    def __init__(self, town, path, **headers):
        link = http.client.HTTPConnection("127.0.0.1", town.cluster.nginx_port, timeout=10)
        link.request("GET", path, headers={"Accept": "text/html,*/*", "Accept-Encoding": "gzip",
                                           **headers})
        answer = link.getresponse()
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()
        link.close()

    @property
    def text(self):
        """As it was before it was compressed."""
        is_packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if is_packed else self.body).decode("utf-8")


def everything(town, pages=PAGES):
    """{path: File} of the pages and all that they load, found as a browser finds it."""
    found, waiting = {}, list(pages)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = File(town, path)
        text = found[path].text
        if not path.startswith("/pages/vendor/"):
            waiting += LINK.findall(PRELOAD.sub("", text)) if path in PAGES else []
            waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
                        for name in IMPORT.findall(text)]
    return found


def test_all_pages_together_load_less_than_100_kilobytes(town):
    """Every file of the pages, compressed as nginx sends it."""
    files = everything(town)
    assert {file.status for file in files.values()} == {200}
    assert sum(len(file.body) for file in files.values()) < BYTES_MAX
    packed = {path for path, file in files.items() if file.headers.get("Content-Encoding")}
    assert packed == set(files), "everything is compressed"


def test_every_file_says_its_kind_its_age_and_what_it_may_load(town):
    """Type, Cache-Control and policy of each; a library may be kept, all else is asked for anew."""
    kinds = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
             ".svg": "image/svg+xml", "": "text/html"}
    for path, file in everything(town).items():
        kind = kinds[posixpath.splitext(path)[1]]
        assert file.headers["Content-Type"].split(";")[0] == kind, path
        assert file.headers["Content-Security-Policy"].startswith("default-src 'self';"), path
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        age = file.headers["Cache-Control"]
        assert ("immutable" in age) == path.startswith("/pages/vendor/"), (path, age)


@pytest.mark.parametrize("page", PAGES)
def test_every_module_of_a_page_is_asked_for_at_once(town, page):
    """modulepreload names all that the page's scripts import, and nothing else."""
    files = everything(town, [page])
    wanted = {path for path in files if path.endswith(("js", "mjs")) and "uPlot" not in path}
    assert set(PRELOAD.findall(files[page].text)) == wanted


def test_an_unchanged_file_is_not_sent_again(town):
    """304 to its own tag; and a page that is not there is a refusal in JSON, as everywhere."""
    tag = File(town, "/pages/sale/main.js").headers["ETag"]
    assert File(town, "/pages/sale/main.js", **{"If-None-Match": tag}).status == 304
    for path in ("/pages/none.js", "/pages/../nginx.conf", "/pages/sale"):
        file = File(town, path)
        assert (file.status, json.loads(file.text)["reason"]) == (404, "NOT_FOUND"), path


def test_a_tool_still_hears_what_there_is_to_ask(town):
    """/ is the page for whoever reads HTML, and JSON for all others."""
    assert "<!doctype html>" in File(town, "/").text
    assert json.loads(File(town, "/", Accept="*/*").text)["service"] == "penstock"


def test_every_library_is_what_is_stated_and_none_is_unlisted(tmp_path):
    """tools/vendor.py --check, and that it would notice."""
    check = [sys.executable, ROOT / "tools" / "vendor.py", "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("tools", "web"):
        subprocess.run(["cp", "-rL", ROOT / name, tmp_path / name], check=True)
    for change in ("echo | tee -a web/vendor/uplot-*/uPlot.min.css", "touch web/vendor/extra.js"):
        subprocess.run(["sh", "-c", change], cwd=tmp_path, check=True)
    check[1] = tmp_path / "tools" / "vendor.py"
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "uPlot.min.css: is not" in done.stderr and "extra.js: is not listed" in done.stderr


def test_the_lock_file_names_no_registry():
    """Versions and hashes only: whoever installs uses the registry that npm is set to."""
    text = (ROOT / "tests" / "web" / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text and "://" not in text and '"integrity"' in text


def reasons(wanted):
    """The reasons in the tables of those sections of docs/API.md whose titles match."""
    sections = (ROOT / "docs" / "API.md").read_text("utf-8").split("\n## ")
    return {word for section in sections if re.match(wanted, section)
            for found in REASONS.findall(section) for word in found.split(", ")}


@pytest.mark.parametrize("module, wanted, some", [
    ("sale/words_en.js,sale/words_zh.js", "(?!POST /admin|Device)",
     "SOLD_OUT UNKNOWN ALREADY RETAKEN"),
    ("admin/words.js", "POST /admin", "CHANGED NO_TOKEN BAD_TOKEN"),
    ("device/words.js", "Device login", "NO_CODE TOO_MANY_GUESSES BUSY"),
])
def test_every_reason_of_the_api_has_a_sentence_in_two_languages(town, browser, module, wanted,
                                                                 some):
    """docs/API.md's tables against the page's words; and both languages have the same members."""
    page = browser.open(f"http://127.0.0.1:{town.cluster.nginx_port}/")
    words = page.run(
        "const flat = (o, at = '') => Object.entries(o).flatMap(([k, v]) =>"
        " typeof v === 'object' ? flat(v, `${at}${k}.`) : [at + k]);"
        f"Promise.all('{module}'.split(',').map((name) => import(`/pages/${{name}}`)))"
        ".then((all) => Object.assign({}, ...all))"
        ".then(({ english, chinese }) => ({ english: flat(english), chinese: flat(chinese) }))")
    asked = reasons(wanted) - {"DONE"} - (OF_DEVICES if wanted.startswith("(?!") else set())
    assert set(some.split()) <= asked
    assert {f"reasons.{reason}" for reason in asked} <= set(words["english"])
    assert set(words["english"]) == set(words["chinese"])
