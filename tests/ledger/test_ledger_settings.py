"""The ledger refuses before it could do harm: bad settings (exit 2), a Redis that bars it (3)."""
import os
import subprocess

import pytest

from harness.parts import SANITIZED
from harness.waiting import stretched, wait_equal, wait_until


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """No setting comes from outside."""
    for name in list(os.environ):
        if name.startswith(("PENSTOCK_", "LEDGER_")) and name not in ("PENSTOCK_SLOW",):
            monkeypatch.delenv(name)


@pytest.fixture
def run(site):
    """A function that runs a ledger to its end: (exit code, all it said)."""
    ledger = site.ledger()
    ledger.flags.pop("items")

    def runs(*more, without=(), env=None, **flags):
        kept = dict(ledger.flags)
        ledger.flags.update({flag.replace("_", "-"): value for flag, value in flags.items()})
        for flag in without:
            ledger.flags.pop(flag)
        words = [str(word) for word in ledger.argv(*more)]
        ledger.flags = kept
        done = subprocess.run(words, capture_output=True, text=True, check=False,
                              env={**os.environ, **SANITIZED, **(env or {})},
                              timeout=stretched(20))
        return done.returncode, done.stdout + done.stderr

    runs.ledger = ledger
    return runs


BAD = [
    ("url", "mysql://x"), ("url", "sqlite:"), ("url", "ledger.db"), ("listen", "nowhere"),
    ("listen", "127.0.0.1:0"), ("redis", "127.0.0.1"), ("redis-timeout-ms", "9"),
    ("batch-max", "0"), ("batch-max", "100001"), ("poll-ms", "0"), ("poll-ms", "1001"),
    ("retain-s", "-1"), ("retain-s", "1e3"), ("items", "Ticket"), ("items", "a,,b"),
    ("log-level", "loud"), ("redis-password-file", "/nonexistent/file"),
    ("order-key-file", "/nonexistent/file"),
]


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
@pytest.mark.parametrize("flag, value", BAD, ids=[f"{bad[0]}={bad[1]!r:.20}" for bad in BAD])
def test_a_bad_value_is_refused_before_anything_is_opened(run, flag, value):
    """Exit 2 and a sentence that names the flag, also with --check."""
    for more in ((), ("--check",)):
        code, text = run(*more, **{flag: value})
        assert code == 2 and f"--{flag}" in text, text
    assert not list(run.ledger.books.path.parent.glob("ledger.db*"))


def test_check_shows_what_holds_and_no_secret(run):
    """Values and where they come from; a URL without its password, a secret as its path."""
    code, text = run("--check", "--poll-ms", "7", without=("url",),
                     env={"LEDGER_URL": "postgresql://ann:hunter2@db.example:5432/books",
                          "PENSTOCK_LEDGER_RETAIN_S": "60", "PENSTOCK_LOG_LEVEL": "debug",
                          "PENSTOCK_RETAIN_S": "61", "PENSTOCK_BATCH_MAX": "1"})
    assert code == 0 and "hunter2" not in text, text
    assert "url = postgresql://ann:***@db.example:5432/books  (from environment)" in text
    assert "poll-ms = 7  (from flag)" in text
    assert "retain-s = 60  (from environment)" in text
    assert "log-level = debug  (from environment)" in text
    assert "batch-max = 2000  (from default)" in text, "that name is the nodes'"


def test_a_password_in_the_url_is_never_said(run):
    """Wrong host and wrong password: the log names neither the URL nor the password."""
    run.ledger.flags["url"] = "postgresql://ann:hunter2@127.0.0.1:1/books"
    run.ledger.start(well=False)
    wait_equal("sql_away", lambda: run.ledger.health().get("state"), 10, "the state")
    assert "hunter2" not in run.ledger.process.text() + str(run.ledger.health())
    assert run.ledger.stop() == 0


def test_a_wrong_password_ends_it_with_3(run, tmp_path):
    """Redis is there and does not let it in: a sentence, exit 3."""
    wrong = tmp_path / "password"
    wrong.write_text("wrong", "ascii")
    wrong.chmod(0o600)
    code, text = run(redis_password_file=wrong)
    assert code == 3 and "WRONGPASS" in text, text


@pytest.mark.parametrize("right", ["xtrim", "xread", "hset", "scan", "evalsha"])
def test_a_missing_right_ends_it_with_3(site, run, right):
    """Each command of the ACL is asked for at the start, not in the middle of a sale."""
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=[f"-{right}"])
    code, text = run()
    assert code == 3 and right.upper() in text and "ACL" in text, text


def test_a_ledger_that_may_not_ask_meets_the_first_refusal(site, run):
    """Without the right to ask for rights: a missing one is met when it is used, exit 3."""
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=["-acl|dryrun", "-scan"])
    code, text = run()
    assert code == 3 and "NOPERM" in text and "scan" in text, text
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=["+scan"])
    run.ledger.start()
    site.desk.open(5)
    run.ledger.wait_recorded()


def test_rights_lost_while_it_runs_are_waited_for(site, ledger):
    """The ACL changes under a running ledger: it says why, stays, and goes on when it may."""
    site.desk.open(5)
    ledger.wait_recorded()
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=["-xread"])
    wait_until(lambda: ledger.health().get("state") == "redis_away", 5, "the state")
    assert "NOPERM" in ledger.health()["why"]
    site.redis.acl_setuser("penstock-ledger", enabled=True, commands=["+xread"])
    site.desk.buy_one("k")
    ledger.wait_recorded()


def test_a_newer_database_is_not_touched(site, ledger):
    """Its tables are of a version that this program does not know: nothing is written."""
    site.desk.open(5)
    ledger.wait_recorded()
    ledger.stop()
    site.books.do("INSERT INTO migrations (version) VALUES (99)")
    site.desk.buy_one("k")
    ledger.start(well=False)
    wait_until(lambda: "version 99" in ledger.health().get("why", ""), 5, "the reason")
    assert ledger.cursor() == 1


def test_an_address_that_is_taken_ends_it_with_1(run):
    """Somebody listens there: a sentence, exit 1."""
    run.ledger.start()
    code, text = run()
    assert code == 1 and "cannot listen" in text, text


def test_the_healthcheck_asks_the_running_one(run):
    """--healthcheck: 0 while it is well, 1 with its words when it is not, or not there."""
    code, text = run("--healthcheck")
    assert code == 1 and "nobody listens" in text
    run.ledger.start()
    assert run("--healthcheck")[0] == 0
    run.ledger.redis.acl_setuser("penstock-ledger", enabled=True, commands=["-scan"])

    def is_away():  # not so in the moment in which it has connected anew and not asked yet
        code, text = run("--healthcheck")
        return code == 1 and "redis_away" in text

    wait_until(is_away, 5, "the healthcheck to fail")
    run.ledger.redis.acl_setuser("penstock-ledger", enabled=True, commands=["+scan"])
