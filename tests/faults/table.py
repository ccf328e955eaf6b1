"""table - what `make faults` prints at its end: one line a case, its runs added up."""

from checker import Verdict

COLUMNS = ("case", "runs", "faults", "checked", "lost", "doubled", "oversold", "unsold unit-s",
           "longest unknown", "sold out after", "verdict")


def counted(faults, checked):
    """What a test found good that asserts by itself: so many faults, so many orders looked at."""
    return Verdict("good", [], faults, checked, 0, 0, 0, None, 0.0, None, "")


class Table:
    """Rows by case, in the order in which they came."""

    def __init__(self):
        self.rows = {}

    def add(self, case, verdict):
        """One run of a case."""
        self.rows.setdefault(case, []).append(verdict)

    @staticmethod
    def _row(case, runs):
        def total(name):
            return sum(getattr(run, name) for run in runs)

        def most(name, form):
            values = [getattr(run, name) for run in runs if getattr(run, name) is not None]
            return form.format(max(values)) if values else "-"

        words = {run.word for run in runs}
        word = next(word for word in ("bad", "unknown", "good") if word in words)
        return (case, len(runs), total("faults"), total("checked"), total("lost"),
                total("doubled"), total("oversold"), most("unsold_s", "{:.1f}"),
                most("longest_unknown_s", "{:.1f} s"), most("sold_out_s", "{:.2f} s"), word)

    def text(self):
        """All of it, in columns."""
        rows = [COLUMNS] + [self._row(case, runs) for case, runs in self.rows.items()]
        if len(rows) > 2:
            rows.append(self._row("all", [run for runs in self.rows.values() for run in runs]))
        widths = [max(len(str(row[i])) for row in rows) for i in range(len(COLUMNS))]
        return "\n".join("  ".join(str(cell).ljust(width) if i in (0, len(row) - 1) else
                                   str(cell).rjust(width)
                                   for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
                         for row in rows)
