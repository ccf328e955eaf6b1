"""checker - what buyers saw, what Redis holds and what the stat.logs say, held against each other.

The state is asserted by harness/model.py (I1-I7) and replayed once more by replay.py; here the
history is crossed with it: H1-H3, H5-H10. Payments and cancellations are check_errands.py's, and
where a ledger keeps books check_books.py holds them against the rest. Every violation is kept, the
first one is reported with its neighbourhood, and what was lost, doubled or oversold is counted. A
run whose final questions stayed open is unknown: not good.
"""
from collections import Counter, namedtuple

from attempts import HAS_ORDER, REFUSED, SOLD_OUT, UNSETTLED, Attempts
from check_books import BookChecks
from check_errands import ErrandChecks
from harness.crossing import cross_lines
from harness.model import check_item
from harness.scripts import keys_of
from harness.waiting import stretched
from replay import Model, events_of

Violation = namedtuple("Violation", "stamp rule text key seq")
Verdict = namedtuple("Verdict", "word violations faults checked lost doubled oversold unsold_s "
                     "longest_unknown_s sold_out_s text")

STALE_MS, STALE_TROUBLED_MS = 1300, 2600  # ten ticks; and with a silent Redis (its time-out)
SLACK_MS = 25  # between two clocks of one machine, and Redis' whole milliseconds
SETTLE_MS = 2500  # after a fault's end: deadlines that began before it, reconnecting
LATE_MS = 700  # an expiry after its deadline when all is well: a tick, and a busy machine
OVERDUE_MS = 300  # held so long beyond its deadline, a unit counts as unsold
# nginx' longest: a node with 1 s to connect and 5 s of silence, then for a second others that do
# not connect, and one more that is silent; and a little.
ANSWER_S = 14.0


class Checker:
    """One run's facts; check() makes the Verdict of them."""

    def __init__(self, client, history_path, lines, item="ticket", clocks=True, strangers=0,
                 earlier=()):
        self.client, self.item, self.clocks, self.strangers = client, item, clocks, strangers
        self.attempts = Attempts(history_path)
        self.violations, self.lost, self.doubled, self.books = [], 0, 0, None
        if self.attempts.books:
            self.books = BookChecks(client, self.attempts.books, item, self.wrong)
            self.books.wait()
        self.earlier = earlier  # entries that have left the stream, as SQL has them
        stream = client.xrange(keys_of(item)[5])
        self.events = self.books.events(stream) if self.books else events_of([*earlier, *stream])
        self.model = Model(self.events)
        self.lines = [line for line in lines if line["item"] == item]

    def wrong(self, rule, text, stamp=0, key="", seq=0):
        """Notes a violation."""
        self.violations.append(Violation(stamp, rule, text, key, seq))

    # -- the state -----------------------------------------------------------------------------

    def check_state(self):
        """I1-I7, and the replay that goes on where others stop."""
        for rule, event, text in self.model.faults:
            stamp = (event.at - self.attempts.offset_ms) * 1e6
            self.wrong(rule, text, stamp, seq=event.seq)
            self.doubled += rule == "H2"
        if self.books:
            self.books.check_state()
            return
        try:
            check_item(self.client, self.item, self.earlier)
        except (AssertionError, KeyError, ValueError) as fault:
            self.wrong("I", f"{type(fault).__name__}: {fault}", self.attempts.lines[-1]["t"])

    def check_lines(self):
        """stat.log: H1, H2, and H3 but for orders made while a fault was on."""
        orders = {str(o.seq): {"key": o.key, "units": o.units} for o in self.model.orders.values()}
        try:
            cross_lines(self.lines, orders, unheard=10 ** 9)
        except AssertionError as fault:
            self.wrong("H1", f"stat.log: {fault}")
        told = {line["order"] for line in self.lines if line["result"] == 1}
        for order in self.model.orders.values():
            stamp = (order.at - self.attempts.offset_ms) * 1e6
            if self.clocks and order.seq not in told and \
                    not self.attempts.is_troubled(stamp, stamp, 4000, SETTLE_MS):
                self.wrong("H3", f"order {order.seq} is in no stat.log, and nothing was wrong",
                           stamp, order.key, order.seq)

    # -- answers and orders --------------------------------------------------------------------

    def check_accepted(self):
        """H1: an order was told; it is there, as it was asked for. Returns how many orders."""
        told, firsts = set(), Counter()
        for a in self.attempts.all:
            if a.reason not in HAS_ORDER:
                continue
            order = self.model.orders.get(a.seq)
            told.add(a.seq)
            firsts[a.seq] += a.reason == "ACCEPTED"
            if order is None:
                self.lost += 1
                self.wrong("H1", f"{a.reason} told order {a.seq}, which is not there", a.ended,
                           a.key, a.seq)
            elif (a.key and order.key != a.key) or (order.user, order.units) != (a.user, a.units):
                self.wrong("H1", f"{a} was told another's order: {order}", a.ended, a.key, a.seq)
        for seq, times in firsts.items():
            if times > 1:
                self.wrong("H2", f"order {seq} was new to {times} buyers", seq=seq)
        return len(told)

    def check_intents(self):
        """H2: a wish with all its retries has heard of one order at most."""
        for intent, attempts in self.attempts.by_intent.items():
            seqs = {a.seq for a in attempts if a.reason in HAS_ORDER}
            if len(seqs) > 1:
                self.doubled += 1
                self.wrong("H2", f"wish {intent} has orders {sorted(seqs)}", attempts[-1].ended,
                           attempts[0].key, max(seqs))

    def check_asked_for(self):
        """H3: each order was asked for; those under a key of nginx' by a buyer who sent none."""
        nameless = Counter((a.user, a.units) for a in self.attempts.all
                           if a.is_open and not a.key)
        told = {a.seq for a in self.attempts.all if a.reason in HAS_ORDER and not a.key}
        for order in self.model.orders.values():
            facts = (order.key, order.user, order.units)
            if facts in self.attempts.by_facts or order.seq in told:
                continue
            nameless[facts[1:]] -= 1
            self.strangers -= nameless[facts[1:]] < 0
            if nameless[facts[1:]] < 0 and self.strangers < 0:
                self.wrong("H3", f"nobody asked for {order}", key=order.key, seq=order.seq,
                           stamp=(order.at - self.attempts.offset_ms) * 1e6)

    def check_refusals(self):
        """H7: once accepted, always; H9: an order is not made by what was refused."""
        orders = {(o.key, o.user, o.units): o for o in self.model.orders.values()}
        for facts, attempts in self.attempts.by_facts.items():
            accepted = [a for a in attempts if a.reason in HAS_ORDER]
            since = min((a.ended for a in accepted), default=None)
            for a in attempts:
                settled = a.reason not in UNSETTLED and a.status
                if since and a.sent > since and settled and a.seq != accepted[0].seq:
                    self.wrong("H7", f"accepted before, then {a.reason}: {a}", a.ended, a.key)
            order = orders.get(facts)
            if order is None or not self.clocks:
                continue
            may_have = [a for a in attempts if a.reason not in REFUSED and
                        self.attempts.wall_ms(a.sent) <= order.at + SLACK_MS]
            if not may_have:
                self.wrong("H9", f"refused, and yet {order}", attempts[0].ended, facts[0],
                           order.seq)

    def check_sold_out(self):
        """H5: sold out is only said when there was not enough left, just before."""
        for a in self.attempts.all:
            if a.reason not in SOLD_OUT:
                continue
            bound = STALE_MS
            if self.attempts.is_troubled(a.sent, a.ended, 2000, SETTLE_MS):
                bound = STALE_TROUBLED_MS
            since = self.attempts.wall_ms(a.sent) - bound
            least = self.model.least_left(since, self.attempts.wall_ms(a.ended) + SLACK_MS)
            if least >= a.units:
                self.wrong("H5", f"{a.reason}, and {least} were left all the time: {a}", a.ended,
                           a.key)

    # -- time ----------------------------------------------------------------------------------

    def check_waits(self):
        """H10: answered or closed in time; no 5xx and no cut but in fault windows."""
        for a in [*self.attempts.all, *self.attempts.errands]:
            seconds = (a.ended - a.sent) / 1e9 - self.attempts.stalled_s(a.sent, a.ended)
            if a.cut == "aborted" or not a.ended:
                continue
            if a.via == "nginx" and (seconds > ANSWER_S or a.cut == "timeout"):
                self.wrong("H10", f"{seconds:.1f} s to be answered: {a}", a.ended)
            if (a.status >= 500 or a.cut) and \
                    not self.attempts.is_troubled(a.sent, a.ended, SLACK_MS, SETTLE_MS):
                self.wrong("H10", f"{a.reason or a.status or a.cut}, and nothing was wrong: {a}",
                           a.ended)

    def check_expiries(self):
        """H8: units are back within a tick of their deadline when all is well."""
        for event in self.events:
            order = self.model.orders.get(int(event.words[2])) if event.kind == "expired" else None
            if not order or event.at - order.deadline <= LATE_MS:
                continue
            on, off = ((ms - self.attempts.offset_ms) * 1e6 for ms in (order.deadline, event.at))
            if not self.attempts.is_troubled(on, off, LATE_MS, SETTLE_MS):
                self.wrong("H8", f"order {order.seq} expired {event.at - order.deadline} ms late",
                           off, order.key, event.seq)

    def check_sold(self, within_s):
        """H6: from the mark `healed` on, everything is sold in time; returns (s, unit-s unsold)."""
        healed = self.attempts.marks["healed"]
        found = self.model.sold_out_after(self.attempts.wall_ms(healed), stretched(OVERDUE_MS))
        if found is None:
            self.wrong("H6", f"{self.model.lefts[-1]} units are left or overdue, though all asked "
                       "for them", healed)
            return None, None
        if found[0] > within_s * 1000:
            self.wrong("H6", f"all was sold {found[0] / 1000:.1f} s after the last fault's end",
                       healed)
        return found[0] / 1000, found[1] / 1000

    def longest_unknown_s(self):
        """From the first moment a buyer knew nothing until the first definite answer."""
        longest = 0
        for attempts in self.attempts.by_facts.values():
            unknown = min((a.ended or a.sent for a in attempts if a.is_open), default=None)
            settled = min((a.ended for a in attempts if a.status and a.reason not in UNSETTLED and
                           unknown and a.sent >= unknown), default=None)
            if settled:
                longest = max(longest, settled - unknown)
        return longest / 1e9

    # -- all of it -----------------------------------------------------------------------------

    def check_others(self):
        """Payments and cancellations, and the books."""
        errands = ErrandChecks(self.attempts, self.model, self.wrong)
        errands.check(self.clocks, SLACK_MS)
        if self.books:
            self.books.check_told(self.attempts)
        for checks in filter(None, (errands, self.books)):
            self.lost += checks.lost
            self.doubled += checks.doubled

    def check(self, still_open=(), sold_within_s=None):
        """The verdict; `still_open` are the keys with no definite answer."""
        self.check_state()
        self.check_lines()
        checked = self.check_accepted()
        self.check_intents()
        self.check_asked_for()
        self.check_refusals()
        self.check_others()
        self.check_waits()
        if self.clocks:
            self.check_sold_out()
            self.check_expiries()
        sold_out, unsold = (None, None) if sold_within_s is None else self.check_sold(sold_within_s)
        word = "bad" if self.violations else "unknown" if still_open else "good"
        return Verdict(word, self.violations, self.attempts.faults, checked, self.lost,
                       self.doubled, self.model.oversold, unsold, self.longest_unknown_s(),
                       sold_out, self.report(still_open))

    def report(self, still_open):
        """The first violation and what stands around it."""
        if not self.violations:
            return f"open: {sorted(still_open)[:10]}" if still_open else ""
        first = min(self.violations, key=lambda wrong: wrong.stamp or float("inf"))
        rules = Counter(wrong.rule for wrong in self.violations)
        text = [f"seed {self.attempts.seed}: {first.rule}: {first.text}",
                "all: " + ", ".join(f"{rule} x {times}" for rule, times in sorted(rules.items()))]
        text += [f"  {line}" for line in self.attempts.near(first.key, first.stamp)]
        text += [f"  {event.seq}: {event.kind} {'|'.join(event.words)}" for event in self.events
                 if first.seq and abs(event.seq - first.seq) <= 3]
        return "\n".join(text)
