"""The result rows of a study, asked by what they are: family, endpoint, line and statistic; printed as tables print."""

from collections.abc import Iterator

from trialwright.catalog import Catalog
from trialwright.catalog.displays.layout import formatted_rows
from trialwright.model.analysis import ResultRow
from trialwright.model.study import DisplayUse, Study


class Shown(str):
    """A printed value that knows the cell it comes from."""

    __slots__ = ("cell",)
    cell: str

    def __new__(cls, text: str, cell: str) -> "Shown":
        made = super().__new__(cls, text)
        made.cell = cell
        return made


class Rows:
    """Result rows by display, with what a table prints for each."""

    def __init__(self, study: Study, rows: tuple[ResultRow, ...], catalog: Catalog) -> None:
        self._study, self._catalog = study, catalog
        self._printed = formatted_rows(rows)
        self._by_display: dict[str, dict[str, dict[str, ResultRow]]] = {}
        for row in rows:
            self._by_display.setdefault(row.display, {}).setdefault(row.row, {})[row.statistic] = row

    def displays(self, family: str, estimand: str = "", **parameters: str) -> Iterator["Display"]:
        """The displays of a family that show an endpoint ("" any) and ask for exactly these parameters."""
        for use in self._study.displays:
            asked = all(self._parameter(use, name) == value for name, value in parameters.items())
            wanted = not estimand or estimand in use.estimands
            if wanted and asked and use.number in self._by_display and self._parameter(use, "analysis") == family:
                yield Display(self._by_display[use.number], self._printed)

    def numbers(self, estimand: str) -> list[str]:
        """The numbers of the displays that show an endpoint, those that show records included."""
        return [use.number for use in self._study.displays if estimand in use.estimands]

    def count(self, estimand: str) -> int:
        """How many result rows an endpoint has."""
        return sum(
            row.estimand == estimand
            for lines in self._by_display.values()
            for line in lines.values()
            for row in line.values()
        )

    def _parameter(self, use: DisplayUse, name: str) -> str:
        if name in use.parameters:
            return use.parameters[name]
        known = {each.name: each.default for each in self._catalog.display(use.display).parameters}
        return known.get(name, "")


class Display:
    """The lines of one display."""

    def __init__(self, lines: dict[str, dict[str, ResultRow]], printed: dict[str, str]) -> None:
        self.lines, self._printed = lines, printed

    def row(self, line: str, statistic: str) -> ResultRow | None:
        return self.lines.get(line, {}).get(statistic)

    def shown(self, line: str, statistic: str) -> Shown | None:
        """What a table prints for a statistic, in the signs a registry takes; None where there is no value."""
        row = self.row(line, statistic)
        if row is None or row.value is None:
            return None
        text = self._printed[row.cell].replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", "")
        return Shown(text, row.cell)

    def number(self, line: str, statistic: str) -> int:
        """A count as a whole number, 0 where there is none."""
        row = self.row(line, statistic)
        return int(row.value) if row is not None and row.value is not None and not isinstance(row.value, str) else 0
