"""What the scripts ask of Redis, and what each user of it may do (deploy/secrets.sh).

Redis checks every command inside a script against the caller's rights: one that is missing shows
only when that line is reached, perhaps in the middle of a commit.
"""
import re

import pytest

from harness.scripts import ROOT, script_text

USERS = {
    "node": ("buy", "sync", "order", "pay", "cancel", "item", "reserve",
             "device", "items"),
    "ledger": ("trim",),
    "ctl": ("item", "order", "cancel", "refund", "archive", "rebuild", "draw"),
}


def commands_of(user):
    """The commands that secrets.sh allows a user, lower case; script|load as it stands."""
    text = (ROOT / "deploy" / "secrets.sh").read_text(encoding="utf-8")
    found = dict(re.findall(r'^(\w+)_commands="([^"]*)"', text, re.M))
    return set(found[user].replace("$node_commands", found["node"]).split())


@pytest.mark.parametrize("user, script", [(u, s) for u, scripts in USERS.items() for s in scripts])
def test_a_user_may_run_every_command_of_its_scripts(user, script):
    """redis.call('X') or a choice of two, in the script with its includes."""
    text = script_text(script)
    asked = set(re.findall(r"redis\.call\('(\w+)'", text))
    asked |= {name for pair in re.findall(r"redis\.call\(\w+ and '(\w+)' or '(\w+)'", text)
              for name in pair}
    assert asked and {name.lower() for name in asked} <= commands_of(user)


def test_only_the_ledger_trims(desk):
    """No other script can shorten the stream."""
    assert [verb for verb, text in desk.texts.items() if "XTRIM" in text] == ["trim"]
