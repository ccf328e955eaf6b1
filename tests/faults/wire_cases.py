"""wire_cases - requests that two readers of HTTP may take apart differently (FAULTS S9).

Each case hides a second purchase behind a first one: in a body whose end is in doubt, behind a
header that folds, between line ends of one byte. `case(outer, hidden)` gives the bytes; the keys
are nonces of the test. A proxy and a node that agree refuse it, or see what its sender sees.
"""


def request(key, method="GET", more="", version="HTTP/1.1", path="/buy/ticket"):
    """A head; `more` are header lines."""
    return f"{method} {path} {version}\r\nHost: x\r\nIdempotency-Key: {key}\r\n{more}\r\n"


def _lengths():
    """A body that is a purchase; its length said twice, oddly or not at all."""
    odd = {"double, 0 first": "Content-Length: 0\r\nContent-Length: {n}\r\n",
           "double, 0 last": "Content-Length: {n}\r\nContent-Length: 0\r\n",
           "double, equal": "Content-Length: {n}\r\nContent-Length: {n}\r\n",
           "a list": "Content-Length: 0, {n}\r\n", "a plus": "Content-Length: +{n}\r\n",
           "a minus": "Content-Length: -1\r\n", "hex": "Content-Length: 0x0\r\n",
           "a blank before the colon": "Content-Length : {n}\r\n",
           "an underscore": "Content_Length: {n}\r\n", "folded": "Content-Length: 0\r\n {n}\r\n",
           "too large": "Content-Length: 99999999999999999999\r\n",
           "a letter": "Content-Length: {n}a\r\n", "none": "", "zero": "Content-Length: 0\r\n",
           "empty": "Content-Length:\r\n", "a NUL": "Content-Length: 0\0{n}\r\n"}
    for name, lines in odd.items():
        for method in ("GET", "POST"):
            yield f"length {name}, {method}", lambda outer, hidden, lines=lines, method=method: (
                request(outer, method, "Content-Type: application/json\r\n" +
                        lines.replace("{n}", str(len(request(hidden))))) + request(hidden))


CODINGS = ["Transfer-Encoding: chunked", "Transfer-Encoding: xchunked",
           "Transfer-Encoding : chunked", "Transfer-Encoding:\tchunked",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
           "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
           "Transfer-Encoding: identity, chunked", "Transfer-Encoding: chunked, identity",
           "X: y\r\n Transfer-Encoding: chunked", "Transfer-Encoding\r\n: chunked",
           "transfer-encoding: CHUNKED", "Transfer-Encoding: chunked;q=1",
           "Transfer-Encoding: \x0bchunked", 'Transfer-Encoding: "chunked"',
           "Transfer-Encoding:\r\n chunked", "Transfer_Encoding: chunked", "TE: chunked",
           "\0Transfer-Encoding: chunked", "Transfer-Encoding: \0chunked"]


def _codings():
    """Chunks or a length: the first reader goes by one, the second by the other."""
    for coding in CODINGS:
        def cl_te(outer, hidden, coding=coding):
            body = "0\r\n\r\n" + request(hidden)
            return request(outer, "POST", "Content-Type: application/json\r\n"
                           f"Content-Length: {len(body)}\r\n{coding}\r\n") + body

        def te_cl(outer, hidden, coding=coding):
            body = f"{len(request(hidden)):x}\r\n{request(hidden)}\r\n0\r\n\r\n"
            first = body.index("\r\n") + 2
            return request(outer, "POST", "Content-Type: application/json\r\n"
                           f"Content-Length: {first}\r\n{coding}\r\n") + body

        yield f"CL.TE {coding!r}", cl_te
        yield f"TE.CL {coding!r}", te_cl


CHUNKS = {"an extension": "0;a=b\r\n\r\n", "a bare LF": "0\n\n", "a blank": "0 \r\n\r\n",
          "hex": "0x0\r\n\r\n", "a minus": "-1\r\n\r\n", "huge": "FFFFFFFFFFFFFFFF1\r\n",
          "a trailer": "0\r\nContent-Length: 5\r\n\r\n", "no end": "0\r\n",
          "a quoted extension": '0;a="\r\n\r\n', "letters": "zz\r\n\r\n",
          "an LF extension": "0;\n\r\n"}


def _chunks():
    """Chunks that end the body here for one reader and not for the other."""
    for name, chunk in CHUNKS.items():
        yield f"chunk {name}", lambda outer, hidden, chunk=chunk: request(
            outer, "POST", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        ) + chunk + request(hidden)


def _lines():
    """Ends of lines, names of headers and request lines of other forms."""
    yield "bare LF", lambda o, h: request(o).replace("\r\n", "\n") + request(h)
    yield "bare CR", lambda o, h: request(o).replace("\r\n", "\r") + request(h)
    yield "LF in a header", lambda o, h: request(o, more=f"X: a\nY: b\n\n{request(h)}")
    yield "CR in a header", lambda o, h: request(o, more=f"X: a\rIdempotency-Key: {h}\r\n")
    yield "NUL in a header", lambda o, h: request(o, more=f"X: a\0\r\n\r\n{request(h)}")
    yield "a blank in a name", lambda o, h: request(o, more="Content Length: 9\r\n") + request(h)
    yield "no name", lambda o, h: request(o, more=": 9\r\n") + request(h)
    yield "a folded key", lambda o, h: request(o, more=f"X: a\r\n\tIdempotency-Key: {h}\r\n")
    yield "a blank line before", lambda o, h: "\r\n" + request(o) + "\r\n" + request(h)
    yield "a key in the path", lambda o, h: request(o, path="/buy/ticket?x=%0d%0aIdempotency-Key:h")
    yield "a whole URI", lambda o, h: request(o, path="http://other/buy/ticket") + request(h)
    yield "two blanks", lambda o, h: request(o).replace(" /", "  /", 1) + request(h)
    yield "a tab", lambda o, h: request(o).replace(" /", "\t/", 1) + request(h)
    yield "HTTP/1.0", lambda o, h: request(o, version="HTTP/1.0") + request(h)
    yield "HTTP/1.0 kept", lambda o, h: request(o, more="Connection: keep-alive\r\n",
                                                version="HTTP/1.0") + request(h)
    yield "HTTP/1.0 chunked", lambda o, h: request(
        o, "POST", "Transfer-Encoding: chunked\r\n", "HTTP/1.0") + "0\r\n\r\n" + request(h)
    yield "HTTP/2", lambda o, h: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + request(h)
    yield "h2c", lambda o, h: request(
        o, more="Connection: Upgrade\r\nUpgrade: h2c\r\n") + request(h)
    yield "a continue", lambda o, h: request(
        o, "POST", "Expect: 100-continue\r\nContent-Length: 2\r\n"
        "Content-Type: application/json\r\n") + "{}" + request(h)
    yield "named by Connection", lambda o, h: request(
        o, more="Connection: Idempotency-Key, X-Request-Id\r\n") + request(h)
    yield "two in a row", lambda o, h: request(o) + request(h)
    yield "a body and one more", lambda o, h: request(
        o, "POST", "Content-Type: application/json\r\nContent-Length: 11\r\n"
    ) + '{"units":1}' + request(h)


CASES = [*_lengths(), *_codings(), *_chunks(), *_lines()]
