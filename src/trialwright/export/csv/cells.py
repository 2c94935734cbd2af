"""Typed cells to CSV text and back: one variant for machines, one that a spreadsheet can open safely."""

import csv
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Literal

import msgspec

from trialwright.export.files import Written, gathered

Variant = Literal["machine", "spreadsheet"]
VARIANTS: tuple[Variant, ...] = ("machine", "spreadsheet")

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARD = "'"
_BOM = "\ufeff"
_QUOTED = (",", '"', "\r", "\n")


class Number(msgspec.Struct, frozen=True):
    """A cell that is a number, written as it stands: "-5" here is minus five and never text."""

    text: str

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.text):
            raise ValueError("a Number is a plain decimal such as 1250 or -0.5")


CsvCell = str | int | Number | None
"""A text, a number, or nothing."""


class CsvTable(msgspec.Struct, frozen=True):
    """One file before it is text: its columns and its rows, every cell typed."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[CsvCell, ...], ...]


def write_table(table: CsvTable, variant: Variant) -> bytes:
    """The table as one text: `table_pieces` joined."""
    return b"".join(table_pieces(table, variant))


def table_pieces(table: CsvTable, variant: Variant) -> Iterator[bytes]:
    """
    The table as UTF-8 CSV.

    Shape:   machine: plain RFC 4180, nothing escaped, quoted only where needed. spreadsheet: with a byte order mark,
             every text quoted, and a text that a spreadsheet would run as a formula (= + - @ TAB CR LF, full-width
             too) begins with an apostrophe; so does one that has an apostrophe there already, lest it be lost.
    Units:   numbers are never touched: -5 stays -5 in both.
    Source:  CWE-1236.
    """
    text = Written(_plain if variant == "machine" else _safe).__getitem__
    # A line of one empty cell would be no line at all to whoever reads it.
    empty = '""' if len(table.columns) == 1 else ""
    lines = ((",".join(map(text, line)) or empty) + "\r\n" for line in chain([table.columns], table.rows))
    yield from gathered(chain(["" if variant == "machine" else _BOM], lines))


def read_table(data: bytes, name: str, variant: Variant) -> CsvTable:
    """
    The table back from its text: cells as texts, the guard of the spreadsheet variant taken off again.

    Missing: an empty cell is "", for CSV cannot tell an empty text from nothing.
    """
    text = data.decode().removeprefix(_BOM)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if variant == "spreadsheet":
        rows = [[cell.removeprefix(_GUARD) for cell in row] for row in rows]
    head, *body = rows
    return CsvTable(name, tuple(head), tuple(tuple(row) for row in body))


@lru_cache(maxsize=65_536)  # the same few hundred readings stand in a study a hundred thousand times
def number_or_text(text: str) -> CsvCell:
    """What was typed, as a number where it plainly is one."""
    return Number(text) if _NUMBER.fullmatch(text) else text


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"{_GUARD}{text}" if text.startswith((*_TRIGGERS, _GUARD)) else text


def _plain(cell: CsvCell) -> str:
    text = _text(cell)
    if isinstance(cell, str) and any(mark in cell for mark in _QUOTED):
        return '"' + text.replace('"', '""') + '"'
    return text


def _safe(cell: CsvCell) -> str:
    if not isinstance(cell, str):
        return _text(cell)
    # Always quoted: a spreadsheet that splits at semicolons or tabs would else start a new cell inside the text.
    return '"' + guarded(cell).replace('"', '""') + '"' if cell else ""


def _text(cell: CsvCell) -> str:
    match cell:
        case None:
            return ""
        case Number(text=text):
            return text
        case _:
            return str(cell)
