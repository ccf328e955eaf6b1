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
