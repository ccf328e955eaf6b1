"""edits - reads the mutants of this folder and applies them.

A mutant is a file:

    bug    what slip it is
    case   the file of the case that must notice, and pytest's -k for it
    kills  invariants, one of which must be reported, or words of the case's own assertion
    --- path of a file to edit
    -lines as they stand there, once
    +lines in their place

Lines without a + in their place are taken out. When the code changes and the lines are not there
any more, the mutant says so: state the same slip in the new words.
"""
from collections import namedtuple
from pathlib import Path

Mutant = namedtuple("Mutant", "bug path cases kills edits")


def read(path):
    """One mutant: edits are (file, old, new)."""
    head, edits = {}, []
    for line in Path(path).read_text("utf-8").splitlines():
        if line.startswith("--- "):
            edits.append([line[4:], "", ""])
        elif not edits:
            name, words = line.split(None, 1)
            head[name] = words
        elif line[0] == "-":
            if edits[-1][2]:
                edits.append([edits[-1][0], "", ""])
            edits[-1][1] += line[1:] + "\n"
        else:
            edits[-1][2] += line[1:] + "\n"
    file, cases = head["case"].split(None, 1)
    return Mutant(head["bug"], file, cases, head["kills"], edits)


def read_all(folder):
    """All of a folder."""
    return [read(path) for path in sorted(Path(folder).glob("*.edit"))]


def apply(tree, mutant):
    """Edits the files below `tree`; returns what does not fit, or ""."""
    for path, old, new in mutant.edits:
        file = Path(tree) / path
        text = file.read_text("utf-8")
        if text.count(old) != 1:
            return f"no longer fits {path}: {old.strip().splitlines()[0]!r}"
        file.write_text(text.replace(old, new), "utf-8")
    return ""
