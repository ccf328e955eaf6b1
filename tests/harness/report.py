"""report - a page of penstockctl report as a parser sees it, and what must hold for every one.

    page = read_page(text)
    page.rows("orders")      # the table of a section, as lists of texts

read_page() fails if the text is no XML or no HTML, runs or fetches anything, or names one thing
twice; check_svg() does the same for a plot that is a file of its own.
"""
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

SVG, HTML = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xhtml}"
ELEMENTS = {
    HTML: set("html head meta title style body main section div span strong p h1 h2 b ul li table"
              " thead tbody tr th td".split()),
    SVG: set("svg title desc style defs pattern rect path text".split()),
}
ATTRIBUTES = set("id class lang charset content name http-equiv aria-label aria-hidden scope role"
                 " viewBox width height x y d fill patternUnits".split())
VOID = {"meta", "rect", "path"}


class _Balance(HTMLParser):
    """Every element that an HTML parser opens is closed, in its order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], 0

    def handle_starttag(self, tag, attrs):
        self.seen += 1
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen += 1
        assert tag in VOID, f"<{tag}/> is closed in XML only"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


def _check_elements(root, text):
    """Nothing but what a report is made of; no scripts, no links; names are used once."""
    ids = []
    for element in root.iter():
        space, _, name = element.tag.rpartition("}")
        assert name in ELEMENTS[space + "}"], f"<{element.tag}>"
        assert set(element.keys()) <= ATTRIBUTES, (name, element.keys())
        ids += [element.get("id")] if element.get("id") else []
    assert len(ids) == len(set(ids)), "an id is used twice"
    wanted = re.findall(r"url\(#([^)]+)\)", text)
    assert set(wanted) <= set(ids), "a pattern is missing"
    assert len(wanted) == text.count("url("), "a file is named"
    without = text.replace("http://www.w3.org/2000/svg", "").replace(
        "http://www.w3.org/1999/xhtml", "")
    assert "://" not in without and "@import" not in without
    assert "nan" not in re.findall(r'd="([^"]*)"', text), "a path is no path"
    for path in re.findall(r' d="([^"]*)"', text):
        assert re.fullmatch(r"[MmLlHhVvz0-9. -]*", path), path[:80]


class Page:
    """A report."""

    def __init__(self, text):
        self.text, self.root = text, ElementTree.fromstring(text)

    def section(self, name):
        """The section of a plot."""
        found = [s for s in self.root.iter(f"{HTML}section") if s.get("id") == name]
        assert len(found) == 1, name
        return found[0]

    def has(self, name):
        """Is there such a section?"""
        return any(s.get("id") == name for s in self.root.iter(f"{HTML}section"))

    def rows(self, name):
        """Its table."""
        body = next(self.section(name).iter(f"{HTML}tbody"))
        return [["".join(cell.itertext()) for cell in row] for row in body]

    def verdict(self):
        """(agrees, what is said)."""
        box = next(e for e in self.root.iter(f"{HTML}div") if e.get("id") == "verdict")
        return "good" in box.get("class"), " ".join("".join(box.itertext()).split())

    def words(self):
        """All that is to be read."""
        return " ".join("".join(self.root.itertext()).split())


def read_page(text):
    """A page that is well-formed."""
    page, balance = Page(text), _Balance()
    balance.feed(text)
    balance.close()
    assert not balance.open, balance.open
    assert balance.seen == sum(1 for _ in page.root.iter()), "XML and HTML see different elements"
    _check_elements(page.root, text)
    assert text.startswith("<!DOCTYPE html>\n")
    return page


def check_svg(path):
    """A plot that is a file; returns its root."""
    text = path.read_text("utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root][:3] == [f"{SVG}title", f"{SVG}desc", f"{SVG}style"]
    _check_elements(root, text)
    return root
