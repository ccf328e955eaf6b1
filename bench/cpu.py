"""cpu - which program spent the processor's time, and how much of it was not ours.

Answers a second depend on who else is using the machine; processor time an answer hardly does. A
Meter is given groups of processes by name and tells how many microseconds each group has used
between two looks; what our own finished children (the load generators) used counts as "client".
What the machine spent beyond that, or was not given by its host, is the others' share: a figure
taken while it was high is not worth much.
"""
import os
import resource
import time

GLANCE_S = 0.2  # as long as a look at an idle machine takes
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def family(pid):
    """The process and all its descendants."""
    found = [pid]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as children:
                found.extend(int(child) for child in children.read().split())
        except FileNotFoundError:
            continue
    return found


def used_us(pid):
    """User and system time of one process so far; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * TICK_US


def resident_bytes(pid):
    """Resident memory of one process."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise OSError(f"process {pid} has no VmRSS")


def machine_us():
    """What the whole machine has spent since it started, time stolen by its host included."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = stat.readline().split()[1:9]
    return sum(int(ticks) for ticks in (user, nice, system, irq, softirq, steal)) * TICK_US


class Meter:
    """Processor time by group, from the last look on."""

    def __init__(self, groups):
        self.groups = {name: [one for pid in pids for one in family(pid)]
                       for name, pids in groups.items()}
        self.others = 0.0  # their share of the machine between the last two looks
        self.last, self.machine, self.at = self._now(), machine_us(), time.monotonic()

    def _now(self):
        now = {name: sum(used_us(pid) for pid in pids) for name, pids in self.groups.items()}
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        now["client"] = (children.ru_utime + children.ru_stime) * 1e6
        return now

    def look(self):
        """Microseconds by group since the last look; sets `others`."""
        now, machine, at = self._now(), machine_us(), time.monotonic()
        spent = {name: now[name] - self.last[name] for name in now}
        capacity_us = max(at - self.at, 0.001) * 1e6 * os.cpu_count()
        not_ours = machine - self.machine - sum(spent.values())
        self.others = min(max(not_ours / capacity_us, 0.0), 1.0)
        self.last, self.machine, self.at = now, machine, at
        return spent

    def wait_quiet(self, share_max, patience_s):
        """Waits until others leave the machine alone; returns what is left of the patience."""
        began = time.monotonic()
        while True:
            self.look()
            time.sleep(GLANCE_S)
            self.look()
            left_s = patience_s - max(time.monotonic() - began - GLANCE_S, 0.0)
            if self.others <= share_max or left_s <= 0:
                return max(left_s, 0.0)
