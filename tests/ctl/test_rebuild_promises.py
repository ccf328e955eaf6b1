"""test_rebuild_promises - what a rebuild owes to others than the buyer of an order.

A group's limit counts orders that have left Redis long ago, and who has won a draw has won it.
"""
import pytest

from harness.desk import Desk
from harness.draws import commit_of, rank_of, ranked
from harness.waiting import wait_until

DAY_MS = 86400000
GROUP = "{_hash_key}:group:spring"
RULES = ("group", "spring", "group_units", 2, "group_days", 30, "token_required", 1)
FAR, OVER = 32503680000000, 32503680001000  # the year 3000: Redis' own clock does not interfere
SEED = "5e" * 32
USERS = [f"user-{i}" for i in range(6)]


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


@pytest.fixture
def drawn(sale):
    """Three units, six users, drawn: one has paid, one cancelled, the fourth has it."""
    desk = sale.desk
    desk.item("create", 3, "draw", commit_of(SEED), "draw_ends_ms", OVER)
    desk.rule(last_ms=FAR)
    for user in USERS:
        assert desk.ask(f"key-{user}", user).word == "TOOK_PART"
    desk.rule(last_ms=OVER)
    desk.tell("draw", "begin")
    desk.tell("draw", "rank", *[word for user in USERS for word in (rank_of(SEED, user), user)])
    assert desk.tell("draw", "finish", SEED) == ("DRAWN", 6)
    desk.sync()
    first, second = (desk.ask(f"x-{i}", ranked(SEED, USERS)[i]).first for i in (0, 1))
    assert desk.pay(first, "t-1")[0] == "PAID" and desk.cancel(second)[0] == "CANCELLED"
    desk.sync()
    return sale


def test_whoever_has_won_a_draw_has_won_it_after_a_rebuild(drawn, tmp_path):
    """All four winners hear of their orders, held or not; the draw is held again: no unit twice."""
    desk, order = drawn.desk, ranked(SEED, USERS)
    before = drawn.redis.hgetall(desk.keys[10])
    winners = {user: text for user, text in before.items() if "|" in text}
    assert sorted(winners) == sorted(order[:4])
    rebuild(drawn)
    assert drawn.redis.hgetall(desk.keys[10]) == winners
    path = tmp_path / "seed"
    path.write_text(SEED, "ascii")
    path.chmod(0o600)
    for others in ("ENDED", "NOT_DRAWN"):
        for place, user in enumerate(order):
            said = desk.ask(f"new-{others}-{user}", user)
            assert said.word == ("REPEATED" if place < 4 else others), user
            if place < 4:
                assert f"{said.first}|" == winners[user][:len(str(said.first)) + 1]
        if others == "ENDED":
            said = drawn.operator.does("draw", "hold", "ticket", seed_file=path)
            assert "4 took part" in said.err
            seq = desk.counts()["seq"]
            desk.sync()
            assert desk.counts()["seq"] == seq and desk.counts()["ticket_sold_nums"] == 3
    drawn.settle()
    drawn.audit()


def test_winners_of_an_earlier_sale_are_not_those_of_this_one(drawn):
    """A new epoch was typed after the draw: nobody takes part, before and after."""
    drawn.desk.type(5)
    assert drawn.desk.adopt() == "OPENED"
    rebuild(drawn)
    assert drawn.redis.exists(drawn.desk.keys[10]) == 0
