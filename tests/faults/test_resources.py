"""F20: too little of everything: memory, file descriptors, processor time.

A node that has no memory ends and is started again; short of files or time it answers less. None of
it may leave the sale inconsistent.
"""
import os
import random
import re
import signal
import threading
from ctypes.util import find_library
from pathlib import Path

import pytest

from harness import web
from harness.waiting import stretched, wait_until
from proxy import TOOLS

WINDOW = {"pay_window_ms": 1500}
ENDS = {0, 1, 2, -signal.SIGABRT, -signal.SIGTERM}  # by itself, told, or aborted; never a SIGSEGV
if (find_library("hiredis") or "").endswith(".so.0.14"):
    ENDS.add(-signal.SIGSEGV)  # it does not look at what it got for its output; 1.x aborts as told


def allocations(rig):
    """How many allocations a node makes that starts, sells five and is told to end."""
    path = rig.folder / "allocations"
    node = rig.cluster.nodes[0]
    node.process.env.update({"LD_PRELOAD": str(TOOLS / "alloc_shim.so"), "ALLOC_COUNT": str(path)})
    rig.cluster.restart_node(0)
    for i in range(5):
        assert rig.ask_one(f"count-{i}", "0") == "ACCEPTED"
    assert rig.cluster.stop_node(0) == 0
    node.process.env.pop("ALLOC_COUNT")
    return int(path.read_text())


def life_without(rig, k):
    """A node whose k-th allocation fails: its exit code, after five buyers or before."""
    node = rig.cluster.nodes[0]
    node.process.env["ALLOC_FAIL_AT"] = str(k)
    node.process.start()

    def stands():
        return not node.process.is_running() or web.get(node.port, "/readyz").status == 200

    wait_until(stands, 5, f"a node without allocation {k} to stand or fall", every=0.002)
    for i in range(5):
        if node.process.is_running():
            rig.ask_one(f"k-{k}-{i}", "0")
    return node.process.end(signal.SIGTERM)


@pytest.mark.row("F20 no memory, no files, no time")
@pytest.mark.deadline(600)
@pytest.mark.parametrize("share", [pytest.param(1.0, marks=pytest.mark.long), 0.05], ids=str)
def test_a_node_without_its_kth_allocation_aborts_or_sells(make_rig, case, seed, share):
    """For every k (or a random share of them): the node aborts, or goes on; nothing is torn."""
    rig = make_rig(drain_ms=500).start(100000, dead=[0])
    total = allocations(rig)
    ks = sorted(random.Random(seed).sample(range(1, total + 1), max(int(total * share), 20)))
    codes = {}
    with rig.fault(f"one of {total} allocations fails, {len(ks)} times"):
        for k in ks:
            codes.setdefault(life_without(rig, k), []).append(k)
    assert set(codes) <= ENDS, {code: codes[code][:10] for code in set(codes) - ENDS}
    assert -signal.SIGABRT in codes, f"no allocation ever failed: {codes.keys()}"
    rig.cluster.nodes[0].process.env.pop("LD_PRELOAD")
    rig.cluster.restart_node(0)
    case(rig.settle())


def with_few_files(node, files):
    """Starts it under a hard bound that even root cannot raise."""
    node.process.argv = ["prlimit", f"--nofile={files}:{files}", "setpriv",
                         "--bounding-set=-sys_resource", "--inh-caps=-sys_resource",
                         *[str(word) for word in node.argv()]]
    node.process.start()


@pytest.mark.row("F20 no memory, no files, no time")
def test_a_node_with_64_files_serves_whom_it_can(make_rig, case):
    """200 buyers at once at each of four nodes of 64 files: some wait, none is cheated."""
    rig = make_rig(deadline_ms=1500).start(100000, dead=[0, 1, 2, 3])
    for i in range(4):
        with_few_files(rig.cluster.nodes[i], 64)
        rig.cluster.down.discard(i)
    rig.cluster.wait_ready()
    limit = open(f"/proc/{rig.cluster.nodes[0].process.pid}/limits", encoding="ascii").read()
    assert [line.split()[3] for line in limit.splitlines() if "open files" in line] == ["64"]
    with rig.fault("64 files and 200 buyers at each node"):
        rig.buyers(rate=200)
        rig.wait_orders(100)
        answers = rig.cluster.buy_together(800, via="nodes", timeout=4)
        assert all(answer.status in (0, 200, 503) for answer in answers)
        assert sum(answer.reason == "ACCEPTED" for answer in answers) > 100
    rig.wait_orders(100)
    case(rig.settle(strangers=800))


class Tenth:
    """Lets processes run 10 ms in every 100, by signals: a tenth of a processor."""

    def __init__(self, pids):
        self.pids, self.over = pids, threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _send(self, number):
        for pid in self.pids:
            os.kill(pid, number)

    def _run(self):
        while not self.over.is_set():
            self._send(signal.SIGSTOP)
            self.over.wait(0.09)
            self._send(signal.SIGCONT)
            self.over.wait(0.01)
        self._send(signal.SIGCONT)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class Hundredth:
    """Processes in a cgroup with a hundredth of a processor, all together: 1 ms in every 100."""

    ROOT = Path("/sys/fs/cgroup")

    def __init__(self, pids):
        self.pids, one = pids, (self.ROOT / "cgroup.controllers").exists()
        self.parent = self.ROOT if one else self.ROOT / "cpu"
        mine = Path("/proc/self/cgroup").read_text("ascii")
        path = re.search(r"^0::/(.*)$" if one else r"^\d+:(?:\S+,)?cpu(?:,\S+)?:/(.*)$", mine, re.M)
        self.home = self.parent / (path[1] if path else "")
        self.folder = self.parent / f"penstock-{os.getpid()}"
        self.quota = ("cpu.max", "1000 100000") if one else ("cpu.cfs_quota_us", "1000")

    def __enter__(self):
        name, text = self.quota
        try:
            if name == "cpu.max":
                (self.parent / "cgroup.subtree_control").write_text("+cpu")
            self.folder.mkdir()
            (self.folder / name).write_text(text)
        except OSError as fault:
            pytest.skip(f"a cgroup needs more rights: {fault}")
        self._move(self.folder)

    def _move(self, folder):
        for pid in self.pids:
            (folder / "cgroup.procs").write_text(str(pid))

    def __exit__(self, *_):
        stat = (self.folder / "cpu.stat").read_text()
        self._move(self.home)
        self.folder.rmdir()
        throttled = int(re.search(r"^nr_throttled (\d+)", stat, re.M)[1])
        assert throttled > 0, "nobody wanted more: this proves nothing"


@pytest.mark.row("F20 no memory, no files, no time")
@pytest.mark.parametrize("part", [Tenth, Hundredth])
@pytest.mark.parametrize("who", ["nodes", "Redis"])
def test_a_part_of_a_processor_slows_and_breaks_nothing(make_rig, case, who, part):
    """All nodes, or Redis, have a tenth of it, or a hundredth by a cgroup, for four seconds."""
    rig = make_rig(deadline_ms=1500).start(300, **WINDOW)
    rig.buyers(rate=200)
    rig.wait_orders(100)
    pids = [node.process.pid for node in rig.cluster.nodes]
    if who == "Redis":
        pids = [rig.cluster.redis_part.process.pid]
    with rig.fault(f"a part of a processor for {who}"), part(pids):
        wait_until(rig.timer(4), 5, "time to pass", every=0.1)
    rig.heal()
    rig.wait_orders(100, timeout=stretched(10))
    case(rig.settle(sold_within_s=2))
