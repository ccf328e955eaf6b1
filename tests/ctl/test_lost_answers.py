"""test_lost_answers - Redis did what was asked and its answer was lost on the way.

Whatever a command does, it does once; it asks again and says what is. Only when no answer comes at
all does it say that it cannot know (code 4).
"""
import pytest

from harness.desk import Desk
from harness.swallower import Swallower


class LaterPages(Swallower):
    """Loses the answer to every SCAN that goes on."""

    def wants(self, asked):
        return b"SCAN\r\n" in asked and b"SCAN\r\n$1\r\n0\r\n" not in asked


@pytest.fixture
def losing(sale, ports, redis_part):
    """A function that makes an operator's Redis lose the next `times` answers to `needle`."""
    made = []

    def lose(needle, times=1):
        port = sale.lossy_port
        made.append(Swallower(port, redis_part.port, needle, times))
        sale.operator.env["PENSTOCK_REDIS"] = f"127.0.0.1:{port}"
        return made[-1]

    sale.lossy_port = ports.take()
    yield lose
    for swallower in made:
        swallower.close()
    ports.free.append(sale.lossy_port)


def test_an_item_is_created_once(sale, losing):
    """EXISTS after a lost CREATED is our own doing."""
    lost = losing(b"create")
    assert sale.operator.knows("item", "create", "ticket", total=5)["done"] == "created"
    assert lost.lost == 1 and sale.desk.counts()["seq"] == 1


def test_a_restock_is_done_once(sale, losing):
    """CHANGED after a lost RESTOCKED, and the total is what was wanted."""
    sale.desk.open(10)
    lost = losing(b"restock")
    assert sale.operator.knows("item", "restock", "ticket", "+5")["total"] == 15
    assert lost.lost == 1 and sale.desk.counts()["ticket_total_nums"] == 15
    sale.audit()


def test_rules_states_and_refunds_are_done_once(sale, losing):
    """SET, STATE, REFUNDED: said again they change nothing."""
    sale.desk.open(10)
    number = sale.hold("k1")[0]
    sale.desk.pay(number, "t1", 0)
    lost = losing(b"EVALSHA", 1)
    sale.operator.does("item", "set", "ticket", "price=7")
    lost.times = 2
    assert sale.operator.knows("item", "pause", "ticket")["state"] == "paused"
    lost.times = 3
    said = sale.operator.knows("orders", "refund", f"ticket:{number}")
    assert said["done"] == "refunded before" and said["left"] == 10 and lost.lost == 3
    sale.ledger.wait_recorded()  # what is recorded has left the stream
    assert sum(kind == "refunded" for _, kind, _ in sale.ledger.events()) == 1
    sale.audit()


def test_no_answer_at_all_is_code_4(sale, losing):
    """Three tries, each lost: it may or may not have been done; here it was."""
    sale.desk.open(10)
    losing(b"EVALSHA", 100)
    said = sale.operator.says(4, "item", "pause", "ticket")
    assert "it may or may not have been done" in said.err
    assert "penstockctl item show ticket" in said.err
    assert sale.operator.knows("item", "show", "ticket")["state"] == "paused"


def test_an_audit_asks_again(sale, losing):
    """The answers to two EXECs are lost: nothing is concluded from it."""
    sale.live().settle()
    lost = losing(b"EXEC\r\n", 2)
    sale.audit()
    assert lost.lost == 2


def test_a_rebuild_asks_each_step_again(sale, losing):
    """begin, a part and finish are lost once; every pair is there once."""
    sale.live().settle()
    known = sale.redis.hgetall(sale.requests)
    sale.redis.flushall()
    for needle in (b"begin", b"requests", b"finish"):
        lost = losing(needle)
        sale.operator.does("audit", "--rebuild", "ticket", yes=True, force=True)
        lost.close()
        assert lost.lost == 1 and sale.redis.hgetall(sale.requests) == known
        sale.settle()


def test_an_audit_that_cannot_find_all_items_looks_at_none(sale, ports, redis_part):
    """The second page of the names is lost, and the first has some: code 3, nothing concluded."""
    for i in range(30):
        Desk(sale.redis, f"item-{i}").open(1)
    sale.redis.mset({f"other-{i}": 1 for i in range(4000)})
    port = ports.take()
    with LaterPages(port, redis_part.port, b"", times=100) as lost:
        for words in (("audit",), ("audit", "--json"), ("item", "list")):
            said = sale.operator.says(3, *words, redis=f"127.0.0.1:{port}")
            assert "Redis cannot be read" in said.err and "item-" not in said.out, words
    ports.free.append(port)
    assert lost.lost >= 9
