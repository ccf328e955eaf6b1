"""check_errands - what payers and cancellers heard, held against the log (H1, H2, H3, H8, H9).

An order moves once from held: paid, expired or cancelled. So all definite answers about it tell
the same, and the log has it: one answer PAID for one payment, one CANCELLED for one order, whose
units are back. A payment that came too late is written down as due.
"""
from collections import Counter

from attempts import HAS_ORDER

WORDS = {"pay": {"PAID", "REPEATED", "DUE"}, "cancel": {"CANCELLED", "ALREADY"}}
MADE_BY = {"paid": "pay", "due": "pay", "cancelled": "cancel"}


class ErrandChecks:
    """The errands of a run; `wrong` notes a violation as the Checker does."""

    def __init__(self, attempts, model, wrong):
        self.attempts, self.model, self.wrong = attempts, model, wrong
        self.lost = self.doubled = 0

    def _told(self, rule, text, errand):
        order = self.model.orders.get(errand.seq)
        self.wrong(rule, f"{text}: {errand}", errand.ended, order.key if order else "", errand.seq)

    def check_words(self, errand, kinds):
        """One definite answer: it is one of those that there are, and the log says the same."""
        if errand.reason not in WORDS[errand.op]:
            self._told("H1", f"a strange answer to {errand.op}", errand)
            return
        wanted = {errand.truth} - {""}
        if errand.op == "pay" and errand.due:
            wanted.add("due")
        if not wanted <= kinds:
            self.lost += "paid" in wanted
            self._told("H1", f"told {sorted(wanted)}, and the log has {sorted(kinds)}", errand)

    def check_order(self, seq, errands):
        """All of an order: told once, told alike."""
        kinds = {event.kind for event in self.model.moves[seq]}
        settled = [errand for errand in errands if errand.is_settled]
        for errand in settled:
            self.check_words(errand, kinds)
        truths = {errand.truth for errand in settled} - {""}
        if len(truths) > 1:
            self._told("H8", f"told {sorted(truths)} of one order", settled[-1])
        words = Counter(errand.reason for errand in settled)
        for word in ("PAID", "CANCELLED"):
            if words[word] > 1:
                self.doubled += 1
                self._told("H2", f"{words[word]} times {word} for one order", settled[-1])

    def check_made(self, seq, errands, clocks, slack_ms):
        """H3, H9: who moved the order had been asked to, before, and had not refused."""
        for event in self.model.moves[seq]:
            may_have = [errand for errand in errands if errand.op == MADE_BY.get(event.kind) and
                        errand.reason != "BUSY" and (not clocks or
                        self.attempts.wall_ms(errand.sent) <= event.at + slack_ms)]
            if event.kind in MADE_BY and not may_have:
                order = self.model.orders.get(seq)
                self.wrong("H9" if errands else "H3", f"nobody can have had order {seq} "
                           f"{event.kind}", key=order.key if order else "", seq=event.seq,
                           stamp=(event.at - self.attempts.offset_ms) * 1e6)

    def check(self, clocks, slack_ms):
        """All orders that a buyer of the history knows of."""
        for seq, errands in self.attempts.by_order.items():
            self.check_order(seq, errands)
        for seq in {a.seq for a in self.attempts.all if a.reason in HAS_ORDER}:
            self.check_made(seq, self.attempts.by_order.get(seq, []), clocks, slack_ms)
