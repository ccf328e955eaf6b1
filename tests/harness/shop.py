"""shop - the shop's own system as a webhook meets it: it takes messages, or does as it is asked.

    shop = Shop(port, key)
    shop.answers = ["500", "500"]      # for the next two; then 200
    shop.wait_for(10)                  # distinct events that were answered with 200

Ways to answer: a status, "redirect", "hang" (until close()), "cut" (the connection ends without an
answer), "long" (200 with a body without end). `way` is a function of the message for all others.
"""
import hashlib
import hmac
import json
import socket
import threading
import time
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness.waiting import wait_until

Message = namedtuple("Message", "path event way body at")


class _Handler(BaseHTTPRequestHandler):
    """One connection of the ledger."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """A message."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        way = self.server.shop.take(self.path, dict(self.headers), raw)
        if way == "hang":
            self.server.shop.closing.wait()
        elif way == "cut":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        elif way == "long":
            self._pour()
        else:
            self.send_response(307 if way == "redirect" else int(way))
            if way == "redirect":
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/other")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def _pour(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        try:
            while not self.server.shop.closing.is_set():
                self.wfile.write(b"x" * 10000)
        except OSError:
            self.server.shop.cuts += 1

    def log_message(self, *_):
        """Says nothing."""


class Shop:
    """A receiver on a port of 127.0.0.1, with the key that the messages must be signed by."""

    def __init__(self, port, key):
        self.port, self.key = port, bytes.fromhex(key)
        self.messages, self.faults, self.answers, self.cuts = [], [], [], 0
        self.way = lambda body: "200"
        self.lock, self.closing = threading.Lock(), threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self.server.daemon_threads, self.server.block_on_close, self.server.shop = True, False, self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        """Where messages go."""
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, path, headers, raw):
        """Notes a message and checks its form; returns the way to answer."""
        body = json.loads(raw)
        parts = dict(part.split("=") for part in headers["Penstock-Signature"].split(","))
        sign = hmac.new(self.key, parts["t"].encode() + b"." + raw, hashlib.sha256).hexdigest()
        with self.lock:
            way = self.answers.pop(0) if self.answers else self.way(body)
            if sign != parts["v1"]:
                self.faults.append(f"{body['event']} is not signed by the key")
            if headers["Penstock-Event"] != body["event"]:
                self.faults.append(f"{body['event']} has another id in its header")
            self.messages.append(Message(path, body["event"], way, body,
                                         time.monotonic()))
        return way

    def delivered(self):
        """The bodies answered with 2xx, repeated ones left out, in the order of arrival."""
        with self.lock:
            found = {}
            for message in self.messages:
                if message.way in ("200", "204", "long"):
                    found.setdefault(message.event, message.body)
            return list(found.values())

    def wait_for(self, count, timeout=15):
        """Until so many distinct events were taken; returns them."""
        wait_until(lambda: len(self.delivered()) >= count, timeout, f"{count} events at the shop",
                   every=0.02)
        return self.delivered()

    def close(self):
        """Ends it."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
