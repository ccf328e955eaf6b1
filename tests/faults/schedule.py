"""schedule - random faults over a live sale, drawn from a seed: the same seed, the same plan.

Four tracks go on beside each other, so that several things fail at once: nodes, Redis and its
links, nginx and its links, ledgers. Within a track one fault ends before the next begins.
"""
import os
import random
import signal
import threading
import time
from collections import namedtuple

NODES = 4
Fault = namedtuple("Fault", "at seconds track what args")  # times from the start

NODE_FAULTS = ["kill", "stop", "pause"]
REDIS_FAULTS = ["redis-kill", "redis-power", "redis-pause", "redis-flush", "redis-busy",
                "redis-full", "delay", "stall", "deed", "links-reset"]
NGINX_FAULTS = ["reload", "worker", "front-reset", "front-stall", "front-refuse"]
LEDGER_FAULTS = ["ledger-kill", "ledger-stop", "ledger-pause"]
TRACKS = (("nodes", NODE_FAULTS), ("redis", REDIS_FAULTS), ("nginx", NGINX_FAULTS),
          ("ledgers", LEDGER_FAULTS))


def draw(seed, seconds):
    """The plan of one run: Faults by time. All of them are over at `seconds`."""
    dice, plan = random.Random(f"schedule {seed}"), []
    for track, names in TRACKS:
        now = dice.uniform(1, 4)
        while now < seconds - 1:
            name = dice.choice(names)
            lasts = min(dice.choice([0.2, 0.5, 1.0, 2.0, 4.0]), seconds - now)
            args = {"node": dice.randrange(NODES), "ms": dice.choice([20, 200, 700, 1500]),
                    "ways": dice.choice([("up",), ("down",), ("up", "down")]),
                    "deed": dice.choice(["swallow", "mute", "twice", "cut-up", "cut-down"]),
                    "nth": dice.randrange(2, 6), "byte": dice.randrange(1, 400),
                    "keep": dice.choice([0.0, 0.5, 1.0])}
            plan.append(Fault(now, lasts, track, name, args))
            now += lasts + dice.uniform(0.3, 3)
    return sorted(plan, key=lambda fault: fault.at)


class Player:
    """The faults of a plan happen to a rig that is proxied, fronted, shimmed, with ledgers."""

    def __init__(self, rig, plan):
        self.rig, self.cluster, self.plan = rig, rig.cluster, plan
        self.busy = None

    def play(self):
        """All of it, begin and end, in the order of time; returns when the last one is over."""
        moments = [(fault.at, 1, fault) for fault in self.plan]
        moments += [(fault.at + fault.seconds, 0, fault) for fault in self.plan]
        start = time.monotonic()
        for at, begins, fault in sorted(moments, key=lambda moment: moment[:2]):
            time.sleep(max(start + at - time.monotonic(), 0))
            name = f"{fault.what} {self.plan.index(fault)}"
            if begins:
                self.rig.history.fault(name, True)
                self._do(fault.what, "begin", fault.args)
            else:
                self._do(fault.what, "end", fault.args)
                self.rig.history.fault(name, False)

    def _do(self, what, when, args):
        act = getattr(self, f"_{what.replace('-', '_')}_{when}", None)
        if act:
            act(**args)

    # -- nodes: dead at the beginning, alive again at the end ------------------------------------

    def _kill_begin(self, node, **_):
        self.cluster.kill_node(node)

    def _stop_begin(self, node, **_):
        self.cluster.down.add(node)
        self.cluster.nodes[node].process.send(signal.SIGTERM)

    def _start(self, node):
        self.cluster.nodes[node].process.kill()
        self.cluster.nodes[node].start()
        self.cluster.down.discard(node)

    def _kill_end(self, node, **_):
        self._start(node)

    def _stop_end(self, node, **_):
        self._start(node)

    def _pause_begin(self, node, **_):
        self.cluster.pause_node(node)

    def _pause_end(self, node, **_):
        self.cluster.resume_node(node)

    # -- ledgers: two on one database --------------------------------------------------------------

    def _ledger(self, node):
        return self.rig.ledgers[node % len(self.rig.ledgers)]

    def _ledger_kill_begin(self, node, **_):
        self._ledger(node).kill()

    def _ledger_stop_begin(self, node, **_):
        self._ledger(node).process.send(signal.SIGTERM)

    def _ledger_kill_end(self, node, **_):
        self._ledger(node).process.kill()
        self._ledger(node).start(well=False)

    _ledger_stop_end = _ledger_kill_end

    def _ledger_pause_begin(self, node, **_):
        self._ledger(node).process.pause()

    def _ledger_pause_end(self, node, **_):
        self._ledger(node).process.resume()

    # -- Redis -----------------------------------------------------------------------------------

    def _redis_kill_begin(self, **_):
        self.cluster.kill_redis()

    def _redis_kill_end(self, **_):
        self.cluster.restart_redis()

    def _redis_power_begin(self, keep, **_):
        self.cluster.kill_redis()
        self.rig.shim.lose(self.cluster.redis_part.data, keep)

    _redis_power_end = _redis_kill_end

    def _redis_pause_begin(self, **_):
        self.cluster.pause_redis()

    def _redis_pause_end(self, **_):
        self.cluster.resume_redis()

    def _redis_flush_begin(self, **_):
        self.cluster.redis.script_flush()

    def _redis_busy_begin(self, ms, **_):
        text = ("local t = redis.call('TIME'); local from = t[1] * 1000 + t[2] / 1000; repeat "
                "t = redis.call('TIME') until t[1] * 1000 + t[2] / 1000 > from + ARGV[1]")
        client = self.cluster.redis_part.connect(socket_timeout=30)
        self.busy = threading.Thread(target=client.eval, args=(text, 0, ms), daemon=True)
        self.busy.start()

    def _redis_busy_end(self, **_):
        self.busy.join()

    def _redis_full_begin(self, **_):
        self.cluster.redis.config_set("maxmemory", 1)

    def _redis_full_end(self, **_):
        self.cluster.redis.config_set("maxmemory", "1gb")

    # -- links to Redis --------------------------------------------------------------------------

    def _delay_begin(self, ms, ways, **_):
        for way in ways:
            self.rig.proxy.tell(f"delay * {way} {ms}")

    def _stall_begin(self, node, ways, **_):
        for way in ways:
            self.rig.proxy.tell(f"stall {node} {way} 1")

    def _deed_begin(self, deed, nth, byte, **_):
        self.rig.proxy.tell(f"deed * {deed} {nth} {byte} 0")

    def _links_reset_begin(self, **_):
        self.rig.proxy.tell("reset *")

    def _calm(self, **_):
        self.rig.proxy.tell("calm *")

    _delay_end = _stall_end = _deed_end = _calm

    # -- nginx and its links ---------------------------------------------------------------------

    def _reload_begin(self, **_):
        self.cluster.nginx.process.send(signal.SIGHUP)

    def _worker_begin(self, node, **_):
        workers = self.rig.nginx_workers()
        if workers:
            os.kill(workers[node % len(workers)], signal.SIGKILL)

    def _front_reset_begin(self, node, **_):
        self.rig.front.tell(f"reset {node}")

    def _front_stall_begin(self, node, ways, **_):
        for way in ways:
            self.rig.front.tell(f"stall {node} {way} 1")

    def _front_refuse_begin(self, node, **_):
        self.rig.front.tell(f"refuse {node} 1")

    def _front_calm(self, **_):
        self.rig.front.tell("calm *")

    _front_stall_end = _front_refuse_end = _front_calm
