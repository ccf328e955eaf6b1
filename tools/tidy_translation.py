"""tidy_translation - the rule that a document in Chinese has all that the English one has.

X.zh-CN.md is the translation of X.md. Sentences cannot be compared, but what a reader types and
follows can: section by section both have headings of the same level, the same commands (their
comments may differ), links, code words and rows of tables, and each links to the other at its top.
"""
import re
from collections import namedtuple
from pathlib import Path

from tidy_tree import Fault

ENDING = ".zh-CN.md"
TOP_LINES = 5
LINK = re.compile(r"\]\(([^)]+)\)|<(https?://[^>]+)>|src=\"([^\"]+)\"")
CODE = re.compile(r"`([^`]+)`")
Section = namedtuple("Section", "line level commands links code rows drawings")


def _sections(text):
    """What each section of a document has, its head before the first heading included."""
    section, fenced = Section(1, 0, [], [], [], [], []), False
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"(#+) ", line)
        if line.startswith("```"):
            fenced = not fenced
            if fenced:
                section.drawings.append("```")
        elif fenced:
            continue
        elif heading:
            yield section
            section = Section(number, len(heading[1]), [], [], [], [], [])
        elif line.startswith("    "):
            section.commands.append(re.split(r"\s+#\s", line.strip())[0])
        else:
            section.links.extend("".join(found) for found in LINK.findall(line))
            section.code.extend(CODE.findall(line))
            section.rows.extend(["|"] if line.startswith("|") else [])
    yield section


def _without(links, path):
    """Links but the one to the other document."""
    return sorted(link for link in links if link != Path(path).name)


def _difference(one, other, names):
    """The first thing in which two sections differ, or None."""
    if one.level != other.level:
        return "a heading of another level"
    for what in ("commands", "links", "code", "rows", "drawings"):
        a, b = getattr(one, what), getattr(other, what)
        if what == "links":
            a, b = _without(a, names[1]), _without(b, names[0])
        if what == "code":
            a, b = sorted(a), sorted(b)
        if a != b:
            return f"other {what}: {[x for x in a if x not in b] + [x for x in b if x not in a]}"
    return None


def translations(tree):
    """A document in Chinese has the headings, commands, links and code of the English one."""
    for path in tree.paths:
        if not path.endswith(ENDING):
            continue
        original = path.replace(ENDING, ".md")
        for here, there in ((path, original), (original, path)):
            if f"]({Path(there).name})" not in "\n".join(tree.text(here).split("\n")[:TOP_LINES]):
                yield Fault(here, 1, f"does not link to {there} at its top")
        ours, theirs = list(_sections(tree.text(path))), list(_sections(tree.text(original)))
        if len(ours) != len(theirs):
            yield Fault(path, 1, f"has {len(ours)} sections, {original} has {len(theirs)}")
        for own, other in zip(ours, theirs):
            what = _difference(own, other, (path, original))
            if what:
                yield Fault(path, own.line, f"has not what {original} has at line {other.line}:"
                                            f" {what}")


RULES = (translations,)
