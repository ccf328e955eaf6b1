"""provider - the payment provider's side: callbacks, signed as docs/API.md says.

Whatever a test wants to get wrong (key, time, body, header) is an argument.
"""
import hashlib
import hmac
import json
import time

from harness import web

HEADER = "Penstock-Signature"


def sign(key, body, at):
    """The header's value for a body (bytes) at a unix time; `key` is 64 hex digits."""
    text = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(bytes.fromhex(key), text, hashlib.sha256).hexdigest()}"


def callback(key, order, txn, amount, at=None, body=None, signature=None, headers=None):
    """The bytes of a callback; `body` (bytes) and `signature` replace what would be right."""
    if body is None:
        body = json.dumps({"order": order, "txn": txn, "amount": amount}).encode()
    if signature is None:
        signature = sign(key, body, int(time.time()) if at is None else at)
    lines = {"Content-Type": "application/json"}
    if signature:
        lines[HEADER] = signature
    return web.request("/payments/callback", "POST", {**lines, **(headers or {})}, body)
