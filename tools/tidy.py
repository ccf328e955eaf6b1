#!/usr/bin/env python3
"""tidy.py [--self-test | FOLDER] - the house style as a program: `make tidy`.

Prints `file:line: what` for each fault, then their number; exits 1 if there is one. The rules
live in tidy_text (all languages), tidy_c (C), tidy_project and tidy_translation (between files);
each is a function whose docstring is the rule. --self-test breaks a copy of the tree in each way
and shows that the rule fires, and that it is silent a hair's breadth before: a rule that cannot
fail guards nothing.
"""
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import tidy_c  # noqa: E402
import tidy_project  # noqa: E402
import tidy_text  # noqa: E402
import tidy_translation  # noqa: E402
from tidy_tree import Tree  # noqa: E402

RULES = tidy_text.RULES + tidy_c.RULES + tidy_project.RULES + tidy_translation.RULES


def main(argv):
    root = Path(__file__).resolve().parents[1]
    if argv[1:2] == ["--self-test"]:
        import tidy_selftest
        return tidy_selftest.run(root, RULES)
    started = time.monotonic()
    tree = Tree(argv[1] if len(argv) > 1 else root)
    faults = sorted({fault for rule in RULES for fault in rule(tree)})
    for fault in faults:
        print(f"{fault.path}:{fault.line}: {fault.what}")
    print(f"tidy: {len(tree.paths)} files, {len(RULES)} rules, {len(faults)} faults,"
          f" {time.monotonic() - started:.1f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
