#!/usr/bin/env python3
"""embed.py OUT.c lua/VERB.lua... - makes the Lua scripts part of the programs.

OUT.c is the table that common/scripts.h declares: each script's text, length and SHA-1, by verb.
The text is not the file's but what expand() makes of it: a line that is exactly
`-- @include NAME` becomes shared/NAME.lua, lines that are only comment or blank go, and so does
indentation. The first line, `#!lua ...`, stays. The tests load the same text through expand(), so
what is tested is what is run.

It promises the same bytes for the same files, and refuses what it would spoil: long strings and
long comments ([[ ]]), an include that is misspelt, repeated, or goes round in a circle.
"""
import hashlib
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r"^-- @include ([a-z][a-z0-9_]*)$")
NEARLY_INCLUDE = re.compile(r"^\s*-*\s*@include")
LONG_BRACKET = re.compile(r"(?!\s*--[^\[]).*\[=*\[")  # but in a plain comment


class Refused(Exception):
    """The script cannot be embedded; the text says where and why."""


def expand(path):
    """The text of the script at `path` as it is sent to Redis."""
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    if not first.startswith("#!lua"):
        raise Refused(f"{path}:1: a script begins with #!lua")
    lines = [first.rstrip()]
    _add(lines, path, rest, 2, set())
    return "\n".join(lines) + "\n"


def _add(lines, path, text, number, included):
    """Appends the code of `text`, which begins at line `number` of `path`."""
    for number, line in enumerate(text.split("\n"), number):
        found = INCLUDE.match(line)
        bare = line.strip()
        if found:
            _include(lines, path, number, found[1], included)
        elif NEARLY_INCLUDE.match(line):
            raise Refused(f"{path}:{number}: write exactly `-- @include NAME`")
        elif LONG_BRACKET.match(line):
            raise Refused(f"{path}:{number}: long brackets would be spoilt; use quotes")
        elif bare and not bare.startswith("--"):
            lines.append(bare)


def _include(lines, path, number, name, included):
    """Appends shared/NAME.lua, whose opening essay is comment and goes by itself."""
    folder = path.parent if path.parent.name == "shared" else path.parent / "shared"
    shared = folder / f"{name}.lua"
    if name in included:
        raise Refused(f"{path}:{number}: {name} is included twice")
    if not shared.exists():
        raise Refused(f"{path}:{number}: there is no {shared}")
    included.add(name)
    _add(lines, shared, shared.read_text(encoding="utf-8"), 1, included)


def sha1(text):
    """The name by which Redis knows the script."""
    return hashlib.sha1(text.encode()).hexdigest()


def literal(text):
    """The text as C string literals, one a line. `?` is escaped because C11 has trigraphs."""
    lines = []
    for line in text.splitlines(keepends=True):
        out = ""
        for byte in line.encode():
            char = chr(byte)
            if char == "\n":
                out += "\\n"
            elif char in '"\\?':
                out += "\\" + char
            elif 32 <= byte < 127:
                out += char
            else:
                out += f"\\{byte:03o}"
        lines.append(f'\t"{out}"')
    return "\n".join(lines)


def table(paths):
    """The C file for the scripts at `paths`."""
    parts = ["/*\n * scripts_text.c - the Lua scripts as tools/embed.py read them from lua/;"
             " see common/scripts.h.\n */\n"
             '#include "common/scripts.h"\n']
    rows = []
    for path in sorted(map(Path, paths)):
        verb, text = path.stem, expand(path)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", verb):
            raise Refused(f"{path}: a verb is lower case: [a-z][a-z0-9_]*")
        parts.append(f"static const char script_text_{verb}[] =\n{literal(text)};\n")
        rows.append(f'\t{{ "{verb}", script_text_{verb}, sizeof(script_text_{verb}) - 1,\n'
                    f'\t  "{sha1(text)}" }},\n')
    parts.append("const struct script_source script_sources[] = {\n" + "".join(rows) + "};\n")
    parts.append("const size_t script_sources_count ="
                 " sizeof(script_sources) / sizeof(script_sources[0]);\n")
    return "\n".join(parts)


def main(argv):
    if len(argv) < 3:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    try:
        text = table(argv[2:])
    except (Refused, OSError, UnicodeDecodeError) as fault:
        print(f"embed.py: {fault}", file=sys.stderr)
        return 1
    out = Path(argv[1])
    half = out.with_suffix(".c.new")
    half.write_text(text, encoding="ascii")
    half.replace(out)  # so that an interrupted make finds the old file or the new one
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
