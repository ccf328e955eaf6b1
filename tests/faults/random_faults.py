#!/usr/bin/env python3
"""random_faults.py - many short sales, each with its own random faults, and the checker.

    random_faults.py [--runs 200] [--seconds 30] [--at-once 4] [--seed N] [--one SEED]
                     [--keep FOLDER]

Buyers buy, pay and cancel; two ledgers write it all down. Every run is a process and has a seed;
`--one SEED` repeats one, with its plan and all that the checker has to say. A run is good if
nothing was lost, doubled or oversold, every key got its definite answer, and everything was sold
within two seconds of the last fault's end. Of one that is not, logs and history are kept in FOLDER.
"""
import argparse
import json
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from checker import Verdict  # noqa: E402
from rig import Rig  # noqa: E402
from schedule import Player, draw  # noqa: E402
from table import Table  # noqa: E402

TOTAL, RATE, WINDOW_MS = 300, 200, 1500
THEN = {"pay": 0.01, "late": 0.05, "cancel": 0.08, "race": 0.02}  # few pay: the stock must last
SOLD_WITHIN_S = 2


def keep(rig, folder):
    """Copies what a run has written, but not Redis' log."""
    shutil.copytree(rig.folder, Path(folder) / str(rig.seed), dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("secrets", "redis", "*.sock*", "client_body*"))


def run_one(seed, seconds, folder=""):
    """One run; returns its Verdict."""
    plan = draw(seed, seconds)
    with Rig(seed, proxied=True, fronted=True, shimmed=True, deadline_ms=1500,
             trial_pay=1) as rig:
        rig.start(TOTAL, pay_window_ms=WINDOW_MS)
        rig.history.add("books", path=str(rig.books.path))
        for _ in range(2):
            rig.add_ledger().start()
        rig.buyers(rate=RATE, **THEN)
        Player(rig, plan).play()
        verdict = rig.settle(sold_within_s=SOLD_WITHIN_S)
        if verdict.word != "good" and folder:
            keep(rig, folder)
        return verdict


def tell_one(seed, seconds, folder):
    """Runs one in this process: the plan to stderr, the verdict as JSON to stdout."""
    for fault in draw(seed, seconds):
        print(f"{fault.at:6.2f} s  {fault.what} for {fault.seconds} s  {fault.args}",
              file=sys.stderr)
    verdict = run_one(seed, seconds, folder)
    print(json.dumps(verdict._asdict()))
    return 0 if verdict.word == "good" else 1


def child(seed, options):
    """Runs one in a process of its own; returns (seed, Verdict)."""
    done = subprocess.run([sys.executable, __file__, "--one", str(seed), "--seconds",
                           str(options.seconds), "--keep", options.keep],
                          capture_output=True, text=True, check=False)
    try:
        verdict = Verdict(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError, TypeError):
        text = (done.stdout + done.stderr)[-3000:]
        verdict = Verdict("bad", [], 0, 0, 0, 0, 0, None, None, None, f"it broke off: {text}")
    sold = "-" if verdict.sold_out_s is None else f"{verdict.sold_out_s:.2f} s"
    print(f"seed {seed}: {verdict.word}, {verdict.faults} faults, {verdict.checked} orders, all "
          f"sold after {sold}", flush=True)
    if verdict.word != "good":
        print(verdict.text, flush=True)
    return seed, verdict


def main(argv):
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--runs", type=int, default=200)
    words.add_argument("--seconds", type=float, default=30)
    words.add_argument("--at-once", type=int, default=4)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--one", type=int, default=0)
    words.add_argument("--keep", default="")
    options = words.parse_args(argv)
    if options.one:
        return tell_one(options.one, options.seconds, options.keep)
    seed = options.seed or random.SystemRandom().randrange(1, 1000000)
    print(f"faults-random: seed {seed}; repeat by: make faults-random SEED={seed}", flush=True)
    seeds = [random.Random(f"run {seed} {i}").randrange(1, 1000000) for i in range(options.runs)]
    table = Table()
    with ThreadPoolExecutor(options.at_once) as pool:
        results = list(pool.map(lambda one: child(one, options), seeds))
    for _, verdict in results:
        table.add(f"random faults for {options.seconds:.0f} s", verdict)
    print(table.text())
    bad = [one for one, verdict in results if verdict.word != "good"]
    if bad:
        print(f"not good: {bad}; repeat one by: make faults-random ONE=<seed>")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
