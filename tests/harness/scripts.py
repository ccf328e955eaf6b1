"""scripts - the Lua texts as the programs send them, with their includes expanded.

tools/embed.py is the one that expands `-- @include item`, for the C programs and for the tests;
where it is not there yet the few lines below do the same. PENSTOCK_LUA names another folder of
scripts: run the suite on a broken copy and see it fail.
"""
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PENSTOCK_LUA", ROOT / "lua"))
PARTS = ("orders", "requests", "buyers", "unpaid", "events", "nodes", "payments", "finished",
         "reserved", "entrants", "ranks")


def script_text(name):
    """The text of lua/<name>.lua, ready for SCRIPT LOAD."""
    if FOLDER == ROOT / "lua" and (ROOT / "tools" / "embed.py").exists():
        sys.path.insert(0, str(ROOT / "tools"))
        try:
            from embed import expand
        finally:
            sys.path.pop(0)
        return expand(FOLDER / f"{name}.lua")
    text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
    return re.sub(r"^-- @include (\w+)$",
                  lambda found: (FOLDER / "shared" / f"{found[1]}.lua").read_text("utf-8"),
                  text, flags=re.M)


def keys_of(item):
    """All keys of an item, in the order in which the scripts take them."""
    name = f"{item}_hash_key"
    return [name] + [f"{{{name}}}:{part}" for part in PARTS]
