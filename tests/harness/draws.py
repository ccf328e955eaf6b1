"""draws - the draw as docs/API.md has it, by Python's own hmac and hashlib."""
import hashlib
import hmac


def commit_of(seed):
    """What is published before: SHA-256 of the seed's 32 bytes, in hex."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def rank_of(seed, user):
    """The hash by which users are put in order."""
    return hmac.new(bytes.fromhex(seed), user.encode(), hashlib.sha256).hexdigest()


def ranked(seed, users):
    """All users, the first winner first."""
    return sorted(users, key=lambda user: rank_of(seed, user))
