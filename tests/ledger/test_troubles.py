"""What no script writes, and a Redis that lost history: said aloud, kept apart, never skipped.

A poison event is set aside and the rest goes on. A gap, and a history that is not the one in SQL,
stop the item, and that item alone, until it is put right.
"""
import pytest

from harness.books import check_books, check_tables, replay
from harness.desk import Desk
from harness.rebuilding import rebuild
from harness.scripts import keys_of
from harness.waiting import wait_equal, wait_until

HASH, STREAM = keys_of("ticket")[0], keys_of("ticket")[5]


def forge(site, *texts, fields=None):
    """Appends an entry as a script would, with any texts; the item's seq follows."""
    seq = int(site.redis.hget(HASH, "seq"))
    numbers = fields or [str(seq + 1 + i) for i in range(len(texts))]
    words = [word for pair in zip(numbers, texts) for word in pair]
    site.redis.execute_command("XADD", STREAM, f"{seq + len(texts)}-0", *words)
    site.redis.hincrby(HASH, "seq", len(texts))
    return seq + 1


def is_told(ledger, words):
    """/healthz is 503 and names the trouble."""
    health = ledger.health()
    return not health.get("healthy") and words in health.get("trouble", "")


POISON = [
    ("an unknown name", "sold|1|2|3", "no event has this name"),
    ("no words at all", "nonsense", "no event has this name"),
    ("too few words", "created|1|2", "fewer words"),
    ("too many words", "expired|1|2|3|4|5", "more words"),
    ("a count that is none", "expired|1|2|nan|1", "plain digits"),
    ("an order that is not there", "paid|1|1700000000000|77|1|t-1|1", "no order of this number"),
    ("a sale that is not on", "created|9|1700000000000|1|1|1800000000000||k", "another sale"),
    ("more units than there are", "created|1|1700000000000|999|1|1800000000000||k", "more units"),
    ("bytes that are no text", b"created|\xff\x00\n|'; DROP TABLE events; --", "plain digits"),
    ("a very long text", "x" * 100000, "no event has this name"),
]


@pytest.mark.parametrize("text, why", [row[1:] for row in POISON], ids=[row[0] for row in POISON])
def test_a_poison_event_is_set_aside_and_the_rest_goes_on(site, ledger, text, why):
    """One forged event between good ones of one entry: kept with its seq, counted, passed over."""
    site.desk.open(100)
    site.desk.buy_one("before")
    seq = forge(site, "altered|1|1700000000001|price|5", text, "altered|1|1700000000002|price|6")
    ledger.wait_recorded()
    site.desk.buy_one("after")
    ledger.wait_recorded()
    rows = ledger.poison()
    assert [row[0] for row in rows] == [seq + 1] and why in rows[0][3]
    kinds = [row[:2] for row in ledger.events()]
    assert kinds == [(1, "opened"), (2, "created"), (seq, "altered"), (seq + 2, "altered"),
                     (seq + 3, "created")]
    health = ledger.health()
    assert health["poison"] == 1 and health["healthy"], "poison is told, and is no illness"
    assert "was set aside" in ledger.process.text()
    ledger.stop()
    ledger.start()
    assert ledger.health()["poison"] == 1, "still counted after a restart"


def test_what_follows_about_a_poisoned_order_is_set_aside_too(site, ledger):
    """An order's creation is poison; its payment, expiry and refund are, one by one; others not."""
    site.desk.open(100)
    bad = forge(site, "created|1|1700000000000|0|1|1700000000001||k")
    forge(site, f"paid|1|1700000000001|{bad}|1|t-1|1")
    forge(site, f"refunded|1|1700000000002|{bad}|1|t-1|1", f"expired|1|1800000000000|{bad}|1")
    site.desk.buy_one("good")
    ledger.wait_recorded()
    assert [row[0] for row in ledger.poison()] == [bad, bad + 1, bad + 2, bad + 3]
    assert ledger.books.ask("SELECT seq, state FROM orders") == [(bad + 4, "held")]
    assert ledger.health()["poison"] == 4
    assert ledger.books.ask("SELECT held, paid FROM items") == [(1, 0)]


def test_a_field_that_is_not_its_events_number_is_poison(site, ledger):
    """The entry's id says 2 and 3, its fields 7 and 3: the first is set aside."""
    site.desk.open(100)
    forge(site, "altered|1|1700000000001|price|5", "altered|1|1700000000002|price|6",
          fields=["7", "3"])
    ledger.wait_recorded()
    assert [row[0] for row in ledger.poison()] == [2]
    assert [row[0] for row in ledger.events()] == [1, 3]


def test_an_event_that_the_database_refuses_is_poison(site):
    """Rows that somebody put there stand in the way of two events: set aside, all others go on."""
    ledger = site.ledger().start()
    site.desk.open(1000)
    ledger.wait_recorded()
    ledger.stop()
    ledger.books.do("INSERT INTO events (item, seq, kind, words) VALUES ('ticket', 40, 'x', 'y');"
                    "INSERT INTO payments VALUES ('ticket', 't-20', 1, 'paid', 0, 0, 0)")
    numbers = [said.first for said in site.desk.buy(*[(f"k{i}", "", "1") for i in range(100)])]
    site.desk.pay(20, "t-20")
    site.desk.pay(21, "t-21")
    ledger.start()
    ledger.wait_recorded()
    rows = ledger.poison()
    assert [row[0] for row in rows] == [40, numbers[-1] + 1]
    assert all("refused" in row[3] for row in rows)
    orders = dict(ledger.books.ask("SELECT seq, state FROM orders"))
    assert set(orders) == set(numbers) - {40}
    assert orders[20] == "held" and orders[21] == "paid"
    assert ledger.books.ask("SELECT held, paid FROM items") == [(98, 1)]


def test_an_entry_with_an_id_of_no_script_stops_the_item_alone(site, ledger):
    """Somebody adds `5-1` by hand: that item is stopped and told, another one is recorded."""
    site.desk.open(100)
    ledger.wait_recorded()
    site.redis.execute_command("XADD", STREAM, "1-7", "1", "altered|1|1|price|5")
    wait_until(lambda: is_told(ledger, "1-7"), 5, "the trouble to be told")
    other = Desk(site.redis, "other")
    other.open(5)
    ledger.wait_recorded("other")
    site.redis.xdel(STREAM, "1-7")
    site.desk.buy_one("k")
    ledger.wait_recorded()
    check_books(ledger)
    wait_until(lambda: ledger.health()["healthy"], 5, "the ledger to be well again")


def test_a_gap_stops_the_item_and_is_never_skipped(site):
    """An entry is gone before it was read: nothing behind it is recorded, another item is."""
    ledger = site.ledger().start()
    site.desk.open(100)
    site.desk.buy_one("k1")
    ledger.wait_recorded()
    ledger.stop()
    for i in range(2, 6):
        site.desk.buy_one(f"k{i}")
    site.redis.xdel(STREAM, "4-0")
    ledger.start(well=False)
    wait_until(lambda: is_told(ledger, "missing"), 5, "the gap to be told")
    other = Desk(site.redis, "other")
    other.open(5)
    ledger.wait_recorded("other")
    assert ledger.cursor() == 3, "up to the gap, and not beyond"
    site.desk.buy_one("k6")
    wait_until(lambda: site.redis.hget(HASH, "recorded_seq") == "3", 5, "Redis to be told")
    assert ledger.cursor() == 3 and [row[0] for row in ledger.events()] == [1, 2, 3]
    assert site.redis.xlen(STREAM) == 3, "what cannot be recorded is not trimmed"
    assert ledger.process.text().count("what is between is missing") == 1, "said once"


def test_a_new_ledger_does_not_begin_in_the_middle(site):
    """The database is new, the stream begins at event 4: a gap, told, nothing recorded."""
    site.desk.open(100)
    for i in range(5):
        site.desk.buy_one(f"k{i}")
    site.desk.trim(3)
    ledger = site.ledger().start(well=False)
    wait_until(lambda: is_told(ledger, "missing"), 5, "the gap to be told")
    assert ledger.events() == [] and site.redis.xlen(STREAM) == 3


def sold_and_recorded(site, ledger):
    """A sale of 100 with 30 orders, all in SQL."""
    site.desk.open(100)
    site.desk.buy(*[(f"k{i}", "ann", "1") for i in range(30)])
    site.desk.pay(2, "t-1", 0)
    ledger.wait_recorded()
    return ledger.events()


def test_an_emptied_redis_is_told_at_once_what_sql_holds(site, ledger):
    """FLUSHALL in the middle of a sale: within two seconds no script sells there (I8)."""
    events = sold_and_recorded(site, ledger)
    site.redis.flushall()
    wait_equal(str(len(events)), lambda: site.redis.hget(HASH, "recorded_seq"), 2,
               "the seq that Redis is told")
    site.desk.type(100)
    assert site.desk.adopt() == "LOST"
    assert tuple(site.desk.buy(("k", "", "1")))[0] == "LOST"
    wait_until(lambda: is_told(ledger, "lost history"), 5, "the loss to be told")
    assert ledger.events() == events
    assert ledger.process.text().count("lost history") == 1, "said once"
    site.redis.flushall()
    wait_equal(str(len(events)), lambda: site.redis.hget(HASH, "recorded_seq"), 2,
               "the seq that Redis is told again")


@pytest.mark.parametrize("ahead", [1, 1000])
def test_after_a_rebuild_the_sale_goes_on_and_is_recorded(site, ledger, ahead):
    """Emptied, rebuilt from SQL with the next seq or one far ahead: the ledger goes on there."""
    events = sold_and_recorded(site, ledger)
    site.redis.flushall()
    wait_until(lambda: is_told(ledger, "lost history"), 5, "the loss to be told")
    state = replay(events)
    assert rebuild(site.desk, state, seq=state.seq + ahead)[0] == "REBUILT"
    said = site.desk.buy(("after", "", "1"), ("k3", "ann", "1"))
    assert [one.word for one in said] == ["ACCEPTED", "REPEATED"]
    wait_until(lambda: ledger.health()["healthy"], 5, "the ledger to be well again")
    ledger.wait_recorded()
    rows = ledger.events()
    assert rows[len(events)][:2] == (state.seq + ahead, "rebuilt")
    assert rows[-1][:2] == (state.seq + ahead + 1, "created")
    check_tables(ledger, "ticket", rows)


@pytest.mark.parametrize("dies", [False, True], ids=["stopped", "killed"])
def test_a_redis_that_was_sold_from_anew_is_neither_recorded_nor_trimmed(site, dies):
    """Emptied while no ledger ran, and sold from beyond what SQL holds: another history (I8)."""
    ledger = site.ledger().start()
    events = sold_and_recorded(site, ledger)
    if dies:
        wait_equal(len(events), lambda: site.books.ask("SELECT told FROM items")[0][0], 5,
                   "what SQL knows of Redis")
        ledger.kill()
    else:
        ledger.stop()
    site.redis.flushall()
    site.desk.open(500)
    site.desk.buy(*[(f"other{i}", "", "1") for i in range(60)])
    ledger.start(well=False)
    wait_until(lambda: is_told(ledger, "lost history"), 5, "the loss to be told")
    site.desk.buy_one("still")
    assert site.redis.xlen(STREAM) == 3, "trimmed what nobody wrote down"
    assert ledger.events() == events and ledger.poison() == []
    other = Desk(site.redis, "other")
    other.open(5)
    ledger.wait_recorded("other")
    state = replay(events)
    assert site.desk.tell("rebuild", "begin", "t", state.seq)[0] == "UNRECORDED"
    assert site.desk.tell("rebuild", "begin", "t", state.seq, "insist")[0] == "BEGUN"
    assert rebuild(site.desk, state, token="u")[0] == "REBUILT"
    ledger.wait_recorded()
    wait_until(lambda: ledger.health()["healthy"], 5, "the ledger to be well again")


def test_an_older_copy_of_redis_is_told_what_sql_holds(site):
    """Put back with events in its stream that SQL has long: nobody sells there (I8)."""
    ledger = site.ledger().start()
    sold_and_recorded(site, ledger)
    ledger.stop()
    site.desk.buy(*[(f"waiting{i}", "", "1") for i in range(10)])
    copy = site.desk.snapshot()
    ledger.start()
    site.desk.buy(*[(f"later{i}", "", "1") for i in range(20)])
    ledger.wait_recorded()
    events = ledger.events()
    ledger.stop()
    site.redis.flushall()
    for key, value in copy.items():
        site.redis.restore(key, 0, value)
    entries = site.redis.xlen(STREAM)
    ledger.start(well=False)
    wait_equal(str(len(events)), lambda: site.redis.hget(HASH, "recorded_seq"), 3,
               "the seq that Redis is told")
    assert site.desk.buy(("fresh", "", "1"))[0] == "LOST"
    assert is_told(ledger, "lost history") and site.redis.xlen(STREAM) == entries > 0
    state = replay(events)
    assert rebuild(site.desk, state)[0] == "REBUILT"
    ledger.wait_recorded()
    wait_until(lambda: ledger.health()["healthy"], 5, "the ledger to be well again")
    assert ledger.events()[:len(events)] == events


def test_a_hash_that_was_deleted_alone_is_no_loss(site, ledger):
    """DEL of the hash and the article's line again: a new sale, recorded as any other."""
    sold_and_recorded(site, ledger)
    site.redis.delete(HASH)
    site.desk.type(50)
    assert site.desk.adopt() == "OPENED"
    site.desk.buy_one("new")
    ledger.wait_recorded()
    assert ledger.health()["healthy"] and "lost history" not in ledger.process.text()
    assert ledger.books.ask("SELECT total, held FROM items") == [(50, 1)]


def test_a_key_of_a_foreign_kind_stops_that_item_alone(site):
    """The stream is a string: that item is told, another one is recorded; mended, it goes on."""
    site.redis.set(STREAM, "a string")
    ledger = site.ledger().start(well=False)
    wait_until(lambda: is_told(ledger, "WRONGTYPE"), 5, "the trouble to be told")
    other = Desk(site.redis, "other")
    other.open(5)
    ledger.wait_recorded("other")
    site.redis.delete(STREAM)
    site.desk.open(10)
    ledger.wait_recorded()
    check_books(ledger)


def test_an_item_that_cannot_be_trimmed_is_recorded_all_the_same(site, ledger):
    """`finished` is a string: events are in SQL, the trouble is told, and ends when mended."""
    site.desk.open(10)
    ledger.wait_recorded()
    site.redis.set(keys_of("ticket")[8], "a string")
    site.desk.buy_one("k")
    wait_equal(2, ledger.cursor, 5, "SQL's cursor")
    wait_until(lambda: is_told(ledger, "WRONGTYPE"), 5, "the trouble to be told")
    site.redis.delete(keys_of("ticket")[8])
    ledger.wait_recorded()
    wait_until(lambda: ledger.health()["healthy"], 5, "the ledger to be well again")


def test_a_table_that_is_away_sets_nothing_aside(site, ledger):
    """`orders` renamed for a while: nothing is recorded, nothing trimmed, /healthz says so."""
    site.desk.open(100)
    site.desk.buy_one("before")
    ledger.wait_recorded()
    site.books.do("ALTER TABLE orders RENAME TO elsewhere")
    site.desk.buy(*[(f"k{i}", "", "1") for i in range(5)])
    wait_until(lambda: not ledger.health().get("healthy"), 10, "the trouble to be told")
    assert ledger.poison() == [] and site.redis.xlen(STREAM) > 0
    site.books.do("ALTER TABLE elsewhere RENAME TO orders")
    wait_until(lambda: ledger.health().get("healthy"), 15, "the ledger to be well again")
    ledger.wait_recorded()
    assert ledger.poison() == [] and len(ledger.events()) == 7
    check_books(ledger)
