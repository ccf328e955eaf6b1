"""Scripts broken on purpose: the random sales and the checker must notice every one of them.

A checker that never fails proves nothing. Each mutant is one small edit of the real text, the kind
of slip that reviews miss; it must be caught within a few random sales. When a script is rewritten
and an edit no longer fits, the test says so: state the same slip in the new words.
"""
import pytest

from harness.desk import Desk
from sale_model import play

MUTANTS = [
    ("one unit too many is sold", "buy", "if units > left then", "if units > left + 1 then"),
    ("a batch forgets what it sold itself", "buy", "left, seq, made = left - units, seq",
     "left, seq, made = left, seq"),
    ("an entry does not name its user", "buy", "part.entry .. user", "part.entry"),
    ("keys of the same batch are not seen", "buy", "fresh[key] or entries[i]", "entries[i]"),
    ("keys of earlier batches are not seen", "buy", "fresh[key] or entries[i]", "fresh[key]"),
    ("a conflict is told as a repeat", "buy", "rest == text .. '|' .. user", "true"),
    ("a buyer's limit is off by one", "buy", "has + units > item.limit",
     "has + units > item.limit + 1"),
    ("a buyer's earlier units are forgotten", "buy", "tonumber(owned[i] or '0')", "0"),
    ("an order's limit is not checked", "buy", "units > item.max", "false"),
    ("a closed sale goes on", "buy", "if closed then", "if false then"),
    ("zero units are sold", "buy", "string.byte(text) == 48", "false"),
    ("units are read by tonumber", "buy", "string.find(text, '^%d+$')", "tonumber(text)"),
    ("no deadline is kept", "buy", "redis.call('ZADD', KEYS[5], unpack(unpaid))", ""),
    ("keys are not remembered", "buy", "redis.call('HSET', KEYS[3], unpack(requests))", ""),
    ("orders are not recorded", "buy", "redis.call('HSET', KEYS[2], unpack(orders))", ""),
    ("the sold count is not raised", "buy", "item.total - left, seq", "item.sold, seq"),
    ("the seq is not raised", "buy", "'seq', digits(seq),", "'seq', digits(item.seq - 1),"),
    ("the shadow is not kept", "buy", " 'known_sold', sold,", ""),
    ("an event says one unit whatever was sold", "buy",
     "'created|' .. epoch .. '|' .. at .. '|' .. middle",
     "'created|' .. epoch .. '|' .. at .. '|1|' .. digits(amount) .. '|'"),
    ("units return to a sale they are not of", "sync", "tonumber(epoch) == item.epoch", "true"),
    ("units do not return", "sync", "sold = sold - tonumber(units)", ""),
    ("orders expire early", "sync", "'-inf', item.now,", "'-inf', item.now + 1,"),
    ("an expired order stays among the unpaid", "sync",
     "redis.call('ZREM', KEYS[5], unpack(gone))", ""),
    ("a buyer's units do not return", "sync", "- less[user]", "- 0"),
    ("an expiry opens no gate", "sync", "seq, sold, item.gen + 1", "seq, sold, item.gen"),
    ("more than 200 expire in a call", "sync", "250, 600000, 200", "250, 600000, 300"),
    ("a restock opens no gate", "item", "item.gen = item.gen + 1\nlog_note(item, 'restocked'",
     "log_note(item, 'restocked'"),
    ("a typed sold count is taken as ours", "item",
     "item.fresh or item.known_sold ~= sold", "item.fresh"),
    ("a new sale keeps the old buyers", "item", "redis.call('UNLINK', KEYS[4])", ""),
    ("seq begins anew when the hash was deleted", "item", "seq = stream_seq()", "seq = '0'"),
    ("units sold outside are not told apart", "item", "0, item.sold, true", "0, 0, true"),
]


def caught(client, texts):
    """The fault that the random sales find, or None."""
    for seed in range(40):
        client.flushall()
        try:
            play(Desk(client, texts=texts), seed)
        except Exception as fault:  # a broken script may break anything
            return fault
    return None


@pytest.mark.parametrize("what, script, old, new", MUTANTS, ids=[m[0] for m in MUTANTS])
def test_a_broken_script_is_noticed(desk, what, script, old, new):
    """One edit of one script: some random sale must end in a fault."""
    texts = dict(desk.texts)
    assert texts[script].count(old) == 1, f"the mutant '{what}' no longer fits {script}.lua"
    texts[script] = texts[script].replace(old, new)
    assert caught(desk.redis, texts), f"nobody noticed that {what}"
