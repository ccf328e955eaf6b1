"""Orders that are paid and cancelled while things fail, with a ledger that writes all of it down.

Pay or expire or cancel: exactly one wins, and all who ask are told which (H7, H8); cancelled units
are sold again; what was told is in the books (H1), once, and nothing was trimmed before it was
there (I5, I6).
"""
import pytest

from harness.waiting import stretched, wait_equal, wait_until

THEN = {"pay": 0.04, "late": 0.2, "cancel": 0.15, "race": 0.1}
TOTAL, WINDOW = 1500, {"pay_window_ms": 1200}


def booked(make_rig, ledgers=1, **flags):
    """A started rig with so many ledgers; its history says where their books are."""
    rig = make_rig(trial_pay=1, **flags).start(TOTAL, **WINDOW)
    for _ in range(ledgers):
        rig.add_ledger(batch_max=50).start()
    rig.history.add("books", path=str(rig.books.path))
    return rig


def wait_more(rig, moves, more, timeout=15.0):
    """Until so many more orders were paid, cancelled or whatever `moves` names."""
    def times():
        return sum(text.startswith(tuple(moves)) for text in
                   rig.cluster.redis.hvals("{ticket_hash_key}:orders"))
    wanted = times() + more
    wait_until(lambda: times() >= wanted, timeout, f"{more} more {moves}", every=0.1)


@pytest.mark.row("orders paid, cancelled and expired")
@pytest.mark.deadline(90)
def test_orders_paid_and_cancelled_around_their_deadline_end_once(make_rig, case):
    """Half of all buyers pay or cancel, many at the last moment or both at once."""
    rig = booked(make_rig)
    rig.buyers(rate=250, **THEN)
    wait_more(rig, ["paid"], 60)
    wait_more(rig, ["cancelled"], 60)
    wait_more(rig, ["expired"], 60)
    case(rig.settle())
    told = {(errand.op, errand.reason) for errand in rig.attempts().errands}
    assert {("pay", "PAID"), ("pay", "DUE"), ("cancel", "CANCELLED"), ("cancel", "ALREADY")} <= told


@pytest.mark.row("orders paid, cancelled and expired")
@pytest.mark.deadline(90)
def test_payments_outlive_the_death_of_redis_nodes_and_ledgers(make_rig, case):
    """Each is killed twice while half of all buyers pay or cancel; none is told one thing twice."""
    rig = booked(make_rig, deadline_ms=1000)
    rig.buyers(rate=250, **THEN)
    for _ in range(2):
        rig.wait_orders(80)
        with rig.fault("Redis is killed"):
            rig.cluster.kill_redis()
            rig.wait_heard("BUSY", more=20)
            rig.cluster.restart_redis()
        rig.wait_orders(40)
        with rig.fault("node 3 is killed"):
            rig.cluster.kill_node(3)
            rig.wait_orders(40)
            rig.cluster.restart_node(3)
        with rig.fault("the ledger is killed"):
            rig.ledgers[0].kill()
            rig.wait_orders(40)
            rig.ledgers[0].start()
    wait_more(rig, ["paid"], 20)
    case(rig.settle())


@pytest.mark.row("orders paid, cancelled and expired")
def test_two_ledgers_on_one_database_write_every_event_once(make_rig, case):
    """The second stands by while the first writes; killed, the other goes on; both come back."""
    rig = booked(make_rig, ledgers=2)
    first, second = rig.ledgers
    rig.buyers(rate=250, **THEN)
    wait_until(lambda: first.cursor() > 200, 10, "events in SQL")
    with rig.fault("the first ledger is killed"):
        first.kill()
        wait_equal("recording", lambda: second.health()["state"], 5, "the second one's state")
        first.start()
    rig.wait_orders(100, timeout=stretched(10))
    case(rig.settle())
