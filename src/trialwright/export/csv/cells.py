"""Typed cells to CSV text and back: one variant for machines, one that a spreadsheet can open safely."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, cast, overload

import msgspec
import polars as pl

from trialwright.export.files import PIECE, Written
from trialwright.model.ledger import NAME

Variant = Literal["machine", "spreadsheet"]
VARIANTS: tuple[Variant, ...] = ("machine", "spreadsheet")

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARD = "'"
_GUARDED = "^[" + "".join((*_TRIGGERS, _GUARD)).replace("-", r"\-") + "]"
_BOM = "\ufeff"
_QUOTED = (",", '"', "\r", "\n")
_TO_QUOTE = f"[{''.join(_QUOTED)}]"
_LINES = 65_536
"""Lines that are written at a time, fewer where they are long, as one of _SAMPLED shows."""
_SAMPLED = 16

_FEW = 512
"""Cells below which one by one is quicker than all at once, which takes a tenth of a millisecond for each step."""

_OFTEN = 4
"""How often a cell of a column stands in it, on average, for each to be kept and written once."""

_SHORT = 256
"""Characters that a text of a column has at most, on average, for the column to be a series."""


class Number(msgspec.Struct, frozen=True):
    """A cell that is a number, written as it stands: "-5" here is minus five and never text."""

    text: str

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.text):
            raise ValueError("a Number is a plain decimal such as 1250 or -0.5")


CsvCell = str | int | Number | None
"""A text, a number, or nothing."""


class Repeated(Sequence[CsvCell]):
    """A column whose cells come again and again: each is `held` once, and `at` says which of them a line has."""

    def __init__(self, held: Sequence[CsvCell], at: pl.Series) -> None:
        self.held, self.at = held, at

    def __len__(self) -> int:
        return len(self.at)

    @overload
    def __getitem__(self, place: int) -> CsvCell: ...
    @overload
    def __getitem__(self, place: slice) -> "Repeated": ...
    def __getitem__(self, place: int | slice) -> "CsvCell | Repeated":
        return Repeated(self.held, self.at[place]) if isinstance(place, slice) else self.held[self.at[place]]

    def __iter__(self) -> Iterator[CsvCell]:
        return map(self.held.__getitem__, self.at.to_list())


Cells = pl.Series | Sequence[CsvCell]
"""A column: a series of texts or whole numbers, or where both stand in it or the texts are long, a list of cells."""


class CsvTable(msgspec.Struct, frozen=True):
    """One file before it is text: its columns by name, each as long as the others, every cell typed."""

    name: str
    columns: tuple[str, ...]
    cells: tuple[Cells, ...]

    @property
    def height(self) -> int:
        return len(self.cells[0]) if self.cells else 0

    @property
    def rows(self) -> tuple[tuple[CsvCell, ...], ...]:
        """The same by lines: for whoever looks into a table, for it takes many times the memory."""
        return tuple(zip(*map(list, self.cells), strict=True))


def table_of(name: str, columns: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> CsvTable:
    """A table from its lines."""
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    return CsvTable(name, tuple(columns), tuple(map(column_of, by_column)))


def column_of(cells: Sequence[CsvCell]) -> Cells:
    """
    The cells as a series where all of them are texts.

    Long texts stay as they are: the same one, an object, may stand in a hundred cells, and a series would repeat it.
    """
    if set(map(type, cells)) - {type(None)} != {str}:
        return cells if len(cells) < _FEW else _repeated(cells)
    texts = cast(Sequence[str | None], cells)
    long = sum(map(len, filter(None, texts))) > _SHORT * len(texts)
    return cells if long else pl.Series(texts, dtype=pl.String())


def _repeated(cells: Sequence[CsvCell]) -> Cells:
    """The same with each object kept once, where most of them come again."""
    names = list(map(id, cells))
    held = dict(zip(names, cells, strict=True))
    if len(held) * _OFTEN > len(cells):
        return cells
    places = {name: at for at, name in enumerate(held)}
    return Repeated(list(held.values()), pl.Series(map(places.__getitem__, names), dtype=pl.UInt32()))


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
    plainly = variant == "machine"
    write = Written(_plain if plainly else _safe).__getitem__
    of_texts = _plain_texts if plainly else _safe_texts
    yield (("" if plainly else _BOM) + ",".join(map(write, table.columns)) + "\r\n").encode()
    lines = _lines_at_once(table)
    if lines < _FEW and len(table.columns) > 1:
        yield from _long_lines(table, write, lines)
        return
    columns = [_columned(each, write, of_texts) for each in table.cells]
    for start in range(0, table.height, lines):
        yield _lines([each(start, start + lines) for each in columns])


def _columned(
    cells: Cells, write: Callable[[CsvCell], str], of_texts: Callable[[pl.Series], pl.Series]
) -> Callable[[int, int], pl.Series | list[str]]:
    """
    What stands in the file from one line of a column to another.

    Shape:   cells that stand in many lines are written once each, others when they are asked for.
    """
    if isinstance(cells, Repeated):
        written, places = pl.Series(map(write, cells.held), dtype=pl.String()), cells.at
        return lambda start, end: written.gather(places[start:end])
    if not isinstance(cells, pl.Series) or len(cells) < _FEW:
        return lambda start, end: list(map(write, cells[start:end]))
    if cells.dtype != NAME and cells.dtype != pl.String():
        return lambda start, end: cells[start:end]
    held, numbers = cells.unique().drop_nulls(), cells.to_physical()
    if len(held) * _OFTEN > len(cells):
        return lambda start, end: of_texts(cells[start:end].cast(pl.String()))
    told = of_texts(held.cast(pl.String()))
    at = numbers.replace_strict(held.to_physical(), range(len(held)), return_dtype=pl.UInt32())
    return lambda start, end: told.gather(at[start:end])


def _long_lines(table: CsvTable, write: Callable[[CsvCell], str], lines: int) -> Iterator[bytes]:
    """Lines of which few make a piece, one by one: each cell that comes again is written and encoded once."""
    columns: list[list[bytes]] = []
    for cells in table.cells:
        once = [write(cell).encode() for cell in (cells.held if isinstance(cells, Repeated) else cells)]
        columns.append([once[at] for at in cells.at] if isinstance(cells, Repeated) else once)
    for start in range(0, table.height, lines):
        part = zip(*(each[start : start + lines] for each in columns), strict=True)
        yield b"\r\n".join((*map(b",".join, part), b""))


def _lines_at_once(table: CsvTable) -> int:
    """So many that they make a few megabytes, whatever the length of the lines."""
    lists = [each[::_SAMPLED] for each in table.cells if not isinstance(each, pl.Series)]
    size = sum(len(cell) for cells in lists for cell in cells if isinstance(cell, str))
    return max(1, min(_LINES, PIECE * table.height // max(size * _SAMPLED, 1)))


def _lines(columns: Sequence[pl.Series | list[str]]) -> bytes:
    frame = pl.DataFrame({str(at): each for at, each in enumerate(columns)})
    if frame.width == 1:
        # A line of one empty cell would be no line at all to whoever reads it.
        frame = frame.with_columns(pl.all().cast(pl.String()).fill_null("").replace("", '""'))
    out = io.BytesIO()
    frame.write_csv(out, include_header=False, line_terminator="\r\n", quote_style="never")
    return out.getvalue()


def read_table(data: bytes, name: str, variant: Variant) -> CsvTable:
    """
    The table back from its text: cells as texts, the guard of the spreadsheet variant taken off again.

    Missing: an empty cell is "", for CSV cannot tell an empty text from nothing.
    """
    text = data.decode().removeprefix(_BOM)
    # A cell of results names every record that it stands on: at 500 participants it passes the usual 128 KB.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if variant == "spreadsheet":
        rows = [[cell.removeprefix(_GUARD) for cell in row] for row in rows]
    head, *body = rows
    return table_of(name, head, body)


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


def _plain_texts(texts: pl.Series) -> pl.Series:
    """What `_plain` makes of every text, all at once."""
    marked = texts.str.contains(_TO_QUOTE)
    return _quoted(texts).zip_with(marked, texts) if marked.any() else texts


def _safe(cell: CsvCell) -> str:
    if not isinstance(cell, str):
        return _text(cell)
    # Always quoted: a spreadsheet that splits at semicolons or tabs would else start a new cell inside the text.
    return '"' + guarded(cell).replace('"', '""') + '"' if cell else ""


def _safe_texts(texts: pl.Series) -> pl.Series:
    """What `_safe` makes of every text, all at once; nothing of an empty one."""
    texts = texts.set(texts == "", None)
    marked = texts.str.contains(_GUARDED)
    return _quoted((_GUARD + texts).zip_with(marked, texts) if marked.any() else texts)


def _quoted(texts: pl.Series) -> pl.Series:
    if texts.str.contains('"', literal=True).any():
        texts = texts.str.replace_all('"', '""', literal=True)
    return '"' + texts + '"'


def _text(cell: CsvCell) -> str:
    if isinstance(cell, Number):
        return cell.text
    return "" if cell is None else str(cell)
