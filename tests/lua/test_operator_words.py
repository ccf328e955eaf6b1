"""Every answer word of item.lua's verbs for the operator: create, set, restock, state."""
import pytest

RULES = {"pay_window_ms": ("1", "31536000000"), "max_units": ("1", "2000000000"),
         "limit_units": ("0", "2000000000"), "price": ("0", "999999999999999"),
         "backlog_max": ("0", "999999999999999")}
NOT_DIGITS = ["-1", "+1", "01", "00", "1.0", "1e3", "0x1", "nan", "", " 1", "1\n",
              "1000000000000000"]


def altered(desk):
    """The (field, value) of all `altered` events."""
    return [tuple(words[2:]) for _, kind, words in desk.events() if kind == "altered"]


def test_an_item_is_created_with_its_rules(desk):
    """CREATED: an opened event, then one for each rule; and it sells by them."""
    assert desk.item("create", "100", "price", "250", "max_units", "2") == ("CREATED",)
    assert (desk.view.total, desk.view.seq, desk.view.epoch, desk.view.max) == (100, 3, 1, 2)
    assert desk.events()[0][1:] == ("opened", ["1", str(desk.view.now), "100", "0"])
    assert altered(desk) == [("price", "250"), ("max_units", "2")]
    assert desk.buy_one("a", "ann", "3") == ("LIMIT", 2, 0)
    desk.buy_one("a", "ann", "2")
    assert desk.check()[1]["4"]["amount"] == "500"


def test_an_item_may_be_created_paused_and_opened_later(desk):
    """Nobody buys between its creation and the operator's word."""
    assert desk.item("create", "5", "state", "paused") == ("CREATED",)
    assert desk.view.state == "paused" and desk.buy_one("a").word == "PAUSED"
    assert desk.item("state", "open") == ("STATE",)
    assert desk.buy_one("a").word == "ACCEPTED"
    desk.check()


def test_an_item_that_is_there_is_not_created_again(desk):
    """EXISTS, healthy or with typed counts; nothing is written."""
    desk.open(5)
    before = desk.snapshot()
    assert desk.item("create", "7", "price", "1") == ("EXISTS",)
    assert desk.view.total == 5 and desk.snapshot() == before
    desk.type(9)
    assert desk.item("create", "7") == ("EXISTS",)


def test_creating_where_rules_were_typed_keeps_them(desk):
    """HSET of a price alone is no item yet; the item is made with it."""
    desk.rule(price=3)
    assert desk.item("create", "5", "limit_units", "1") == ("CREATED",)
    desk.buy_one("a", "ann")
    assert desk.check()[1]["3"]["amount"] == "3"
    assert desk.buy_one("b", "ann").word == "LIMIT"


def test_an_item_created_after_its_hash_was_deleted_goes_on_with_its_seq(desk):
    """The stream's last id is remembered, so no order number is given twice."""
    desk.open(5)
    desk.buy(("a", "ann"), ("b", ""))
    desk.redis.delete(desk.hash)
    assert desk.item("create", "5") == ("CREATED",)
    assert (desk.view.seq, desk.view.epoch) == (4, 4)
    desk.check()


@pytest.mark.parametrize("total", NOT_DIGITS + [None])
def test_a_total_that_is_no_count_is_a_bad_call(desk, total):
    """Digits by pattern; leading zeros are digits and written plainly."""
    words = ["create"] + ([total] if total is not None else [])
    if total in ("01", "00"):
        assert desk.item(*words) == ("CREATED",)
        assert desk.redis.hget(desk.hash, "ticket_total_nums") == str(int(total))
        return
    assert desk.item(*words) == ("BAD_CALL",)
    assert not desk.redis.keys("*")


def test_set_alters_rules_one_event_each(desk):
    """SET 2; a value that is already so is no alteration, and asking again is SET 0."""
    desk.open(5, price=3)
    rules = ("price", "3", "limit_units", "2", "late_pay", "retake")
    assert desk.item("set", *rules) == ("SET", 2)
    assert altered(desk) == [("limit_units", "2"), ("late_pay", "retake")]
    assert desk.counts()["limit_units"] == 2 and desk.counts()["late_pay"] == "retake"
    before = desk.snapshot()
    assert desk.item("set", *rules) == ("SET", 0)
    assert desk.snapshot() == before
    desk.check()


def test_set_shows_a_new_largest_order_at_once(desk):
    """The view that comes with SET has the new rule already."""
    desk.open(5)
    desk.item("set", "max_units", "3")
    assert desk.view.max == 3


def test_a_field_set_twice_in_one_call_ends_with_the_last_value(desk):
    """price 5, then 6, then 6: two events, and the hash says 6."""
    desk.open(5)
    assert desk.item("set", "price", "5", "price", "6", "price", "6") == ("SET", 2)
    assert altered(desk) == [("price", "5"), ("price", "6")]
    assert desk.counts()["price"] == 6


def test_a_longer_pay_window_holds_for_new_orders_only(desk):
    """Deadlines that were given stay."""
    desk.open(5)
    first = desk.buy_one("a")
    desk.item("set", "pay_window_ms", "1000")
    second = desk.buy_one("b")
    assert second.second < first.second
    desk.check()


@pytest.mark.parametrize("field, bounds", RULES.items())
def test_each_rule_has_its_bounds(desk, field, bounds):
    """The least and the most are taken, one beyond is BAD_VALUE with the field's name."""
    desk.open(5)
    for bound in bounds:
        assert desk.item("set", field, bound) == ("SET", 1)
    before = desk.snapshot()
    for beyond in (int(bounds[0]) - 1, int(bounds[1]) + 1):
        assert desk.item("set", "late_pay", "retake", field, beyond) == ("BAD_VALUE", field)
    assert desk.snapshot() == before, "not even the good one of the two"
    desk.check()


@pytest.mark.parametrize("field, value", [
    *[("price", value) for value in NOT_DIGITS], ("late_pay", "RETAKE"), ("late_pay", "0"),
    ("late_pay", ""), ("late_pay", "1"), ("draw", "pattern"), ("draw", "bytes"),
    ("risk_shares", "bytes"), ("group", ""), ("draw", "1")], ids=str)
def test_a_value_not_of_its_form_is_told_by_its_fields_name(desk, field, value):
    """BAD_VALUE from set and from create; nothing is written."""
    assert desk.item("create", "5", field, value) == ("BAD_VALUE", field)
    assert not desk.redis.keys("*")
    desk.open(5)
    before = desk.snapshot()
    assert desk.item("set", field, value) == ("BAD_VALUE", field)
    assert desk.snapshot() == before


@pytest.mark.parametrize("field", ["", "nonsense", "ticket_total_nums", "seq", "state",
                                   "recorded_seq", "PRICE"])
def test_no_other_field_can_be_set(desk, field):
    """BAD_FIELD: counts and state have verbs of their own."""
    desk.open(5)
    before = desk.snapshot()
    assert desk.item("set", "price", "1", field, "1") == ("BAD_FIELD", field)
    assert desk.snapshot() == before


@pytest.mark.parametrize("state", ["closed", "OPEN", ""])
def test_an_item_cannot_be_created_in_another_state_than_open_or_paused(desk, state):
    """BAD_VALUE state."""
    assert desk.item("create", "5", "state", state) == ("BAD_VALUE", "state")


def test_a_restock_adds_and_opens_gates(desk):
    """+5 and -3: RESTOCKED, the new total, gen rises; an event with the delta."""
    desk.open(10)
    gen = desk.view.gen
    assert desk.item("restock", "+5") == ("RESTOCKED",)
    assert (desk.view.total, desk.view.gen) == (15, gen + 1)
    assert desk.item("restock", "-3") == ("RESTOCKED",)
    assert desk.view.total == 12
    assert [words[2:] for _, kind, words in desk.events() if kind == "restocked"] == [
        ["15", "5"], ["12", "-3"]]
    desk.check()


def test_a_restock_of_nothing_makes_no_event(desk):
    """0, +0, -0."""
    desk.open(10)
    before = desk.snapshot()
    assert {desk.item("restock", delta) for delta in ("0", "+0", "-0")} == {("RESTOCKED",)}
    assert desk.snapshot() == before


def test_a_total_does_not_fall_below_what_is_sold(desk):
    """4 of 10 sold: -6 is allowed, -7 says BELOW_SOLD 4."""
    desk.open(10)
    desk.buy(("a", "", "4"))
    before = desk.snapshot()
    assert desk.item("restock", "-7") == ("BELOW_SOLD", 4)
    assert desk.snapshot() == before
    assert desk.item("restock", "-6") == ("RESTOCKED",)
    assert desk.buy_one("b") == ("SOLD_OUT", 0, 0)
    desk.check()


def test_a_restock_that_names_the_total_happens_once(desk):
    """Asked again after a lost answer: CHANGED and the total that it has made."""
    desk.open(10)
    assert desk.item("restock", "5", "10") == ("RESTOCKED",)
    before = desk.snapshot()
    assert desk.item("restock", "5", "10") == ("CHANGED", 15)
    assert desk.snapshot() == before


@pytest.mark.parametrize("words", [
    [], ["x"], ["1", "x"], ["1", "1", "1"], ["++1"], ["1.5"], ["nan"], [""], ["+"],
    ["1" * 16], ["1", ""], ["1", "-1"]], ids=str)
def test_a_restock_by_no_number_is_a_bad_call(desk, words):
    """A sign or none, then digits."""
    desk.open(5)
    before = desk.snapshot()
    assert desk.item("restock", *words) == ("BAD_CALL",)
    assert desk.snapshot() == before


def test_a_restock_beyond_fifteen_digits_is_refused(desk):
    """Not one unit more than can be counted exactly."""
    desk.open(999999999999999)
    before = desk.snapshot()
    assert desk.item("restock", "1") == ("BAD_VALUE", "ticket_total_nums")
    assert desk.snapshot() == before


def test_a_sale_is_paused_resumed_and_closed(desk):
    """STATE each time, one event each; what it is already makes none."""
    desk.open(5)
    for state, word in (("paused", "PAUSED"), ("open", "ACCEPTED"), ("closed", "ENDED")):
        assert desk.item("state", state) == ("STATE",)
        before = desk.snapshot()
        assert desk.item("state", state) == (("STATE",) if state != "closed" else ("CLOSED",))
        assert desk.view.state == state and desk.snapshot() == before
        assert desk.buy_one(f"key-{state}").word == word
    assert altered(desk) == [("state", s) for s in ("paused", "open", "closed")]
    desk.check()


@pytest.mark.parametrize("words", [("state", "open"), ("state", "closed"), ("set", "price", "1"),
                                   ("restock", "5")], ids=str)
def test_a_closed_item_stays_as_it_is(desk, words):
    """CLOSED to every verb; nothing is written."""
    desk.open(5)
    desk.item("state", "closed")
    before = desk.snapshot()
    assert desk.item(*words) == ("CLOSED",)
    assert desk.snapshot() == before


def test_a_state_word_that_nobody_knows_can_be_put_right(desk):
    """Typed nonsense has ended the sale; the verb opens it."""
    desk.open(5, state="nonsense")
    assert desk.buy_one("a").word == "ENDED"
    assert desk.item("state", "open") == ("STATE",)
    assert desk.buy_one("a").word == "ACCEPTED"


@pytest.mark.parametrize("words", [
    [], ["state"], ["state", "OPEN"], ["state", ""], ["state", "open", "x"], ["set"],
    ["set", "price"], ["set", "price", "1", "x"], ["create", "5", "price"], ["adopt", "x"],
    ["adopt", "1", "1"], ["delete"], ["create", "5"] + ["price", "1"] * 32], ids=str)
def test_words_that_are_not_of_their_form_are_a_bad_call(desk, words):
    """Too few, too many, no such verb."""
    desk.open(5)
    before = desk.snapshot()
    assert desk.run("item", 12, *words) == ["BAD_CALL"]
    assert desk.snapshot() == before


@pytest.mark.parametrize("words", [("set", "price", "1"), ("restock", "5"), ("state", "paused")],
                         ids=str)
def test_every_verb_refuses_what_the_other_scripts_refuse(desk, words):
    """NOITEM, RESYNC, BROKEN; nothing is written."""
    assert desk.item(*words) == ("NOITEM",)
    desk.type(5)
    assert desk.item(*words) == ("RESYNC",)
    desk.type("five")
    before = desk.snapshot()
    assert desk.item(*words)[0] == "BROKEN"
    assert desk.snapshot() == before
