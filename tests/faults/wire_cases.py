"""wire_cases - reads wire/*.wire: requests that readers of HTTP may take apart differently.

A case is what one client sends over one connection, byte by byte (FAULTS S1, S3, S9). It hides a
purchase under @hidden-key@ in or behind another one under @outer-key@; both stand for nonces of the
same length, so lengths in the file are true. A proxy and a node that agree refuse it, or see what
its sender sees. The files:

    # a remark
    case NAME        begins a case; a blank line ends it
    |TEXT            a line, with CR and LF behind it
    :TEXT            bytes, with nothing behind them
    #N TEXT          N lines, %d in them counted from 0
    \\xHH  \\\\  \\{N*TEXT}    within a text: a byte, a backslash, a text so many times
"""
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "wire"
OUTER, HIDDEN = b"@outer-key-@", b"@hidden-key@"
ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|(\\)|\{(\d+)\*(.*?)\})")


def unescape(text):
    """The bytes that a text stands for."""
    def one(found):
        byte, slash, times, again = found.groups()
        if byte:
            return chr(int(byte, 16))
        return slash or unescape(again).decode("latin-1") * int(times)
    return ESCAPE.sub(one, text).encode("latin-1")


def bytes_of(line):
    """What one line of a case sends."""
    mark, text = line[0], line[1:]
    if mark == "|":
        return unescape(text) + b"\r\n"
    if mark == "#":
        times, text = text.split(" ", 1)
        return b"".join(unescape(text % i) + b"\r\n" for i in range(int(times)))
    assert mark == ":", f"no line of a case: {line!r}"
    return unescape(text)


def read(path):
    """The cases of a file: [(name, bytes)]."""
    cases = []
    for line in path.read_text("ascii").splitlines():
        if line.startswith("case "):
            cases.append((f"{path.stem}: {line[5:]}", b""))
        elif line and not (line[0] == "#" and line[1] == " "):
            cases[-1] = (cases[-1][0], cases[-1][1] + bytes_of(line))
    return cases


def read_all():
    """All of the corpus; names are unique."""
    cases = [case for path in sorted(FOLDER.glob("*.wire")) for case in read(path)]
    assert len({name for name, _ in cases}) == len(cases) > 200
    return cases


def with_keys(raw, outer, hidden):
    """A case under two nonces."""
    assert len(outer) == len(OUTER) and len(hidden) == len(HIDDEN)
    return raw.replace(OUTER, outer.encode()).replace(HIDDEN, hidden.encode())
