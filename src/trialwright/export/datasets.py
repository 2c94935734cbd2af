"""Tabular datasets as the standards see them: variables with their metadata, and rows; no file format yet."""

from functools import cached_property
from typing import Literal

import msgspec

Cell = str | int | float | None
"""A text, a number, or nothing."""

VariableKind = Literal["text", "integer", "float", "date"]
"""A date is a cell like "2021-03-15" that SAS holds as a number of days; SDTM's own dates are texts."""

OriginType = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available"]


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """
    One column. `codelist` is the C-code of its terminology; `origin` is where its values come from, in Define-XML's
    words, `source` who gave them (of a predecessor: which variable), `method` how a derived one was worked out, and
    `comment` what else is to be known.
    """

    name: str
    label: str
    kind: VariableKind
    core: str = ""  # Req, Exp, Perm
    role: str = ""
    codelist: str = ""
    origin: OriginType = "Assigned"
    source: str = ""
    method: str = ""
    comment: str = ""


class Dataset(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """
    One table of a standard. `keys` name the variables that tell its rows apart, in the order of sorting.

    `tests` says of each parameter or test how its values were worked out, where it was worked out at all.
    """

    name: str
    label: str
    kind: str  # the class: Events, Findings, Special-Purpose ...
    structure: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    rows: tuple[tuple[Cell, ...], ...]
    tests: dict[str, str] = {}

    def column(self, name: str) -> tuple[Cell, ...]:
        """Every value of one variable, in the order of the rows."""
        return self._columns[name]

    def texts(self, name: str) -> frozenset[str]:
        """The values of one variable as texts, each once; of many thousands few are different."""
        if name not in self._texts:
            cells = self.column(name)
            # Only among texts are equal cells one text: 1 and 1.0 are not.
            held = frozenset(cells) if set(map(type, cells)) <= {str, type(None)} else cells
            self._texts[name] = frozenset(str(cell) for cell in held if cell is not None)
        return self._texts[name]

    @cached_property
    def _columns(self) -> dict[str, tuple[Cell, ...]]:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.variables)
        return {each.name: cells for each, cells in zip(self.variables, columns, strict=True)}

    @cached_property
    def _texts(self) -> dict[str, frozenset[str]]:
        return {}


def lengths(dataset: Dataset) -> dict[str, int]:
    """The longest text of every variable in characters, at least 1; 8 for numbers, as SAS counts them."""
    return {
        each.name: 8 if each.kind != "text" else max(map(len, dataset.texts(each.name)), default=1) or 1
        for each in dataset.variables
    }
