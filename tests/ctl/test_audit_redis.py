"""test_audit_redis - penstockctl audit finds what was altered in Redis, each thing by itself.

Every test makes a sale of every kind of event, records it, does one wrong by hand, and wants exit 1
with the invariant's number and the spot.
"""
import pytest

PARTS = ("state", "units", "amount", "created_ms", "deadline_ms", "epoch", "user", "key",
         "moved_ms", "txn")


@pytest.fixture
def good(sale):
    """A recorded sale that is clean."""
    sale.live().settle()
    counted = sale.audit()
    assert counted["sql_orders"] == counted["orders"] == counted["keys"] == 38
    return sale


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_record_is_another(good, part):
    """Each of the ten parts of an order's record (I7)."""
    number = good.numbers("paid")[0]
    other = {"state": "held", "user": "eve", "key": "other-key", "txn": "other-txn"}
    good.alter(number, PARTS.index(part), other.get(part, "77"))
    found = good.violation(f"I7: order {number} has another {part} in Redis")
    assert found["order"] == number
    where = {(row["where"], row["what"]) for row in found["around"]}
    assert {("log", f"order {number}"), ("Redis", f"order {number}"), ("SQL", f"order {number}"),
            ("SQL", f"event {number}")} <= where


def test_a_record_is_torn(good):
    """Nine parts instead of ten."""
    number = good.numbers("held")[0]
    good.redis.hset(good.orders, number, "held|1|2")
    good.violation(f"I7: the record of order {number} is none")


def test_an_order_is_gone(good):
    """A held order; a finished one whose place among the finished is still there."""
    for state, wrong in (("held", "held"), ("paid", "paid")):
        number = good.numbers(state)[-1]
        record = good.redis.hget(good.orders, number)
        good.redis.hdel(good.orders, number)
        good.violation("I7: order" if state == "held" else "I7: orders")
        good.redis.hset(good.orders, number, record)
        assert wrong == state and good.audit()


def test_an_order_was_never_made(good):
    """A record under a number that no event has."""
    record = good.redis.hget(good.orders, good.numbers("held")[0])
    good.redis.hset(good.orders, 4711, record)
    good.violation("I7: Redis has an order 4711 that no event created")


def test_a_buyer_has_a_unit_more(good):
    """One unit added, a buyer gone, a buyer who never bought (I4)."""
    good.redis.hincrby(good.buyers, "c0", 1)
    good.violation("I4: the buyer c0 has")
    good.redis.hincrby(good.buyers, "c0", -1)
    good.redis.hset(good.buyers, "eve", 1)
    good.violation("I4: the buyer eve has 1 units in Redis and 0")
    good.redis.hdel(good.buyers, "eve")
    good.redis.hdel(good.buyers, "c0")
    good.violation("I4: buyers has")


def test_a_deadline_is_another(good):
    """Another time, none, and one for an order that is not held (I2)."""
    number, ended = good.numbers("held")[0], good.numbers("expired")[0]
    due = good.redis.zscore(good.unpaid, number)
    good.redis.zadd(good.unpaid, {number: due + 1})
    good.violation(f"I2: order {number} is due at")
    good.redis.zrem(good.unpaid, number)
    good.violation(f"I2: order {number} (held) is missing in unpaid")
    good.redis.zadd(good.unpaid, {number: due, ended: due})
    good.violation(f"I2: order {ended} is among the unpaid and is expired")


def test_a_key_names_another_order(good):
    """A second key for an order, an entry that was altered, a key that is gone (I3)."""
    number = good.numbers("held")[0]
    key = good.redis.hget(good.orders, number).split("|")[7]
    entry = good.redis.hget(good.requests, key)
    good.redis.hset(good.requests, "second-key", entry)
    good.violation(f"I3: the key second-key names order {number}, which has another")
    good.redis.hdel(good.requests, "second-key")
    good.redis.hset(good.requests, key, entry.replace("|1|", "|2|"))
    good.violation(f"I3: the entry of key {key} is not its order's")
    good.redis.hset(good.requests, key, "no entry")
    good.violation(f"I3: the key {key} names no order")
    good.redis.hdel(good.requests, key)
    good.violation(f"I3: order {number} (held) is missing in requests")


def test_a_payment_is_another(good):
    """Another fate, one that nobody made, one that is gone (I7)."""
    txn, entry = sorted(good.redis.hgetall(good.payments).items())[0]
    good.redis.hset(good.payments, txn, entry.replace("paid", "due"))
    good.violation(f"I7: the payment {txn} is another in Redis")
    good.redis.hset(good.payments, txn, entry)
    good.redis.hset(good.payments, "forged", entry)
    good.violation("I7: Redis has a payment forged that no event tells of")
    good.redis.hdel(good.payments, "forged", txn)
    good.violation("I7: payments has")


def test_what_is_finished_is_another(good):
    """Another score, a held order among them, one that is gone (I7)."""
    number, held = good.numbers("paid")[0], good.numbers("held")[0]
    score = good.redis.zscore(good.finished, number)
    good.redis.zadd(good.finished, {number: score + 1})
    good.violation(f"I7: order {number} finished at event")
    good.redis.zrem(good.finished, number)
    good.violation("I7: orders, without the finished, has")
    good.redis.zadd(good.finished, {number: score, held: score})
    good.violation(f"I7: order {held} is among the finished and is held")


@pytest.mark.parametrize("field", ["paid_nums", "outside_nums", "epoch"])
def test_a_count_is_another(good, field):
    """A count that the scripts keep, typed by hand (I7)."""
    good.redis.hincrby(good.hash, field, 1)
    good.violation(f"I7: {field} is")


def test_a_count_and_its_shadow_are_typed(good):
    """Whoever types both hides it from the scripts, not from the audit (I7)."""
    for field, shadow in (("ticket_sold_nums", "known_sold"), ("ticket_total_nums", "known_total")):
        good.redis.hincrby(good.hash, field, 1), good.redis.hincrby(good.hash, shadow, 1)
        good.violation(f"I7: {field} is")
        good.redis.hincrby(good.hash, field, -1), good.redis.hincrby(good.hash, shadow, -1)
    good.audit()


def test_a_typed_count_that_nobody_takes_over_is_told(good):
    """A total typed while no node runs: not the log's, and nobody makes it so (I7)."""
    good.redis.hincrby(good.hash, "ticket_total_nums", 5)
    good.violation("I7: ticket_total_nums was typed and no node has taken it over")
    good.desk.adopt()
    good.settle().audit()


def test_the_clock_is_behind_the_log(good):
    """last_ms put back (I7)."""
    good.redis.hset(good.hash, "last_ms", 1)
    good.violation("I7: last_ms is 1")


def test_seq_is_lower(good):
    """Redis knows of fewer events than SQL (I8)."""
    good.redis.hincrby(good.hash, "seq", -1)
    good.violation("I8: Redis lost history")


def test_seq_is_lower_than_the_stream(sale):
    """The same before anything is recorded: the stream is ahead (I5), or the counts differ (I7)."""
    sale.ledger.stop()
    sale.live()
    sale.redis.hincrby(sale.hash, "seq", -1)
    found = sale.violation("")["what"]
    assert found.startswith(("I5: the item is at event", "I7:")), found


def test_redis_is_empty(good):
    """FLUSHALL (I8); the item is found though it was not named."""
    good.redis.flushall()
    assert good.violation("I8: Redis lost history: it is at event 0")["event"] > 0


def test_the_hash_is_gone(good):
    """DEL of the hash alone (I8)."""
    good.redis.delete(good.hash)
    good.violation("I8: Redis lost history")


def test_the_stream_is_gone(good):
    """DEL of the stream (I5): numbers could be given twice."""
    good.redis.delete(good.events)
    good.violation("I5: the stream of events is gone")


def test_an_event_is_missing_in_the_stream(sale):
    """XDEL of an entry that SQL does not have yet (I5)."""
    sale.ledger.stop()
    sale.live()
    entry = sale.redis.xrange(sale.events)[4][0]
    sale.redis.xdel(sale.events, entry)
    first = int(sale.redis.xrange(sale.events)[3][0].split("-")[0]) + 1
    assert sale.violation(f"I5: event {first} is missing")["event"] == first


def test_the_stream_has_an_event_more(good):
    """XADD by hand, beyond the item's seq (I5)."""
    seq = good.desk.counts()["seq"]
    good.ledger.stop()
    good.redis.xadd(good.events, {str(seq + 1): "altered|1|1|price|0"}, id=f"{seq + 1}-0")
    good.violation(f"I5: the item is at event {seq} and the stream at {seq + 1}")


def test_an_event_breaks_the_rules(sale):
    """A forged event in the stream, under a seq that was made for it (I5)."""
    sale.ledger.stop()
    sale.desk.open(5)
    number = sale.hold("k1")[0]
    seq = number + 1
    sale.redis.xadd(sale.events, {str(seq): f"refunded|1|9999999999999|{number}|1|t|0"},
                    id=f"{seq}-0")
    sale.redis.hset(sale.hash, "seq", seq)
    found = sale.violation(f"I5: event {seq} (refunded) breaks the rules")
    assert found["order"] == number


def test_redis_was_told_more_than_sql_holds(good):
    """recorded_seq beyond the item (I8), and within it but beyond SQL (I6)."""
    seq = good.desk.counts()["seq"]
    good.redis.hset(good.hash, "recorded_seq", seq + 5)
    good.violation(f"I8: Redis is at event {seq} and was told")
    good.ledger.stop()
    good.redis.hset(good.hash, "recorded_seq", seq)
    number = good.hold("late")[0]
    good.redis.hset(good.hash, "recorded_seq", number)
    good.violation("I6: Redis was told that SQL holds")


def test_a_finished_order_left_before_sql_had_it(sale):
    """Deleted with its place among the finished, while its end is only in the stream (I6)."""
    sale.ledger.stop()
    sale.live()
    number = sale.numbers("expired")[-1]
    sale.redis.hdel(sale.orders, number)
    sale.redis.zrem(sale.finished, number)
    sale.violation(f"I6: order {number} has left Redis")


def test_a_key_of_a_foreign_kind_is_told(good):
    """A string where a hash should be."""
    good.redis.delete(good.buyers)
    good.redis.set(good.buyers, "x")
    good.violation(f"I7: the key {good.buyers} is of a foreign kind")
