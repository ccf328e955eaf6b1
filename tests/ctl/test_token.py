"""test_token - penstockctl token: issued, shown, refused when forged or expired."""
import hashlib
import hmac
import time


def test_a_token_is_signed_as_its_form_says(operator, redis_part):
    """v1.<user>.<score>.<expiry>.<mac>, checked by Python's own hmac."""
    token = operator.does("token", "issue", "ada.l@x", score="63.8", expires_in="1h").out.strip()
    text, mac = token.rsplit(".", 1)
    key = bytes.fromhex((redis_part.secrets / "token.key").read_text("ascii"))
    assert hmac.new(key, text.encode(), hashlib.sha256).hexdigest() == mac
    version, rest = text.split(".", 1)
    user, score, expiry = rest.rsplit(".", 2)
    assert (version, user, score) == ("v1", "ada.l@x", "638")
    assert 3590 < int(expiry) - time.time() <= 3600


def test_a_token_is_shown(operator):
    """Whose it is and until when, for people and programs."""
    token = operator.knows("token", "issue", "ada", score=96)["token"]
    shown = operator.knows("token", "show", token)
    assert (shown["verdict"], shown["user"], shown["score"]) == ("good", "ada", "96.0")
    assert 29.9 < (shown["expires_ms"] / 1000 - time.time()) / 86400 <= 30
    assert "verdict  good\nuser     ada\n" in operator.does("token", "show", token).out


def test_an_expired_and_a_forged_token_end_with_1(operator, redis_part):
    """Expired: it is said whose it was. Forged, or of another key: nothing of it is believed."""
    key = bytes.fromhex((redis_part.secrets / "token.key").read_text("ascii"))
    text = "v1.ada.10.1"
    old = f"{text}.{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
    said = operator.says(1, "token", "show", old, json=True)
    assert said.json["verdict"] == "expired" and said.json["user"] == "ada"
    said = operator.says(1, "token", "show", old.replace("ada", "eve"), json=True)
    assert said.json == {"verdict": "forged", "user": None, "score": None, "expires_ms": None}
    other = redis_part.secrets / "order.key"
    said = operator.says(1, "token", "show", old, token_key_file=other)
    assert "not issued with this key" in said.err


def test_bad_words_for_a_token_are_usage(operator, tmp_path):
    """A user that is none, a score that is none, a span that is none, a key that is none."""
    for words, flags, sentence in (
            (["a b"], {}, "no user's name"), ([""], {}, "no user's name"),
            (["ada"], {"score": "63.85"}, "no score"), (["ada"], {"score": "-1"}, "no score"),
            (["ada"], {"score": "100000"}, "no score"),
            (["ada"], {"expires_in": "10ms"}, "no span"),
            (["ada"], {"expires_in": "1"}, "no span")):
        assert sentence in operator.says(2, "token", "issue", *words, **flags).err
    bad = tmp_path / "short.key"
    bad.write_text("abc", "ascii")
    bad.chmod(0o600)
    said = operator.says(2, "token", "issue", "ada", token_key_file=bad)
    assert "must hold 64 hex digits" in said.err
