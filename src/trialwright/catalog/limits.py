"""What the numbers of a response criterion's table may be; a number that cannot be would still get an answer."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from types import ModuleType
from typing import Any, NamedTuple, cast

import polars as pl

from trialwright.catalog.evaluator import RowValue, Wide
from trialwright.catalog.numerators import measure_of
from trialwright.catalog.parameters import Parameters

Row = Mapping[str, RowValue]
Lengths = Mapping[str, Fraction | None]
"""Measures that cannot lie beyond the end of their scale: its length where a row gives none, if there is one."""

VISITS = ("b", "f", "n")


class Outside(NamedTuple):
    """A number that cannot be; `row` counts from 0."""

    row: int
    column: str
    expected: str

    def sentence(self) -> str:
        """Without the number: it may be a participant's."""
        return f"column {self.column}, row {self.row + 1}: expected {self.expected}"


class Bound(NamedTuple):
    """
    `wrong` tells of a number of `column` and one of `beside` whether the first cannot be; of none where one is missing.

    It takes whole numbers or Polars columns alike, and is monotone: right at the ends of two ranges is right between.
    `unless`: a column that must be missing for it to apply.
    """

    column: str
    beside: str
    wrong: Callable[[Any, Any], Any]
    expected: str
    unless: str = ""


def bounds(columns: Collection[str], yes_no: Collection[str], lowest: Fraction | None, lengths: Lengths) -> list[Bound]:
    """
    What must hold of the numbers of `columns`, each a numerator over the scale of its measure.

    `yes_no`: columns that are answers, as every `m_higher_better` is. `lowest`: of every measure.
    """
    found = []
    for column in columns:
        scale = f"{measure_of(column)}_scale"
        if column.endswith("_scale"):
            continue
        if column in yes_no or column.endswith("_higher_better"):
            found.append(Bound(column, scale, lambda v, s: (v != 0) & ((v != 1) | (s != 1)), "1 (yes) or 0 (no)"))
        elif column.endswith("_range"):
            found.append(Bound(column, scale, lambda v, _: v <= 0, "a length above 0"))
        elif lowest is not None:
            found.append(Bound(column, scale, _below(lowest), f"no number below {lowest}"))
    return found + beyond(columns, lengths)


def beyond(columns: Collection[str], lengths: Lengths) -> list[Bound]:
    """No value above the length of its scale, as where strength to 150 stands beside a scale to 80."""
    found = []
    for measure, length in lengths.items():
        expected = f"no more than the length of the scale ({measure}_range): was it measured on another one?"
        for column in (name for visit in VISITS if (name := f"{measure}_{visit}") in columns):
            found.append(Bound(column, f"{measure}_range", lambda v, most: v > most, expected))
            if length is not None:
                found.append(Bound(column, f"{measure}_scale", _above(length), expected, f"{measure}_range"))
    return found


def lengths_of(compute: ModuleType | None, parameters: Parameters) -> Lengths:
    """What `lengths` of a criterion's compute.py says; nothing where its measures have no scale in the table."""
    told = getattr(compute, "lengths", None)
    return cast(Lengths, told(parameters)) if told is not None else {}


def outside(read: Wide | Sequence[Row], held: Sequence[Bound]) -> Iterator[Outside]:
    """Every number that a bound does not allow, bound by bound."""
    ends: dict[str, tuple[Any, ...]] = {}
    for bound in held:
        for column in (bound.column, bound.beside):
            if column not in ends:
                ends[column] = _ends(read, column)
        # What holds at the ends of both columns holds in every row, and it is nearly always so.
        if any(bound.wrong(value, other) for value in ends[bound.column] for other in ends[bound.beside]):
            yield from _in_columns(read, bound) if isinstance(read, Wide) else _in_rows(read, bound)


def check_numbers(read: Wide | Sequence[Row], held: Sequence[Bound]) -> None:
    """ValueError, naming column and row, at the first number that a bound does not allow."""
    found = next(outside(read, held), None)
    if found is not None:
        raise ValueError(found.sentence())


def _below(lowest: Fraction) -> Callable[[Any, Any], Any]:
    if lowest == 0:
        return lambda v, _: v < 0
    return lambda v, scale: v * lowest.denominator < scale * lowest.numerator


def _above(length: Fraction) -> Callable[[Any, Any], Any]:
    return lambda v, scale: v * length.denominator > scale * length.numerator


def _in_rows(rows: Sequence[Row], bound: Bound) -> Iterator[Outside]:
    column, beside, wrong, expected, unless = bound
    for place, row in enumerate(rows):
        value, other = row.get(column), row.get(beside)
        if value is None or other is None or not wrong(value, other):
            continue
        if not unless or row.get(unless) is None:
            yield Outside(place, column, expected)


def _in_columns(wide: Wide, bound: Bound) -> Iterator[Outside]:
    mask = bound.wrong(_column(wide, bound.column), _column(wide, bound.beside))
    if _ends(wide, bound.unless):
        mask &= _column(wide, bound.unless).is_null()
    for place in wide.frame.select(mask.fill_null(value=False).alias("wrong"))["wrong"].arg_true():
        yield Outside(place, bound.column, bound.expected)


def _ends(read: Wide | Sequence[Row], column: str) -> tuple[Any, ...]:
    """The smallest and the largest number of a column; () where it holds none."""
    if not isinstance(read, Wide):
        values: list[Any] = [value for row in read if (value := row.get(column)) is not None]
        return (min(values), max(values)) if values else ()
    if column in read.constants:
        constant = read.constants[column]
        return () if constant is None else (constant,)
    return read.limits.get(column, ())


def _column(wide: Wide, column: str) -> pl.Expr:
    return pl.col(column) if column in wide.frame.columns else pl.lit(wide.constants[column])
