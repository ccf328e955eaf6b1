"""Who may buy, and when: the answers of buy.lua by the rules that an operator set, and only then.

The clock is the item's own: rule(last_ms=...) makes it exactly that, for it never goes back.
"""
import time

import pytest

FAR = 32503680000000  # the year 3000: Redis' own clock does not interfere


def ruled(desk, total=10, **rules):
    """A sale with rules, set as the operator does; its clock stands at FAR."""
    desk.item("create", total, *[word for pair in rules.items() for word in pair])
    desk.rule(last_ms=FAR)
    return desk


def test_an_item_without_buyers_rules_is_not_marked(desk):
    """No rule, or one of the sale only: no field `ruled`, the tick tells nothing of rules."""
    desk.item("create", 10, "max_units", 2)
    assert "ruled" not in desk.counts() and desk.told_rules() == ()
    desk.item("set", "limit_units", 3)
    assert "ruled" not in desk.counts()


def test_a_buyers_rule_marks_the_item_until_the_last_one_is_gone(desk):
    """set token, then a start, then both off again: 1 all the time in between, then 0."""
    desk.item("create", 10)
    for words, mark in ((("token_required", 1), 1), (("starts_ms", FAR), 1),
                        (("token_required", 0), 1), (("starts_ms", 0), 0)):
        desk.item("set", *words)
        assert desk.counts()["ruled"] == mark, words
        assert bool(desk.told_rules()) == bool(mark)
    desk.check()


def test_a_tick_tells_the_rules(desk):
    """token, start, end."""
    ruled(desk, token_required=1, starts_ms=FAR + 5, ends_ms=FAR + 9)
    assert desk.told_rules() == (1, FAR + 5, FAR + 9, 0, 0, 0, 0, 0, 0, 0, "", 0, "", "")


def test_a_caller_that_does_not_know_of_rules_is_told_so(desk):
    """RULES without a view for six keys, and nothing changes; with all keys it is decided."""
    ruled(desk, token_required=1)
    before = desk.snapshot()
    assert desk.buy(("key-1", "ann", "1")) == ["RULES"]
    assert desk.snapshot() == before
    assert desk.ask("key-1", "ann", proof="p").word == "ACCEPTED"
    desk.check()


def test_a_caller_that_still_knows_of_rules_is_served_without_them(desk):
    """Nine keys and four words, of an item whose rules are gone: as any other."""
    desk.open(10)
    assert desk.ask("key-1", "ann").word == "ACCEPTED"
    assert desk.ask("key-2").word == "ACCEPTED"
    desk.check()


@pytest.mark.parametrize("user", ["", "ann"])
def test_where_a_token_is_required_a_name_is_not_enough(desk, user):
    """NO_TOKEN, not one byte differs; the same name with a proof is served."""
    ruled(desk, token_required=1)
    before = desk.snapshot()
    assert desk.ask("key-1", user) == ("NO_TOKEN", 0, 0)
    assert desk.snapshot() == before
    assert desk.ask("key-1", "ann", proof="p").word == "ACCEPTED"


def test_before_the_start_nobody_is_served_and_at_the_start_everybody(desk):
    """One ms early: NOT_STARTED with the start; at that ms: ACCEPTED; both again later."""
    ruled(desk, starts_ms=FAR + 1000)
    for early in (1000, 2, 1):
        desk.rule(last_ms=FAR + 1000 - early)
        before = desk.snapshot()
        assert desk.ask(f"key-{early}") == ("NOT_STARTED", FAR + 1000, 0)
        assert desk.snapshot() == before
    desk.rule(last_ms=FAR + 1000)
    assert desk.ask("key-1").word == "ACCEPTED"
    desk.check()


def test_from_the_end_on_it_has_ended(desk):
    """One ms before the end: ACCEPTED; at the end: ENDED with its time; the key is still known."""
    ruled(desk, ends_ms=FAR + 1000)
    desk.rule(last_ms=FAR + 999)
    first = desk.ask("key-1")
    assert first.word == "ACCEPTED"
    desk.rule(last_ms=FAR + 1000)
    assert desk.ask("key-2") == ("ENDED", FAR + 1000, 0)
    assert desk.ask("key-1") == ("REPEATED", first.first, first.second)
    desk.check()


def test_redis_own_clock_decides_when_the_item_has_no_later_one(desk):
    """A start in an hour refuses; one a second ago does not."""
    now = int(time.time() * 1000)
    desk.item("create", 10, "starts_ms", now + 3600000)
    assert desk.ask("key-1") == ("NOT_STARTED", now + 3600000, 0)
    desk.item("set", "starts_ms", now - 1000)
    assert desk.ask("key-1").word == "ACCEPTED"


def test_a_known_key_hears_of_its_order_whatever_the_rules_are_now(desk):
    """H7: bought before there were rules; then a token, a start, an end."""
    desk.open(10)
    first = desk.buy_one("key-1", "ann")
    for rules in (("token_required", 1), ("starts_ms", FAR), ("ends_ms", 1)):
        desk.item("set", *rules)
        assert desk.ask("key-1", "ann") == ("REPEATED", first.first, first.second)


def test_pause_and_close_go_before_the_rules(desk):
    """PAUSED and ENDED (0: for ever), though there is no token and no start."""
    ruled(desk, token_required=1, starts_ms=FAR + 1000)
    desk.rule(state="paused")
    assert desk.ask("key-1") == ("PAUSED", 0, 0)
    desk.rule(state="closed")
    assert desk.ask("key-1") == ("ENDED", 0, 0)


@pytest.mark.parametrize("mode, word", [("on", "REFUSED"), ("shadow", "ACCEPTED"),
                                        ("off", "ACCEPTED")])
@pytest.mark.parametrize("proof", ["r", "x"])
def test_a_roll_that_went_against_an_attempt_refuses_it_only_where_that_is_on(desk, mode, word,
                                                                              proof):
    """REFUSED changes nothing; the key that has its order hears of it all the same."""
    ruled(desk, risk=mode, risk_shares="0:50", starts_ms=1)
    before = desk.snapshot()
    assert desk.ask("key-1", "ann", proof=proof).word == word
    assert (desk.snapshot() == before) == (mode == "on")
    first = desk.ask("key-2", "ann", proof="p")
    assert desk.ask("key-2", "ann", proof=proof) == ("REPEATED", first.first, first.second)


def test_who_is_not_proven_is_told_so_before_the_roll(desk):
    """x is no proof, r is one."""
    ruled(desk, token_required=1, risk="on", risk_shares="0:50")
    assert desk.ask("key-1", "ann", proof="x").word == "NO_TOKEN"
    assert desk.ask("key-1", "ann", proof="r").word == "REFUSED"


def test_a_tick_keeps_what_a_node_counted_by_scores(desk):
    """Beside the node's entry; without counts nothing; of another form: BAD_CALL."""
    ruled(desk, risk="shadow", risk_shares="0:50_90:70")
    assert desk.told_rules()[9:11] == (1, "0:50_90:70")
    assert desk.run("sync", 12, "n", 1, 2, 3, 0, "1|open", "6:10:4,9:1:0")[0] == "OK"
    nodes = desk.redis.hgetall(desk.keys[6])
    assert nodes["n"].split("|")[2:] == ["2", "3", "1", "open"]
    assert nodes["=risk:n"].split("|")[::2] == ["0", "6:10:4,9:1:0"]
    assert desk.run("sync", 12, "m", 1, 2, 3, 0, "1|open", "")[0] == "OK"
    assert not desk.redis.hexists(desk.keys[6], "=risk:m")
    for wrong in ("a:1:2", "6|1", "1" * 1001):
        assert desk.run("sync", 12, "n", 1, 2, 3, 0, "", wrong) == ["BAD_CALL"]


def test_rules_stand_before_the_heartbeats(desk):
    """Recorded, =rules and eleven words, then names and entries; no note, no rules."""
    ruled(desk, token_required=1)
    reply = desk.run("sync", 12, "n", 1, 2, 3, 0, "1|open")
    assert reply[15] == "=rules" and len(reply) == 30
    desk.rule(last_ms=FAR + 1000)
    reply = desk.run("sync", 12, "n", 1, 2, 3, 0, "1|open")
    assert reply[30] == "n" and reply[31].startswith("1|")
    assert len(desk.run("sync", 12, "n", 1, 2, 3, 0)) == 14


@pytest.mark.parametrize("field", ["token_required", "starts_ms", "ends_ms"])
def test_a_rule_that_is_no_digits_breaks_the_item(desk, field):
    """Typed by hand: BROKEN, for buyers and for the tick; nobody is served by a half rule."""
    ruled(desk, token_required=1)
    desk.rule(**{field: "soon"})
    broken = ["BROKEN", f"{field} must be digits"]
    assert desk.buy(("key-1", "ann", "1", "p")) == broken
    assert desk.sync() == broken


def test_rules_that_are_set_must_be_of_their_form(desk):
    """item.lua's BAD_VALUE."""
    desk.item("create", 10)
    for field, value in (("token_required", 2), ("token_required", "yes"), ("starts_ms", -1),
                         ("starts_ms", "1e12"), ("ends_ms", "9" * 16)):
        assert desk.item("set", field, value) == ("BAD_VALUE", field)


def test_a_batch_may_hold_who_may_buy_and_who_may_not(desk):
    """Each is decided by its own proof."""
    ruled(desk, token_required=1)
    words = [said.word for said in desk.buy(("a", "ann", "1", "p"), ("b", "bob", "1", ""),
                                            ("c", "", "1", ""), ("d", "dan", "1", "p"))]
    assert words == ["ACCEPTED", "NO_TOKEN", "NO_TOKEN", "ACCEPTED"]
    desk.check()
