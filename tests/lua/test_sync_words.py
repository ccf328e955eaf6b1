"""sync.lua: heartbeats, live weights, expiry and the clock, with every answer word.

Time is moved, not waited for: `last_ms` is the item's lower bound of time (see harness/desk.py).
"""
import pytest
import redis

WINDOW = 300000


def test_a_tick_says_what_is_left_and_that_the_node_lives(desk):
    """The view, the node's own weight, nothing expired; its entry is in the nodes' hash."""
    desk.open(10)
    assert desk.sync("node-3001", 4, asked=17, sold=3) == (4, 0)
    assert (desk.view.total, desk.view.sold, desk.view.state) == (10, 0, "open")
    assert desk.redis.hgetall(desk.keys[6]) == {"node-3001": f"4|{desk.view.now}|17|3"}
    desk.check()


def test_live_weight_is_the_sum_over_nodes_heard_within_a_second(desk):
    """1, 2, 3 and 4 are 10; a second and a bit after node-1 was last heard they are 9."""
    desk.open(10)
    desk.later(3600000)  # so far ahead that the clock stands still
    weights = [desk.sync(f"node-{w}", w)[0] for w in (1, 2, 3, 4)]
    assert weights == [1, 3, 6, 10]
    desk.later(1000)
    assert desk.sync("node-4", 4)[0] == 10, "a second old is still alive"
    desk.sync("node-2", 2), desk.sync("node-3", 3)
    desk.later(1)
    assert desk.sync("node-4", 4)[0] == 9


def test_an_entry_is_written_at_most_every_250_ms(desk):
    """A second tick at once writes nothing; 250 ms later it does."""
    desk.open(10)
    desk.later(3600000)
    desk.sync("node-1", 1, asked=1)
    before = desk.snapshot()
    desk.sync("node-1", 1, asked=2)
    assert desk.snapshot() == before
    desk.later(250)
    desk.sync("node-1", 1, asked=3)
    assert desk.redis.hget(desk.keys[6], "node-1").split("|")[2] == "3"


def test_who_gives_a_note_hears_how_far_sql_is_and_when_it_is_due_all_heartbeats(desk):
    """The note stands behind the entry; 250 ms later both entries are told, as they were before."""
    desk.open(10)
    desk.later(3600000)
    desk.trim(1)
    note = "7|open|1,2|ACCEPTED:3|0"
    assert desk.tell("sync", "node-1", 1, 5, 3, 0, note) == (1, 0, 1), "it is the first"
    entry = f"1|{desk.view.now}|5|3|{note}"
    assert desk.redis.hget(desk.keys[6], "node-1") == entry
    assert desk.tell("sync", "node-1", 1, 6, 3, 0, note) == (1, 0, 1), "it is not due"
    told = desk.tell("sync", "node-2", 1, 0, 0, 0, "0|sold_out")
    assert told == (2, 0, 1, "node-1", entry)
    assert desk.tell("sync", "node-1", 1, 5, 3, 0) == (2, 0), "without a note as ever"


def test_a_changed_weight_is_written_at_once(desk):
    """A node restarted with another weight within the 250 ms."""
    desk.open(10)
    desk.later(3600000)
    desk.sync("node-1", 1)
    assert desk.sync("node-1", 7)[0] == 7
    assert desk.redis.hget(desk.keys[6], "node-1").startswith("7|")


def test_a_node_silent_for_ten_minutes_is_forgotten(desk):
    """Ghosts of scaled-down nodes do not pile up; one of exactly ten minutes stays."""
    desk.open(10)
    desk.sync("ghost", 5)
    desk.later(600000)
    desk.sync("node-1", 1)
    assert desk.redis.hexists(desk.keys[6], "ghost")
    desk.later(1)
    desk.sync("node-1", 1)
    assert desk.redis.hkeys(desk.keys[6]) == ["node-1"]


def test_an_entry_nobody_can_read_counts_as_dead(desk):
    """Garbage in the nodes' hash: no error, no weight, and it is swept away."""
    desk.open(10)
    desk.redis.hset(desk.keys[6], "node-9", "garbage")
    assert desk.sync("node-1", 1) == (1, 0)
    assert not desk.redis.hexists(desk.keys[6], "node-9")


def test_an_unpaid_order_expires_at_its_deadline_and_not_a_millisecond_before(desk):
    """H8: one ms before, nothing; at the deadline, the units are back and gen has risen."""
    desk.open(5)
    order = desk.buy_one("a", "ann", "3")
    gen = desk.view.gen
    desk.rule(last_ms=order.second - 1)
    assert desk.sync() == (1, 0) and desk.view.sold == 3
    desk.rule(last_ms=order.second)
    assert desk.sync() == (1, 1)
    assert desk.view.sold == 0 and desk.view.gen == gen + 1
    _, orders = desk.check()
    assert orders["2"]["state"] == "expired" and int(orders["2"]["moved_ms"]) == order.second
    assert desk.redis.xrange(desk.keys[5])[-1] == (
        "3-0", {"3": f"expired|1|{order.second}|2|3"})
    assert not desk.redis.exists(desk.keys[3]) and not desk.redis.exists(desk.keys[4])


def test_units_that_came_back_can_be_sold_again(desk):
    """The last unit expires and is bought by another; the first key still hears of its order."""
    desk.open(1)
    first = desk.buy_one("a", "ann")
    desk.later(WINDOW)
    desk.sync()
    assert desk.buy_one("b", "bob").word == "ACCEPTED"
    assert desk.buy_one("a", "ann") == ("REPEATED", first.first, first.second)
    desk.check()


def test_a_buyer_may_buy_again_what_expired(desk):
    """limit_units 2: after one of two orders expired, one more unit is allowed."""
    desk.open(10, limit_units=2)
    desk.buy_one("a", "ann")
    desk.later(1000)
    desk.buy_one("b", "ann")
    desk.rule(last_ms=desk.view.now - 1000 + WINDOW)
    assert desk.sync() == (1, 1)
    assert desk.redis.hget(desk.keys[3], "ann") == "1"
    assert [desk.buy_one(k, "ann").word for k in "cd"] == ["ACCEPTED", "LIMIT"]
    desk.check()


def test_at_most_200_due_orders_a_call_oldest_first(desk):
    """450 orders due at once: 200, 200, 50, 0, in the order of their deadlines."""
    desk.open(1000)
    for start in (0, 225):
        desk.buy(*[(f"k{start + i}", f"user-{i % 9}") for i in range(225)])
    desk.later(WINDOW + 1)
    assert [desk.sync()[1] for _ in range(4)] == [200, 200, 50, 0]
    assert desk.view.sold == 0
    _, orders = desk.check()
    assert {record["state"] for record in orders.values()} == {"expired"}


def test_two_epochs_orders_expire_but_only_ours_give_units_back(desk):
    """An order of the old sale and one of the new: both expire, one unit returns."""
    desk.open(2)
    desk.buy_one("a", "ann")
    desk.type(2, 0)
    desk.adopt()
    desk.buy_one("b", "ann")
    desk.later(WINDOW)
    assert desk.sync() == (1, 2)
    assert desk.view.sold == 0
    _, orders = desk.check()
    assert {record["state"] for record in orders.values()} == {"expired"}


def test_an_old_epochs_expiry_never_touches_the_new_buyers_count(desk):
    """Ann held two in the old sale and holds one in the new: one remains when the old expire."""
    desk.open(5)
    desk.buy_one("a", "ann", "2")
    desk.later(1000)
    desk.type(5, 0)
    desk.adopt()
    desk.buy_one("b", "ann")
    desk.rule(last_ms=desk.view.now - 1000 + WINDOW)
    assert desk.sync() == (1, 1)
    assert desk.redis.hget(desk.keys[3], "ann") == "1" and desk.view.sold == 1
    desk.check()


@pytest.mark.parametrize("state", ["paid", "cancelled", "expired"])
def test_a_due_entry_whose_order_is_not_held_any_more_is_only_removed(desk, state):
    """The state decides, not the set: nothing expires that was paid meanwhile."""
    desk.open(5)
    order = desk.buy_one("a", "ann")
    record = desk.redis.hget(desk.keys[1], order.first)
    desk.redis.hset(desk.keys[1], order.first, record.replace("held", state, 1))
    desk.rule(last_ms=order.second)
    assert desk.sync() == (1, 0)
    assert desk.redis.hget(desk.keys[1], order.first).startswith(state)
    assert desk.redis.zcard(desk.keys[4]) == 0 and desk.counts()["ticket_sold_nums"] == 1


def test_a_due_entry_without_an_order_is_only_removed(desk):
    """A stray member of the set: no error, no event."""
    desk.open(5)
    desk.redis.zadd(desk.keys[4], {"999": 1})
    assert desk.sync() == (1, 0)
    assert desk.redis.zcard(desk.keys[4]) == 0
    desk.check()


def test_orders_expire_in_a_paused_and_in_a_closed_sale_too(desk):
    """Units return whatever the sale's state."""
    desk.open(5)
    desk.buy_one("a")
    desk.rule(state="closed")
    desk.later(WINDOW)
    assert desk.sync() == (1, 1) and desk.view.state == "closed"
    desk.check()


def test_the_clock_of_an_item_never_goes_backwards(desk):
    """last_ms an hour ahead (Redis' clock was set back): purchases and ticks use it."""
    desk.open(5)
    ahead = desk.view.now + 3600000
    desk.rule(last_ms=ahead)
    order = desk.buy_one("a")
    assert desk.view.now == ahead and order.second == ahead + WINDOW
    desk.sync()
    assert desk.view.now == ahead
    assert desk.counts()["last_ms"] == ahead
    desk.check()


def test_no_item(desk):
    """No hash: NOITEM, and no node is written."""
    assert desk.sync() == ["NOITEM"]
    assert not desk.redis.keys("*")


def test_counts_typed_from_outside_must_be_adopted_first(desk):
    """RESYNC, and neither a heartbeat nor an expiry is written meanwhile."""
    desk.open(5)
    desk.buy_one("a")
    desk.later(WINDOW)
    desk.redis.hincrby(desk.hash, "ticket_total_nums", 1)
    before = desk.snapshot()
    assert desk.sync() == ["RESYNC"]
    assert desk.snapshot() == before


@pytest.mark.parametrize("words", [
    ["n", "1", "0", "0"], ["n", "1", "0", "0", "0", "", "", ""], ["n", "-1", "0", "0", "0"],
    ["n", "nan", "0", "0", "0"], ["n", "1", "0x1", "0", "0"], ["n", "1", "0", "1e3", "0"],
    ["n", "", "0", "0", "0"], ["n", "1", "0", "0", ""], ["n", "1", "0", "0", "-1"],
    ["n", "1", "0", "99999999999999999999", "0"],
    ["n", "1", "0", "0", "0", "x" * 401], ["n", "1", "0", "0", "0", 'a"b'],
    ["n", "1", "0", "0", "0", "a\nb"]], ids=str)
def test_an_argument_not_of_its_form_is_a_bad_call(desk, words):
    """Too few, too many, or no digits: nothing is read and nothing written."""
    desk.open(5)
    before = desk.snapshot()
    assert desk.run("sync", 12, *words) == ["BAD_CALL"]
    assert desk.snapshot() == before


@pytest.mark.parametrize("part", range(7))
def test_a_key_of_the_wrong_type_is_an_error_and_nothing_is_written(desk, part):
    """A string in the place of any key a tick with due orders needs: all or nothing."""
    desk.open(5)
    desk.buy(("a", "ann"), ("b", ""))
    desk.later(WINDOW)
    desk.redis.delete(desk.keys[part])
    desk.redis.set(desk.keys[part], "a string")
    before = desk.snapshot()
    if part == 2:  # a tick has no business with the requests
        assert desk.sync() == (1, 2)
        return
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        desk.sync()
    assert desk.snapshot() == before
