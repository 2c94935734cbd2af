"""Long texts that many lines share, each kept once in a table of its own: a line gives the number of its text."""

from collections.abc import Mapping, Sequence

import msgspec

from trialwright.export.csv.cells import CsvCell, CsvTable, table_of


class Apart(msgspec.Struct, frozen=True):
    """A table of texts: what it is called, its two columns, and which columns of which table give numbers of it."""

    name: str
    columns: tuple[str, str]
    of: Mapping[str, tuple[str, ...]]


APART = (
    # Dozens of statistics stand on the same thousands of records.
    Apart("lists", ("list", "members"), {"results": ("participants", "records")}),
    # Of half a million lines one in a hundred has details; a few hundred verdicts are reasoned alike.
    Apart("texts", ("text", "content"), {"audit": ("details",), "analysis": ("reasons", "counts", "details")}),
)


def texts_apart(tables: Sequence[CsvTable], data_of: str) -> tuple[CsvTable, ...]:
    """
    The tables with a number in place of each text that stands apart, and the tables of those behind them.

    Programs that give each text of a column as many bytes as the longest has (Stata, SPSS) would else write gigabytes.

    Shape:   `lists`: `members` are names, a space between; `texts`: `content` is JSON. Numbers count from 1 in the
             order in which texts are first met.
    Missing: an empty text has no number.
    """
    found, behind = tuple(tables), []
    for each in APART:
        numbers: dict[str, int] = {}
        found = tuple(_numbered(table, each.of.get(table.name, ()), numbers) for table in found)
        lines = ((number, text, data_of) for text, number in numbers.items())
        behind.append(table_of(each.name, (*each.columns, "data_of"), lines))
    return (*found, *behind)


def _numbered(table: CsvTable, names: Sequence[str], numbers: dict[str, int]) -> CsvTable:
    places = [table.columns.index(name) for name in names]
    held = zip(*(table.cells[at] for at in places), strict=True)
    columns = list(zip(*([_number(cell, numbers) for cell in line] for line in held), strict=True))
    apart = dict(zip(places, columns, strict=True)) if columns else {}
    return CsvTable(table.name, table.columns, tuple(apart.get(at, cells) for at, cells in enumerate(table.cells)))


def _number(cell: CsvCell, numbers: dict[str, int]) -> CsvCell:
    return numbers.setdefault(str(cell), len(numbers) + 1) if cell else None
