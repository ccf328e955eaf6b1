"""attempts - a history as the checker looks at it: attempts, who asked for what, fault windows."""
from collections import defaultdict
from dataclasses import dataclass

from history import read_history

HAS_ORDER = ("ACCEPTED", "REPEATED")
SOLD_OUT = ("SOLD_OUT", "HELD")
REFUSED = ("SOLD_OUT", "HELD", "LIMIT", "PAUSED", "ENDED", "BUSY", "NO_ITEM", "BAD_REQUEST",
           "NOT_STARTED")
NEAR_NS = 5e9  # faults so near to a violation are told with it
UNSETTLED = ("", "UNKNOWN", "BUSY", "BACKLOG")  # the buyer has to ask again


def seq_of(number):
    """The seq in an order's number."""
    return int(number.rsplit("-", 2)[1])


@dataclass
class Attempt:
    """One request: sent, and perhaps answered. Times are ns of the monotonic clock."""

    n: object
    i: int
    op: str
    key: str
    user: str
    units: int
    via: str
    sent: int
    ended: int = 0  # 0: the file ends before it does
    status: int = 0
    reason: str = ""
    seq: int = 0
    cut: str = ""

    @property
    def is_open(self):
        """Nobody can tell from it whether there is an order."""
        return self.reason in ("", "UNKNOWN")

    @property
    def facts(self):
        """What names a purchase."""
        return self.key, self.user, self.units


@dataclass
class Errand:
    """One request to pay or cancel an order."""

    n: object
    op: str
    seq: int
    number: str
    via: str
    sent: int
    ended: int = 0
    status: int = 0
    reason: str = ""
    state: str = ""
    due: bool = False
    cut: str = ""

    @property
    def is_settled(self):
        """Its answer is definite."""
        return 0 < self.status < 500

    @property
    def truth(self):
        """What it was told that the order is; "": nothing."""
        told = {"PAID": "paid", "CANCELLED": "cancelled", "DUE": self.state, "ALREADY": self.state}
        if self.reason == "REPEATED" and not self.due:
            return "paid"
        return told.get(self.reason, "")


class Attempts:
    """All of a history: `all` purchases, `errands` to pay or cancel."""

    def __init__(self, path):
        self.lines = read_history(path)
        clock = self.lines[0]
        assert clock["e"] == "clock", "a history begins with its clock"
        self.seed, self.offset_ms = clock["seed"], clock["wall_ms"] - clock["t"] / 1e6
        self.all, self.errands, self.windows, self.marks = [], [], [], {}
        self.books, self.faults, self.stalls = None, 0, []
        by_number, on = {}, {}
        for line in self.lines:
            if line["e"] == "send":
                by_number[line["n"]] = self._begin(line)
            elif line["e"] == "stall":
                self.stalls.append((line["since"], line["t"]))
            elif line["e"] == "books":
                self.books = line["path"]
            elif line["e"] in ("answer", "cut"):
                self._end(by_number[line["n"]], line)
            elif line["e"] == "mark":
                self.marks[line["what"]] = line["t"]
            elif line["e"] == "fault" and line["on"]:
                on[line["what"]] = line["t"]
                self.faults += 1
            elif line["e"] == "fault":
                self.windows.append((on.pop(line["what"]), line["t"]))
        self.windows += [(since, self.lines[-1]["t"]) for since in on.values()] + self.stalls
        self.by_facts, self.by_intent = defaultdict(list), defaultdict(list)
        self.by_order = defaultdict(list)
        for errand in self.errands:
            self.by_order[errand.seq].append(errand)
        for attempt in self.all:
            self.by_intent[attempt.i].append(attempt)
            if attempt.key:
                self.by_facts[attempt.facts].append(attempt)

    def _begin(self, line):
        if "order" in line:
            errand = Errand(line["n"], line["op"], seq_of(line["order"]), line["order"],
                            line["via"], line["t"])
            self.errands.append(errand)
            return errand
        facts = {name: line[name] for name in ("n", "i", "op", "key", "user", "units", "via")}
        self.all.append(Attempt(sent=line["t"], **facts))
        return self.all[-1]

    @staticmethod
    def _end(attempt, line):
        attempt.ended, attempt.cut = line["t"], line.get("why", "")
        attempt.status, attempt.reason = line.get("status", 0), line.get("reason", "")
        if isinstance(attempt, Errand):
            attempt.state, attempt.due = line.get("state", ""), line.get("due", False)
            return
        attempt.seq = line.get("seq", 0)
        attempt.key = attempt.key or line.get("told", "")

    def wall_ms(self, stamp):
        """A stamp as Redis' clock would have it."""
        return stamp / 1e6 + self.offset_ms

    def is_troubled(self, since, until, before_ms=0, after_ms=0):
        """A span of stamps meets a fault's window, made longer at both ends."""
        return any(since <= off + after_ms * 1e6 and until >= on - before_ms * 1e6
                   for on, off in self.windows)

    def stalled_s(self, since, until):
        """How long the machine stood still between two stamps."""
        return sum(max(min(until, off) - max(since, on), 0) for on, off in self.stalls) / 1e9

    def near(self, key="", stamp=0, most=24):
        """Lines of the history about a key, or around a stamp, and the faults around."""
        seqs = {a.seq for a in self.all if key and a.key == key and a.seq}
        numbers = {a.n for a in self.all if key and a.key == key}
        numbers |= {e.n for seq in seqs for e in self.by_order[seq]}
        if numbers:
            lines = [line for line in self.lines
                     if line.get("n") in numbers or line["e"] == "fault"]
            stamp = stamp or next(line["t"] for line in lines if line["e"] != "fault")
        else:
            lines = self.lines
        at = sum(line["t"] < stamp for line in lines)
        near = lines[max(at - most // 2, 0):at + most // 2]
        faults = [line for line in self.lines if line["e"] in ("fault", "mark", "stall") and
                  abs(line["t"] - stamp) < NEAR_NS]
        return sorted({line["t"]: line for line in near + faults}.values(),
                      key=lambda line: line["t"])
