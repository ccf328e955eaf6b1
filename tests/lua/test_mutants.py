"""Scripts broken on purpose: the random sales and the checker must notice every one of them.

A checker that never fails proves nothing. Each mutant (mutants.py) is one small edit of the real
text; it must be caught within a few random sales.
"""
import pytest

from harness.desk import Desk
import draw_play
import rules_play
from mutants import DRAW, MUTANTS, RULES
import sale_play


def caught(client, texts, play):
    """The fault that the random sales find, or None."""
    for seed in range(100):
        client.flushall()
        try:
            play(Desk(client, texts=texts), seed)
        except Exception as fault:  # a broken script may break anything
            return fault
    return None


def notice(desk, mutant, play):
    """One edit of one script: some random sale must end in a fault."""
    what, script, old, new = mutant
    texts = dict(desk.texts)
    assert texts[script].count(old) == 1, f"the mutant '{what}' no longer fits {script}.lua"
    texts[script] = texts[script].replace(old, new)
    assert caught(desk.redis, texts, play), f"nobody noticed that {what}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=[m[0] for m in MUTANTS])
def test_a_broken_script_is_noticed(desk, mutant):
    """By the sales of sale_play.py."""
    notice(desk, mutant, sale_play.play)


@pytest.mark.parametrize("mutant", RULES, ids=[m[0] for m in RULES])
def test_a_broken_rule_about_buyers_is_noticed(desk, mutant):
    """By the sales of rules_play.py."""
    notice(desk, mutant, rules_play.play)


@pytest.mark.parametrize("seed", range(30))
def test_random_sales_with_rules_are_as_the_model_says(desk, seed):
    """The real scripts, held to the model."""
    rules_play.play(desk, seed)


@pytest.mark.parametrize("mutant", DRAW, ids=[m[0] for m in DRAW])
def test_a_broken_draw_is_noticed(desk, mutant):
    """By the sales of draw_play.py."""
    notice(desk, mutant, draw_play.play)


@pytest.mark.parametrize("seed", range(30))
def test_random_draws_are_as_the_model_says(desk, seed):
    """The real scripts, held to the model."""
    draw_play.play(desk, seed)
