"""What the documents of a report are written from: the definition, the readout, and every printed value by its name."""

from collections.abc import Sequence

import msgspec

from trialwright.catalog.wording import Book
from trialwright.model.analysis import Analysis, Figure, ResultRow, Table
from trialwright.model.ledger import Snapshot
from trialwright.model.record import CheckReport
from trialwright.model.study import Assumption, DisplayUse
from trialwright.report.chapters import Writing
from trialwright.report.document import display_heading
from trialwright.report.verdict import Headline

NOTHING = "–"

Printed = dict[tuple[str, str, str], str]
"""(catalog display, row, statistic) -> what is printed; of several displays of one entry the first counts."""


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a document is written from. Everything it says of a number comes from `printed`."""

    writing: Writing
    snapshot: Snapshot
    analysis: Analysis
    rows: tuple[ResultRow, ...]
    shown: tuple[tuple[DisplayUse, Table | Figure], ...]
    headlines: tuple[Headline, ...]
    registration: CheckReport | None
    assumptions: tuple[Assumption, ...]
    mark: str
    printed: Printed
    by_cell: dict[str, str] = {}
    book: Book | None = None

    def say(self, english: str, chinese: str, **fields: object) -> str:
        return self.writing.say(english, chinese, **fields)

    def value(self, display: str, row: str, statistic: str) -> str:
        """A printed value by the name of the catalog display, line and statistic; an en dash where there is none."""
        return self.printed.get((display, row, statistic), NOTHING)

    def at(self, number: str, row: str, statistic: str) -> str:
        """A printed value by the number of its display."""
        return self.by_cell.get(f"{number}:{row}:{statistic}", NOTHING)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods behind the displays that are shown, in their order."""
        used = (self.writing.catalog.display(use.display).methods for use, _ in self.shown)
        return tuple(dict.fromkeys(name for names in used for name in names))

    def counted(self, display: str, row: str) -> tuple[str, str]:
        """The count of a line and what it is out of."""
        numbers = {use.number for use, _ in self.shown if use.display == display}
        for each in self.rows:
            if each.display in numbers and each.row == row and each.statistic == "n" and each.denominator is not None:
                return self.value(display, row, "n"), str(each.denominator)
        return NOTHING, NOTHING

    def terms(self, display: str, most: int) -> list[tuple[str, str]]:
        """The first lines of a table of terms, whatever they are: words and count; the line of all of them left out."""
        number = next((use.number for use, _ in self.shown if use.display == display), "")
        found = [r for r in self.rows if r.display == number and r.statistic == "n" and r.row != "any"]
        return [(row.label, self.value(display, row.row, "n")) for row in found[:most]]

    def refer(self, *names: str) -> str:
        """ "(Table 14.1.1)": where the displays of these catalog entries stand."""
        found = [display_heading(display) for use, display in self.shown if use.display in names]
        if not found:
            return ""
        return self.say(" ({where})", "（{where}）", where=", ".join(found))


def printed_values(
    shown: Sequence[tuple[DisplayUse, Table | Figure]], rows: Sequence[ResultRow], printed: dict[str, str]
) -> Printed:
    """Every printed value once, by name: looked up many times, made once."""
    of = {use.number: use.display for use, _ in shown}
    found: Printed = {}
    for row in rows:
        found.setdefault((of.get(row.display, ""), row.row, row.statistic), printed[row.cell])
    return found
