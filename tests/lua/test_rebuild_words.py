"""Every answer word of rebuild.lua: an item made anew from what the ledger holds.

The fold of the events plays the ledger: what it says is written back by the steps, and the check
then compares Redis with the whole log, the jump of `rebuilt` included.
"""
import pytest
import redis

from harness.fold import fold
from harness.rebuilding import add_all, fields_of, pairs_of, rebuild

RULES = {"price": 7, "limit_units": 9}
PARTS = ("orders", "requests", "buyers", "unpaid", "payments", "finished")
FAR = 1000000


@pytest.fixture
def sale(desk):
    """Orders of all states, a late payment, two epochs; all of it recorded."""
    desk.open(50, price=7, limit_units=9)
    desk.buy(("old", "ann", "2"), ("old-2", "bob"))
    desk.pay(2, "t-old", 14)
    desk.type(20, 0)
    desk.adopt()
    desk.buy(("a", "ann", "2"), ("b", "bob"), ("c", "eve"), ("d", "", "3"), ("e", "ann"))
    first = desk.view.seq - 4
    desk.pay(first, "t-a", 14)
    desk.cancel(first + 1)
    desk.pay(first + 1, "t-b", 7)
    desk.pay(first + 2, "t-c", 7)
    desk.refund(first + 2)
    desk.trimmed = desk.redis.xrange(desk.keys[5])
    return desk


def ledger(sale):
    """What SQL would hold: the fold of all events so far."""
    return fold(sale.trimmed)



@pytest.mark.parametrize("lost", ["nothing", "everything", "half", "the hash", "the counts"])
def test_an_item_is_made_anew_and_the_sale_goes_on(sale, lost):
    """Whatever Redis still holds: afterwards it agrees with the log, and sells, pays, expires."""
    state, clock = ledger(sale), sale.counts()["last_ms"]
    if lost == "everything":
        sale.redis.flushall()
    elif lost == "half":
        sale.redis.delete(sale.keys[1], sale.keys[4], sale.keys[7])
    elif lost == "the hash":
        sale.redis.delete(sale.hash)
    elif lost == "the counts":
        sale.rule(ticket_sold_nums="nonsense", seq="nonsense")
    assert rebuild(sale, state, state.seq + FAR, **RULES) == ("REBUILT",)
    view = sale.view
    assert (view.total, view.sold, view.paid, view.epoch) == (20, state.sold, 2, state.epoch)
    assert view.seq == view.gen == state.seq + FAR and view.now >= clock
    sale.check()
    assert sale.buy_one("a", "ann", "2").word == "REPEATED", "keys are known"
    assert sale.pay(6, "t-a", 14) == ("REPEATED", "paid"), "payments are known"
    assert sale.buy_one("new", "ann", "7") == ("LIMIT", 6, 0), "buyers are known"
    order = sale.buy_one("new", "ann", "6")
    assert order.first == state.seq + FAR + 1
    assert sale.pay(9, "t-d", 21)[0] == "PAID" and sale.refund(6) == ("REFUNDED", 2)
    sale.later(300000)
    assert sale.sync() == (1, 3), "the old sale's order, e, and the new one"
    sale.check()


def test_rebuilt_is_the_only_event_that_may_leave_a_gap(sale):
    """I5: it names the newest event before; the next one follows it by one."""
    state = ledger(sale)
    rebuild(sale, state, state.seq + 500)
    assert sale.events()[-1] == (state.seq + 500, "rebuilt", [
        str(state.epoch), str(sale.counts()["last_ms"]), str(state.seq)])
    assert sale.view.now >= sale.counts()["last_ms"], "the view is read after it"
    sale.buy(("x",))
    sale.check()
    sale.trimmed.pop()
    with pytest.raises(AssertionError, match="I5"):
        sale.check()


def test_while_it_is_rebuilt_nobody_sells_pays_or_looks(sale):
    """From begin to finish: BROKEN with a sentence, also when counts are typed in between."""
    order = ledger(sale).seq
    sale.tell("rebuild", "begin", "token", order)
    for typed in (False, True):
        if typed:
            sale.type(100)
        before = sale.snapshot()
        answers = [sale.buy(("x",)), sale.sync(), sale.pay(9, "t", 21), sale.cancel(9),
                   sale.refund(6), sale.item("create", "5"), sale.item("state", "open"),
                   sale.tell("archive"), [sale.adopt()]]
        assert [answer[0] for answer in answers] == ["BROKEN"] * 9
        assert "made anew" in sale.buy(("x",))[1]
        assert sale.trim(order)[0] == "LOST"
        assert sale.order(9) == ("GONE", order)
        sale.redis.hdel(sale.hash, "recorded_ms", "recorded_seq")
        assert set(sale.snapshot()) == set(before)


def test_a_rebuild_that_died_is_begun_again(sale):
    """Another token: the half of the first is dropped, and its steps hear WRONG_TOKEN."""
    state = ledger(sale)
    sale.tell("rebuild", "begin", "first", state.seq)
    sale.tell("rebuild", "orders", "first", "777", "held|1|7|1|2|5|ann|zzz|0|")
    assert rebuild(sale, state, token="second") == ("REBUILT",)
    sale.check()
    for step, *words in [("orders", "5", "x"), ("finish", 1, 2)]:
        assert sale.tell("rebuild", step, "first", *words) == ("WRONG_TOKEN",)


@pytest.mark.parametrize("step", [*PARTS, "finish", "nonsense"])
def test_no_step_without_a_beginning(sale, step):
    """WRONG_TOKEN, and nothing is written."""
    before = sale.snapshot()
    assert sale.tell("rebuild", step, "token", "5", "5") == ("WRONG_TOKEN",)
    assert sale.snapshot() == before


def test_finish_asked_again_after_a_lost_answer_says_the_same(sale):
    """REBUILT twice, one event; also after something was sold."""
    state = ledger(sale)
    rebuild(sale, state)
    sale.buy(("x",))
    words = ("finish", "token", state.seq, state.seq + 1, *fields_of(state))
    before = sale.snapshot()
    assert sale.tell("rebuild", *words) == ("REBUILT",)
    assert sale.snapshot() == before
    sale.check()


def test_events_that_the_ledger_lacks_are_not_dropped_unless_insisted(sale):
    """The stream holds one more: UNRECORDED; insisted, it begins and names the higher seq."""
    seq = ledger(sale).seq
    sale.buy(("x", "ann"))
    before = sale.snapshot()
    assert sale.tell("rebuild", "begin", "token", seq) == ("UNRECORDED", seq + 1, seq)
    assert sale.snapshot() == before
    assert sale.tell("rebuild", "begin", "token", seq, "insist") == ("BEGUN", seq + 1)


def test_a_trimmed_stream_holds_nothing_that_could_be_dropped(sale):
    """Its last id is above what the caller names, but the events are gone: it begins."""
    seq = ledger(sale).seq
    sale.trim(seq, 9999999)
    assert sale.tell("rebuild", "begin", "token", seq - 1) == ("BEGUN", seq)


def test_numbers_are_never_given_twice(sale):
    """TOO_LOW until it is above what Redis knew, also over a second beginning."""
    state = ledger(sale)
    sale.rule(recorded_seq=state.seq, seq=state.seq + 40)
    assert sale.tell("rebuild", "begin", "one", state.seq) == ("BEGUN", state.seq + 40)
    assert sale.tell("rebuild", "begin", "two", state.seq) == ("BEGUN", state.seq + 40)
    add_all(sale, state, "two")
    words = fields_of(state)
    assert sale.tell("rebuild", "finish", "two", state.seq, state.seq + 40, *words) == (
        "TOO_LOW", state.seq + 40)
    assert sale.tell("rebuild", "finish", "two", state.seq, state.seq + 41, *words) == ("REBUILT",)
    sale.check()


def test_a_ledger_that_has_gone_on_is_behind_no_more_asked(sale):
    """It recorded more than the caller has read: BEHIND, nothing written."""
    state = ledger(sale)
    sale.tell("rebuild", "begin", "token", state.seq - 3, "insist")
    sale.trim(state.seq)
    before = sale.snapshot()
    assert sale.tell("rebuild", "finish", "token", state.seq - 3, state.seq + 9,
                     *fields_of(state)) == ("BEHIND", state.seq)
    assert sale.snapshot() == before


def test_the_ledgers_mark_is_kept(sale):
    """I8: recorded_seq survives the beginning and is the ledger's seq at the end."""
    state = ledger(sale)
    sale.trim(state.seq - 2, 9999999)
    sale.tell("rebuild", "begin", "token", state.seq)
    assert sale.counts()["recorded_seq"] == state.seq - 2
    add_all(sale, state)
    sale.tell("rebuild", "finish", "token", state.seq, state.seq + 1, *fields_of(state))
    assert sale.counts()["recorded_seq"] == state.seq


def test_nodes_that_were_told_more_than_the_ledger_sell_again_after_a_jump(sale):
    """A node knows 30 events more than SQL: LOST, until the new seq is above that."""
    state = ledger(sale)
    sale.known = state.seq + 30
    sale.redis.flushall()
    assert sale.sync() == ["LOST", 0, state.seq + 30]
    rebuild(sale, state, state.seq + FAR, **RULES)
    assert sale.sync()[0] == 1 and sale.buy_one("x").word == "ACCEPTED"


def test_nodes_keep_their_heartbeats(sale):
    """The nodes' hash is not the ledger's business."""
    sale.sync("node-1", 4)
    rebuild(sale, ledger(sale))
    assert sale.sync("node-2", 2) == (6, 0)


@pytest.mark.parametrize("part, field, value", [
    ("orders", "x", "held|1|7|1|2|5|ann|k|0|"), ("orders", "0", "held|1|7|1|2|5|ann|k|0|"),
    ("orders", "5", "held|1|7|1|2|5|ann|k|0"), ("orders", "5", ""),
    ("requests", "a b", "5|1|1|ann"), ("requests", "a", "5|1|ann"),
    ("requests", "a", "5|1|1|an|n"), ("buyers", "", "1"), ("buyers", "a|b", "1"),
    ("buyers", "ann", "0"), ("buyers", "ann", "-1"), ("unpaid", "5", "nan"),
    ("unpaid", "x", "5"), ("payments", "t t", "5|paid|7|1|1|5|ann"),
    ("payments", "t", "5|paid|7|1|1|5"), ("finished", "5", "inf"), ("finished", "", "5")], ids=str)
def test_a_pair_not_of_its_form_is_told_and_none_of_its_call_is_written(sale, part, field, value):
    """BAD_VALUE and the field."""
    good = next(iter(pairs_of(ledger(sale))[part].items()))
    sale.tell("rebuild", "begin", "token", ledger(sale).seq)
    before = sale.snapshot()
    assert sale.tell("rebuild", part, "token", *good, field, value) == ("BAD_VALUE", field)
    assert sale.snapshot() == before


@pytest.mark.parametrize("change, answer", [
    ({"ticket_sold_nums": 21}, ("BAD_VALUE", "ticket_sold_nums")),
    ({"paid_nums": 7, "outside_nums": 99}, ("BAD_VALUE", "ticket_sold_nums")),
    ({"ticket_total_nums": "nan"}, ("BAD_VALUE", "ticket_total_nums")),
    ({"epoch": 0}, ("BAD_VALUE", "epoch")), ({"epoch": 999}, ("BAD_VALUE", "epoch")),
    ({"state": "shut"}, ("BAD_VALUE", "state")), ({"seq": 5}, ("BAD_FIELD", "seq")),
    ({"late_pay": "no"}, ("BAD_VALUE", "late_pay"))], ids=str)
def test_counts_that_do_not_go_together_are_refused(sale, change, answer):
    """BAD_VALUE or BAD_FIELD with the name; the rebuild stays open for a better finish."""
    state = ledger(sale)
    sale.tell("rebuild", "begin", "token", state.seq)
    before = sale.snapshot()
    words = ["finish", "token", state.seq, state.seq + 1]
    assert sale.tell("rebuild", *words, *fields_of(state, **change)) == answer
    assert sale.snapshot() == before
    add_all(sale, state)
    assert sale.tell("rebuild", *words, *fields_of(state)) == ("REBUILT",)


@pytest.mark.parametrize("missing", ["ticket_total_nums", "ticket_sold_nums", "epoch"])
def test_a_finish_without_what_it_needs_is_refused(sale, missing):
    """BAD_FIELD and which."""
    state = ledger(sale)
    sale.tell("rebuild", "begin", "token", state.seq)
    words = fields_of(state)
    at = words.index(missing)
    assert sale.tell("rebuild", "finish", "token", state.seq, state.seq + 1, *words[:at],
                     *words[at + 2:]) == ("BAD_FIELD", missing)


def test_a_closed_sale_is_rebuilt_closed(sale):
    """state is a field of finish."""
    state = ledger(sale)
    sale.tell("rebuild", "begin", "token", state.seq)
    add_all(sale, state)
    sale.tell("rebuild", "finish", "token", state.seq, state.seq + 1,
              *fields_of(state, state="closed"))
    assert sale.view.state == "closed" and sale.buy_one("x").word == "ENDED"
    sale.check()


@pytest.mark.parametrize("words", [
    [], ["begin"], ["begin", "a b", "1"], ["begin", "", "1"], ["begin", "t" * 65, "1"],
    ["begin", "t"], ["begin", "t", "-1"], ["begin", "t", "1", "please"],
    ["begin", "t", "1", "insist", "x"]], ids=str)
def test_a_beginning_not_of_its_form_is_a_bad_call(sale, words):
    """And nothing is dropped by it."""
    before = sale.snapshot()
    assert sale.run("rebuild", 12, *words) == ["BAD_CALL"]
    assert sale.snapshot() == before


@pytest.mark.parametrize("words", [
    ["nonsense", "t", "1", "2"], ["begins", "t"], ["orders", "t"], ["orders", "t", "5"],
    ["buyers", "t"] + ["ann", "1"] * 501, ["finish", "t"], ["finish", "t", "5"],
    ["finish", "t", "x", "5"], ["finish", "t", "5", "99", "epoch"]], ids=lambda w: " ".join(w[:4]))
def test_a_step_not_of_its_form_is_a_bad_call(sale, words):
    """No such step, no pairs, too many, or no counts."""
    sale.tell("rebuild", "begin", "t", ledger(sale).seq)
    before = sale.snapshot()
    assert sale.run("rebuild", 12, *words) == ["BAD_CALL"]
    assert sale.snapshot() == before


def test_five_hundred_pairs_a_call_are_taken(sale):
    """The bound itself."""
    sale.tell("rebuild", "begin", "token", ledger(sale).seq)
    flat = [word for i in range(500) for word in (f"user-{i}", "1")]
    assert sale.tell("rebuild", "buyers", "token", *flat) == ("ADDED", 500)


def test_a_foreign_kind_of_key_is_an_error_at_finish_and_nothing_is_written(sale):
    """Somebody made the stream a string during the rebuild."""
    state = ledger(sale)
    sale.tell("rebuild", "begin", "token", state.seq)
    sale.redis.set(sale.keys[5], "a string")
    before = sale.snapshot()
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        sale.tell("rebuild", "finish", "token", state.seq, state.seq + 1, *fields_of(state))
    assert sale.snapshot() == before
