"""Lists of names, each kept once in a table of its own: a line that stands on one gives its number."""

from collections.abc import Sequence

from trialwright.export.csv.cells import CsvCell, CsvTable, table_of

APART = {"results": ("participants", "records")}
"""Which columns of which table hold such lists: dozens of statistics stand on the same thousands of records."""

TABLE = "lists"
LISTS = ("list", "members")


def lists_apart(tables: Sequence[CsvTable], data_of: str) -> tuple[CsvTable, ...]:
    """
    The tables with the number of a list in place of its names, and the table `lists` behind them.

    Programs that give each text of a column as many bytes as the longest has (Stata, SPSS) would else write gigabytes.

    Shape:   `list` counts from 1 in the order in which lists are first met; `members` are names, a space between.
    Missing: an empty list has no number.
    """
    numbers: dict[str, int] = {}
    found = [_numbered(table, numbers) if table.name in APART else table for table in tables]
    lines = ((number, members, data_of) for members, number in numbers.items())
    return (*found, table_of(TABLE, (*LISTS, "data_of"), lines))


def _numbered(table: CsvTable, numbers: dict[str, int]) -> CsvTable:
    places = [table.columns.index(name) for name in APART[table.name]]
    lines = [
        [_number(cell, numbers) for cell in line] for line in zip(*(table.cells[at] for at in places), strict=True)
    ]
    apart = dict(zip(places, zip(*lines, strict=True), strict=True)) if lines else {}
    return CsvTable(table.name, table.columns, tuple(apart.get(at, cells) for at, cells in enumerate(table.cells)))


def _number(cell: CsvCell, numbers: dict[str, int]) -> CsvCell:
    return numbers.setdefault(str(cell), len(numbers) + 1) if cell else None
