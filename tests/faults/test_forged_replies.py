"""S12: a Redis that answers nonsense: unknown, reconnect, no crash, and all is sold afterwards.

The call is executed, and what comes back in place of its answer is one of forgeries.py.
"""
import itertools
import random
import subprocess

import pytest

from forgeries import ALL, ERRORS, VERDICTS
from harness.parts import IS_SANITIZED
from harness.scripts import ROOT
from harness.waiting import stretched, wait_equal, wait_until

NODES, NUMBERS = 4, itertools.count(1)
WINDOW = {"pay_window_ms": 1500}
ASAN = ROOT / "build" / "asan" / "penstock-node"
MEMORY_KB = 128 << 10


def memory_kb(rig):
    """The most resident memory that a node ever had."""
    found = []
    for node in rig.cluster.nodes:
        with open(f"/proc/{node.process.pid}/status", encoding="ascii") as status:
            found += [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    return max(found)


def forge(rig, what, text, deed="forge", then="count 0"):
    """
    The next marked call of each node is answered by these bytes (or by them as well); `then` is
    told to the proxy when all is prepared.
    """
    # A file of its own: the one before may not have been read yet.
    file = rig.folder / f"forged-{next(NUMBERS)}"
    file.write_bytes(text)
    fired = [rig.proxy.count(route)["fired"] for route in range(NODES)]
    rig.proxy.tell(f"forged * {file}")
    rig.proxy.tell(f"deed * {deed} 1 0")
    rig.proxy.tell(then)
    for route in range(NODES):
        try:
            rig.proxy.wait_fired(route, fired[route] + 1, timeout=20)
        except AssertionError as fault:
            raise AssertionError(f"{what}: {fault}") from None
    gone = [node.name for node in rig.cluster.nodes if not node.process.is_running()]
    assert not gone, f"{what}: {gone} died"


def forged_sale(rig, names, scripts):
    """A sale in which the calls of some scripts are answered by these forgeries, one by one."""
    rig.start(300, **WINDOW).buyers(rate=300)
    rig.wait_orders(100)
    for script in scripts:
        rig.proxy.tell(f"mark * {rig.script_sha(script)}")
        for name in names:
            with rig.fault(f"{script} is answered by {name}"):
                forge(rig, f"{script}, {name}", ALL[name])
    wait_until(lambda: all(node.is_ready() for node in rig.cluster.nodes), 10, "all to be ready")
    rig.heal()
    rig.wait_orders(100)
    return rig.settle(sold_within_s=2)


@pytest.mark.row("S12 forged replies of Redis")
@pytest.mark.deadline(100)
@pytest.mark.parametrize("script", ["buy", "sync"])
def test_nonsense_for_an_answer_is_unknown_and_breaks_nothing(make_rig, case, seed, script):
    """Some of the forgeries, drawn from the seed, to every node."""
    names = random.Random(seed).sample(sorted(ALL), 12)
    rig = make_rig(proxied=True, deadline_ms=1500)
    verdict = case(forged_sale(rig, names, [script]))
    assert verdict.faults == 12 and verdict.checked > 100
    assert IS_SANITIZED or memory_kb(rig) < MEMORY_KB


@pytest.mark.row("S12 forged replies of Redis")
@pytest.mark.deadline(60)
def test_a_verdict_with_numbers_that_are_none_is_unknown_and_breaks_nothing(make_rig, case):
    """All that has the form of buy's answer to one buyer, but names no order that can be."""
    rig = make_rig(proxied=True, deadline_ms=1500)
    verdict = case(forged_sale(rig, sorted(VERDICTS), ["buy"]))
    assert verdict.faults == len(VERDICTS) and verdict.checked > 100


@pytest.mark.long
@pytest.mark.row("S12 forged replies of Redis")
@pytest.mark.deadline(900)
@pytest.mark.parametrize("build", ["plain", "sanitized"])
def test_every_forgery_to_every_node(make_rig, case, build):
    """All of them in the place of buy's and of sync's answer, also under ASan and UBSan."""
    rig = make_rig(proxied=True, deadline_ms=1500)
    if build == "sanitized":
        subprocess.run(["make", "-s", "VARIANT=asan", str(ASAN.relative_to(ROOT))], cwd=ROOT,
                       check=True)
        for node in rig.cluster.nodes:
            node.binary = ASAN
    verdict = case(forged_sale(rig, sorted(ALL), ["buy", "sync"]))
    assert verdict.faults == 2 * len(ALL) and verdict.checked > 100


@pytest.mark.row("S12 forged replies of Redis")
@pytest.mark.deadline(60)
@pytest.mark.parametrize("mark", ["AUTH", "CONFIG", "DRYRUN", "LOAD"])
def test_nonsense_on_a_fresh_connection_keeps_a_node_from_selling(make_rig, case, mark):
    """Logging in, checking and loading scripts: the node says no, tries again, and then sells."""
    rig = make_rig(proxied=True, deadline_ms=800).start(300, **WINDOW)
    rig.buyers(rate=200)
    rig.wait_orders(100)
    rig.proxy.tell(f"mark * {mark}")
    texts = {**ALL, **ERRORS}
    for name in ("an integer", "an error", "ten deep", "zeros"):
        with rig.fault(f"{mark} is answered by {name}"):
            forge(rig, f"{mark}, {name}", texts[name], then="reset *")
    rig.heal()
    rig.cluster.wait_ready(stretched(10))
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("S12 forged replies of Redis")
@pytest.mark.parametrize("script", ["buy", "sync"])
def test_an_answer_to_nothing_ends_the_connection_and_nothing_else(make_rig, case, script):
    """Behind the honest answer comes another one, or half of one, that nobody asked for."""
    rig = make_rig(proxied=True, deadline_ms=1500).start(300, **WINDOW)
    rig.buyers(rate=300)
    rig.wait_orders(100)
    rig.proxy.tell(f"mark * {rig.script_sha(script)}")
    for name in ("a status", "integers", "a view too short", "two answers", "cut in a list",
                 "a text of 2 GB, begun", "zeros"):
        with rig.fault(f"an answer too many: {name}"):
            forge(rig, f"extra, {name}", ALL[name], "extra")
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("S12 forged replies of Redis")
def test_an_error_of_no_known_kind_stops_a_node_and_the_others_sell(make_rig, case):
    """Nobody knows what the script did: three nodes refuse, each for its own error; one sells."""
    rig = make_rig(proxied=True, deadline_ms=1500).start(300, **WINDOW)
    rig.buyers(rate=300)
    rig.wait_orders(100)
    with rig.fault("errors of no known kind"):
        for route, text in enumerate(ERRORS.values()):
            (rig.folder / f"error-{route}").write_bytes(text)
        for route in (1, 2, 3):
            rig.proxy.tell(f"forged {route} {rig.folder}/error-{route}")
            rig.proxy.tell(f"deed {route} forge 1 0")
            wait_equal("fault", lambda i=route: rig.cluster.stock(i).get("state"), 10, "its word")
            assert rig.ask_one(f"faulty-{route}", str(route)) == "BUSY"
        rig.wait_orders(50)
        assert all("is not sold" in rig.cluster.log(i) for i in (1, 2, 3))
        for i in (1, 2, 3):
            rig.cluster.stop_node(i)
            rig.cluster.restart_node(i)
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
