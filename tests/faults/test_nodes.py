"""F1-F4: nodes are killed, missing, restarted, stopped; whoever lives sells, nothing is sold twice.

Units come back unpaid after a second or two, so a small stock is sold again and again, and at the
end of each case everything must be sold within two seconds.
"""
import signal
import socket
import time

import pytest

from harness import web
from harness.waiting import stretched, wait_until

WINDOW = {"pay_window_ms": 1500}


@pytest.mark.row("F1 nodes killed one after another")
def test_nodes_killed_one_after_another_leave_the_rest_selling(make_rig, case):
    """kill -9 of three nodes in turn under load, down to the lightest; then all come back."""
    rig = make_rig().start(300, **WINDOW)
    rig.buyers(rate=350)
    for i in (3, 2, 1):
        with rig.fault(f"node {i} is killed"):
            rig.wait_orders(100)
            rig.cluster.kill_node(i)
            rig.wait_orders(100)
    rig.heal()
    rig.wait_sold_out()
    with rig.fault("nodes return"):
        for i in (3, 2, 1):
            rig.cluster.restart_node(i)
    rig.wait_orders(200)
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("F2 the heaviest node is missing")
def test_without_the_heaviest_node_three_sell_everything(make_rig, case):
    """Weight 4 of 10 never starts: the others sell all there is, at once and when it returns."""
    rig = make_rig().start(400, dead=[3])
    rig.buyers(rate=400, direct=0)
    rig.heal()
    rig.wait_sold_out()
    rig.wait_heard("HELD", more=100)  # the crowd goes on asking
    case(rig.settle(sold_within_s=4))


@pytest.mark.row("F3 rolling restart, nginx reloads")
def test_a_rolling_restart_leaves_nobody_without_an_answer(make_rig, case):
    """
    Under all the load that these buyers can make, SIGTERM to each node in turn, and nginx is
    reloaded: not one failed request. No window of a fault is open, so the checker forgives nothing.
    nginx closes idle connections on a reload, and a request may be on its way then; HTTP libraries
    send it again on a fresh connection, and so do these buyers.
    """
    rig = make_rig().start(300, **WINDOW)
    rig.buyers(rate=800, direct=0, abort=0, resend=True)
    rig.wait_orders(100)
    for i in range(4):
        assert rig.cluster.stop_node(i) == 0
        rig.cluster.restart_node(i)
        before = rig.cluster.line_counts()[i]
        wait_until(lambda i=i, b=before: rig.cluster.line_counts()[i] > b, 10, "nginx to come back")
        rig.cluster.nginx.process.send(signal.SIGHUP)
        rig.wait_orders(20)
    rig.wait_orders(100)
    verdict = case(rig.settle(sold_within_s=2))
    answers = len(rig.lines("answer"))
    print(f"{answers} answers, {len(rig.lines('cut'))} failed")  # seen with -s
    assert rig.seen() <= {"ACCEPTED", "REPEATED", "HELD", "SOLD_OUT", "CONFLICT"}
    assert answers > 1000 and verdict.faults == 0


@pytest.mark.row("F4 a node stands still")
@pytest.mark.parametrize("seconds", [6, pytest.param(30, marks=[pytest.mark.long,
                                                                pytest.mark.deadline(90)])])
def test_a_node_that_stood_still_finds_its_late_batch_known(make_rig, case, seconds):
    """SIGSTOP of the heaviest node under load, longer than nginx waits; SIGCONT; nothing twice."""
    rig = make_rig().start(300, **WINDOW)
    rig.buyers(rate=350)
    rig.wait_orders(150)
    with rig.fault("node 3 stands still"):
        rig.cluster.pause_node(3)
        wait_until(rig.timer(seconds), seconds + 1, "time to pass", every=0.1)
        rig.cluster.resume_node(3)
    rig.heal()
    rig.wait_orders(100, timeout=stretched(10))
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("F4 a node stands still")
def test_a_node_that_stood_still_buys_nothing_for_who_has_hung_up(make_rig, case):
    """A hundred ask a node that stands and hang up before it goes on: no unit is held for them."""
    rig = make_rig().start(200)
    time.sleep(1.2)  # a node that has only just started looks in any case
    with rig.fault("node 3 stands still"):
        rig.cluster.pause_node(3)
        links = [socket.create_connection(("127.0.0.1", rig.cluster.port(3))) for _ in range(100)]
        for i, link in enumerate(links):
            link.sendall(web.purchase(key=f"gone-{i}"))
        for link in links:
            link.close()
        time.sleep(0.1)
        rig.cluster.resume_node(3)
        wait_until(lambda: rig.cluster.line_counts()[3] == 100, what="all to be seen")
    assert rig.ask_one("stays", "3") == "ACCEPTED"
    assert rig.orders() == 1, f"{rig.orders() - 1} orders for nobody"
    case(rig.settle())
