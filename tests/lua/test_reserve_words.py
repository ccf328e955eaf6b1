"""Every answer word of reserve.lua, and what buy.lua makes of a reservation."""
import pytest

FAR = 32503680000000  # the year 3000: Redis' own clock does not interfere


@pytest.fixture
def booth(desk):
    """An item that is reserved from FAR + 100 to FAR + 200, by three users at most, then bought."""
    desk.item("create", 10, "reserve_starts_ms", FAR + 100, "reserve_ends_ms", FAR + 200,
              "reserve_quota", 3, "reserve_required", 1)
    desk.rule(last_ms=FAR + 100)
    return desk


def test_a_user_reserves_once_and_may_ask_for_ever(booth):
    """RESERVED, then ALREADY_RESERVED; only the set changes, and only the first time."""
    before = booth.snapshot()
    assert booth.reserve("ann") == ("RESERVED",)
    after = booth.snapshot()
    assert set(after) - set(before) == {booth.keys[9]}
    assert {key: after[key] for key in before} == before
    assert booth.reserve("ann") == ("ALREADY_RESERVED",) and booth.snapshot() == after
    assert booth.redis.smembers(booth.keys[9]) == {"ann"}
    booth.check()


def test_looking_changes_nothing(booth):
    """NOT_RESERVED and ALREADY_RESERVED."""
    before = booth.snapshot()
    assert booth.reserve("ann", "look") == ("NOT_RESERVED",)
    assert booth.snapshot() == before
    booth.reserve("ann")
    assert booth.reserve("ann", "look") == ("ALREADY_RESERVED",)


def test_the_window_opens_and_closes_to_the_millisecond(booth):
    """FAR + 99 is told when; FAR + 100 and + 199 are served; FAR + 200 is over."""
    for at, user, said in ((99, "a", ("RESERVE_NOT_OPEN", FAR + 100)), (100, "b", ("RESERVED",)),
                           (199, "c", ("RESERVED",)), (200, "d", ("RESERVE_OVER",))):
        booth.rule(last_ms=FAR + at)
        assert booth.reserve(user) == said, at
    assert booth.reserve("b") == ("ALREADY_RESERVED",)


@pytest.mark.parametrize("fields, at, said", [
    ({"starts_ms": FAR + 50}, 49, "RESERVED"), ({"starts_ms": FAR + 50}, 50, "RESERVE_OVER"),
    ({"ends_ms": FAR + 60}, 59, "RESERVED"), ({"ends_ms": FAR + 60}, 60, "RESERVE_OVER"),
    ({}, 0, "RESERVED")])
def test_without_an_end_it_closes_with_the_start_of_the_sale_or_its_end(desk, fields, at, said):
    """reserve_ends_ms 0."""
    words = [word for pair in fields.items() for word in pair]
    desk.item("create", 10, "reserve_required", 1, *words)
    desk.rule(last_ms=FAR + at)
    assert desk.reserve("ann") == (said,)


def test_until_full(booth):
    """Quota 3: the fourth hears RESERVE_FULL, and a higher quota lets them in."""
    assert [booth.reserve(user) for user in "abcd"] == [("RESERVED",)] * 3 + [("RESERVE_FULL",)]
    assert booth.told_rules()[6:8] == (1, 3)
    booth.item("set", "reserve_quota", 4)
    assert booth.reserve("d") == ("RESERVED",) and booth.redis.scard(booth.keys[9]) == 4


def test_an_item_that_takes_none_says_over(desk):
    """No rule of reservations, or the item is closed."""
    desk.open(10)
    assert desk.reserve("ann") == ("RESERVE_OVER",)
    desk.item("set", "reserve_required", 1)
    desk.rule(state="closed")
    assert desk.reserve("ann") == ("RESERVE_OVER",)


def test_where_a_token_is_required_a_name_is_not_enough(booth):
    """NO_TOKEN for both verbs; with a proof both are answered."""
    booth.item("set", "token_required", 1)
    assert booth.reserve("ann") == booth.reserve("ann", "look") == ("NO_TOKEN",)
    assert booth.reserve("ann", proof="p") == ("RESERVED",)


def test_who_has_not_reserved_cannot_buy_where_that_is_required(booth):
    """NOT_RESERVED, and nothing is written; nobody at all too; who has, buys, in one batch."""
    booth.reserve("ann")
    before = booth.snapshot()
    assert booth.ask("k", "bob") == booth.ask("k", "") == ("NOT_RESERVED", 0, 0)
    assert booth.snapshot() == before
    said = booth.buy(("a", "ann", "1", ""), ("b", "bob", "1", ""), ("c", "ann", "1", ""))
    assert [one.word for one in said] == ["ACCEPTED", "NOT_RESERVED", "ACCEPTED"]
    booth.check()


def test_where_it_is_not_required_everybody_buys(booth):
    """reserve_required 0: optional."""
    booth.item("set", "reserve_required", 0)
    assert booth.ask("k", "bob").word == "ACCEPTED"


@pytest.mark.parametrize("words", [
    (), ("0", "look", "ann"), ("0", "look", "ann", "", ""), ("x", "look", "ann", ""),
    ("0", "take", "ann", ""), ("0", "look", "", ""), ("0", "look", "a|b", ""),
    ("0", "look", "a" * 65, ""), ("0", "look", "ann", "q")], ids=repr)
def test_words_that_are_not_of_their_form_are_a_bad_call(booth, words):
    """Nothing is read, nothing written."""
    before = booth.snapshot()
    assert booth.run("reserve", 12, *words) == ["BAD_CALL"]
    assert booth.snapshot() == before


def test_what_is_no_item_is_told_as_by_all_scripts(desk):
    """NOITEM, RESYNC, LOST, BROKEN."""
    assert desk.reserve("ann") == ("NOITEM",)
    desk.type(5)
    assert desk.reserve("ann") == ("RESYNC",)
    desk.adopt()
    desk.known = 9
    assert desk.reserve("ann") == ("LOST", 1, 9)
    desk.known = 0
    desk.rule(reserve_quota="many")
    assert desk.reserve("ann") == ("BROKEN", "reserve_quota must be digits")
    assert not desk.redis.exists(desk.keys[9])


def test_reservations_go_when_the_item_is_archived(booth):
    """close, recorded, archive: the set is gone with the orders."""
    booth.reserve("ann")
    booth.item("state", "closed")
    booth.trim(booth.counts()["seq"])
    assert booth.tell("archive") == ("ARCHIVED", 0)
    assert not booth.redis.exists(booth.keys[9])


def test_reservations_outlast_a_rebuild(booth):
    """docs/adr/0013: begin drops what the ledger has, and it has no reservations."""
    booth.reserve("ann")
    assert booth.tell("rebuild", "begin", "t", 1, "insist")[0] == "BEGUN"
    assert booth.redis.smembers(booth.keys[9]) == {"ann"}
