#!/usr/bin/env python3
"""run.py SECONDS FOLDER - runs each fuzz target of FOLDER for so long: `make fuzz SECONDS=n`.

A line a target: executions, edges covered, inputs kept, faults. What it learns stays under
FOLDER/found and is the next run's start, beside the seeds of tests/fuzz/corpus. An input that
breaks a target is kept under FOLDER/crashes, the command that repeats it is printed, and the end
is 1. Mended, it becomes a seed: `make check` reads every seed once, so the fault stays away.
"""
import re
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
# A body is at most 4096 bytes; nothing else that a stranger sends is longer.
BOUNDS = ["-max_len=4200", "-timeout=10", "-rss_limit_mb=768", "-malloc_limit_mb=64"]


def figure(pattern, text):
    """The last number that the pattern finds, or 0."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def run(target, name, seconds):
    """Prints the target's line; whether it held."""
    folder = target.parent
    found, crashes = folder / "found" / name, folder / "crashes"
    found.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    before = set(crashes.iterdir())
    done = subprocess.run(
        [target, *BOUNDS, f"-max_total_time={seconds}", f"-artifact_prefix={crashes}/{name}-",
         "-print_final_stats=1", found, CORPUS / name],
        capture_output=True, text=True, errors="replace", timeout=seconds + 120, check=False)
    new = sorted(set(crashes.iterdir()) - before)
    executions = figure(r"stat::number_of_executed_units: (\d+)", done.stderr)
    print(f"{name:10} {executions:10} executions {figure(r'cov: ([0-9]+)', done.stderr):6} edges"
          f" {figure(r'corp: ([0-9]+)', done.stderr):5} inputs {len(new):3} faults", flush=True)
    if done.returncode == 0 and executions > 0:
        return True
    print(done.stderr[-4000:])
    for path in new:
        print(f"repeat it by: {target} {path}\n"
              f"and keep it: cp {path} {CORPUS / name}/<what it is about>")
    return False


def main(argv):
    seconds, folder = int(argv[1]), Path(argv[2])
    # A list, so that a fault of one keeps none from running.
    held = [run((folder / f"fuzz_{path.name}").resolve(), path.name, seconds)
            for path in sorted(CORPUS.iterdir())]
    return 0 if held and all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
