"""An item sold by draw: taking part, being ranked, winning, and who follows who does not pay."""
import random
from collections import Counter

import pytest

from harness.draws import commit_of, rank_of, ranked

FAR, OVER = 32503680000000, 32503680001000  # the year 3000: Redis' own clock does not interfere
SEED = "5e" * 32


@pytest.fixture
def lottery(desk):
    """Three units; asked for from FAR to OVER; held for 300 s. The clock stands at FAR."""
    desk.item("create", 3, "draw", commit_of(SEED), "draw_ends_ms", OVER)
    desk.rule(last_ms=FAR)
    return desk


def enter(desk, *users):
    """Each asks for a unit, with a key of its own."""
    return [desk.ask(f"key-{user}", user).word for user in users]


def hold(desk, seed=SEED, users=None):
    """The draw, as penstockctl holds it; the answer's last word."""
    desk.rule(last_ms=max(OVER, desk.counts()["last_ms"]))
    assert desk.tell("draw", "begin")[0] == "BEGUN"
    users = desk.redis.hkeys(desk.keys[10]) if users is None else users
    words = [word for user in users for word in (rank_of(seed, user), user)]
    if words:
        assert desk.tell("draw", "rank", *words) == ("RANKED", len(users))
    return desk.tell("draw", "finish", seed)


def winners(desk):
    """Who has an order, the first first."""
    orders = sorted(desk.check()[1].items(), key=lambda pair: int(pair[0]))
    return [order["user"] for _, order in orders]


def test_whoever_asks_in_time_takes_part_once(lottery):
    """TOOK_PART with the time of the draw; again: the same, and not one byte differs."""
    assert lottery.ask("a", "ann") == ("TOOK_PART", OVER, 0)
    before = lottery.snapshot()
    assert lottery.ask("a", "ann") == lottery.ask("b", "ann") == ("TOOK_PART", OVER, 0)
    assert lottery.snapshot() == before
    assert lottery.redis.hgetall(lottery.keys[10]) == {"ann": "0"}
    said = lottery.buy(("c", "bob", "1", ""), ("d", "bob", "1", ""), ("e", "cat", "1", ""))
    assert [one.word for one in said] == ["TOOK_PART"] * 3
    assert lottery.redis.hlen(lottery.keys[10]) == 3 and lottery.counts()["ticket_sold_nums"] == 0
    lottery.check()


def test_nobody_and_two_units_and_latecomers_take_no_part(lottery):
    """NO_TOKEN, LIMIT 1; at OVER - 1 in time, at OVER: ENDED, who is in hears TOOK_PART."""
    assert lottery.ask("a").word == "NO_TOKEN"
    assert lottery.ask("a", "ann", "2") == ("LIMIT", 1, 0)
    lottery.rule(last_ms=OVER - 1)
    assert lottery.ask("b", "bob").word == "TOOK_PART"
    lottery.rule(last_ms=OVER)
    assert lottery.ask("c", "cat") == ("ENDED", OVER, 0)
    assert lottery.ask("b", "bob") == ("TOOK_PART", OVER, 0)
    assert lottery.redis.hkeys(lottery.keys[10]) == ["bob"]


def test_the_other_rules_hold_for_taking_part(lottery):
    """A token, a start, a roll: told as ever; who is in already is not rolled again."""
    lottery.item("set", "token_required", 1, "risk", "on", "risk_shares", "0:50")
    assert lottery.ask("a", "ann").word == "NO_TOKEN"
    assert lottery.ask("a", "ann", proof="r").word == "REFUSED"
    assert lottery.ask("b", "ann", proof="p").word == "TOOK_PART"
    assert lottery.ask("c", "ann", proof="r").word == "TOOK_PART"


def test_the_lowest_ranks_win_and_hear_of_their_orders(lottery):
    """Ten users, three units: after one tick three orders by rank; the others: NOT_DRAWN."""
    users = [f"user-{i}" for i in range(10)]
    enter(lottery, *users)
    assert hold(lottery) == ("DRAWN", 10)
    assert winners(lottery) == []
    lottery.sync()
    assert winners(lottery) == ranked(SEED, users)[:3]
    for place, user in enumerate(ranked(SEED, users)):
        said = lottery.ask(f"new-{user}", user)
        assert said.word == ("REPEATED" if place < 3 else "NOT_DRAWN"), user
        if place < 3:
            assert lottery.redis.hget(lottery.keys[1], said.first).split("|")[6] == user
    assert lottery.ask("late", "late").word == "NOT_DRAWN"
    before = lottery.counts()["seq"]
    lottery.sync()
    assert lottery.counts()["seq"] == before


def test_a_unit_that_is_not_paid_goes_to_the_next_rank(lottery):
    """One pays, one cancels, one lets it expire: ranks four and five get theirs, once."""
    users = [f"user-{i}" for i in range(10)]
    enter(lottery, *users)
    hold(lottery)
    lottery.sync()
    order = ranked(SEED, users)
    first, second = (lottery.ask(f"x{i}", order[i]).first for i in (0, 1))
    assert lottery.pay(first, "t1")[0] == "PAID" and lottery.cancel(second)[0] == "CANCELLED"
    lottery.sync()
    assert winners(lottery) == order[:4]
    lottery.later(300000)
    lottery.sync()  # ends two, and gives two
    assert winners(lottery) == order[:6]
    assert lottery.counts()["ticket_sold_nums"] == 3 and lottery.counts()["paid_nums"] == 1
    assert lottery.ask("again", order[1]).word == "REPEATED"


def test_nothing_is_given_while_the_sale_is_paused(lottery):
    """And all of it when it goes on."""
    enter(lottery, "ann", "bob")
    hold(lottery)
    lottery.item("state", "paused")
    lottery.sync()
    assert winners(lottery) == []
    lottery.item("state", "open")
    lottery.sync()
    assert sorted(winners(lottery)) == ["ann", "bob"]


def test_a_tick_gives_at_most_fifty(desk):
    """120 units, 120 users: 50, 50, 20."""
    desk.item("create", 120, "draw", commit_of(SEED), "draw_ends_ms", OVER)
    desk.rule(last_ms=FAR)
    enter(desk, *(f"u{i}" for i in range(120)))
    hold(desk)
    for given in (50, 100, 120, 120):
        desk.sync()
        assert desk.counts()["ticket_sold_nums"] == given
    desk.check()


def test_a_draw_that_was_cut_off_is_held_again_with_the_same_end(lottery):
    """Half of the ranks, then begun anew: the same winners; finish is refused until all are in."""
    users = [f"user-{i}" for i in range(6)]
    enter(lottery, *users)
    lottery.rule(last_ms=OVER)
    lottery.tell("draw", "begin")
    lottery.tell("draw", "rank", rank_of(SEED, users[0]), users[0])
    assert lottery.tell("draw", "finish", SEED) == ("UNRANKED", 6, 1)
    assert hold(lottery) == ("DRAWN", 6)
    assert hold_again(lottery) == [("DRAWN", 6)] * 3
    assert lottery.tell("draw", "finish", "00" * 32) == ("OTHER_SEED",)
    lottery.sync()
    assert winners(lottery) == ranked(SEED, users)[:3]


def hold_again(desk):
    """Every step of a draw that has been held already."""
    return [desk.tell("draw", "begin"), desk.tell("draw", "rank", "0" * 64, "user-0"),
            desk.tell("draw", "finish", SEED)]


def test_a_draw_cannot_be_held_early_or_with_strangers(lottery):
    """NOT_OVER, NOT_IN, NO_DRAW."""
    enter(lottery, "ann")
    assert lottery.tell("draw", "begin") == ("NOT_OVER", OVER)
    assert lottery.tell("draw", "finish", SEED) == ("NOT_OVER", OVER)
    lottery.rule(last_ms=OVER)
    assert lottery.tell("draw", "rank", "0" * 64, "eve") == ("NOT_IN", "eve")
    lottery.item("set", "draw", "off")
    assert lottery.tell("draw", "begin") == ("NO_DRAW",)


def test_a_rebuild_keeps_the_draw(lottery):
    """Drawn, given, made anew from the ledger: who has won has it, and who is next stays next."""
    users = [f"user-{i}" for i in range(6)]
    enter(lottery, *users)
    hold(lottery)
    lottery.sync()
    records, seq = lottery.redis.hgetall(lottery.keys[1]), lottery.counts()["seq"]
    won = {user: has for user, has in lottery.redis.hgetall(lottery.keys[10]).items() if "|" in has}
    lottery.tell("rebuild", "begin", "t", seq, "insist")
    lottery.tell("rebuild", "entrants", "t", *[word for pair in won.items() for word in pair])
    lottery.tell("rebuild", "orders", "t", *[word for pair in records.items() for word in pair])
    lottery.tell("rebuild", "finish", "t", seq, seq + 9, "ticket_total_nums", 4,
                 "ticket_sold_nums", 3, "epoch", 1, "last_ms", OVER, "draw", commit_of(SEED),
                 "draw_ends_ms", OVER)
    assert lottery.ask("x", ranked(SEED, users)[0]).word == "REPEATED"
    lottery.sync()
    assert lottery.ask("y", ranked(SEED, users)[3]).word == "REPEATED"
    assert lottery.ask("z", ranked(SEED, users)[4]).word == "NOT_DRAWN"


def test_a_draw_of_nobody_leaves_the_stock(lottery):
    """No entrants: DRAWN 0, and nothing is given."""
    assert hold(lottery) == ("DRAWN", 0)
    lottery.sync()
    assert winners(lottery) == []


@pytest.mark.parametrize("words", [(), ("begin", "x"), ("finish",), ("finish", "5E"), ("rank",),
                                   ("rank", "0" * 64), ("rank", "xyz", "ann"), ("reveal",),
                                   ("rank", *["0" * 64, "ann"] * 501)], ids=len)
def test_words_that_are_not_of_their_form_are_a_bad_call(lottery, words):
    """Nothing is read, nothing written."""
    enter(lottery, "ann")
    lottery.rule(last_ms=OVER)
    before = lottery.snapshot()
    assert lottery.run("draw", 12, *words) == ["BAD_CALL"]
    assert lottery.snapshot() == before


def test_what_is_no_item_is_told_as_by_all_scripts(desk):
    """NOITEM, RESYNC, LOST, BROKEN."""
    assert desk.tell("draw", "begin") == ("NOITEM",)
    desk.type(5)
    assert desk.tell("draw", "begin") == ("RESYNC",)
    desk.adopt()
    desk.rule(draw_ends_ms="soon")
    assert desk.tell("draw", "begin") == ("BROKEN", "draw_ends_ms must be digits")
    desk.rule(recorded_seq=9)
    assert desk.tell("draw", "begin") == ("LOST", 1, 9)


def test_a_draw_is_uniform():
    """1,000 draws of 5 of 20 users: chi-square of the wins below its 99.9 % bound (19 degrees)."""
    users, wins, dice = [f"user-{i}" for i in range(20)], Counter(), random.Random(5)
    for _ in range(1000):
        wins.update(ranked(dice.randbytes(32).hex(), users)[:5])
    square = sum((wins[user] - 250) ** 2 / 250 for user in users)
    print(f"chi-square {square:.1f} of 1000 draws, 19 degrees of freedom")
    assert square < 43.8
