"""forgeries - what a Redis that is none might answer to a script's call (FAULTS S12), as bytes.

Each is malformed, of a type that no script gives, or has words that no script says. What looks like
an honest answer is not here: Redis is the authority, and a node believes it. Nor is an answer that
is lost on a connection which lives on: answers have no names in RESP, and TCP loses none.
"""


def words(*texts):
    """A list of bulk strings; an int is an integer, and None is nothing."""
    said = b"*%d\r\n" % len(texts)
    for text in texts:
        if text is None:
            said += b"$-1\r\n"
        elif isinstance(text, int):
            said += b":%d\r\n" % text
        else:
            said += b"$%d\r\n%b\r\n" % (len(text), text)
    return said


NOW = b"1800000000000"
DUE = 1800000300000
VIEW = (b"OK", NOW, b"300", b"0", b"0", b"0", b"1", b"1", b"1", b"open", b"0", b"100")

TYPES = {
    "a status": b"+OK\r\n", "an integer": b":1\r\n", "a text": b"$2\r\nOK\r\n",
    "an empty text": b"$0\r\n\r\n", "nothing": b"$-1\r\n", "no list": b"*-1\r\n",
    "an empty list": b"*0\r\n", "a list of nothing": b"*2\r\n$-1\r\n$-1\r\n",
    "integers": words(1, 2, 3), "an unknown word": words(b"HELLO"),
    "an empty word": words(b""), "OK alone": words(b"OK"),
    "an error in a list": b"*2\r\n$2\r\nOK\r\n-ERR inner\r\n",
    "a null of RESP3": b"_\r\n", "a map": b"%1\r\n$1\r\na\r\n$1\r\nb\r\n",
    "a set": b"~1\r\n:1\r\n",
    "a double": b",1.5\r\n", "a boolean": b"#t\r\n", "a big number": b"(9999999999999999999999\r\n",
}
NUMBERS = {
    "an integer beyond 64 bits": b":99999999999999999999999999\r\n",
    "an integer that is none": b":12a\r\n", "an empty integer": b":\r\n",
    "a negative length": b"$-2\r\n", "a length that is none": b"$zz\r\n",
    "a length beyond 64 bits": b"$99999999999999999999\r\nx",
    "a list of a negative length": b"*-5\r\n", "a list of no length": b"*\r\n",
    "a text longer than said": b"$2\r\nOKOK\r\n", "a text shorter than said": b"$9\r\nOK\r\n",
    "a view too short": words(*VIEW[:7]), "a view of words": words(b"OK", *[b"x"] * 11),
    "a view of nan": words(*VIEW[:2], b"nan", *VIEW[3:]),
    "a view below zero": words(*VIEW[:2], b"-300", *VIEW[3:]),
    "a view beyond 64 bits": words(*VIEW[:2], b"9" * 30, *VIEW[3:]),
    "a view with integers beyond": words(*VIEW[:2], 2 ** 63 - 1, *VIEW[3:]),
    "a view without its verdicts": words(*VIEW), "no verdicts": words(*VIEW, DUE),
    "ten thousand verdicts": words(*VIEW, DUE, *[b"SOLD_OUT", 2, 3] * 10000),
}
# Of buy.lua's form, to a batch of one, but for what stands in it.
VERDICTS = {
    "an order of seq 0": words(*VIEW, DUE, 0), "an order of seq -7": words(*VIEW, DUE, -7),
    "an order of nothing": words(*VIEW, DUE, None),
    "an order due before all time": words(*VIEW, -1, 1),
    "an order due never": words(*VIEW, None, 1), "an order due at a word": words(*VIEW, b"soon", 1),
    "a verdict that is none": words(*VIEW, DUE, b"MAYBE", 7, 7),
    "a verdict with a NUL": words(*VIEW, DUE, b"REPEAT\0ED", 7, 7),
    "a repeat of seq 0": words(*VIEW, DUE, b"REPEATED", 0, DUE),
    "a repeat of seq -7": words(*VIEW, DUE, b"REPEATED", b"-7", DUE),
    "a repeat of a word": words(*VIEW, DUE, b"REPEATED", b"1e3", DUE),
    "a repeat due never": words(*VIEW, DUE, b"REPEATED", 7, None),
    "a repeat of which half is missing": words(*VIEW, DUE, b"REPEATED", 7),
}
NESTED = {
    "a list in a list": b"*1\r\n*1\r\n*1\r\n:1\r\n", "seven deep": b"*1\r\n" * 7 + b":1\r\n",
    "ten deep": b"*1\r\n" * 10 + b":1\r\n", "ten thousand deep": b"*1\r\n" * 10000 + b":1\r\n",
    "wide and deep": (b"*1000\r\n" + b":1\r\n" * 999) * 6 + b":1\r\n",
}
HUGE = {
    "a text of 2 GB, begun": b"$2147483647\r\nabc",
    "a list of 2^31, begun": b"*2147483647\r\n:1\r\n",
    "a list of 2^62, begun": b"*4611686018427387904\r\n:1\r\n",
    "a text of 16 MB": b"$16777216\r\n" + b"x" * 16777216 + b"\r\n",
    "a list of a million": b"*1000000\r\n" + b":1\r\n" * 1000000,
    "a line without end": b"+" + b"x" * 3000000, "a line of 1 MB": b"+" + b"x" * 1000000 + b"\r\n",
}
CUT = {
    "cut in a length": b"$1", "cut in a text": b"$20\r\nOK", "cut in a list": b"*3\r\n$2\r\nOK\r\n",
    "cut before its end": b"*1\r\n$2\r\nOK",
}
NOISE = {
    "zeros": b"\0" * 100, "all bytes": bytes(range(256)), "an empty line": b"\r\n",
    "HTTP": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "a bare LF": b"+OK\n:1\n",
    "two answers": b"+OK\r\n+OK\r\n",
    "an answer and a half": b"+OK\r\n*2\r\n$1\r\n",
}
# An error that is no refusal means that a script failed half-way: that node stops selling the item.
ERRORS = {
    "an error": b"-ERR of a kind that nobody knows\r\n", "an empty error": b"-\r\n",
    "an error of 1 MB": b"-" + b"E" * 1000000 + b"\r\n",
    "an error of odd bytes": b"-\0\xff\x1b[2J%s%n|result:1\r\n",
}
ALL = {**TYPES, **NUMBERS, **VERDICTS, **NESTED, **HUGE, **CUT, **NOISE}
