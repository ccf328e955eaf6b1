"""What a draw may not do: tell a stranger, exceed a limit, outlive its sale, change its word."""
import pytest

from harness.desk import Desk
from harness.draws import commit_of, rank_of, ranked

FAR, OVER = 32503680000000, 32503680001000  # the year 3000: Redis' own clock does not interfere
SEED, OTHER = "5e" * 32, "5f" * 32
USERS = [f"user-{i}" for i in range(6)]
GROUP = "{_hash_key}:group:spring"


def lottery(desk, units, *rules):
    """An item sold by draw with these rules; the clock stands at FAR."""
    desk.item("create", units, "draw", commit_of(SEED), "draw_ends_ms", OVER, *rules)
    desk.rule(last_ms=FAR)
    return desk


def enter(desk, *users):
    """Each takes part, proven."""
    for user in users:
        assert desk.ask(f"key-{user}", user, "1", "p").word == "TOOK_PART"


def hold(desk):
    """The draw, as penstockctl holds it; no unit is given yet."""
    desk.rule(last_ms=OVER)
    desk.tell("draw", "begin")
    words = [word for user in desk.redis.hkeys(desk.keys[10])
             for word in (rank_of(SEED, user), user)]
    desk.tell("draw", "rank", *words)
    assert desk.tell("draw", "finish", SEED)[0] == "DRAWN"


def hold_many(desk, users):
    """The same for hundreds, in calls of a size that draw.lua takes."""
    desk.rule(last_ms=OVER)
    desk.tell("draw", "begin")
    for i in range(0, len(users), 400):
        words = [word for user in users[i:i + 400] for word in (rank_of(SEED, user), user)]
        desk.tell("draw", "rank", *words)
    assert desk.tell("draw", "finish", SEED) == ("DRAWN", len(users))


def winners(desk):
    """Who has an order, the first first."""
    orders = sorted(desk.check()[1].items(), key=lambda pair: int(pair[0]))
    return [order["user"] for _, order in orders]


def test_a_name_alone_is_told_nothing_where_tokens_are_required(desk):
    """Neither that it takes part nor, once it has won, its order: NO_TOKEN."""
    lottery(desk, 1, "token_required", 1)
    enter(desk, "ann")
    for proof in ("", "x"):
        assert desk.ask("a", "ann", "1", proof).word == "NO_TOKEN"
    hold(desk)
    desk.sync()
    for proof in ("", "x"):
        assert desk.ask("b", "ann", "1", proof) == ("NO_TOKEN", 0, 0)
    for proof in ("p", "r"):
        assert desk.ask("c", "ann", "1", proof).word == "REPEATED"


def test_what_was_won_counts_in_the_group(desk):
    """One unit a user over both items: the winner cannot buy the other one, until it is back."""
    mug = Desk(desk.redis, "mug")
    group = ("group", "spring", "group_units", 1, "group_days", 30)
    lottery(desk, 1, *group)
    mug.item("create", 9, *group)
    enter(desk, "ann")
    hold(desk)
    desk.sync()
    mug.rule(last_ms=OVER)
    assert mug.ask("a", "ann") == ("LIMIT", 0, 0)
    won = desk.ask("b", "ann").first
    assert desk.redis.hget(GROUP, "ann").startswith(f"{OVER}:1:ticket:{won}:")
    assert desk.cancel(won)[0] == "CANCELLED" and mug.ask("c", "ann").word == "ACCEPTED"


def test_whose_limit_is_used_up_takes_no_part_and_is_passed_over(desk):
    """By the group or by the item itself, at the asking and at the giving."""
    mug = Desk(desk.redis, "mug")
    group = ("group", "spring", "group_units", 1, "group_days", 30)
    lottery(desk, 2, *group)
    mug.item("create", 9, *group)
    mug.rule(last_ms=FAR)
    mug.ask("m", "zoe")
    assert desk.ask("z", "zoe") == ("LIMIT", 0, 0)
    enter(desk, *USERS[:4])
    first, second, third, fourth = ranked(SEED, USERS[:4])
    assert mug.ask("a", first).word == mug.ask("b", third).word == "ACCEPTED"
    assert desk.ask("again", first).word == "TOOK_PART"
    hold(desk)
    for _ in range(3):
        desk.sync()
    assert winners(desk) == [second, fourth]
    assert desk.redis.zcard(desk.keys[11]) == 0
    assert desk.ask("c", first).word == "NOT_DRAWN"


def test_who_bought_before_it_was_a_draw_wins_no_more_than_the_limit(desk):
    """One unit a user: who has one by speed hears LIMIT; one had in between is passed over."""
    desk.item("create", 5, "limit_units", 1)
    desk.rule(last_ms=FAR)
    assert desk.ask("a", "ann").word == "ACCEPTED"
    desk.item("set", "draw", commit_of(SEED), "draw_ends_ms", OVER)
    assert desk.ask("b", "ann") == ("LIMIT", 0, 0)
    enter(desk, "bob", "cat")
    desk.redis.hset(desk.keys[3], "bob", 1)
    hold(desk)
    desk.redis.hdel(desk.keys[3], "ann")
    desk.sync()
    assert [desk.ask(f"x{user}", user).word for user in ("bob", "cat")] == ["NOT_DRAWN", "REPEATED"]


def test_a_hold_that_ends_and_a_prize_in_one_tick_are_both_counted(desk):
    """The group of one user, who bought by speed before and wins when that ends."""
    group = ("group", "spring", "group_units", 1, "group_days", 30, "limit_units", 1)
    desk.item("create", 1, "pay_window_ms", 1000, *group)
    desk.rule(last_ms=FAR)
    held = desk.ask("a", "ann").first
    desk.item("set", "draw", commit_of(SEED), "draw_ends_ms", OVER)
    desk.redis.hset(desk.keys[10], "ann", "0")
    hold(desk)
    assert desk.sync()[1] == 1
    won = desk.ask("b", "ann")
    assert won.word == "REPEATED" and won.first != held
    assert desk.redis.hget(GROUP, "ann").count(",") == 0
    assert f":ticket:{won.first}:" in desk.redis.hget(GROUP, "ann")
    desk.check()


def test_a_draw_that_is_off_gives_nothing_more(desk):
    """Though another rule about buyers stays: units that come back are sold by speed."""
    lottery(desk, 1, "token_required", 1)
    enter(desk, *USERS)
    hold(desk)
    desk.sync()
    won = winners(desk)
    assert desk.item("set", "draw", "off") == ("SET", 1)
    desk.cancel(desk.redis.hgetall(desk.keys[10])[won[0]].split("|")[0])
    desk.sync()
    assert winners(desk) == won
    assert desk.ask("speed", "dan", "1", "p").word == "ACCEPTED"


@pytest.mark.parametrize("is_fresh", [False, True], ids=["typed", "deleted"])
def test_a_new_sale_has_a_new_draw(desk, is_fresh):
    """Typed over the old one, or after its hash was deleted: nobody takes part or wins by it."""
    lottery(desk, 1)
    enter(desk, *USERS)
    hold(desk)
    desk.sync()
    if is_fresh:
        desk.redis.delete(desk.hash)
    desk.type(3)
    assert desk.adopt() == "OPENED"
    if is_fresh:
        desk.item("set", "draw", commit_of(SEED), "draw_ends_ms", OVER)
    desk.rule(last_ms=FAR)
    assert "draw_seed" not in desk.counts()
    assert desk.redis.exists(*desk.keys[10:12]) == 0
    desk.sync()
    assert desk.counts()["ticket_sold_nums"] == 0
    desk.item("set", "draw_ends_ms", 2 * OVER)
    assert desk.ask("a", USERS[0]).word == "TOOK_PART"


def test_the_commitment_stays_once_somebody_takes_part(desk):
    """Another is COMMITTED, with how many; the same and `off` are taken; before, any is."""
    lottery(desk, 1)
    assert desk.item("set", "draw", commit_of(OTHER)) == ("SET", 1)
    assert desk.item("set", "draw", commit_of(SEED)) == ("SET", 1)
    enter(desk, "ann", "bob")
    before = desk.snapshot()
    assert desk.item("set", "price", 5, "draw", commit_of(OTHER)) == ("COMMITTED", 2)
    assert desk.item("set", "draw", commit_of(SEED)) == ("SET", 0)
    assert desk.snapshot() == before
    hold(desk)
    assert desk.item("set", "draw", commit_of(OTHER)) == ("COMMITTED", 2)
    assert desk.item("set", "draw", "off") == ("SET", 1)
    assert desk.item("set", "draw", commit_of(SEED)) == ("COMMITTED", 2)


def test_the_commitment_of_a_draw_that_nobody_took_part_in_stays_too(desk):
    """Its seed is known."""
    lottery(desk, 1)
    hold_empty = [desk.rule(last_ms=OVER), desk.tell("draw", "begin"),
                  desk.tell("draw", "finish", SEED)]
    assert hold_empty[2] == ("DRAWN", 0)
    assert desk.item("set", "draw", commit_of(OTHER)) == ("COMMITTED", 0)


@pytest.mark.parametrize("place", [1, 2, 3, 10])
def test_a_key_of_a_foreign_kind_is_no_half_prize(desk, place):
    """Orders, requests, buyers, entrants: the tick fails, and nothing was written."""
    lottery(desk, 1)
    enter(desk, "ann")
    hold(desk)
    desk.redis.delete(desk.keys[place])
    desk.redis.set(desk.keys[place], "no hash")
    before = desk.snapshot()
    with pytest.raises(Exception, match="WRONGTYPE"):
        desk.sync()
    assert desk.snapshot() == before


def test_who_has_won_wins_once_though_a_rank_is_found_again(desk):
    """As after a rebuild over an older copy of Redis: the rank is there, the order too."""
    lottery(desk, 2)
    enter(desk, "ann", "bob")
    ranks = [(f"{rank_of(SEED, user)}:{user}", 0) for user in ("ann", "bob")]
    hold(desk)
    desk.item("restock", "-1")
    desk.sync()
    first = winners(desk)[0]
    desk.redis.zadd(desk.keys[11], dict(ranks))
    desk.item("restock", "2")
    desk.sync()
    desk.sync()
    assert sorted(winners(desk)) == ["ann", "bob"] and winners(desk)[0] == first


def test_a_rebuild_tells_winners_of_their_orders(desk):
    """The step `entrants`: who has won hears REPEATED, though Redis was emptied."""
    lottery(desk, 1)
    enter(desk, "ann")
    hold(desk)
    desk.sync()
    won, records = desk.ask("a", "ann"), desk.redis.hgetall(desk.keys[1])
    seq = desk.counts()["seq"]
    desk.redis.flushall()
    assert desk.tell("rebuild", "begin", "t", seq)[0] == "BEGUN"
    desk.tell("rebuild", "orders", "t", *[word for pair in records.items() for word in pair])
    assert desk.tell("rebuild", "entrants", "t", "ann", "0") == ("BAD_VALUE", "ann")
    said = desk.tell("rebuild", "entrants", "t", "ann", f"{won.first}|{won.second}")
    assert said == ("ADDED", 1)
    desk.tell("rebuild", "finish", "t", seq, seq + 9, "ticket_total_nums", 1, "ticket_sold_nums",
              1, "epoch", 1, "last_ms", OVER, "draw", commit_of(SEED), "draw_ends_ms", OVER)
    assert desk.ask("b", "ann") == won


def test_a_rebuild_forgets_prizes_that_the_ledger_lacks(desk):
    """Given, but not recorded, and dropped by insisting: no REPEATED of an order that is not."""
    lottery(desk, 600)
    users = [f"u{i}" for i in range(600)]
    desk.redis.hset(desk.keys[10], mapping=dict.fromkeys(users, "0"))
    hold_many(desk, users)
    for _ in range(13):
        desk.sync()
    assert desk.counts()["ticket_sold_nums"] == 600
    assert desk.tell("rebuild", "begin", "t", 3, "insist")[0] == "BEGUN"
    desk.tell("rebuild", "entrants", "t", "u7", "3|99")
    assert dict(desk.redis.hgetall(desk.keys[10]), u7="0") == dict.fromkeys(users, "0")
    desk.tell("rebuild", "finish", "t", 3, 9999, "ticket_total_nums", 5, "ticket_sold_nums", 0,
              "epoch", 1, "last_ms", OVER, "draw", commit_of(SEED), "draw_ends_ms", OVER)
    assert desk.ask("a", "u1").word == "NOT_DRAWN"
    assert desk.ask("b", "u7") == ("REPEATED", 3, 99)
