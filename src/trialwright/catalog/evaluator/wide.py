"""A wide frame of integer numerators, and what is proved of it: limits, constant columns, columns without nulls."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import polars as pl

_STORED: tuple[type[pl.DataType], ...] = (pl.Int8, pl.Int16, pl.Int32, pl.Int64)


class Wide(NamedTuple):
    """
    One row a participant and visit, one integer column a number; null is missing.

    `limits`: smallest and largest value of each number column that varies, proved. `constants`: columns that hold one
    value in every row (None: missing in every row); they need not stand in `frame`. `holes`: columns with nulls.
    """

    frame: pl.DataFrame
    limits: Mapping[str, tuple[int, int]]
    constants: Mapping[str, int | None]
    holes: frozenset[str]


def prove(frame: pl.DataFrame, constants: Mapping[str, int | None] | None = None) -> Wide:
    """
    What can be said of the columns of `frame`, read once; no column is copied.

    Raises: TypeError where a column is of floats: a float or NaN never enters.
    """
    refuse_floats(frame, frame.columns)
    given = dict(constants or {})
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_integer() or dtype in (pl.Boolean, pl.Null)]
    holes = frozenset(name for name in frame.columns if frame[name].null_count())
    if frame.is_empty() or not numbers:
        return Wide(frame, dict.fromkeys(numbers, (0, 0)), given, holes)
    limits: dict[str, tuple[int, int]] = {}
    found = frame.select(
        *(pl.col(n).min().alias(f"{n} low") for n in numbers), *(pl.col(n).max().alias(f"{n} high") for n in numbers)
    ).row(0)
    for name, low, high in zip(numbers, found[: len(numbers)], found[len(numbers) :], strict=True):
        if low is None:
            given[name] = None
        elif low == high and name not in holes:
            given[name] = int(low)
        limits[name] = (int(low or 0), int(high or 0))
    return Wide(frame, limits, given, holes)


def narrow(frame: pl.DataFrame, limits: Mapping[str, tuple[int, int]]) -> Wide:
    """
    The number columns of `frame` at the narrowest width that holds the limits of their items.

    Casting once here is far cheaper than inside expressions, and whoever asks several questions of the frame reads it
    with a quarter of the memory traffic. Columns that already have that width are not copied.

    Raises: OverflowError where a value lies outside the limits of its item: it would have wrapped silently.
    """
    proved = prove(frame)
    for name, (low, high) in limits.items():
        found = proved.limits.get(name, (0, 0))
        if proved.constants.get(name, 0) is not None and not low <= found[0] <= found[1] <= high:
            raise OverflowError(f"column {name} must lie between {low} and {high}; it holds values outside")
    casts = [pl.col(name).cast(_stored(*limits.get(name, found))) for name, found in proved.limits.items()]
    # The limits that were found, not those that were allowed: they say more (no baseline is zero), and still hold.
    return proved._replace(frame=frame.with_columns(casts))


def refuse_floats(frame: pl.DataFrame, names: Collection[str]) -> None:
    """TypeError where a number column is of floats."""
    for name in names:
        if frame.schema[name].is_float():
            raise TypeError(f"column {name} must hold integers (numerators), found {frame.schema[name]}")


def _stored(low: int, high: int) -> type[pl.DataType]:
    return next(d for d, bits in zip(_STORED, (7, 15, 31, 63), strict=True) if -(2**bits) <= low and high < 2**bits)
