"""tidy_text - the rules that hold for every language: sizes, blanks, essays, forbidden words.

A rule is a function of a tree that yields faults. Words that a rule forbids are put together from
pieces here, so that the rules can be held against their own files.
"""
import ast
import re
from pathlib import Path

from tidy_tree import CODE, Fault

FILE_LINES = 400
FUNCTION_LINES = 70
COLUMNS = 100
ESSAY_BYTES = 40

UNFINISHED = re.compile(r"\b(%s)\b" % "|".join(("TO" "DO", "FIX" "ME", "XX" "X")))
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:%s)(?![\w.-])" % "|".join(("work", "root", "home")))
REGISTRY = re.compile(r"https?://[^ ]*(?:deb" r"ian|np" r"m)[^ ]*/")
SECRET_TEXT = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|(?i:password|passwd|secret|api_?key|auth_?token)[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9+/_-]{20,}"
    r"|(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")
SECRET_FILE = re.compile(r"(\.password|\.pem|\.key|(^|/)users\.acl|(^|/)id_(rsa|ed25519))$")


def sizes(tree):
    """Files of at most 400 lines, lines of at most 100 columns."""
    for path in tree.of(*CODE):
        count = tree.text(path).count("\n")
        if count > FILE_LINES:
            yield Fault(path, count, f"{count} lines; a file has at most {FILE_LINES}: split it")
        for number, line in tree.lines(path):
            columns = len(line.expandtabs(8))
            if columns > COLUMNS:
                yield Fault(path, number, f"{columns} columns; a line has at most {COLUMNS}")


def _python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def _indented_functions(lines, opening, closing):
    """Functions whose last line stands as far left as the first."""
    for start, line in enumerate(lines):
        found = opening.match(line)
        if not found:
            continue
        last = re.compile(re.escape(found[1]) + closing)
        end = next((i for i in range(start, len(lines)) if last.match(lines[i])), start)
        yield found[2], start + 1, end + 1


LUA_OPENING = re.compile(r"(\s*)(?:local )?function ([\w.:]+)")
JS_OPENING = re.compile(r"(\s*)(?:export )?(?:async )?(?:static )?(?:function )?"
                        r"(?!if|for|while|switch)(\w+) ?\([^()]*\) \{$")
SHELL_OPENING = re.compile(r"(\s*)(?:function )?([\w-]+) ?\(\) *\{?$")


def functions(tree):
    """Functions of at most 70 lines in Python, Lua, shell and JavaScript (C: see tidy_c)."""
    for path in tree.of("py", "lua", "sh", "js"):
        kind, text = tree.kind(path), tree.text(path)
        try:
            if kind == "py":
                found = list(_python_functions(text))
            elif kind == "lua":
                found = _indented_functions(text.splitlines(), LUA_OPENING, r"end\b")
            elif kind == "js":
                found = _indented_functions(text.splitlines(), JS_OPENING, r"\}")
            else:
                found = _indented_functions(text.splitlines(), SHELL_OPENING, r"\}")
        except SyntaxError as fault:
            yield Fault(path, fault.lineno or 1, "is no Python")
            continue
        for name, first, last in found:
            if last - first + 1 > FUNCTION_LINES:
                yield Fault(path, first, f"{name}() has {last - first + 1} lines; a function has"
                                         f" at most {FUNCTION_LINES}")


def blanks(tree):
    """No blanks at a line's end, a newline at the file's, and indentation of one kind."""
    for path in tree.paths:
        text, kind, first = tree.text(path), tree.kind(path), None
        if text and not text.endswith("\n"):
            yield Fault(path, text.count("\n") + 1, "the last line has no newline")
        for number, line in tree.lines(path):
            if line != line.rstrip():
                yield Fault(path, number, "blanks at the end of the line")
            indent = line[:len(line) - len(line.lstrip())]
            first = first or indent[:1]
            if kind in CODE and _is_mixed(kind, indent, first):
                yield Fault(path, number, "tabs and spaces are mixed in the indentation")


def _is_mixed(kind, indent, first):
    if kind in ("c", "h"):  # tabs, then spaces for alignment
        return " \t" in indent or indent.startswith(" " * 8)
    if kind == "py":
        return "\t" in indent
    return bool(indent) and (" \t" in indent or indent[0] != first)


def essays(tree):
    """Every file opens with what it is: a comment, in all but Python and shell with its name."""
    for path in tree.of(*CODE):
        kind, lines = tree.kind(path), tree.text(path).splitlines()
        name = Path(path).name
        if kind in ("c", "h", "js", "css"):
            good = lines[:1] == ["/*"] and lines[1:2] and lines[1].startswith(f" * {name} - ")
            wanted = f"/*, newline, * {name} - what it is"
        elif kind == "lua":
            head = lines[1:2] if lines[:1] and lines[0].startswith("#!") else lines[:1]
            good = head and re.match(rf"-- (\w+/)*{re.escape(name)} - ", head[0])
            wanted = f"-- {name} - what it is"
        elif kind == "py":
            good = not lines or len(_docstring(tree.text(path))) >= ESSAY_BYTES
            wanted = "a docstring that says what the file is"
        else:
            good = len(lines) > 1 and lines[1].startswith("# ") and len(lines[1]) >= ESSAY_BYTES
            wanted = "a comment below #! that says what the file is"
        if not good:
            yield Fault(path, 1, f"must open with its essay: {wanted}")


def _docstring(text):
    try:
        return ast.get_docstring(ast.parse(text)) or ""
    except SyntaxError:
        return ""


def unfinished(tree):
    """No marks of unfinished work."""
    for path in tree.paths:
        for number, line in tree.lines(path):
            found = UNFINISHED.search(line)
            if found:
                yield Fault(path, number, f"{found[1]}: finish it, or file an issue")


def machine_paths(tree):
    """Nothing that holds on one machine only: no absolute paths, no registry's host."""
    for path in tree.paths:
        for number, line in tree.lines(path):
            found = MACHINE_PATH.search(line)
            if found:
                yield Fault(path, number, f"{found[0]} is a path of one machine")
            if REGISTRY.search(line):
                yield Fault(path, number, "a package registry's host: use the machine's own")


def secrets(tree):
    """No secret in the tree. Tests may hold published test vectors of 64 hex digits."""
    for path in tree.paths:
        if SECRET_FILE.search(path):
            yield Fault(path, 1, "a file of this name holds secrets: they belong under run/")
        if path.startswith("tests/"):
            continue
        for number, line in tree.lines(path):
            if SECRET_TEXT.search(line):
                yield Fault(path, number, "looks like a secret")


RULES = (sizes, functions, blanks, essays, unfinished, machine_paths, secrets)
