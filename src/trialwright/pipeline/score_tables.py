"""Tables read piece by piece and written as they come: CSV and JSON lines, every cell exactly as it was written."""

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO

import msgspec

from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.scoring import Cell
from trialwright.catalog.strict_yaml import guess
from trialwright.model.problem import Problem
from trialwright.pipeline import score_problems as problems

PIECE = 50_000  # rows held at a time
DECIMALS = 10  # of the `_decimal` beside a fraction that never ends

Json = dict[str, object]
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Piece(NamedTuple):
    """Some rows of a table: the cells that are needed as text, the line each row began on, and the rows as they are."""

    texts: dict[str, list[str]]
    lines: list[int]
    rows: Sequence[Sequence[str]] | Sequence[Json]


class Table(Protocol):
    """A table that can be read in pieces and written back with answers beside its own columns."""

    def pieces(self, needed: Sequence[str], optional: Sequence[str]) -> Iterator[Piece | Problem]:
        """The rows, PIECE at a time; what is wrong with header or rows comes as Problems in between."""

    def write(self, out: TextIO, piece: Piece, answers: Mapping[str, Sequence[Cell]]) -> None:
        """The rows of `piece` with `answers` added."""


class CsvTable:
    """A CSV file with a header. Answers are plain decimals where they end, else fractions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: list[str] = []
        self.started = False

    def pieces(self, needed: Sequence[str], optional: Sequence[str]) -> Iterator[Piece | Problem]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            self.header = [name.strip() for name in next(reader, [])]
            wrong = self._wrong_header(needed)
            yield from wrong
            if wrong:
                return
            places = {n: self.header.index(n) for n in (*needed, *optional) if n in self.header}
            width, start = len(self.header), reader.line_num + 1
            rows: list[list[str]] = []
            lines: list[int] = []
            for row in reader:
                if len(row) == width:
                    rows.append(row)
                    lines.append(start)
                elif row:  # a blank line at the end of a file is no row
                    found = f"the row has {len(row)} cells"
                    yield problems.wrong_row(self.path, start, found, f"The header has {width} columns")
                start = reader.line_num + 1
                if len(rows) == PIECE:
                    yield _csv_piece(rows, lines, places)
                    rows, lines = [], []
            yield _csv_piece(rows, lines, places)

    def write(self, out: TextIO, piece: Piece, answers: Mapping[str, Sequence[Cell]]) -> None:
        writer = csv.writer(out, lineterminator="\n")
        if not self.started:
            writer.writerow([*kept_names(self.header, answers), *answers])
            self.started = True
        columns = [[_csv_text(cell) for cell in cells] for cells in answers.values()]
        writer.writerows([*row, *added] for row, added in zip(piece.rows, zip(*columns, strict=True), strict=True))

    def _wrong_header(self, needed: Sequence[str]) -> list[Problem]:
        header = self.header
        if not header:
            return [problems.unreadable_file(self.path, "it is empty")]
        found = [problems.repeated_column(self.path, n) for n in sorted(set(header)) if header.count(n) > 1]
        return found + _missing_columns(self.path, needed, header)


class JsonTable:
    """JSON lines, one object a row. Answers are fractions in lowest terms with a `_decimal` beside them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pieces(self, needed: Sequence[str], optional: Sequence[str]) -> Iterator[Piece | Problem]:
        with self.path.open(encoding="utf-8-sig") as file:
            lines = ((number, line) for number, line in enumerate(file, 1) if line.strip())
            header_checked = False
            while batch := list(itertools.islice(lines, PIECE)):
                rows: list[Json] = []
                places: list[int] = []
                for number, line in batch:
                    row = _decoded(line)
                    if isinstance(row, str):
                        yield problems.wrong_row(self.path, number, row, "Each line is one JSON object")
                        continue
                    if not header_checked:
                        header_checked = True
                        wrong = _missing_columns(self.path, needed, list(row))
                        yield from wrong
                        if wrong:
                            return
                    rows.append(row)
                    places.append(number)
                texts = {n: [_json_text(row.get(n)) for row in rows] for n in (*needed, *optional)}
                yield Piece(texts, places, rows)

    def write(self, out: TextIO, piece: Piece, answers: Mapping[str, Sequence[Cell]]) -> None:
        for place, row in enumerate(piece.rows):
            if isinstance(row, dict):
                added: Json = {}
                for name, cells in answers.items():
                    added |= _json_cells(name, cells[place])
                kept = dict(zip(kept_names(list(row), added), row.values(), strict=True))
                out.write(_ENCODER.encode(kept | added).decode() + "\n")


def kept_names(header: Sequence[str], added: Mapping[str, object]) -> list[str]:
    """The input's columns, those that an answer replaces renamed to `<name>_in` (again, where that is taken too)."""
    taken = {*header, *added}
    names = []
    for name in header:
        kept = name
        if name in added:
            while kept in taken:
                kept += "_in"
            taken.add(kept)
        names.append(kept)
    return names


def number_cells(name: str, number: Fraction) -> Json:
    """An exact number for JSON: lowest terms as text, and a decimal beside it for reading."""
    text = exact_text(number)
    return {name: str(number), f"{name}_decimal": Decimal(text if "/" not in text else rounded(number, DECIMALS))}


def _csv_piece(rows: list[list[str]], lines: list[int], places: Mapping[str, int]) -> Piece:
    return Piece({name: [row[place] for row in rows] for name, place in places.items()}, lines, rows)


def _csv_text(cell: Cell) -> str:
    return exact_text(cell) if isinstance(cell, Fraction) else "" if cell is None else str(cell)


def _json_cells(name: str, cell: Cell) -> Json:
    return number_cells(name, cell) if isinstance(cell, Fraction) else {name: cell}


def _decoded(line: str) -> Json | str:
    """The object on a line, or what is wrong with it."""
    try:
        row = _DECODER.decode(line)
    except msgspec.DecodeError as error:
        return f"this is not JSON ({error})"
    return row if isinstance(row, dict) else f"this is not an object but {type(row).__name__}"


def _json_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else repr(value)


def _missing_columns(path: Path, needed: Sequence[str], header: Sequence[str]) -> list[Problem]:
    shown = ", ".join(header[:40])
    one = header[0] if len(header) == 1 else ""
    odd = next((mark for mark in (";", "\t", "|") if mark in one), "")
    if odd:
        name = {";": "a semicolon", "\t": "a tab", "|": "a bar"}[odd]
        return [problems.missing_column(path, needed[0], shown, f"The columns are parted by {name}; save with commas")]
    # A column that is itself needed was not meant for another one, however alike the names.
    free = [name for name in header if name not in needed]
    return [problems.missing_column(path, n, shown, guess(n, free)) for n in needed if n not in header]
