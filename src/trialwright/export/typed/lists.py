"""Lists of names, each kept once in a table of its own: a line that stands on one gives its number."""

from collections.abc import Sequence

from trialwright.export.csv.cells import CsvCell, CsvTable

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
    lines: list[tuple[CsvCell, ...]] = [(number, members, data_of) for members, number in numbers.items()]
    return (*found, CsvTable(TABLE, (*LISTS, "data_of"), tuple(lines)))


def _numbered(table: CsvTable, numbers: dict[str, int]) -> CsvTable:
    places = {table.columns.index(name) for name in APART[table.name]}
    rows = tuple(
        tuple(_number(cell, numbers) if at in places else cell for at, cell in enumerate(row)) for row in table.rows
    )
    return CsvTable(table.name, table.columns, rows)


def _number(cell: CsvCell, numbers: dict[str, int]) -> CsvCell:
    return numbers.setdefault(str(cell), len(numbers) + 1) if cell else None
