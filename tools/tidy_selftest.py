"""tidy_selftest - breaks a copy of the tree in each way and looks whether the rule fires.

A case is a rule, a file (made or replaced in the copy), a good text and a bad one. The rule must
be silent about that file with the good text and must say `what` with the bad one. Good and bad
differ by as little as the rule allows: 400 lines and 401. Every rule has at least one case.
"""
import shutil
import subprocess
import tempfile
from collections import namedtuple
from pathlib import Path

import tidy_c
import tidy_project
import tidy_text
import tidy_translation
from tidy_tree import SKIPPED, Tree

Case = namedtuple("Case", "rule path good bad what")

C = "/*\n * zz.c - a file of the self-test.\n */\n"
H = "/*\n * zz.h - a file of the self-test.\n */\n#ifndef PENSTOCK_ZZ_H\n#define PENSTOCK_ZZ_H\n\n"
PY = '"""A file of the self-test, with an essay of forty bytes."""\n'
SH = "#!/bin/sh\n# zz.sh - a file of the self-test, with an essay.\n"
LUA = "#!lua\n-- zz.lua - a script of the self-test.\n"
CONTRACT = "/* What it does. */\n"


def function(lines):
    """A C function of so many lines, its signature and braces included."""
    return C + "void f(void)\n{\n" + "\tg();\n" * (lines - 3) + "}\n"


def body(statements):
    indented = "".join(f"\t{line}\n" for line in statements.splitlines())
    return C + "void f(void)\n{\n" + indented + "}\n"


def include(header):
    return C + f"#include {header}\n"


DEEP = {
    "if": ("if (a) {\nif (b) {\nfor (;;) {\ng();\n}\n}\n}\n",
           "if (a) {\nif (b) {\nfor (;;) {\nwhile (c) {\n}\n}\n}\n}\n"),
    "without braces": ("for (;;)\nwhile (a)\nif (b)\ng();\n",
                       "for (;;)\nwhile (a)\nif (b)\nif (c)\ng();\n"),
    "a ladder": ("if (a)\ng();\nelse if (b)\ng();\nelse if (c)\ng();\nelse if (d)\ng();\n",
                 "if (a)\ng();\nelse if (b)\nfor (;;)\nfor (;;)\nfor (;;)\ng();\n"),
    "an else": ("if (a) {\n} else {\nif (b)\nif (c)\ng();\n}\n",
                "if (a) {\n} else {\nif (b)\nif (c)\nif (d)\ng();\n}\n"),
    "switch and do": ("switch (a) {\ncase 1:\ndo {\nif (b)\ng();\n} while (0);\n}\n",
                      "switch (a) {\ncase 1:\ndo {\nif (b)\nif (c)\ng();\n} while (0);\n}\n"),
    "a macro's loop": ("each_one(a, b) {\nif (b)\nif (c)\ng();\n}\n",
                       "each_one(a, b) {\nif (b)\nif (c)\nif (d)\ng();\n}\n"),
    "behind a label": ("struct s a = { { { { 1 } } } };\nout:\nif (a)\nif (b)\nif (c)\ng();\n",
                       "out:\nif (a)\nif (b)\nif (c)\nif (d)\ng();\n"),
}


def text_cases():
    rule = tidy_text.sizes
    yield Case(rule, "node/zz.c", "\n" * 400, "\n" * 401, "401 lines")
    yield Case(rule, "lua/zz.lua", "\n" * 400, "\n" * 401, "401 lines")
    yield Case(rule, "deploy/zz", SH + "\n" * 398, SH + "\n" * 399, "401 lines")
    yield Case(rule, "node/zz.c", "\t" + "x" * 92, "\t" + "x" * 93, "101 columns")
    yield Case(rule, "tests/zz.py", "x" * 100, "x" * 101, "101 columns")
    yield Case(rule, "web/zz.js", "\n" * 400, "\n" * 401, "401 lines")
    yield Case(rule, "web/zz.css", "x" * 100, "x" * 101, "101 columns")
    rule = tidy_text.functions
    yield Case(rule, "tests/zz.py", "def f():\n" + "    g()\n" * 69,
               "def f():\n" + "    g()\n" * 70, "f() has 71 lines")
    yield Case(rule, "tests/zz.py", "", "def f(:\n", "no Python")
    yield Case(rule, "lua/zz.lua", "local function f()\n" + "\tg()\n" * 68 + "end\n",
               "local function f()\n" + "\tg()\n" * 69 + "end\n", "f() has 71 lines")
    yield Case(rule, "deploy/zz.sh", SH + "f() {\n" + "\tg\n" * 68 + "}\n",
               SH + "f() {\n" + "\tg\n" * 69 + "}\n", "f() has 71 lines")
    yield Case(rule, "web/zz.js", "async function f(a) {\n" + "  g();\n" * 68 + "}\n",
               "async function f(a) {\n" + "  g();\n" * 69 + "}\n", "f() has 71 lines")
    rule = tidy_text.blanks
    yield Case(rule, "docs/zz.md", "a\n", "a \n", "blanks at the end")
    yield Case(rule, "deploy/zz.conf", "a\n", "a", "no newline")
    yield Case(rule, "node/zz.c", "\t  a;\n", "  \ta;\n", "mixed")
    yield Case(rule, "node/zz.c", " * a\n", "        a;\n", "mixed")
    yield Case(rule, "tests/zz.py", "    a\n", "\ta\n", "mixed")
    yield Case(rule, "lua/zz.lua", "\ta\n\tb\n", "\ta\n  b\n", "mixed")
    rule = tidy_text.essays
    yield Case(rule, "node/zz.c", C, "#include <a.h>\n", "essay")
    yield Case(rule, "node/zz.c", C, C.replace("zz.c", "yy.c"), "essay")
    yield Case(rule, "node/zz.h", H, "#ifndef A\n", "essay")
    yield Case(rule, "web/zz.js", C.replace("zz.c", "zz.js"), "f();\n", "essay")
    yield Case(rule, "web/zz.css", C.replace("zz.c", "zz.css"), "a {}\n", "essay")
    yield Case(rule, "lua/zz.lua", LUA, "#!lua\nreturn 1\n", "essay")
    yield Case(rule, "tests/zz.py", PY, '"""Short."""\n', "essay")
    yield Case(rule, "deploy/zz.sh", SH, "#!/bin/sh\nset -eu\n", "essay")
    rule = tidy_text.unfinished
    for word in ("TO" "DO", "FIX" "ME", "XX" "X"):
        yield Case(rule, "docs/zz.md", f"{word}S\n", f"a {word}: b\n", word)
    rule = tidy_text.machine_paths
    for name in ("work", "root", "home"):
        yield Case(rule, "docs/zz.md", f"a/{name}/b $x/{name} /{name}s /var/{name}\n",
                   f"cd /{name}/b\n", f"/{name}")
    yield Case(rule, "deploy/zz.sh", "http://127.0.0.1/a/\n",
               "http://mirror.deb" "ian.example/a/\n", "registry")
    rule = tidy_text.secrets
    yield Case(rule, "deploy/zz.conf", "a" * 63, "a" * 64, "looks like a secret")
    yield Case(rule, "deploy/zz.conf", "redis-password-file = x", "pass" "word = " + "hunter2" * 3,
               "looks like a secret")
    yield Case(rule, "deploy/zz.conf", "", "-----BEGIN RSA " "PRIVATE KEY-----", "looks like")
    yield Case(rule, "deploy/order.key", None, "x\n", "holds secrets")


def c_cases():
    yield Case(tidy_c.functions, "node/zz.c", function(70), function(71), "f() has 71 lines")
    for good, bad in DEEP.values():
        yield Case(tidy_c.nesting, "node/zz.c", body(good), body(bad), "f() nests 4 deep")
    rule = tidy_c.fences
    for header in ("<microhttpd.h>", "<hiredis/hiredis.h>", "<hiredis/async.h>", "<ev.h>",
                   "<jansson.h>", "<sodium.h>", "<sqlite3.h>", "<libpq-fe.h>", "<curl/curl.h>"):
        yield Case(rule, "node/zz.h", include("<stdio.h>"), include(header), "no header shows")
    yield Case(rule, "node/zz.c", include('"node/body.h"'), include("<jansson.h>"),
               "jansson is behind node/body.c already")
    yield Case(rule, "ctl/zz.c", include('"ctl/json.h"'), include("<jansson.h>"),
               "jansson is behind ctl/json.c already")
    yield Case(rule, "node/zz.c", include("<stdlib.h>"), include("<cmocka.h>"), "belongs to tests/")
    rule = tidy_c.layers
    yield Case(rule, "core/zz.c", include('"core/gate.h"'), include('"node/body.h"'), "core stands")
    yield Case(rule, "core/zz.c", include('"common/keys.h"'), include('"common/log.h"'),
               "core stands")
    yield Case(rule, "core/zz.c", include("<string.h>"), include("<time.h>"), "without <time.h>")
    yield Case(rule, "common/zz.c", include('"common/log.h"'), include('"node/body.h"'),
               "common stands below")
    yield Case(rule, "ledger/zz.c", include('"common/log.h"'), include('"node/body.h"'),
               "another program's")
    yield Case(rule, "node/zz.c", include('"node/body.h"'), include('"body.h"'), "from the root")
    rule = tidy_c.contracts
    for declared in ("int f(int a);\n", "int\nf(int a,\n  int b)\n\t__attribute__((x));\n",
                     "typedef void cb(void *owner);\n", "static inline int f(void)\n{\n}\n"):
        yield Case(rule, "node/zz.h", H + CONTRACT + declared, H + CONTRACT + "\n" + declared,
                   "no contract")
    yield Case(rule, "node/zz.h",
               H + "struct a {\n\tint b;\n};\nenum { C = (1) };\nextern int d;\n",
               H + CONTRACT + "int f(int a);\nint g(int b);\n", "g() has no contract")
    yield Case(rule, "node/zz.h", H, C.replace("zz.c", "zz.h"), "no guard")
    yield Case(rule, "node/zz.c", C + "struct a {\n\tint b;\n};\n",
               C + "typedef struct {\n\tint b;\n} a;\n", "struct without typedef")
    yield Case(tidy_c.format_, "node/zz.c", function(5), function(5).replace("\tg", "  g"),
               "not as clang-format has it")


def project_cases(root):
    rows = C + 'static const struct setting table[] = {{ "%s", SETTINGS_NUMBER, "1" }};\n'
    yield Case(tidy_project.settings, "ledger/options.c", C, rows % "zz-ms", "--zz-ms is not")
    rule = tidy_project.answers
    known = Path(root, "node/answers.c").exists()
    lua = LUA + "--\n-- Answers:\n--   %s  what it means\n--\n-- Cost: O(1).\n"
    yield Case(rule, "lua/zz.lua", None, LUA, "lists no answers")
    if known:
        yield Case(rule, "lua/zz.lua", lua % "SOLD_OUT", lua % "ZZ_TOP", 'the answer "ZZ_TOP"')
    yield Case(rule, "lua/zz.lua", None, lua % "ZZ_TOP", "no test under tests/lua")
    text = "## Invariants\n\n- **%s** holds.\n"
    for name in ("I8", "H10"):
        yield Case(tidy_project.invariants, tidy_project.ARCHITECTURE, text % "I9", text % name,
                   f"{name} is cited by no test")
    yield Case(tidy_project.purity, "core/zz.c",
               '#include <string.h>\nint f(const char *a) { return (int)strlen(a); }\n',
               "#include <time.h>\nlong f(void) { return (long)time(0); }\n", "must not call time")


def translation_cases(root):
    """The README's translation, with one thing changed."""
    rule, path = tidy_translation.translations, "README.zh-CN.md"
    good = Path(root, path).read_text(encoding="utf-8")
    for was, becomes, what in (
            ("make test", "make check", "other commands"), ("\n## ", "\n### ", "another level"),
            ("(docs/API.md)", "(docs/KEYS.md)", "other links"),
            ("`make rush`", "`rush`", "other code"),
            ("(README.md)", "(docs/README.md)", "does not link to README.md at its top")):
        assert was in good, was
        yield Case(rule, path, good, good.replace(was, becomes, 1), what)
    row = next(line for line in good.splitlines() if line.startswith("| ["))
    yield Case(rule, path, good, good.replace(row + "\n", ""), "other links")
    yield Case(rule, path, good, good + "\n## more\n", "sections, README.md has")


class Copy:
    """A copy of the tree, in which a file is replaced and put back."""

    def __init__(self, root, folder):
        self.root = Path(folder) / "copy"
        shutil.copytree(root, self.root, ignore=shutil.ignore_patterns(*SKIPPED))

    def faults(self, case, text):
        """What the rule says with `text` in the case's file; None: the file is not there."""
        path = self.root / case.path
        before = path.read_bytes() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
        try:
            self.prepare(case)
            return [fault for fault in case.rule(Tree(self.root)) if fault.path == case.path]
        finally:
            if before is not None:
                path.write_bytes(before)
            elif text is not None:
                path.unlink()

    def prepare(self, case):
        """The state of the tree that a case needs besides its file."""
        if case.rule is tidy_project.purity:
            objects = self.root / "build" / "core"
            objects.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-c", str(self.root / case.path), "-o", str(objects / "zz.o")],
                           check=True)
        if case.rule is tidy_project.invariants:  # a tree whose tests cite nothing
            shutil.rmtree(self.root / "tests", ignore_errors=True)


def judge(copy, case):
    """None, or why the case failed."""
    for fault in copy.faults(case, case.good):
        if case.what in fault.what:
            return f"is not silent about a good file: {fault.what}"
    said = copy.faults(case, case.bad)
    if not any(case.what in fault.what for fault in said):
        return f"does not say \"{case.what}\" but {[fault.what for fault in said]}"
    return None


def run(root, rules):
    """Exit status 0 when every rule fires where it should and only there."""
    cases = [*text_cases(), *c_cases(), *project_cases(root), *translation_cases(root)]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(root, folder)
        for case in cases:
            why = judge(copy, case)
            failed += why is not None
            if why:
                print(f"{case.rule.__module__}.{case.rule.__name__} on {case.path}: {why}")
    for rule in set(rules) - {case.rule for case in cases}:
        failed += 1
        print(f"{rule.__module__}.{rule.__name__}: has no case")
    print(f"tidy: self-test: {len(cases)} cases, {failed} failed")
    return 1 if failed else 0
