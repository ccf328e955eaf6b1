"""S11, S13: a Redis that does not know us is refused, and what is secret stays where it is.

tests/cluster/test_settings.py and tests/ledger look at each refusal; here both programs meet each
trouble while others sell, and then everything that the run wrote or said is searched.
"""
import os
import subprocess
from pathlib import Path

import pytest

from harness import passports, provider, web
from harness.hostile import ALL
from harness.parts import SANITIZED
from harness.waiting import stretched, wait_until

WINDOW = {"pay_window_ms": 1500}
NOT_ONE = ("users.acl", "pgpass", ".lock")  # of several lines, or empty
WRONG = "wrong-pass-word-0123456789abcdef"


def run_to_its_end(part, folder, **flags):
    """A program that is to refuse: (exit code, all it said)."""
    words = part.argv()
    words[0] = os.path.abspath(words[0])  # it runs in another folder
    for flag, value in flags.items():
        words += [f"--{flag.replace('_', '-')}", str(value)]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          cwd=folder, env={**os.environ, **SANITIZED}, timeout=stretched(15),
                          check=False)
    return done.returncode, done.stdout + done.stderr


def wrong_password(rig, part):
    """Its own flag names a file with another password."""
    file = rig.folder / "wrong"
    file.write_text(WRONG)
    file.chmod(0o600)
    part.flags["redis-password-file"] = file


def acl(*words):
    """A trouble that is a change of the program's user in Redis."""
    return lambda rig, part: rig.cluster.redis.execute_command("ACL", "SETUSER", *words)


def own_user(rig, part, like):
    """A user of Redis' for this program alone, so that nobody else meets its trouble."""
    rules = next(line.split()[2:] for line in rig.cluster.redis.execute_command("ACL", "LIST")
                 if line.split()[1] == like)
    rig.cluster.redis.execute_command("ACL", "SETUSER", "probe", *rules)
    part.flags["redis-user"] = "probe"


TROUBLES = {
    "strangers are let in": ("node", acl("default", "on", "nopass"), "default"),
    "a wrong password, node": ("node", wrong_password, "user probe"),
    "a right is missing, node": ("node", acl("probe", "-xadd"), "user probe"),
    "other keys only": ("node", acl("probe", "resetkeys", "~something:*"), "user probe"),
    "the user is off": ("node", acl("probe", "off"), "user probe"),
    "a wrong password, ledger": ("ledger", wrong_password, "WRONGPASS"),
    "a right is missing, ledger": ("ledger", acl("probe", "-xtrim"), "XTRIM"),
}


@pytest.mark.row("S11 Redis without password or rights")
@pytest.mark.parametrize("name", TROUBLES)
def test_a_program_that_redis_does_not_know_refuses_to_start_and_says_why(make_rig, case, name):
    """Three nodes sell; the fourth, or the ledger, ends with 3 and a sentence; then it starts."""
    who, trouble, word = TROUBLES[name]
    rig = make_rig().start(300, dead=[0], **WINDOW)
    part = rig.cluster.nodes[0] if who == "node" else rig.add_ledger()
    flags = dict(part.flags)
    rig.buyers(rate=150, direct=0)
    rig.wait_orders(50)
    with rig.fault(name):
        own_user(rig, part, "penstock" if who == "node" else "penstock-ledger")
        trouble(rig, part)
        code, said = run_to_its_end(part, rig.folder)
        assert code == 3 and word in said, said
        assert WRONG not in said and "on sale" not in said
        rig.cluster.redis.execute_command("ACL", "SETUSER", "default", "off", "resetpass")
        part.flags.clear()
        part.flags.update(flags)
    if who == "node":
        rig.cluster.restart_node(0)
    else:
        part.start()
    rig.heal()
    rig.wait_orders(50)
    case(rig.settle(sold_within_s=2, ledger=None if who == "node" else part))


def provoke(rig):
    """Everything that is refused or goes wrong, with all kinds of keys; returns what was said."""
    cluster, said = rig.cluster, []
    number = cluster.number_of(10 ** 7)  # there is no such order
    for key in ("payment.key", "token.key", "order.key"):
        secret = cluster.redis_part.secret(key)
        good, bad = passports.issue(secret, "ann"), passports.issue("0" * 64, "ann")
        for token in (good, bad, good[:-1], passports.issue(secret, "ann", expires_s=1), secret):
            said.append(cluster.buy(user="ann", headers=passports.bearer(token)))
            said.append(cluster.look(number, **passports.bearer(token)))
        said.append(cluster.ask(provider.callback(secret, number, f"t-{key}", 0)))
        said.append(cluster.ask(provider.callback(secret, number, "t", 0, at=1)))
    said.append(cluster.callback(number, "t", signature="x"))
    said += web.ask_all([(port, raw) for port in (cluster.nginx.port, cluster.node_ports[0])
                         for _, raw, _, _ in ALL], timeout=6)
    for path in ("/metrics", "/status", "/healthz", "/readyz"):
        said.append(web.get(cluster.node_ports[1], path))
    return [answer.body for answer in said]


@pytest.mark.row("S13 secrets")
@pytest.mark.deadline(90)
def test_no_secret_is_in_anything_that_a_run_writes_or_says(make_rig, case):
    """
    A sale with its ledger, every log at its most talkative; refusals, Redis killed, a node killed
    by SIGABRT: no log, answer, table, command line or environment holds a secret, and no core is.
    """
    rig = make_rig(log_level="debug", deadline_ms=1000).start(300, **WINDOW)
    ledger = rig.add_ledger(log_level="debug").start()
    rig.buyers(rate=200)
    rig.wait_orders(100)
    with rig.fault("all kinds of trouble"):
        bodies = provoke(rig)
        rig.cluster.kill_redis()
        bodies += [rig.cluster.buy(via=0, timeout=5).body]
        rig.cluster.restart_redis()
        rig.cluster.kill_node(2, 6)
        rig.cluster.restart_node(2)
        rig.cluster.wait_ready()
    rig.wait_orders(50)
    wait_until(ledger.cursor, 10, "something in SQL")
    parts = [rig.cluster.redis_part, rig.cluster.nginx, *rig.cluster.nodes, ledger]
    places = [Path(f"/proc/{part.process.pid}/{name}") for part in parts
              for name in ("cmdline", "environ")]
    for part in [*rig.cluster.nodes, ledger]:
        limits = Path(f"/proc/{part.process.pid}/limits").read_text("ascii")
        assert ["0", "0"] == next(line.split()[4:6] for line in limits.splitlines()
                                  if line.startswith("Max core file size")), part.name
    folder = rig.cluster.redis_part.secrets
    secrets = {path.name: path.read_bytes().strip() for path in folder.iterdir()
               if path.name not in NOT_ONE}
    assert len(secrets) >= 8 and all(len(secret) >= 32 for secret in secrets.values())
    rig.wait_lines()
    places += [path for path in rig.folder.rglob("*") if path.is_file() and folder not in
               path.parents]
    assert not [path for path in places if path.name.startswith("core")]
    texts = {str(place): place.read_bytes() for place in places}
    texts.update({f"answer {i}": body for i, body in enumerate(bodies)})
    found = [(name, place) for name, secret in secrets.items()
             for place, text in texts.items() if secret in text]
    assert not found, f"secrets are in {found}"
    verdict = case(rig.settle(sold_within_s=2, strangers=200, ledger=ledger))
    assert verdict.checked > 100 and len(texts) > 200
