"""Tabular datasets as the standards see them: variables with their metadata, and rows; no file format yet."""

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


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
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
        place = next(at for at, each in enumerate(self.variables) if each.name == name)
        return tuple(row[place] for row in self.rows)


def lengths(dataset: Dataset) -> dict[str, int]:
    """The longest text of every variable in characters, at least 1; 8 for numbers, as SAS counts them."""
    return {
        each.name: 8
        if each.kind != "text"
        else max((len(str(row[at])) for row in dataset.rows if row[at] is not None), default=1) or 1
        for at, each in enumerate(dataset.variables)
    }
