"""The programs as they run have given up what they never need (docs/SECURITY.md, Sandbox)."""
from pathlib import Path

from harness.parts import IS_SANITIZED


def facts(pid):
    """[(no new privileges, mode of the filter)] of each thread, and the limit on cores."""
    threads = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        lines = dict(line.split(":\t", 1) for line in
                     (task / "status").read_text("ascii").splitlines() if ":\t" in line)
        threads.append((lines["NoNewPrivs"], lines["Seccomp"]))
    limits = Path(f"/proc/{pid}/limits").read_text("ascii").splitlines()
    core = next(line for line in limits if line.startswith("Max core file size"))
    return threads, core.split()[4:6]


def test_nodes_and_ledger_run_in_their_sandbox(make_town):
    """Every thread of each: no new privileges, a filter, no core; and they sell and record."""
    town = make_town(trial_pay=1, debuggable=0).start(total=10)
    number = town.cluster.bought()
    assert town.cluster.pay(number).reason == "PAID"
    town.ledger.wait_recorded()
    expected = ("1", "0" if IS_SANITIZED else "2")
    for process in [*[node.process for node in town.cluster.nodes], town.ledger.process]:
        threads, core = facts(process.pid)
        assert set(threads) == {expected}, process.name
        assert core == ["0", "0"], f"{process.name} may leave a core"


def test_a_debuggable_node_may_leave_a_core_and_is_filtered_all_the_same(make_town):
    """--debuggable 1: the limits are as they were."""
    town = make_town(debuggable=1).start(total=10)
    threads, core = facts(town.cluster.nodes[0].process.pid)
    assert threads == [("1", "0" if IS_SANITIZED else "2")]
    own = next(line for line in Path("/proc/self/limits").read_text("ascii").splitlines()
               if line.startswith("Max core file size"))
    assert core == own.split()[4:6]
