#!/usr/bin/env python3
"""run.py [NAME] - builds each mutant in a copy of the tree and shows which invariant kills it.

Every mutant whose bug holds NAME, or all. A mutant is dead when the case that is named for it fails
and reports one of the rules that should. One that survives, or does not build, or no longer fits
the text, is a fault of the suite: exit 1. Printed of each: how it ended, what slip it is, by which
invariants it was killed, in which case, and how long that case ran.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE))

from edits import apply, read_all  # noqa: E402

AT_ONCE = 2
REPORTED = re.compile(r"\b(H10|H[1-9]|I[1-8]?) x \d+")


def copy_tree(folder):
    """The tree with what is built of it, so that only the mutant's own file is compiled again."""
    skipped = shutil.ignore_patterns(".git", "run", "__pycache__", "asan", "bench", "fuzz")
    shutil.copytree(ROOT, folder, ignore=skipped, symlinks=True)


def build(tree, mutant):
    """Makes the mutant's programs of the tree; returns what is wrong, or ""."""
    wrong = apply(tree, mutant)
    if wrong:
        return wrong
    made = subprocess.run(["make", "-s", "programs"], cwd=tree, capture_output=True, text=True,
                          check=False)
    return "does not build: " + made.stderr.strip()[-300:] if made.returncode else ""


def try_out(tree, mutant):
    """(is it dead?, what was reported)."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", mutant.path, "-k",
                           mutant.cases, "-m", "not long"], cwd=tree, capture_output=True,
                          text=True, env=env, check=False)
    if not re.search(r"^\d+ (passed|failed)", done.stdout, re.M):
        return False, "the case did not run: " + done.stdout.strip()[-300:]
    if done.returncode == 0:
        return False, "nothing"
    found = sorted(set(REPORTED.findall(done.stdout)))
    if set(found) & set(mutant.kills.split()):
        return True, " ".join(found)
    if mutant.kills in done.stdout:
        return True, mutant.kills
    faults = [line for line in done.stdout.splitlines() if line.startswith("E  ")]
    return False, f"reported {found}, expected {mutant.kills}: {faults[:2]}"


def run(mutant):
    """Builds and tries one; prints its line; returns whether it is dead."""
    parent = Path(tempfile.mkdtemp(prefix="penstock-mutant-"))
    try:
        copy_tree(parent / "tree")
        is_dead, found = False, build(parent / "tree", mutant)
        began = time.monotonic()
        if not found:
            is_dead, found = try_out(parent / "tree", mutant)
    finally:
        shutil.rmtree(parent, ignore_errors=True)
    print(f"{'dead' if is_dead else 'ALIVE':5}  {mutant.bug:52}  {found:31}  "
          f"{Path(mutant.path).stem}: {mutant.cases}, {time.monotonic() - began:.0f} s", flush=True)
    return is_dead


def main(argv):
    """All of them, two at a time."""
    chosen = [mutant for mutant in read_all(HERE) if not argv or argv[0] in mutant.bug]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        dead = sum(pool.map(run, chosen))
    print(f"{dead} of {len(chosen)} mutants are dead")
    return 0 if dead == len(chosen) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
