"""passports - tokens of users as docs/API.md has them, by Python's own hmac, right or wrong.

    issue(key, "ann")                              # good for an hour
    issue(key, "ann", expires_s=1)                 # expired
    bearer(issue(key, "ann"))                      # as headers of a request
"""
import hashlib
import hmac
import time


def issue(key, user, score=1000, expires_s=None):
    """A token; `key` is 64 hex digits, `score` in tenths."""
    expires_s = int(time.time()) + 3600 if expires_s is None else expires_s
    text = f"v1.{user}.{score}.{expires_s}"
    return f"{text}.{hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()}"


def bearer(token):
    """The header that brings it."""
    return {"Authorization": f"Bearer {token}"}
