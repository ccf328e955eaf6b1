"""F7, F8, F10: what passes between programs is lost, doubled or cut at every byte.

A purchase is one order however often it has to be sent; which message was hit makes no difference.
"""
import os
import signal
import threading

import pytest

from harness.waiting import wait_until

WINDOW = {"pay_window_ms": 1500}
NODES = 4


def together(work):
    """Runs work(route) for all nodes at once; passes on the first fault."""
    faults = []

    def run(route):
        try:
            work(route)
        except BaseException as fault:  # it is raised again in the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(route,), daemon=True) for route in range(NODES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def fired(rig):
    """How many deeds the proxy has done on all its routes."""
    return sum(rig.proxy.count(route)["fired"] for route in range(NODES))


@pytest.mark.row("F7 a reply is lost after the script ran")
@pytest.mark.deadline(120)
@pytest.mark.parametrize("deed", ["swallow", "mute", "twice"])
def test_every_lost_reply_is_asked_for_again(make_rig, case, deed):
    """The reply of every batch but the one sent again is lost, 200 in all: one order each."""
    wanted = {"swallow": 200, "mute": 40, "twice": 200}[deed]  # a silent link takes a second
    rig = make_rig(proxied=True, redis_timeout_ms=300).start(300, **WINDOW)
    sha = rig.script_sha("buy")
    with rig.fault(f"replies are lost: {deed}"):
        rig.proxy.tell(f"mark * {sha}")
        rig.proxy.tell(f"deed * {deed} 2 0 0")
        rig.buyers(rate=300)
        late = rig.timer(20)
        wait_until(lambda: late() or fired(rig) >= wanted, 25, "lost replies", every=0.05)
        rig.proxy.tell("calm *")
    rig.heal()
    verdict = case(rig.settle(sold_within_s=2))
    assert verdict.checked > 100 and fired(rig) >= wanted


@pytest.mark.row("F8 a request is cut at every byte")
@pytest.mark.deadline(90)
@pytest.mark.parametrize("deed", ["cut-up", "cut-down"])
def test_a_request_cut_at_every_byte_is_one_order(make_rig, case, deed):
    """Each node has a quarter of the bytes: a buy is cut there, sent again, and is one order."""
    rig = make_rig(proxied=True).start(100000)
    rig.proxy.tell(f"mark * {rig.script_sha('buy')}")
    for route in range(NODES):
        assert rig.ask_one(f"{deed}-whole-{route}", str(route)) == "ACCEPTED"
    sizes = [rig.proxy.count(route) for route in range(NODES)]
    size = max(count["request" if deed == "cut-up" else "answer"] for count in sizes)
    assert size > 100, "there is nothing to cut"

    def cut(route):
        # Every second one: what is sent again passes, the next buy is cut a step further.
        rig.proxy.tell(f"deed {route} {deed} 2 {route} {NODES}")
        assert rig.ask_one(f"{deed}-first-{route}", str(route)) == "ACCEPTED"
        for turn, byte in enumerate(range(route, size + 1, NODES), 1):
            answer = rig.ask_one(f"{deed}-{byte:05}-{route}", str(route))
            assert answer in ("ACCEPTED", "REPEATED"), (byte, answer)
            assert rig.proxy.count(route)["fired"] == turn, byte

    with rig.fault(f"a batch is cut at every byte: {deed}"):
        together(cut)
        rig.proxy.tell("calm *")
    verdict = case(rig.settle())
    assert verdict.checked >= size


@pytest.mark.row("F10 nginx cut off, reloaded, killed")
@pytest.mark.parametrize("ways", [("up", "down"), ("down",)], ids="+".join)
def test_a_node_cut_off_from_nginx_is_asked_elsewhere_by_the_same_key(make_rig, case, ways):
    """nginx cannot reach the heaviest node, or hears nothing from it, for six seconds."""
    rig = make_rig(fronted=True).start(200, **WINDOW)
    rig.buyers(rate=250, first=0.6)
    rig.wait_orders(100)
    with rig.fault("nginx and node 3 are cut off"):
        for way in ways:
            rig.front.tell(f"stall 3 {way} 1")
        wait_until(rig.timer(6), 7, "time to pass", every=0.1)
        rig.front.tell("calm 3")
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("F10 nginx cut off, reloaded, killed")
def test_connections_between_nginx_and_nodes_are_reset_again_and_again(make_rig, case):
    """All of a node's connections are reset, 40 times, node after node; it refuses new ones."""
    rig = make_rig(fronted=True).start(300, **WINDOW)
    rig.buyers(rate=300)
    rig.wait_orders(100)
    with rig.fault("connections are reset"):
        for turn in range(40):
            rig.front.tell(f"reset {turn % NODES}")
            rig.front.tell(f"refuse {turn % NODES} 1")
            rig.wait_orders(5)
            rig.front.tell(f"refuse {turn % NODES} 0")
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("F10 nginx cut off, reloaded, killed")
def test_nginx_workers_killed_and_reloads_under_load(make_rig, case):
    """kill -9 of each worker in turn, then three reloads: retried by key, one order each."""
    rig = make_rig().start(300, **WINDOW)
    rig.buyers(rate=300)
    rig.wait_orders(100)
    for worker in rig.nginx_workers():
        with rig.fault("an nginx worker is killed"):
            os.kill(worker, signal.SIGKILL)
            rig.wait_orders(50)
    for _ in range(3):
        with rig.fault("nginx is reloaded"):
            rig.cluster.nginx.process.send(signal.SIGHUP)
            rig.wait_orders(50)
    rig.heal()
    rig.wait_orders(100)
    case(rig.settle(sold_within_s=2))
