"""tidy_c - the rules for C: functions, nesting, layers, fences of third-party headers, contracts.

It reads C as clang-format lays it out (a function's braces stand in the first column), with
comments, literals and preprocessor lines blanked; it is no compiler and expands no macros.
"""
import re
import subprocess
from pathlib import Path

from tidy_tree import Fault

FUNCTION_LINES = 70
NESTING = 3

BLANKED = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
TOKEN = re.compile(r"[A-Za-z_]\w*|\S")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Of each library: its headers. Each library has one .c on a floor that knows it, and no .h.
FENCES = {
    "libmicrohttpd": r"microhttpd\.h$",
    "hiredis": r"hiredis/|hiredis\.h$|async\.h$",
    "libev": r"ev\.h$|ev\+\+\.h$",
    "jansson": r"jansson\.h$",
    "libsodium": r"sodium\.h$|sodium/",
    "SQLite": r"sqlite3\.h$",
    "libpq": r"libpq-fe\.h$|postgresql/",
    "libcurl": r"curl/",
    "libinih": r"ini\.h$",
    "libqrencode": r"qrencode\.h$",
}
PROGRAMS = ("node", "ledger", "ctl", "buyer", "bench")
PURE = {"assert.h", "inttypes.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "string.h"}


def _blank(found):
    return re.sub(r"[^\n]", " ", found[0])


def bare(text):
    """The text with comments, literals and directives blanked; lines stay where they are."""
    return DIRECTIVE.sub(_blank, BLANKED.sub(_blank, text))


def _functions(text):
    """(name, first line, last line, line of the body) of each function of a bare text."""
    lines = text.splitlines()
    for body, line in enumerate(lines):
        if line != "{":
            continue
        first = body
        while first > 0 and lines[first - 1].strip() and lines[first - 1][-1] not in ";}":
            first -= 1
        last = next((i for i in range(body, len(lines)) if lines[i].startswith("}")), body)
        name = re.search(r"(\w+)\s*\(", " ".join(lines[first:body]))
        yield name[1] if name else "?", first + 1, last + 1, body + 1


class _Nesting:
    """Walks a function's statements and notes the deepest one. The body itself is level 0."""

    def __init__(self, text, line):
        self.tokens = [(found[0], line + text.count("\n", 0, found.start()))
                       for found in TOKEN.finditer(text)]
        self.at, self.deepest, self.line = 0, 0, line
        self.statement(0)

    def peek(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def balanced(self):
        """Skips a bracket with all it holds."""
        depth = 0
        while self.at < len(self.tokens):
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(self.peek(), 0)
            self.at += 1
            if depth == 0:
                return

    def inner(self, level):
        """A statement that is governed by another."""
        if level > self.deepest and self.at < len(self.tokens):
            self.deepest, self.line = level, self.tokens[self.at][1]
        self.statement(level)

    def block(self, level):
        self.at += 1
        while self.peek() not in ("}", ""):
            self.statement(level)
        self.at += 1

    def statement(self, level):
        word = self.peek()
        if word == "{":
            self.block(level)
        elif word in ("if", "for", "while", "switch"):
            self.at += 1
            self.balanced()
            self.inner(level + 1)
            if word == "if" and self.peek() == "else":
                self.at += 1
                # `else if` is one ladder, not one step down
                self.statement(level) if self.peek() == "if" else self.inner(level + 1)
        elif word == "do":
            self.at += 1
            self.inner(level + 1)
            self.expression(level)
        elif word in ("case", "default"):
            while self.peek() not in (":", ""):
                self.at += 1
            self.at += 1
        elif self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][0] == ":":
            self.at += 2  # a label
        else:
            self.expression(level)

    def expression(self, level):
        """Up to its semicolon; `macro(...) {` is a loop by another name."""
        start = self.at
        while self.peek() not in (";", ""):
            if self.peek() == "}":
                return
            called = self.peek() == "(" and self.at == start + 1
            self.balanced() if self.peek() in "({[" else self.step()
            if called and self.peek() == "{":
                self.inner(level + 1)
                return
        self.at += 1

    def step(self):
        self.at += 1


def functions(tree):
    """Functions of at most 70 lines."""
    for path in tree.of("c", "h"):
        for name, first, last, _ in _functions(bare(tree.text(path))):
            if last - first + 1 > FUNCTION_LINES:
                yield Fault(path, first, f"{name}() has {last - first + 1} lines; a function has"
                                         f" at most {FUNCTION_LINES}")


def nesting(tree):
    """At most three statements inside each other."""
    for path in tree.of("c", "h"):
        text = bare(tree.text(path))
        lines = text.splitlines()
        for name, _, last, body in _functions(text):
            walk = _Nesting("\n".join(lines[body - 1:last]), body)
            if walk.deepest > NESTING:
                yield Fault(path, walk.line, f"{name}() nests {walk.deepest} deep; at most"
                                             f" {NESTING}: make the inner part a function")


def _includes(tree, *kinds):
    for path in tree.of(*kinds):
        for number, line in tree.lines(path):
            found = INCLUDE.match(line)
            if found:
                yield path, number, found[1], found[2]


def fences(tree):
    """A third-party header is known to one .c of a floor and to no .h; cmocka to tests only."""
    owners = {}
    for path, number, _, header in _includes(tree, "c", "h"):
        if header == "cmocka.h" and not path.startswith("tests/"):
            yield Fault(path, number, "cmocka.h belongs to tests/")
        library = next((name for name, own in FENCES.items() if re.match(own, header)), None)
        if library is None:
            continue
        if path.endswith(".h"):
            yield Fault(path, number, f"no header shows {library}: hide it in one .c")
        elif owners.setdefault((library, path.split("/")[0]), path) != path:
            owner = owners[library, path.split("/")[0]]
            yield Fault(path, number, f"{library} is behind {owner} already; one .c a floor")


def layers(tree):
    """The ground knows nothing above it, programs do not know each other."""
    for path, number, mark, header in _includes(tree, "c", "h"):
        floor, target = path.split("/")[0], header.split("/")[0]
        if mark == '"' and "/" not in header:
            yield Fault(path, number, f'"{header}": write it from the root of the project')
        if floor == "core":
            if mark == "<" and header not in PURE:
                yield Fault(path, number, f"core is pure: it does without <{header}>")
            if mark == '"' and target != "core" and header != "common/keys.h":
                yield Fault(path, number, f'core stands below "{header}"')
        elif floor == "common" and target in PROGRAMS:
            yield Fault(path, number, f'common stands below "{header}"')
        elif floor in PROGRAMS and target in PROGRAMS and target != floor:
            yield Fault(path, number, f'"{header}" is another program\'s; share it in common/')


def _declarations(text):
    """(first line, text) of each declaration or definition at the file's level of a bare text."""
    depth, first, held = 0, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if depth == 0 and not held and line.strip():
            first = number
        if depth == 0:
            held += line.strip() and line.partition("{")[0] + " "
        depth += line.count("{") - line.count("}")
        if depth == 0 and held and line.rstrip()[-1:] in (";", "}"):
            yield first, held
            held = ""


def contracts(tree):
    """In a header every function has its contract right above it; structs have no typedef."""
    for path in tree.of("c", "h"):
        text = bare(tree.text(path))
        for found in re.finditer(r"\btypedef\s+(struct|enum|union)\b", text):
            yield Fault(path, text.count("\n", 0, found.start()) + 1,
                        f"{found[1]} without typedef")
        if path.endswith(".c"):
            continue
        lines = tree.text(path).splitlines()
        if not any(re.match(r"#ifndef \w+_H$", line) for line in lines):
            yield Fault(path, 1, "has no guard: #ifndef PENSTOCK_<NAME>_H")
        for first, declared in _declarations(text):
            if "(" in declared.partition("=")[0] and not lines[first - 2].rstrip().endswith("*/"):
                name = re.search(r"(\w+)\s*\(", declared)[1]
                yield Fault(path, first, f"{name}() has no contract: say above it what it does")


def format_(tree):
    """clang-format has nothing to change."""
    paths = tree.of("c", "h")
    try:
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *paths], cwd=tree.root,
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        yield Fault(".clang-format", 1, "clang-format is missing: apt-get install clang-format")
        return
    seen = set()
    for found in re.finditer(r"^(\S+?):(\d+):\d+: error:", done.stderr, re.M):
        path = Path(found[1]).as_posix()
        if path not in seen:
            seen.add(path)
            yield Fault(path, int(found[2]), "not as clang-format has it: run clang-format -i")
    if done.returncode != 0 and not seen:
        yield Fault(".clang-format", 1, f"clang-format failed: {done.stderr.strip()[:200]}")


RULES = (functions, nesting, fences, layers, contracts, format_)
