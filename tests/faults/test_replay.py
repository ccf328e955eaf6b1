"""The checker's reading of the log: an entry of the stream holds all events of one script call."""
from replay import Model, events_of

OPENED = ("1-0", {"1": "opened|1|1000|5|0"})


def created(seq, key):
    """The event of an order of one unit."""
    return str(seq), f"created|1|1001|1|0|9000||{key}"


def test_an_entry_of_several_events_is_read_as_each_of_them():
    """Two orders of one call stand in one entry, whose id is that of the last."""
    events = events_of([OPENED, ("3-0", dict([created(2, "a"), created(3, "b")]))])
    assert [(event.seq, event.kind) for event in events] == [
        (1, "opened"), (2, "created"), (3, "created")]
    model = Model(events)
    assert model.faults == []
    assert set(model.orders) == {2, 3} and set(model.by_key) == {"a", "b"}


def test_an_event_missing_between_two_entries_is_noticed():
    """1, then 3: the log has a gap (I5)."""
    model = Model(events_of([OPENED, ("3-0", dict([created(3, "b")]))]))
    assert [rule for rule, _, _ in model.faults] == ["I5"]


def test_one_unit_too_many_is_noticed():
    """Six orders of five units (H4)."""
    orders = dict(created(seq, f"k{seq}") for seq in range(2, 8))
    model = Model(events_of([OPENED, ("7-0", orders)]))
    assert [rule for rule, _, _ in model.faults] == ["H4"] and model.oversold == 1


def expired(seq, order, at, units=1):
    """The event of an order's end."""
    return str(seq), f"expired|1|{at}|{order}|{units}"


def sold_after(*entries):
    """All five units are held from 1001 on, until 1100; when is all sold, asked at 2000?"""
    first = ("2-0", {"2": "created|1|1001|5|0|1100||a"})
    return Model(events_of([OPENED, first, *entries])).sold_out_after(2000, grace_ms=300)


def test_a_hold_that_is_long_overdue_is_not_sold():
    """Nothing is left, for nobody ends what is due: 600 ms later it is ended, and sold again."""
    again = ("4-0", {"4": "created|1|2650|5|0|9000||b"})
    assert sold_after(("3-0", dict([expired(3, 2, 2600, 5)])), again) == (650, 5 * 650)
    assert sold_after(("3-0", dict([expired(3, 2, 2600, 5)]))) is None


def test_a_unit_that_lies_for_good_is_not_sold_and_a_hold_in_time_is():
    """One of five is left from the beginning; and five are held until long after."""
    one_left = ("2-0", {"2": "created|1|1001|4|0|9000||a"})
    all_held = ("2-0", {"2": "created|1|1001|5|0|9000||a"})
    later = ("3-0", {"3": "altered|1|3000|state|paused"})
    assert Model(events_of([OPENED, one_left, later])).sold_out_after(2000, 300) is None
    assert Model(events_of([OPENED, all_held, later])).sold_out_after(2000, 300) == (0, 0)


def test_a_payment_at_or_after_the_deadline_is_noticed():
    """Expiry should have won (H8), and what has expired cannot be paid (I5)."""
    def rules(*events):
        model = Model(events_of([OPENED, ("2-0", dict([created(2, "a")])),
                                 *[(f"{seq}-0", {seq: text}) for seq, text in events]]))
        return [rule for rule, _, _ in model.faults]

    assert rules(("3", "paid|1|8999|2|1|t|0")) == []
    assert rules(("3", "paid|1|9000|2|1|t|0")) == ["H8"]
    assert rules(("3", "expired|1|9000|2|1"), ("4", "paid|1|9001|2|1|t|0")) == ["I5"]
    assert rules(("3", "cancelled|1|1500|2|1"), ("4", "expired|1|9001|2|1")) == ["I5"]
