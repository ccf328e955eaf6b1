"""Scripts broken on purpose: the random sales and the checker must notice every one of them.

A checker that never fails proves nothing. Each mutant (mutants.py) is one small edit of the real
text; it must be caught within a few random sales.
"""
import pytest

from harness.desk import Desk
from mutants import MUTANTS
from sale_play import play


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
