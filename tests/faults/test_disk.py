"""F11-F13: the disk under Redis: a torn log, bytes never synced, no space, a sync that fails.

What was acknowledged is there; a batch is there whole or not at all.
"""
import errno
import hashlib
import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from harness.desk import Desk
from harness.model import check_item
from harness.parts import RedisPart
from harness.ports import Ports
from harness.scripts import ROOT
from harness.waiting import wait_until

WINDOW = {"pay_window_ms": 1500}
BATCH = [("last-1", "ann", "1"), ("last-2", "", "2"), ("last-3", "bob", "1")]
START = ROOT / "deploy" / "redis-start.sh"


class Log:
    """A Redis of its own, whose log ends with a batch of three; `whole` and `before` are bytes."""

    def __init__(self, folder):
        self.folder, self.ports = folder, Ports()
        self.redis = RedisPart(folder, self.ports.take())
        self.redis.start()
        desk = Desk(self.redis.client)
        desk.open(100)
        desk.buy(("first", "ann", "1"), ("second", "", "1"))
        self.file = next((self.redis.data / "appendonlydir").glob("*.incr.aof"))
        self.before = self.file.read_bytes()
        assert {said.word for said in desk.buy(*BATCH)} == {"ACCEPTED"}
        self.whole = self.file.read_bytes()
        self.redis.process.end(signal.SIGKILL)

    def state(self):
        """What Redis holds of the item, and that it holds together."""
        check_item(self.redis.client)
        client, held = self.redis.client, {}
        readers = {"hash": client.hgetall, "stream": client.xrange,
                   "zset": lambda key: client.zrange(key, 0, -1, withscores=True)}
        for key in client.keys("*"):
            held[key] = readers[client.type(key)](key)
        return held

    def restart_with(self, content):
        """Redis on a log of this content: start, write, kill, start; returns the keys ordered."""
        self.file.write_bytes(content)
        self.redis.start()
        first = self.state()
        Desk(self.redis.client).buy_one("after-the-cut")
        written = self.state()
        self.redis.process.end(signal.SIGKILL)
        self.redis.start()
        assert self.state() == written and written != first, "the second start differs"
        keys = set(self.redis.client.hkeys("{ticket_hash_key}:requests"))
        self.redis.process.end(signal.SIGKILL)
        return keys

    def close(self):
        """It ends."""
        self.redis.process.kill()
        self.redis.process.forget()
        self.redis.client.close()
        self.ports.close()


@pytest.fixture
def log(tmp_path):
    """A log, and Redis stopped."""
    one = Log(tmp_path)
    yield one
    one.close()


def mended(log, folder, size):
    """What deploy/redis-start.sh makes of a log cut at `size`, up to where Redis would begin."""
    data = folder / "data"
    if not data.exists():
        shutil.copytree(log.redis.data, data)
        (folder / "redis-server").symlink_to("/bin/true")
    file = data / "appendonlydir" / log.file.name
    file.write_bytes(log.whole[:size])
    subprocess.run([START, log.redis.conf, data], check=True, capture_output=True,
                   env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    return file.read_bytes()


@pytest.mark.row("F11 the log is cut at every byte")
@pytest.mark.deadline(300)
def test_a_log_cut_at_every_byte_of_its_last_batch_keeps_it_whole_or_not_at_all(log, tmp_path,
                                                                                count_case):
    """
    The checked start is run for every byte; Redis itself, which does the same with the same bytes,
    once for each file that came of it: start, write, kill, start again.
    """
    sizes, outcomes = range(len(log.before), len(log.whole) + 1), {}

    def run(worker):
        folder = tmp_path / f"worker-{worker}"
        folder.mkdir()
        return [(size, mended(log, folder, size)) for size in sizes[worker::2]]

    with ThreadPoolExecutor(2) as pool:
        for size, content in (pair for pairs in pool.map(run, range(2)) for pair in pairs):
            outcomes.setdefault(hashlib.sha1(content).digest(), (content, []))[1].append(size)
    assert len(outcomes) == 2, f"{len(outcomes)} different logs came of the cuts"
    for content, cuts in outcomes.values():
        keys = log.restart_with(content)
        last = {key for key, _, _ in BATCH}
        assert keys & last == (last if cuts == [len(log.whole)] else set()), cuts
        assert {"first", "second"} <= keys
    count_case(faults=len(sizes), checked=2 * len(sizes))


@pytest.mark.long
@pytest.mark.row("F11 the log is cut at every byte")
@pytest.mark.deadline(900)
def test_a_log_cut_at_every_byte_is_the_same_after_every_restart(log, count_case):
    """The same with Redis itself started twice for every byte."""
    sizes, last = range(len(log.before), len(log.whole) + 1), {key for key, _, _ in BATCH}
    for size in sizes:
        keys = log.restart_with(log.whole[:size])
        assert keys & last == (last if size == len(log.whole) else set()), size
    count_case(faults=len(sizes), checked=2 * len(sizes))


@pytest.mark.row("F12 what was not synced is lost")
@pytest.mark.parametrize("keep", [0.0, 0.5])
def test_what_was_answered_is_on_the_disk(make_rig, case, keep):
    """kill -9 of Redis, and the log cut to its last completed fdatasync (or torn behind it)."""
    rig = make_rig(shimmed=True, deadline_ms=1000).start(300, **WINDOW)
    data, lost = rig.cluster.redis_part.data, 0
    rig.buyers(rate=300)
    for _ in range(4):
        rig.shim.delay(0.02)  # so that there is something not yet synced most of the time
        rig.wait_orders(60)
        with rig.fault("the power fails"):
            wait_until(lambda: rig.shim.unsynced(data), what="something not yet synced", every=0)
            rig.cluster.kill_redis()
            rig.shim.delay(0)
            lost += rig.shim.lose(data, keep)
            rig.cluster.restart_redis()
    assert lost > 0, "there was never anything to lose: this proves nothing"
    rig.heal()
    rig.wait_orders(60)
    case(rig.settle(sold_within_s=2))


@pytest.mark.row("F13 no space, a sync that fails")
def test_a_sync_that_fails_lets_no_answer_out(make_rig, case):
    """fdatasync says EIO, three times: Redis ends, its unsynced bytes go, no order goes."""
    rig = make_rig(shimmed=True, deadline_ms=1000).start(300, **WINDOW)
    rig.buyers(rate=300)
    for _ in range(3):
        rig.wait_orders(80)
        with rig.fault("a sync fails"):
            rig.shim.fail(errno.EIO)
            assert rig.cluster.redis_part.process.wait(5) == 1, "Redis goes on after a failed sync"
            rig.shim.lose(rig.cluster.redis_part.data)
            rig.cluster.restart_redis()
    rig.heal()
    rig.wait_orders(80)
    case(rig.settle(sold_within_s=2))


@contextmanager
def small_disk(rig, size):
    """A disk of `size` bytes under Redis' log, before Redis is started."""
    data = rig.cluster.redis_part.data
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", data],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk needs the right to mount: {done.stderr.strip()}")
    try:
        yield data
    finally:
        rig.cluster.redis_part.process.kill()
        subprocess.run(["umount", "-l", data], check=True)


def fill_up(folder):
    """Leaves little or no room on a disk that somebody else is writing to."""
    try:
        (folder / "ballast").write_bytes(b"x" * (shutil.disk_usage(folder).free - 16384))
    except OSError as fault:
        assert fault.errno == errno.ENOSPC, fault


@pytest.mark.row("F13 no space, a sync that fails")
def test_a_full_disk_lets_no_answer_out_and_selling_resumes(make_rig, case):
    """The log's disk fills up under load: Redis ends, buyers hear 503; with space all goes on."""
    rig = make_rig(deadline_ms=1000)
    with small_disk(rig, 16 << 20) as data:
        rig.start(300, **WINDOW)
        rig.buyers(rate=300)
        for _ in range(2):
            rig.wait_orders(80)
            with rig.fault("the disk is full"):
                fill_up(data)
                rig.cluster.redis_part.process.wait(20)
                rig.wait_heard("BUSY", more=20)
                (data / "ballast").unlink()
                rig.cluster.restart_redis()
        rig.heal()
        rig.wait_orders(80)
        case(rig.settle(sold_within_s=2))
    wait_until(lambda: not os.path.ismount(data), what="the disk to be gone")
