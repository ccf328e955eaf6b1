"""hostile - requests that must be refused (FAULTS S1-S4), as raw bytes.

A case is (what, bytes, statuses a node may answer with, lines in its stat.log); status 0 is a
closed connection, None lines are any number.
"""
from harness import web

LINE, NO_LINE = 1, 0
JSON = {"Content-Type": "application/json"}


def post(body, headers=None, path="/buy/ticket"):
    """A POST with these bytes as body."""
    return web.request(path, "POST", {**JSON, **(headers or {})}, body)


def get(path):
    """A GET with this path, taken literally."""
    return web.request(path)


def one_line(text):
    """A request line and a Host."""
    return text.encode("latin-1") + b"\r\nHost: x\r\n\r\n"


def headers(text):
    """A GET of /buy/ticket with these header lines."""
    return b"GET /buy/ticket HTTP/1.1\r\nHost: x\r\n" + text + b"\r\n"


# what, raw bytes, statuses of the node (0: closed), lines in stat.log
UNITS = ["0", "-1", "+1", "%2B1", "01", "1.0", "1e3", "0x1", "nan", "inf", "2147483648",
         "99999999999999999999", "", "1%00", "1%0a", "%zz", "1%", "%31%", "1;2", "%EF%BC%91"]
S4 = [(f"units={units}", get(f"/buy/ticket?units={units}"), {400}, LINE) for units in UNITS] + [
    (f"units {text}", post(b'{"units":' + text.encode() + b"}"), {400}, LINE)
    for text in ["0", "-1", "+1", "01", "1.0", "1e3", "0x1", "NaN", "Infinity", "2147483648",
                 "99999999999999999999", '"1"', "null", "true", "[1]", '{"a":1}', ""]] + [
    ("units twice", get("/buy/ticket?units=1&units=2"), {400}, LINE),
    ("user twice", get("/buy/ticket?user=a&user=b"), {400}, LINE),
]
USERS = ["a%00b", "a%0d%0ab", "a|b", "a%20b", "a%7Cb", "%C3%A4", "u" * 65, "a%2Cresult:1",
         "%u0061", "..%2f"]
S3 = [(f"user={user:.30}", get(f"/buy/ticket?user={user}"), {400}, LINE) for user in USERS] + [
    (f"path {path:.40}", get(path), {400, 404}, LINE) for path in [
        "/buy/", "/buy/UPPER", "/buy/" + "a" * 33, "/buy/a/b", "/buy/ticket/", "/buy/ticket%00",
        "/buy/%74icket", "/buy/ticket%0d%0aX:1", "/buy/..%2fetc", "/buy/%zz", "/buy/%",
        "/buy/%c0%ae%c0%ae/", "/buy/tick\xc3\xabt", "/buy/ticket;x", "/buy/-x", "/buy/_x",
        "/buy/ticket,result:1", "/buy//ticket", "/buy/./ticket", "/buy/../buy/ticket"]] + [
    (f"path {path}", get(path), {400, 404}, NO_LINE) for path in [
        "/buy", "/BUY/ticket", "//buy/ticket", "/./buy/ticket", "/x/../buy/ticket", "/buyx/ticket",
        "/buy%2fticket", "/", "*"]]
DEEP = b'{"a":' * 700 + b"1" + b"}" * 700
S2 = [(what, post(body), statuses, LINE) for what, body, statuses in [
    ("bad JSON", b"{", {400}), ("no object", b"[]", {400}), ("a number", b"1", {400}),
    ("a string", b'"x"', {400}), ("null", b"null", {400}), ("deep", DEEP[:4096], {400}),
    ("deep brackets", b"[" * 4096, {400}), ("trailing bytes", b'{"units":1}x', {400}),
    ("two objects", b'{"units":1}{"units":1}', {400}),
    ("duplicate members", b'{"units":1,"units":2}', {400}),
    ("NUL in a string", b'{"user":"a\\u0000b"}', {400}), ("a NUL byte", b'{"units":1\0}', {400}),
    ("an unknown member", b'{"unit":1}', {400}), ("a user that is a number", b'{"user":1}', {400}),
    ("a user with a bar", b'{"user":"a|b"}', {400}), ("UTF-16", '{"units":1}'.encode("utf-16"),
                                                      {400}),
    ("broken UTF-8", b'{"user":"\xff\xfe"}', {400}), ("a BOM", b'\xef\xbb\xbf{"units":1}', {400}),
    ("one byte too long", b'{"units":1' + b" " * (4097 - 11) + b"}", {413}),
]] + [
    ("another type", web.request("/buy/ticket", "POST", {"Content-Type": "text/plain"}, b"{}"),
     {415}, LINE),
    ("no type", web.request("/buy/ticket", "POST", None, b"{}"), {415}, LINE),
    ("a form", web.request("/buy/ticket", "POST",
                           {"Content-Type": "application/x-www-form-urlencoded"}, b"units=1"),
     {415}, LINE),
    ("a GET with a body", web.request("/buy/ticket", "GET", JSON, b'{"units":1}'), {400}, LINE),
]
S1 = [
    ("a bad method", one_line("FOO /buy/ticket HTTP/1.1"), {405}, LINE),
    ("a method with odd bytes", one_line("G\x01T /buy/ticket HTTP/1.1"), {0, 400, 405}, None),
    ("a long path", get("/buy/" + "a" * 3000), {400, 404, 414}, None),
    ("a longer path", get("/buy/ticket?x=" + "a" * 20000), {0, 400, 413, 414, 431}, NO_LINE),
    ("a long header", headers(b"X: " + b"a" * 20000 + b"\r\n"), {0, 400, 413, 431}, NO_LINE),
    ("many headers", headers(b"".join(b"X-%d: a\r\n" % i for i in range(2000))),
     {0, 400, 413, 431}, NO_LINE),
    ("a long key", headers(b"Idempotency-Key: " + b"k" * 65 + b"\r\n"), {400}, LINE),
    ("two keys", headers(b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), {400}, LINE),
    ("HTTP/0.9", b"GET /buy/ticket\r\n\r\n", {0, 400, 505}, NO_LINE),
    ("HTTP/3.0", one_line("GET /buy/ticket HTTP/3.0"), {0, 400, 505}, None),
    ("no host", b"GET /buy/ticket HTTP/1.1\r\n\r\n", {400}, None),
    ("binary", bytes(range(256)) * 4 + b"\r\n\r\n", {0, 400, 405, 501, 505}, NO_LINE),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 100 + b"\r\n\r\n",
     {0, 400}, NO_LINE),
    ("a header without a colon", headers(b"nonsense\r\n"), {0, 400}, None),
    ("two lengths", headers(b"Content-Length: 0\r\nContent-Length: 5\r\n"), {0, 400}, None),
    ("length and chunks", b"POST /buy/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {0, 400}, None),
    ("a negative length", b"POST /buy/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
     {0, 400, 413}, None),
    ("a length of letters", b"POST /buy/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
     {0, 400, 413}, None),
    ("bad chunks", b"POST /buy/ticket HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
     b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {0, 400}, None),
]
ALL = S1 + S2 + S3 + S4
# What nginx mends before a node sees it (it forwards one key, drops a header that is none), or
# answers by itself.
MENDED = {"two keys", "a header without a colon", "path /"}
