"""disk - how long the disk takes to make an append durable.

Redis appends each batch of orders to its log and calls fdatasync before it answers, so what one
node sells depends on this figure as much as on any program's: a ratio of a disk of 0.2 ms says
little of one of 0.02 ms. Measured as Redis does it, a growing file on the file system of its log,
while nothing else runs.
"""
import os
import statistics
import subprocess
import tempfile
import time

BATCH_BYTES = 16384  # about what fifty orders take in the log
APPENDS = 300


def append_us(folder, count=APPENDS, size=BATCH_BYTES):
    """Microseconds of each of `count` appends of `size` bytes with their fdatasync."""
    taken, block = [], b"x" * size
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(count):
            begun = time.perf_counter_ns()
            os.write(file.fileno(), block)
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter_ns() - begun) / 1000)
    return taken


def kind(folder):
    """The file system's name, as stat spells it; tmpfs is memory, and durable for nobody."""
    return subprocess.run(["stat", "-f", "-c", "%T", folder], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def sentence(folder):
    """What to print beside ratios that depend on it."""
    taken = sorted(append_us(folder))
    return (f"disk: {BATCH_BYTES // 1024} KB appended and fdatasync'ed in "
            f"{statistics.median(taken) / 1000:.2f} ms ({taken[len(taken) // 20] / 1000:.2f} to "
            f"{taken[-len(taken) // 20] / 1000:.2f} in nine of ten), on {kind(folder)}")
