"""standin - a ledger that is none: answers GET /orders/{number} from a table.

It listens where nginx looks for the ledger and notes every request, so that a test sees what gets
through to it: method, path, headers and body.
"""
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Seen = namedtuple("Seen", "method path headers body")


class StandInLedger:
    """Listens on `port`; `texts` are the answers by order number, all others are 404."""

    def __init__(self, port, texts):
        self.seen = seen = []

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            protocol_version = "HTTP/1.1"

            def _answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                seen.append(Seen(self.command, self.path, dict(self.headers),
                                 self.rfile.read(size)))
                text = texts.get(self.path.removeprefix("/orders/"))
                body = (text or '{"code":-2,"success":false,"reason":"NO_ORDER"}\n').encode()
                self.send_response(200 if text else 404)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_HEAD = _answer

            def log_message(self, *_):
                """Says nothing: what was asked is in `seen`."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
