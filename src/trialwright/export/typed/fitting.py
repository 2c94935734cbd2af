"""Cells of a plain table as typed values; what does not fit its type is kept as text, never turned into another."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from trialwright.export.csv.cells import CsvCell, Number
from trialwright.export.typed.columns import TYPES, ColumnKind

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LARGEST = 2**53
"""From here on a 64-bit floating number, which is all that Stata and SPSS have, skips whole numbers."""


class Fitted(NamedTuple):
    """A column of its type, and beside it the cells that it cannot hold, as text (None where nothing is beside)."""

    values: pl.Series
    beside: list[str | None] | None


def text_of(cell: CsvCell) -> str | None:
    """A cell as text; nothing and an empty text are both nothing."""
    if cell is None or cell == "":
        return None
    return cell.text if isinstance(cell, Number) else str(cell)


def fit(name: str, kind: ColumnKind, cells: Sequence[CsvCell]) -> Fitted:
    """
    The cells as a column of one kind.

    Shape:   as long as `cells`; an exact number that is no 64-bit number stands as the nearest one, with its text
             beside it; a limit ("<20") or a partial date ("2021-03") stands beside alone.
    Missing: null. Nothing is imputed: a partial date gives no date.
    """
    quick = _as_they_are(name, kind, cells)
    if quick is not None:
        return Fitted(quick, None)
    texts = [text_of(cell) for cell in cells]
    if kind in ("text", "choice"):
        return Fitted(pl.Series(name, texts, TYPES[kind]), None)
    read = _READERS[kind]
    found = [(None, True) if text is None else read(text) for text in texts]
    beside = [None if whole else text for text, (_, whole) in zip(texts, found, strict=True)]
    values = pl.Series(name, [value for value, _ in found], TYPES[kind])
    return Fitted(values, beside if any(each is not None for each in beside) else None)


def _as_they_are(name: str, kind: ColumnKind, cells: Sequence[CsvCell]) -> pl.Series | None:
    """The column where every cell has its type already, as most have; None where one has not."""
    wanted = {"text": str, "choice": str, "integer": int}.get(kind)
    if wanted is None or not set(map(type, cells)) <= {wanted, type(None)}:
        return None
    made = pl.Series(name, cells, TYPES[kind])
    if kind == "integer":
        largest = made.abs().max()
        return made if largest is None or int(str(largest)) <= _LARGEST else None
    return made.set(made == "", None)


@lru_cache(maxsize=65_536)
def _number(text: str) -> tuple[float | None, bool]:
    try:
        exact = Decimal(text)
    except ArithmeticError:
        return None, False
    near = float(exact)
    return (near, Decimal(repr(near)) == exact) if exact.is_finite() else (None, False)


def _integer(text: str) -> tuple[int | None, bool]:
    try:
        whole = int(text)
    except ValueError:
        return None, False
    return (whole, True) if abs(whole) <= _LARGEST else (None, False)


@lru_cache(maxsize=65_536)
def _day(text: str) -> tuple[dt.date | None, bool]:
    return (dt.date.fromisoformat(text), True) if _DAY.fullmatch(text) else (None, False)


@lru_cache(maxsize=65_536)
def _moment(text: str) -> tuple[dt.datetime | None, bool]:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None, False
    whole = moment.tzinfo is not None and moment.microsecond % 1000 == 0
    return (moment.astimezone(dt.UTC).replace(tzinfo=None), True) if whole else (None, False)


_Reader = Callable[[str], tuple[float | dt.date | None, bool]]
_READERS: dict[ColumnKind, _Reader] = {"number": _number, "integer": _integer, "date": _day, "moment": _moment}
