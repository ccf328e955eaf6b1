"""lan - a network of the test's own, in which the kernel drops packets and narrows the link.

    lan = Lan()                    # from here on, what this thread starts is in it
    lan.part(rig, 3)               # node 3 asks Redis at an address that nobody else uses
    lan.cut(rig, ("down",))        # iptables: nothing comes back to it; no reset, only silence
    lan.mend()
    lan.narrow("2mbit")            # tc, tbf: buyers, nginx, nodes and Redis share a narrow link
    lan.widen()
    lan.close()

A network namespace with a loopback and no more: its rules meet nobody outside and go with it.
"""
import ctypes
import os
import subprocess

from harness.parts import replace

CLONE_NEWNET = 0x40000000
PART = "127.0.9.3"  # of the loopback, and free in a new one
LIBC = ctypes.CDLL(None, use_errno=True)


class NoLan(Exception):
    """This account may not make one."""


def run(*words):
    """A command that must succeed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"


class Lan:
    """The calling thread, and all that it starts, in a namespace until close()."""

    def __init__(self):
        self.outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        if LIBC.unshare(CLONE_NEWNET) != 0:
            os.close(self.outside)
            raise NoLan(os.strerror(ctypes.get_errno()))
        # Packets of a link, not of a loopback's 64 KiB: no queue takes one of those.
        run("ip", "link", "set", "lo", "mtu", "1500", "up")

    def close(self):
        """Back; the namespace goes when the last process in it has gone."""
        assert LIBC.setns(self.outside, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        os.close(self.outside)

    @staticmethod
    def part(rig, i):
        """Before the start: Redis has a second address, by which only node i asks it."""
        redis = rig.cluster.redis_part
        text = replace(redis.conf.read_text("utf-8"), r"^bind 127\.0\.0\.1$",
                       f"bind 127.0.0.1 {PART}", 1)
        redis.conf.write_text(text, "utf-8")
        rig.cluster.nodes[i].flags["redis"] = f"{PART}:{redis.port}"

    @staticmethod
    def cut(rig, ways):
        """What goes `up` to Redis by the second address, what comes `down`, or both, is dropped."""
        port = str(rig.cluster.redis_part.port)
        for way in ways:
            ends = ("-d", PART, "-p", "tcp", "--dport", port) if way == "up" else \
                ("-s", PART, "-p", "tcp", "--sport", port)
            run("iptables", "-w", "-A", "OUTPUT", *ends, "-j", "DROP")

    @staticmethod
    def narrow(rate):
        """Everybody's packets share a link of so many bits a second."""
        run("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", rate, "burst", "4kb",
            "latency", "300ms")

    @staticmethod
    def widen():
        """The link is as it was."""
        run("tc", "qdisc", "del", "dev", "lo", "root")

    @staticmethod
    def mend():
        """Nothing is dropped any more."""
        run("iptables", "-w", "-F", "OUTPUT")
