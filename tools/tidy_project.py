"""tidy_project - the rules that hold between files: what one says, another must know.

Settings against OPERATIONS, Lua's answers against C and the tests, invariants against the tests,
and the purity of core's objects. What is not there yet (no objects, no docs/ARCHITECTURE.md) breaks
no rule by itself.
"""
import re
import subprocess

from tidy_tree import Fault

SETTING = re.compile(r'\{\s*(?:\.flag\s*=\s*)?"([a-z0-9-]+)",\s*(?:\.kind\s*=\s*)?SETTINGS_')
OPERATIONS = "docs/OPERATIONS.md"
ANSWER = re.compile(r"--   ([A-Z][A-Z0-9_]*)(?:  |$)")
ARCHITECTURE = "docs/ARCHITECTURE.md"
LISTED = re.compile(r"^\s*(?:[-*|]\s*)?\**((?:I[1-8])|(?:H(?:10|[1-9])))\b", re.M)
PURE = re.compile(r"(mem|str)\w+$|__(mem|str)\w+_chk$|__assert_fail$|__stack_chk_fail$|keys_\w+$")
COMPILERS_OWN = re.compile(r"__(asan|ubsan|sanitizer|tsan|gcov|llvm)_|_GLOBAL_OFFSET_TABLE_$")


def settings(tree):
    """Every setting of a table is documented, as --flag, in OPERATIONS."""
    documented = tree.text(OPERATIONS)
    for path in tree.of("c"):
        if not path.endswith("/options.c") or path.startswith("tests/"):
            continue
        text = tree.text(path)
        for found in SETTING.finditer(text):
            if not re.search(rf"--{found[1]}(?![a-z0-9-])", documented):
                yield Fault(path, text.count("\n", 0, found.start()) + 1,
                            f"--{found[1]} is not documented in {OPERATIONS}")


def _answers(tree, path):
    """(line, word) of each answer that the script's header lists."""
    listing = False
    for number, line in tree.lines(path):
        if line == "-- Answers:":
            listing = True
        elif listing and not line.startswith("--   "):
            return
        elif listing and ANSWER.match(line):
            yield number, ANSWER.match(line)[1]


def answers(tree):
    """Every answer word of a script is known in C and has a test."""
    c_side = "\n".join(tree.text(path) for path in tree.of("c") if not path.startswith("tests/"))
    tests = "\n".join(tree.text(path) for path in tree.paths if path.startswith("tests/lua/"))
    for path in tree.of("lua", below="lua/"):
        if path.startswith("lua/shared/"):
            continue
        found = list(_answers(tree, path))
        if not found:
            yield Fault(path, 1, "the header lists no answers: a line `-- Answers:`, then words")
        for number, word in found:
            if f'"{word}"' not in c_side:
                yield Fault(path, number, f'no C file knows the answer "{word}"')
            if not re.search(rf"\b{word}\b", tests):
                yield Fault(path, number, f"no test under tests/lua has the answer {word}")


def invariants(tree):
    """Every invariant that ARCHITECTURE lists at the start of a line is cited by a test."""
    text = tree.text(ARCHITECTURE)
    cited = "\n".join(tree.text(path) for path in tree.paths if path.startswith("tests/"))
    seen = set()
    for found in LISTED.finditer(text):
        if found[1] not in seen and not re.search(rf"\b{found[1]}\b", cited):
            yield Fault(ARCHITECTURE, text.count("\n", 0, found.start(1)) + 1,
                        f"{found[1]} is cited by no test")
        seen.add(found[1])


def _symbols(objects, which):
    done = subprocess.run(["nm", "-A", which, *map(str, objects)], capture_output=True, text=True,
                          check=False)
    for line in done.stdout.splitlines():
        where, _, rest = line.rpartition(":")
        yield where, rest.split()[-1]


def purity(tree):
    """core's objects, where they are built, ask for nothing but mem*, str* and assert."""
    objects = sorted((tree.root / "build" / "core").glob("*.o"))
    if not objects:
        return
    own = {symbol for _, symbol in _symbols(objects, "--defined-only")}
    for where, symbol in _symbols(objects, "--undefined-only"):
        if symbol not in own and not PURE.match(symbol) and not COMPILERS_OWN.match(symbol):
            source = "core/" + where.rpartition("/")[2].replace(".o", ".c")
            yield Fault(source, 1, f"core is pure: it must not call {symbol}")


RULES = (settings, answers, invariants, purity)
