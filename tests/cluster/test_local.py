"""`make up` and its sisters, as a user types them: local.sh on other ports, in another folder.

A second cluster beside whatever runs on this machine; nothing of run/ is touched.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from harness import web
from harness.load import Ab
from harness.parts import BINARY
from harness.ports import Ports
from harness.waiting import wait_equal, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS_MAX = 120


class Local:
    """local.sh with its own ports and folder."""

    settings = ("PENSTOCK_HTTP_PORT", "PENSTOCK_REDIS_PORT", "PENSTOCK_NODE_PORT",
                "PENSTOCK_LEDGER_PORT", "LEDGER_URL")

    def __init__(self, folder, root=ROOT):
        self.run, self.root = folder / "run", root
        self.ports = Ports()
        first = min(self.ports.free)
        self.http, self.ledger = first + 5, first + 6
        self.environment = dict(
            os.environ, PENSTOCK_RUN=str(self.run), PENSTOCK_BINARIES=str(BINARY.parent),
            PENSTOCK_NODE_PORT=str(first), PENSTOCK_REDIS_PORT=str(first + 4),
            PENSTOCK_HTTP_PORT=str(self.http), PENSTOCK_LEDGER_PORT=str(self.ledger))

    def say(self, *words, status=0):
        """Runs `local.sh words`; what it printed."""
        done = self._done(words)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def complaint(self, *words):
        """The same where it must fail; what it printed as its error."""
        done = self._done(words)
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def _done(self, words):
        return subprocess.run(
            [str(self.root / "deploy" / "local.sh"), *words], env=self.environment, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_MAX, check=False)

    @staticmethod
    def is_taken(port):
        """Somebody listens there."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def lines(self):
        """Lines of each node's stat.log, lightest node first."""
        logs = sorted(self.run.glob("node-*/stat.log"))
        return [len(log.read_text().splitlines()) for log in logs]

    def recorded(self):
        """Of how many items the ledger has recorded every event, or None."""
        told = web.get(self.ledger, "/healthz").json
        return told["items"] if told["healthy"] and not told["backlog"] else None

    def fields(self):
        """The item's hash."""
        words = self.say("redis-cli", "hgetall", "ticket_hash_key").split()
        return dict(zip(words[::2], words[1::2]))


MAKEFILE = """\
programs: build/penstock-node build/penstock-ledger build/penstockctl
build/%: source/% ; @mkdir -p build && echo made $@ && cp --remove-destination $< $@
"""


@pytest.fixture
def clone(tmp_path):
    """A cluster by a clone's own local.sh, in a folder with a name; `make programs` copies."""
    root = tmp_path / "R&D | shop\\1"
    shutil.copytree(ROOT / "deploy", root / "deploy")
    (root / "web").symlink_to(ROOT / "web")
    shutil.copytree(BINARY.parent, root / "source",
                    ignore=lambda _, names: [name for name in names if "penstock" not in name])
    (root / "Makefile").write_text(MAKEFILE, "ascii")
    made = Local(tmp_path, root)
    made.run = root / "run"
    for name in ("PENSTOCK_RUN", "PENSTOCK_BINARIES", "MAKEFLAGS"):
        made.environment.pop(name, None)
    yield made
    made.say("down")


@pytest.fixture
def local(tmp_path):
    """A cluster by local.sh, up; taken down at the end."""
    made = Local(tmp_path)
    made.say("up")
    yield made
    made.say("down")


def test_up_then_ab_gives_the_nodes_100_200_300_and_400_lines(local):
    """The README's minute: up, ab -n 1000 -c 100, 0 failed, lines by weight, the hash by hand."""
    result = Ab(f"http://127.0.0.1:{local.http}/buy/ticket", 1000, 100, keepalive=False).finish()
    assert (result.failed, result.refused) == (0, 0), result.text
    wait_equal([100, 200, 300, 400], local.lines, what="the lines, written 5 ms later at most")
    fields = local.fields()
    assert (fields["ticket_total_nums"], fields["ticket_sold_nums"]) == ("10000", "1000")
    for path in ("/", "/admin/"):
        page = web.get(local.http, path, Accept="text/html")
        assert page.status == 200 and b"<!doctype html>" in page.body, path


@pytest.mark.parametrize("depth, way", [(0, "redis.sock:0"), (100, "127.0.0.1")])
def test_nodes_ask_redis_by_its_socket_where_its_path_is_short_enough(depth, way):
    """Four connections of the nodes' user, and the sale goes on either way."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="penstock-up-"))
    made = Local(folder / ("x" * depth) if depth else folder)
    try:
        made.say("up")
        clients = [dict(word.split("=", 1) for word in line.split(" ") if "=" in word)
                   for line in made.say("redis-cli", "client", "list").splitlines()]
        nodes = [client["addr"] for client in clients if client.get("user") == "penstock"]
        assert len(nodes) == 4 and all(way in address for address in nodes), nodes
        assert web.get(made.http, "/buy/ticket").reason == "ACCEPTED"
    finally:
        made.say("down")
        shutil.rmtree(folder)


def test_reset_opens_a_fresh_sale_and_up_again_changes_nothing(local):
    """`make reset TOTAL=7` after a sale: 7 to sell, all sold; a second `make up` starts nothing."""
    Ab(f"http://127.0.0.1:{local.http}/buy/ticket", 50, 10, keepalive=True).finish()
    before = sorted(path.read_text() for path in local.run.glob("*.pid"))
    local.say("reset", "7")
    Ab(f"http://127.0.0.1:{local.http}/buy/ticket", 50, 10, keepalive=True).finish()
    local.say("up")
    assert sorted(path.read_text() for path in local.run.glob("*.pid")) == before
    fields = local.fields()
    assert (fields["ticket_total_nums"], fields["ticket_sold_nums"]) == ("7", "7")


def test_reset_under_a_crowd_opens_a_fresh_sale(local):
    """Buyers never stop asking, so no node ever shows the whole of it: `reset` is done."""
    buyers = Ab(f"http://127.0.0.1:{local.http}/buy/ticket", 10**7, 20, keepalive=True)
    try:
        wait_until(lambda: int(local.fields()["ticket_sold_nums"]) > 100, what="buyers")
        epoch = int(local.fields()["epoch"])
        assert "200000 on sale" in local.say("reset", "200000")
        assert buyers.is_running()
        fields = local.fields()
        assert int(fields["epoch"]) > epoch and fields["ticket_total_nums"] == "200000"
        stock = web.get(local.http, "/stock/ticket").json
        assert stock["epoch"] == int(fields["epoch"])
    finally:
        buyers.stop()


def test_reset_says_when_nothing_is_sold_for_the_item_is_paused_or_closed(local):
    """Paused: how to go on. Closed: exit 1, and nothing is changed."""
    local.say("ctl", "item", "pause", "ticket")
    said = local.say("reset", "9")
    assert "paused" in said and 'make ctl ARGS="item resume ticket"' in said, said
    local.say("ctl", "item", "resume", "ticket")
    assert re.search(r"^ +ticket +8 on sale$", local.say("reset", "8"), re.M)
    local.say("ctl", "item", "close", "ticket")
    before = local.fields()
    assert "closed" in local.complaint("reset", "7")
    assert local.fields()["ticket_total_nums"] == before["ticket_total_nums"] == "8"


def test_a_sale_outlives_down_and_up(local):
    """What was sold is in Redis' log: `make down`, `make up`, and the count is as it was."""
    Ab(f"http://127.0.0.1:{local.http}/buy/ticket", 30, 3, keepalive=True).finish()
    local.say("down")
    local.say("up")
    assert local.fields()["ticket_sold_nums"] == "30"


def test_the_operators_tool_knows_this_cluster(local):
    """`make ctl ARGS=...`: Redis, ledger, keys and stat.logs are found without a flag."""
    Ab(f"http://127.0.0.1:{local.http}/buy/ticket", 20, 2, keepalive=True).finish()
    assert re.search(r"^ticket +open +10000 +9980 +20 +0 ", local.say("ctl", "item", "list"), re.M)
    wait_equal(20, lambda: sum(local.lines()), what="the lines, written 5 ms later at most")
    said = local.say("ctl", "audit")
    assert "ticket: clean at event 21 " in said and re.search(r"lines that sold +20\n", said)
    token = local.say("ctl", "token", "issue", "ada").strip()
    assert "good" in local.say("ctl", "token", "show", token)
    local.say("ctl", "item", "show", "mug", status=1)


def test_what_up_was_told_is_known_to_its_sisters(tmp_path):
    """Ports and LEDGER_URL are said to `up` alone; the folder is enough for all that follows."""
    made = Local(tmp_path)
    told = dict(made.environment)
    ledger = f"sqlite:{tmp_path}/elsewhere.db"
    made.environment["LEDGER_URL"] = ledger
    try:
        said = made.say("up")
        assert f"PENSTOCK_RUN={made.run} make reset TOTAL=10000" in said
        assert (made.run / "settings").stat().st_mode & 0o077 == 0
        pids = sorted(path.read_text() for path in made.run.glob("*.pid"))
        for name in made.settings:
            made.environment.pop(name, None)
        assert made.say("status").count(" ready ") == 7
        assert "running already" in made.say("up")
        assert sorted(path.read_text() for path in made.run.glob("*.pid")) == pids
        made.say("reset", "7")
        assert re.search(r"^ticket +open +7 ", made.say("ctl", "item", "list"), re.M)
        wait_equal(1, made.recorded, what="the item in SQL")
        assert "clean at event" in made.say("ctl", "audit")
        for name, other in (("PENSTOCK_HTTP_PORT", "1"), ("LEDGER_URL", "sqlite:/x")):
            for verb in ("status", "down", "up", "reset"):
                made.environment[name] = other
                assert f"{name} is not what" in made.complaint(verb)
                made.environment.pop(name)
        made.say("down")
        assert not any(made.is_taken(int(told[name])) for name in made.settings if name in told)
        made.environment["PENSTOCK_HTTP_PORT"] = str(made.http + 2)
        made.say("up")
        assert web.get(made.http + 2, "/buy/ticket").reason == "ACCEPTED"
        assert (tmp_path / "elsewhere.db").exists() and not list(made.run.glob("ledger/*.db"))
    finally:
        made.environment.pop("PENSTOCK_HTTP_PORT", None)
        made.say("down")


def test_up_builds_what_is_older_than_its_source(clone):
    """First nothing is built, then one source is new: `up` builds each time, and only that."""
    assert clone.say("up").count("made build/") == 3
    page = web.get(clone.http, "/", Accept="text/html")
    assert page.status == 200 and b"<!doctype html>" in page.body
    os.utime(clone.root / "source" / "penstock-node")
    said = clone.say("up")
    assert said.count("made build/") == 1
    assert re.search("running already.*after 'make down'", said), said
    clone.say("down")
    said = clone.say("up")
    assert "made build/" not in said and "take effect" not in said


def test_down_ends_a_node_that_nginx_conf_names_no_more(clone):
    """The fourth node's lines are gone since `up`: `down` knows it all the same."""
    clone.say("up")
    port = int(clone.environment["PENSTOCK_NODE_PORT"]) + 3
    conf = clone.root / "deploy" / "nginx.conf"
    conf.write_text(re.sub("^.*server 127.0.0.1:3004.*$", "", conf.read_text("utf-8"), flags=re.M),
                    "utf-8")
    assert clone.is_taken(port)
    clone.say("down")
    assert not clone.is_taken(port)


def test_ports_that_nginx_conf_states_are_read_anew_by_each_up(clone):
    """No port of nodes is told: after `down` another one in nginx.conf is the one that counts."""
    first = int(clone.environment.pop("PENSTOCK_NODE_PORT"))
    conf = clone.root / "deploy" / "nginx.conf"
    text = conf.read_text("utf-8")
    for i in range(4):
        text = text.replace(f"127.0.0.1:{3001 + i}", f"127.0.0.1:{first + i}")
    conf.write_text(text, "utf-8")
    clone.say("up")
    clone.say("down")
    conf.write_text(text.replace(f"127.0.0.1:{first}", f"127.0.0.1:{first + 7}"), "utf-8")
    clone.say("up")
    assert clone.is_taken(first + 7) and not clone.is_taken(first)
    assert web.get(clone.http, "/buy/ticket").reason == "ACCEPTED"


def test_a_ledger_without_sql_keeps_no_shop_from_opening(tmp_path):
    """LEDGER_URL leads nowhere: `up` says so, everything runs and sells, `status` says 3."""
    made = Local(tmp_path)
    made.environment["LEDGER_URL"] = "postgresql://penstock@127.0.0.1:1/penstock"
    try:
        said = made.say("up")
        assert re.search(r"^ +ledger +ready.*\n.*warning: .*sql_away", said, re.M), said
        assert web.get(made.http, "/buy/ticket").reason == "ACCEPTED"
        said = made.say("status", status=3)
        assert re.search(r"^ledger +not well ", said, re.M) and said.count(" ready ") == 6
    finally:
        made.say("down")


def test_an_item_that_redis_lost_keeps_no_shop_from_opening(local):
    """`cup` is in SQL and not in Redis any more: `up` says so, and the other item is sold."""
    local.say("ctl", "item", "create", "cup", "--total", "5")
    wait_equal(2, local.recorded, what="the items in SQL")
    local.say("redis-cli", "del", "cup_hash_key", *(
        "{cup_hash_key}:" + name for name in ("events", "nodes", "ledger")))
    local.say("down")
    said = local.say("up")
    assert re.search(r"warning: .*\"stopped\":1", said), said
    assert web.get(local.http, "/buy/ticket").reason == "ACCEPTED"


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path):
    """Somebody else listens on nginx' port: exit 1, the port in the message, no process left."""
    made = Local(tmp_path)
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", made.http))
        taken.listen()
        made.say("up", status=1)
    assert not list(made.run.glob("*.pid"))


def test_workers_of_a_killed_nginx_are_ended_and_those_of_another_are_not(local, make_cluster):
    """Its master is killed: `down` frees the port. A stale number is another's master: left."""
    os.kill(int((local.run / "nginx.pid").read_text("ascii")), signal.SIGKILL)
    assert local.is_taken(local.http)
    local.say("down")
    assert not local.is_taken(local.http)
    log = str(local.run / "log" / "nginx.log")
    left = subprocess.run(["find", "/proc", "-maxdepth", "3", "-path", "*/fd/2", "-lname", log],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    assert not left.stdout, "a child is left: nginx' cache manager holds no port"
    other = subprocess.Popen(
        ["setsid", *map(str, make_cluster().nginx.process.argv)], stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
    try:
        def workers():
            done = subprocess.run(["pgrep", "-P", str(other.pid), "-f", "nginx: worker"],
                                  capture_output=True, text=True, check=False)
            return done.stdout.split()
        wait_until(workers, what="the other nginx")
        before = workers()
        (local.run / "nginx.pid").write_text(f"{other.pid}\n", "ascii")
        local.say("up")
        assert workers() == before
    finally:
        other.terminate()
        other.wait()


def test_secrets_are_for_their_owner_only(local):
    """Files 0600 in a folder 0700, and no secret in any command line."""
    secrets = local.run / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    texts = []
    for path in secrets.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
        if re.search(r"password|key", path.name):
            texts.append(path.read_bytes().strip())
    assert len(texts) >= 3
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        assert not any(text in words for text in texts), path
