"""postbox - where notifications arrive: a webhook's receiver, and a mail server that takes all.

    hook = Webhook(port); hook.url; hook.messages     # dicts, in the order of arrival
    box = Mailbox(port); box.url; box.mails           # (from, to, headers, text)
"""
import email
import email.policy
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """Takes JSON by POST; `statuses` are answered first, then 200."""

    def __init__(self, port, statuses=()):
        self.port, self.messages, self.tries, self.statuses = port, [], 0, list(statuses)
        lock, hook = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            """One message."""

            def do_POST(self):
                """Notes it."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    hook.tries += 1
                    status = hook.statuses.pop(0) if hook.statuses else 200
                    if status == 200:
                        hook.messages.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        class Server(ThreadingHTTPServer):
            """With room for many at once."""

            request_queue_size = 1000
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        """Where messages go."""
        return f"http://127.0.0.1:{self.port}/hook"

    def kinds(self):
        """(kind, outcome) of each."""
        return [(one["kind"], one["outcome"]) for one in self.messages]

    def close(self):
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """SMTP without TLS and login."""

    def __init__(self, port):
        self.port, self.mails, self.words = port, [], []
        box = self

        class Handler(socketserver.StreamRequestHandler):
            """One session."""

            def handle(self):
                """Commands until QUIT."""
                sender, receiver = "", ""
                self.wfile.write(b"220 box\r\n")
                for line in self.rfile:
                    word = line.decode().strip()
                    box.words.append(word)
                    if word.startswith("MAIL"):
                        sender = word
                    elif word.startswith("RCPT"):
                        receiver = word
                    elif word == "DATA":
                        self.wfile.write(b"354 go on\r\n")
                        box.take(sender, receiver, self.read_letter())
                    self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
                    if word == "QUIT":
                        return

            def read_letter(self):
                """Up to the full stop."""
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line)
                return b"".join(lines)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        """Where mails go."""
        return f"smtp://127.0.0.1:{self.port}"

    def take(self, sender, receiver, raw):
        """Notes a mail."""
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        self.mails.append((sender, receiver, letter, letter.get_content().strip()))

    def close(self):
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()
