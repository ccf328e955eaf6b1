"""test_rebuild_promises - what a rebuild owes to others than the buyer of an order.

A group's limit counts orders that have left Redis long ago.
"""
from harness.desk import Desk
from harness.waiting import wait_until

DAY_MS = 86400000
GROUP = "{_hash_key}:group:spring"
RULES = ("group", "spring", "group_units", 2, "group_days", 30, "token_required", 1)


def rebuild(sale):
    """Redis is emptied, and the item made anew."""
    sale.settle().redis.flushall()
    said = sale.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert "ticket: clean at event" in said.out


def grouped(sale):
    """What the group holds of each user; the order of the entries says nothing."""
    return {user: set(text.split(",")) for user, text in sale.redis.hgetall(GROUP).items()}


def test_nobody_has_a_second_allowance_in_a_group_after_a_rebuild(sale):
    """Paid hours ago within the period: counted, then let go. Older than it, or given back: not."""
    desk = sale.desk
    desk.item("create", 100, *RULES)
    for user, units in (("cat", "2"), ("ann", "2"), ("bob", "1"), ("dan", "1")):
        number = desk.ask(f"k-{user}", user, units, "p").first
        assert desk.pay(number, f"t-{user}", 0)[0] == "PAID"
        if user == "cat":
            desk.later(31 * DAY_MS)
        elif user == "dan":
            desk.refund(number)
    desk.later(2 * 3600000)
    held = desk.ask("k-bob-2", "bob", "1", "p").first
    before = grouped(sale)
    rebuild(sale)
    assert grouped(sale) == {user: before[user] for user in ("ann", "bob")}
    assert desk.ask("k-ann-2", "ann", "1", "p").word == "LIMIT"
    assert desk.ask("k-bob-3", "bob", "1", "p").word == "LIMIT"
    assert desk.ask("k-dan-2", "dan", "2", "p").word == "ACCEPTED"
    assert desk.ask("k-cat-2", "cat", "2", "p").word == "ACCEPTED"
    wait_until(lambda: len(sale.redis.hkeys(sale.orders)) == 3, 5, "the paid orders to be let go")
    assert str(held) in sale.redis.hkeys(sale.orders)
    assert desk.ask("k-ann-3", "ann", "1", "p").word == "LIMIT"
    sale.settle()
    sale.audit()


def test_other_items_of_the_group_keep_what_they_have_counted(sale):
    """Only the item's own key and hash are gone; the group is there, and counts once."""
    desk, mug = sale.desk, Desk(sale.redis, "mug")
    for item in (desk, mug):
        item.item("create", 100, *RULES)
        assert item.ask(f"k-{item.name}", "ann", "1", "p").word == "ACCEPTED"
    before = grouped(sale)
    sale.settle().redis.delete(sale.hash, sale.orders, sale.events)
    sale.operator.does("audit", "--rebuild", "ticket", yes=True)
    assert grouped(sale) == before and len(before["ann"]) == 2
    assert mug.ask("k-mug-2", "ann", "1", "p").word == "LIMIT"
