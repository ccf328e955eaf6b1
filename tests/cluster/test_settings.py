"""A node refuses before it could do harm: bad settings (exit 2), an unsafe Redis (exit 3).

Each refusal is a sentence that says what to change. What is secret stays so: in --check, in logs,
in answers, on command lines.
"""
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from harness import web
from harness.operator import Operator
from harness.parts import SANITIZED, NodePart
from harness.waiting import stretched, wait_until


@pytest.fixture
def run(make_cluster, monkeypatch):
    """A function that runs node 0 of a stopped cluster to its end: (exit code, all it said)."""
    for name in list(os.environ):
        if name.startswith("PENSTOCK_"):
            monkeypatch.delenv(name)
    cluster = make_cluster()
    node = NodePart(cluster.folder, cluster.ports.take(), cluster.redis_part, {})

    def runs(*more, without=(), env=None, **flags):
        for flag, value in flags.items():
            node.flags[flag.replace("_", "-")] = value
        for flag in without:
            node.flags.pop(flag)
        done = subprocess.run(node.argv(*more), capture_output=True, text=True, cwd=node.folder,
                              env={**os.environ, **SANITIZED, **(env or {})},
                              timeout=stretched(10), check=False)
        return done.returncode, done.stdout + done.stderr

    runs.cluster, runs.node = cluster, node
    return runs


BAD = [
    ("listen", "nowhere"), ("listen", "127.0.0.1:0"), ("listen", "127.0.0.1:65536"),
    ("listen", "unix:/x"), ("weight", "-1"), ("weight", "1e3"), ("weight", "1000001"),
    ("buffer", "lots"), ("buffer", "-1"), ("buffer", "10%%"), ("items", "Ticket"),
    ("items", "a b"), ("items", "a,,b"), ("items", "a|b"), ("items-max", "0"),
    ("redis", "127.0.0.1"), ("redis-timeout-ms", "0"), ("tick-ms", "9"), ("deadline-ms", "nan"),
    ("queue-max", "0"), ("batch-max", "257"), ("batches-in-flight", "0"),
    ("connections-max", "0x10"), ("connection-memory", "1"), ("idle-timeout-s", "-"),
    ("stat-flush-ms", " 5"), ("log-level", "loud"), ("drain-ms", "99999999999999999999"),
    ("redis-password-file", "/nonexistent/file"), ("order-key-file", "/nonexistent/file"),
    ("weights-from", "/nonexistent/file"), ("name", "a b"), ("name", "n" * 65),
    ("payment-key-file", "/nonexistent/file"), ("payment-key-old-file", "/nonexistent/file"),
    ("trial-pay", "2"), ("trial-pay", "yes"), ("desk-max", "0"), ("desk-max", "1000001"),
    ("device-url", "localhost:8080"), ("device-url", "http://"), ("device-url", 'http://a"b'),
]


@pytest.mark.parametrize("flag, value", BAD, ids=[f"{bad[0]}={bad[1]!r:.20}" for bad in BAD])
def test_a_bad_value_is_refused_before_anything_is_bound(run, flag, value):
    """Exit 2, and a sentence that names the flag; --check and the environment say the same."""
    said = [run(**{flag: value}), run("--check")]
    run.node.flags.pop(flag)
    if flag not in ("listen", "redis") and not flag.endswith("-file"):
        said.append(run(env={"PENSTOCK_" + flag.upper().replace("-", "_"): value}))
    for code, text in said:
        assert code == 2, text
        assert flag in text or flag.upper().replace("-", "_") in text, text
        assert "serving" not in text


@pytest.mark.parametrize("words", [["--no-such-flag", "1"], ["stray"], ["--weight"],
                                   ["--tick-ms", "50", "--tick-ms", "60"]], ids=str)
def test_a_word_that_is_no_setting_is_refused(run, words):
    """Unknown, stray, without its value, or twice: exit 2."""
    code, text = run(*words)
    assert code == 2 and words[0].strip("-") in text


def test_an_unknown_flag_is_answered_with_the_nearest_known_one(run):
    """--tik-ms: did you mean --tick-ms?"""
    code, text = run("--tik-ms", "50")
    assert code == 2 and "tick-ms" in text


@pytest.mark.parametrize("flag", ["redis-password-file", "order-key-file"])
def test_a_secret_must_be_given_and_readable_by_its_owner_only(run, flag):
    """Missing, empty, or open to others: exit 2 and the path, never the content."""
    code, text = run(without=[flag])
    assert code == 2 and flag in text
    secret = run.node.folder / "secret"
    secret.write_text("")
    secret.chmod(0o600)
    code, text = run(**{flag: secret})
    assert code == 2 and str(secret) in text
    secret.write_text("c0ffee" * 10 + "c0ff")
    secret.chmod(0o644)
    code, text = run()
    assert code == 2 and str(secret) in text and "c0ffee" not in text


@pytest.mark.parametrize("flag", ["order-key-file", "payment-key-file", "payment-key-old-file"])
@pytest.mark.parametrize("content", ["short", "x" * 64, "0" * 63, "0" * 65], ids=len)
def test_a_key_must_be_64_hex_digits(run, flag, content):
    """Anything else: exit 2, the flag, and not a word of it."""
    secret = run.node.folder / "secret"
    secret.write_text(content)
    secret.chmod(0o600)
    code, text = run(**{flag: secret})
    assert code == 2 and flag in text and "64 hex digits" in text and content not in text


def test_a_payment_key_may_lack(run):
    """It is not needed to sell: --check says so by showing nothing."""
    code, text = run("--check", without=["payment-key-file"])
    assert code == 0 and "payment-key-file =   (from default)" in text


def test_weights_from_a_file_that_does_not_know_the_port_is_refused(run):
    """No `server ...:port weight=N` line: exit 2, and --weight may be given instead."""
    code, text = run(weights_from=run.cluster.nginx.conf)
    assert code == 2 and str(run.node.port) in text and "--weight" in text


def test_check_prints_the_values_in_force_and_masks_secrets(run):
    """--check: exit 0; flag over environment over default, each with its origin."""
    code, text = run("--check", tick_ms=50, env={"PENSTOCK_TICK_MS": "70",
                                                 "PENSTOCK_QUEUE_MAX": "77"})
    assert code == 0, text
    lines = {line.split(" = ")[0].strip(): line for line in text.splitlines() if " = " in line}
    assert "50" in lines["tick-ms"] and "flag" in lines["tick-ms"]
    assert "77" in lines["queue-max"] and "environment" in lines["queue-max"]
    assert "256" in lines["batch-max"] and "default" in lines["batch-max"]
    for name in ("redis-node.password", "order.key"):
        content = (run.cluster.redis_part.secrets / name).read_text().strip()
        assert content not in text
    assert "(set)" in lines["order-key-file"]


def test_help_and_version(run):
    """--help lists every flag, --version one line; both exit 0 with nothing else given."""
    code, text = run("--help", without=list(run.node.flags))
    assert code == 0 and all(f"--{flag} " in text for flag, _ in BAD)
    code, text = run("--version")
    assert code == 0 and len(text.split()) == 2


def test_a_port_that_is_taken_is_said(cluster):
    """Another node on the same port: exit 1 and the address; the first one serves on."""
    done = subprocess.run(cluster.nodes[0].argv(), capture_output=True, text=True, check=False,
                          timeout=stretched(10), cwd=cluster.folder,
                          env={**os.environ, **SANITIZED})
    assert done.returncode == 1 and str(cluster.nodes[0].port) in done.stderr
    assert cluster.nodes[0].is_ready()


def test_healthcheck_is_the_exit_code_of_readiness(cluster):
    """0 while ready, 1 when Redis is away, 1 when nobody listens."""
    def code():
        return subprocess.run(cluster.nodes[0].argv("--healthcheck"), check=False,
                              env={**os.environ, **SANITIZED}, cwd=cluster.folder,
                              capture_output=True, timeout=stretched(10)).returncode
    assert code() == 0
    cluster.kill_redis()
    wait_until(lambda: code() == 1, what="the node to be unwell")
    cluster.kill_node(0)
    assert code() == 1


UNSAFE = [
    ("appendonly", "no", "yes"), ("appendfsync", "everysec", "always"),
    ("appendfsync", "no", "always"), ("aof-load-truncated", "yes", "no"),
    ("maxmemory-policy", "allkeys-lru", "noeviction"),
]


@pytest.mark.parametrize("name, unsafe, safe", UNSAFE, ids=[" ".join(u[:2]) for u in UNSAFE])
def test_a_redis_that_could_lose_orders_is_refused(run, name, unsafe, safe):
    """Each unsafe setting: exit 3, and the sentence says what to write into redis.conf."""
    run.cluster.redis_part.start()
    run.cluster.redis.config_set(name, unsafe)
    code, text = run()
    assert code == 3 and f"{name} {safe}" in text


def acl(run, *words):
    """Changes a Redis user for this test."""
    run.cluster.redis_part.start()
    run.cluster.redis.execute_command("ACL", "SETUSER", *words)


def test_a_redis_that_serves_strangers_is_refused(run):
    """The default user is on without a password: exit 3 (S11)."""
    acl(run, "default", "on", "nopass")
    code, text = run()
    assert code == 3 and "default" in text


@pytest.mark.parametrize("lost", ["-xadd", "-evalsha", "-hset", "-exists", "-script|load", "-time",
                                  "-config|get", "-acl|dryrun", "-unlink", "-zrangebyscore"])
def test_a_redis_user_that_may_do_too_little_is_refused(run, lost):
    """One command short: exit 3, now and not in the middle of a sale."""
    acl(run, "penstock", lost)
    code, text = run()
    assert code == 3 and ("user penstock" in text or "no permissions" in text)


def test_a_redis_user_without_the_items_keys_is_refused(run):
    """The right commands on the wrong keys: exit 3."""
    acl(run, "penstock", "resetkeys", "~something:*")
    code, text = run()
    assert code == 3 and "penstock" in text


def test_a_node_with_device_logins_needs_their_keys_and_a_key_for_tokens(run):
    """A list of users from before: only a node that logs devices in minds. No token key: exit 2."""
    acl(run, "penstock", "resetkeys", "~*_hash_key", "~{*_hash_key}:*")
    code, text = run(device_login=1)
    assert code == 3 and "penstock:device:" in text
    code, text = run(without=["token-key-file"])
    assert code == 2 and "--device-login" in text


def test_a_wrong_password_is_refused_without_a_word_of_it(run):
    """Exit 3; the sentence names the user and the file's flag, not the password."""
    run.cluster.redis_part.start()
    secret = run.node.folder / "secret"
    secret.write_text("wrong-pass-word")
    secret.chmod(0o600)
    code, text = run(redis_password_file=secret)
    assert code == 3 and "penstock" in text and "wrong-pass-word" not in text


def test_a_redis_that_becomes_unsafe_is_left_and_taken_again_when_it_is_mended(cluster):
    """everysec set at run time, links cut: not ready, 503 and why; always again: it sells."""
    cluster.open_sale(10)
    cluster.redis.config_set("appendfsync", "everysec")
    cluster.redis.execute_command("CLIENT", "KILL", "USER", "penstock")
    wait_until(lambda: not cluster.nodes[0].is_ready(), what="the node to stop")
    wait_until(lambda: "appendfsync" in cluster.log(0), what="the reason")
    assert cluster.buy(via=0).reason == "BUSY"
    cluster.redis.config_set("appendfsync", "always")
    cluster.wait_ready()
    assert cluster.buy(via=0).reason == "ACCEPTED"


def test_no_secret_is_on_a_command_line_in_a_log_or_in_an_answer(cluster):
    """S13: after sales, refusals and a restart of Redis, no file or argv holds a secret."""
    cluster.open_sale(10)
    bodies = [a.body for a in cluster.buy_together(20)]
    bodies += [cluster.buy(key="\x01").body, cluster.buy(units="x").body]
    number = cluster.number_of(2)
    bodies += [cluster.callback(number, "t-1").body, cluster.callback(number, "t", at=1).body,
               cluster.callback(number, "t", signature="x").body, cluster.cancel(number).body]
    cluster.kill_redis()
    bodies += [cluster.buy(via=0, timeout=5).body]
    cluster.restart_redis()
    cluster.wait_ready()
    cluster.wait_lines(23)
    folder = cluster.redis_part.secrets
    secrets = [(folder / name).read_bytes().strip()
               for name in ("redis-node.password", "redis-admin.password", "order.key",
                            "payment.key")]
    assert all(len(secret) >= 32 for secret in secrets)
    places = [path for path in cluster.folder.rglob("*")
              if path.is_file() and folder not in path.parents]
    parts = [cluster.redis_part, cluster.nginx, *cluster.nodes]
    places += [Path(f"/proc/{part.process.pid}/cmdline") for part in parts]
    for secret in secrets:
        assert not [place for place in places if secret in place.read_bytes()]
        assert not [body for body in bodies if secret in body]
    assert not [path for path in folder.iterdir() if path.stat().st_mode & 0o077]
    assert folder.stat().st_mode & 0o077 == 0


def has_ipv6():
    """Has this machine an ::1? Containers often have not."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_an_address_of_ipv6_stands_in_brackets(cluster):
    """[::1]:port for Redis and to listen on, for a node and its health check, and for the tool."""
    cluster.redis.config_set("bind", "127.0.0.1 ::1")
    cluster.open_sale(10)
    node, address = cluster.nodes[0], f"[::1]:{cluster.redis_part.port}"
    cluster.stop_node(0)
    node.start(redis=address, listen=f"[::1]:{node.port}")
    healthcheck = node.argv("--healthcheck")
    wait_until(lambda: subprocess.run(healthcheck, check=False, env={**os.environ, **SANITIZED},
                                      cwd=node.folder, capture_output=True,
                                      timeout=stretched(10)).returncode == 0, what="its health")
    with socket.create_connection(("::1", node.port), 5) as buyer:
        buyer.sendall(web.purchase(key="of-six"))
        assert b'"reason":"ACCEPTED"' in buyer.recv(4096)
    operator = Operator(cluster.redis_part)
    assert operator.knows("item", "show", "ticket", redis=address)["left"] == 9


def test_a_redis_whose_socket_is_missing_is_said_once(run):
    """The connect fails at once: one line in the log; the node lives, and is not ready."""
    node = run.node.start(redis="unix:/nonexistent/redis.sock", deadline_ms=300)
    wait_until(lambda: "/nonexistent/redis.sock" in node.process.text(), what="the log to say so")
    wait_until(lambda: web.get(node.port, "/readyz").status == 503, what="its answer")
    assert web.ask(node.port, web.purchase()).reason == "BUSY"
    assert node.process.text().count("redis.sock") == 1
    node.process.end(signal.SIGTERM)
