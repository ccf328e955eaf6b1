"""Every answer word of device.lua: a device login from its codes to its one token."""
import time

import pytest

from harness.scripts import script_text

NAME = "penstock:device:"
SECRET, OTHER = "a1" * 32, "b2" * 32
LIFE_MS, GRACE_MS = 600000, 60000


class Logins:
    """device.lua on a throwaway Redis; codes are named by one letter."""

    def __init__(self, client):
        self.redis, self.text = client, script_text("device")

    def run(self, keys, *words):
        """The raw reply as a tuple."""
        return tuple(self.redis.eval(self.text, len(keys), *keys, *words))

    def open(self, code="c", secret=SECRET, most=3, interval_ms=5000):
        """A new login."""
        return self.run([NAME + code, NAME + "open"], "open", secret, LIFE_MS, interval_ms, most)

    def poll(self, code="c", secret=SECRET):
        """What the device asks."""
        return self.run([NAME + code, NAME + "open"], "poll", secret)

    def confirm(self, code="c", verdict="allow", user="ann", until_s=0, most=(3, 5)):
        """What a person says."""
        keys = [NAME + code, NAME + "open", f"{NAME}guesses:{user}", NAME + "guesses"]
        return self.run(keys, "confirm", verdict, user, 638, until_s, LIFE_MS, *most)

    def set(self, code="c", **fields):
        """Moves the login's own clock: its fields are times."""
        self.redis.hset(NAME + code, mapping=fields)

    def snapshot(self):
        """Everything in Redis, to compare."""
        return {key: self.redis.dump(key) for key in sorted(self.redis.keys("*"))}


@pytest.fixture
def logins(server):
    """An empty Redis; at the end every key must have an expiry of its own."""
    server.client.flushall()
    made = Logins(server.client)
    yield made
    for key in made.redis.keys("*"):
        assert 0 < made.redis.pttl(key) <= LIFE_MS + GRACE_MS, key


def test_a_login_from_its_code_to_its_token(logins):
    """OPENED, PENDING, ALLOWED, GIVEN with who and the time, then nothing is left of it."""
    assert logins.open() == ("OPENED",)
    assert logins.poll() == ("PENDING",)
    assert logins.confirm(until_s=1763814000) == ("ALLOWED",)
    given = logins.poll()
    assert given[:4] == ("GIVEN", "ann", "638", "1763814000")
    assert abs(given[4] - time.time() * 1000) < 60000
    assert logins.redis.keys("*") == []


def test_a_token_is_given_once(logins):
    """NO_GRANT the second time, and to another's device code; neither changes anything."""
    logins.open()
    logins.confirm()
    before = logins.snapshot()
    assert logins.poll(secret=OTHER) == ("NO_GRANT",) and logins.snapshot() == before
    assert logins.poll()[0] == "GIVEN"
    assert logins.poll() == ("NO_GRANT",) and logins.confirm() == ("NO_CODE",)
    assert logins.poll("unheard-of") == ("NO_GRANT",)


def test_a_denied_login_stays_denied(logins):
    """REFUSED, DENIED as often as the device asks; nobody can allow it any more."""
    logins.open()
    assert logins.confirm(verdict="deny") == ("REFUSED",)
    assert logins.poll() == logins.poll() == ("DENIED",)
    assert logins.confirm() == logins.confirm(user="bob") == ("NO_CODE",)
    assert logins.poll() == ("DENIED",)


def test_saying_it_again_is_answered_as_the_first_time_and_only_to_the_same(logins):
    """An answer may be lost: ALLOWED again to ann; bob, and ann with a no, are too late."""
    logins.open()
    assert logins.confirm() == ("ALLOWED",)
    before = logins.snapshot()
    assert logins.confirm() == ("ALLOWED",) and logins.snapshot() == before
    assert logins.confirm(user="bob") == ("NO_CODE",)
    assert logins.confirm(verdict="deny") == ("NO_CODE",)
    assert logins.poll()[:2] == ("GIVEN", "ann")


def test_who_asks_too_soon_is_slowed_down_by_five_seconds_each_time(logins):
    """SLOW_DOWN 10 s, 15 s, ... a minute at most; in time it is PENDING, and the interval stays."""
    logins.open()
    assert logins.poll() == ("PENDING",)
    assert [logins.poll() for _ in range(2)] == [("SLOW_DOWN", 10000), ("SLOW_DOWN", 15000)]
    logins.set(next_ms=1)
    assert logins.poll() == ("PENDING",)
    wait = int(logins.redis.hget(NAME + "c", "next_ms")) - time.time() * 1000
    assert 10000 < wait <= 15000
    assert [logins.poll() for _ in range(12)][-1] == ("SLOW_DOWN", 60000)
    logins.confirm()
    assert logins.poll()[0] == "GIVEN", "what was decided is told at once"


def test_an_expired_login_is_told_so_and_cannot_be_allowed(logins):
    """EXPIRED from expires_ms on, allowed or not; a confirm hears NO_CODE."""
    logins.open()
    logins.open("d", OTHER)
    logins.confirm("d")
    for code in "cd":
        logins.set(code, expires_ms=1)
    assert logins.poll() == logins.poll("d", OTHER) == ("EXPIRED",)
    assert logins.confirm() == ("NO_CODE",)
    assert LIFE_MS < logins.redis.pttl(NAME + "c") <= LIFE_MS + GRACE_MS


def test_so_many_may_be_open_and_no_more(logins):
    """FULL at three; one given out, or one that has ended, makes room for another."""
    assert [logins.open(code)[0] for code in "abcd"] == ["OPENED"] * 3 + ["FULL"]
    assert not logins.redis.exists(NAME + "d")
    logins.confirm("a")
    logins.poll("a")
    assert logins.open("d") == ("OPENED",) and logins.open("e") == ("FULL",)
    logins.redis.zadd(NAME + "open", {NAME + "b": 1})
    logins.redis.delete(NAME + "b")
    assert logins.open("e") == ("OPENED",)
    assert logins.redis.zcard(NAME + "open") == 3


def test_a_user_code_that_is_in_use_is_not_opened_again(logins):
    """TAKEN, and the first one is untouched."""
    logins.open()
    before = logins.snapshot()
    assert logins.open(secret=OTHER) == ("TAKEN",) and logins.snapshot() == before


def test_wrong_codes_are_counted_for_each_user_and_for_all(logins):
    """Three of ann's, then she waits even with the right one; at five in all everybody does."""
    logins.open()
    assert [logins.confirm("x")[0] for _ in range(3)] == ["NO_CODE"] * 3
    before = logins.snapshot()
    word, wait = logins.confirm()
    assert word == "TOO_MANY_GUESSES" and 0 < wait <= LIFE_MS
    assert logins.snapshot() == before and logins.poll() == ("PENDING",)
    assert [logins.confirm("x", user=user)[0] for user in ("bob", "cyd")] == ["NO_CODE"] * 2
    assert logins.confirm(user="dan")[0] == "TOO_MANY_GUESSES"


def test_guesses_are_forgotten_after_their_time(logins):
    """until_ms passed: ann may try again, and is counted from the beginning."""
    logins.open()
    for _ in range(3):
        logins.confirm("x")
    logins.redis.hset(NAME + "guesses:ann", "until_ms", 1)
    assert logins.confirm("x") == ("NO_CODE",)
    assert logins.redis.hget(NAME + "guesses:ann", "guesses") == "1"
    assert logins.confirm() == ("ALLOWED",)


@pytest.mark.parametrize("keys, words", [
    (2, ()), (2, ("look", SECRET)), (2, ("open", SECRET)), (2, ("open", "short", 1, 1, 1)),
    (2, ("open", SECRET, "x", 1, 1)), (2, ("open", SECRET, 1, 1, "1" * 13)),
    (4, ("open", SECRET, 1, 1, 1)), (2, ("poll", "g" * 64)), (2, ("poll", SECRET, 1)),
    (4, ("confirm", "maybe", "ann", 1, 1, 1, 1, 1)),
    (4, ("confirm", "allow", "a|b", 1, 1, 1, 1, 1)),
    (4, ("confirm", "allow", "", 1, 1, 1, 1, 1)), (4, ("confirm", "allow", "ann", 1, 1, 1, 1)),
    (4, ("confirm", "allow", "a" * 65, 1, 1, 1, 1, 1)),
    (4, ("confirm", "allow", "ann", 1, -1, 1, 1, 1)),
    (2, ("confirm", "allow", "ann", 1, 1, 1, 1, 1))], ids=repr)
def test_words_that_are_not_of_their_form_are_a_bad_call(logins, keys, words):
    """BAD_CALL; nothing is written."""
    names = [NAME + "c", NAME + "open", NAME + "guesses:ann", NAME + "guesses"]
    assert logins.run(names[:keys], *words) == ("BAD_CALL",)
    assert logins.redis.keys("*") == []
