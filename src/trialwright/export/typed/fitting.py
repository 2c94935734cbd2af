"""Cells of a plain table as typed values; what does not fit its type is kept as text, never turned into another."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from trialwright.export.csv.cells import Cells, CsvCell, Number, Repeated
from trialwright.export.typed.columns import TYPES, ColumnKind
from trialwright.model.ledger import NAME

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LARGEST = 2**53
"""From here on a 64-bit floating number, which is all that Stata and SPSS have, skips whole numbers."""


class Fitted(NamedTuple):
    """A column of its type, and beside it the cells that it cannot hold, as text (None where nothing is beside)."""

    values: pl.Series
    beside: pl.Series | None


def text_of(cell: CsvCell) -> str | None:
    """A cell as text; nothing and an empty text are both nothing."""
    if cell is None or cell == "":
        return None
    return cell.text if isinstance(cell, Number) else str(cell)


def fit(name: str, kind: ColumnKind, cells: Cells) -> Fitted:
    """
    The cells as a column of one kind.

    Shape:   as long as `cells`; an exact number that is no 64-bit number stands as the nearest one, with its text
             beside it; a limit ("<20") or a partial date ("2021-03") stands beside alone.
    Missing: null. Nothing is imputed: a partial date gives no date.
    """
    if kind == "integer" and _are_numbers(cells):
        whole = pl.Series(name, cells, TYPES[kind])
        if int(str(whole.abs().max() or 0)) <= _LARGEST:
            return Fitted(whole, None)
    texts = _texts(name, cells)
    if kind in ("text", "choice"):
        return Fitted(texts, None)
    texts = texts.cast(pl.String())
    held = texts.drop_nulls().unique()
    read = [_READERS[kind](text) for text in held.to_list()]
    values = _told(texts, held, [value for value, _ in read], TYPES[kind])
    if all(whole for _, whole in read):
        return Fitted(values, None)
    rest = [None if whole else text for text, (_, whole) in zip(held.to_list(), read, strict=True)]
    return Fitted(values, _told(texts, held, rest, pl.String()))


def _told(texts: pl.Series, held: pl.Series, found: Sequence[object], kind: pl.DataType) -> pl.Series:
    """What was found for each of the texts that are `held`, at every cell that has it."""
    if held.is_empty():  # the replacement of nothing would stay text
        return pl.repeat(None, len(texts), dtype=kind, eager=True).alias(texts.name)
    return texts.replace_strict(held, pl.Series(found, dtype=kind))


def _are_numbers(cells: Cells) -> bool:
    if isinstance(cells, pl.Series):
        return cells.dtype.is_integer()
    return set(map(type, cells.held if isinstance(cells, Repeated) else cells)) <= {int, type(None)}


def _texts(name: str, cells: Cells) -> pl.Series:
    """The cells as texts, or as names where they are kept so; nothing and an empty text are both null."""
    if isinstance(cells, Repeated):
        return pl.Series(name, list(map(text_of, cells.held)), pl.String()).gather(cells.at)
    if not isinstance(cells, pl.Series):
        return pl.Series(name, list(map(text_of, cells)), pl.String())
    texts = (cells if cells.dtype == NAME else cells.cast(pl.String())).alias(name)
    return texts.set(texts == "", None)


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
