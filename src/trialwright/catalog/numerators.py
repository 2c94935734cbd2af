"""A table's numbers, however they are written, as the integer numerators that a rule reads; nothing is rounded."""

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
import polars as pl

from trialwright.catalog.evaluator import Wide, prove
from trialwright.catalog.parameters import exact

DECIMAL = r"^[+-]?[0-9]+(\.[0-9]+)?$"
EXACT = r"^[+-]?[0-9]+(\.[0-9]+|/[0-9]*[1-9][0-9]*)?$"
_MOST_DIGITS = 17  # more could pass 64 bits once scaled; then rows are answered in exact fractions instead
_MOST_PLACES = 6  # of a float: a person enters a few decimals; 1.4285714285714286 is 10/7 written down wrongly
_LARGEST_EXACT = 2**53  # beyond, neighbouring whole numbers share one double
_PARTS = frozenset({"b", "f", "n", "range", "scale"})


class Exact(NamedTuple):
    """Rows of exact numbers, for tables that whole numbers of 64 bits cannot hold."""

    rows: list[dict[str, Fraction | int | None]]


def measure_of(column: str) -> str:
    """`phga` of `phga_b`, `phga_f`, `phga_n`, `phga_range`, `phga_scale`: what shares one scale; else the column."""
    measure, _, part = column.rpartition("_")
    return measure if part in _PARTS and measure else column


def numerators(frame: pl.DataFrame) -> Wide | Exact:
    """
    Every column as whole numbers, those of one measure over one denominator; `m_scale` says which.

    Shape:    columns of integers, Decimals, texts ("4.5", "10/7") or floats. Integers beside a column `m_scale` are
              numerators over it already.
    Missing:  null, and "" in a text.
    Raises:   ValueError where a float is NaN, infinite, or has more decimals than anybody enters; TypeError for other
              types. A text that is no number raises ValueError too: `scoring` looks first.
    """
    measures: dict[str, list[str]] = {}
    for name in frame.columns:
        measures.setdefault(measure_of(name), []).append(name)
    made: list[pl.Series] = []
    constants: dict[str, int | None] = {}
    for measure, names in measures.items():
        columns = [frame[name] for name in names]
        if f"{measure}_scale" in names:
            made += [_integers(column) for column in columns]
            continue
        scaled = _scaled(columns)
        if scaled is None:
            return Exact(exact_rows(frame.get_columns()))
        made += scaled[0]
        constants[f"{measure}_scale"] = scaled[1]
    return prove(pl.DataFrame(made), constants)


def _scaled(columns: Sequence[pl.Series]) -> tuple[list[pl.Series], int] | None:
    """The columns over one denominator, or None where that would pass 64 bits."""
    if any(c.dtype == pl.String and not c.str.contains(DECIMAL).all() for c in columns):
        return _over_one_denominator(columns)
    places = [_places(column) for column in columns]
    most = max(places)
    made = []
    for column, own in zip(columns, places, strict=True):
        whole = _shifted(column, own, most)
        if whole is None:
            return None
        made.append(whole)
    return made, 10**most


def _places(column: pl.Series) -> int:
    """How many decimals the numbers of a column have at most."""
    if column.dtype.is_integer() or column.dtype in (pl.Boolean, pl.Null):
        return 0
    if isinstance(column.dtype, pl.Decimal):
        return column.dtype.scale
    if column.dtype == pl.String:
        return int(column.str.split_exact(".", 1).struct.field("field_1").str.len_chars().max() or 0)  # type: ignore[arg-type]
    if column.dtype.is_float():
        return _places_of_floats(column.cast(pl.Float64))
    raise TypeError(f"column {column.name} must hold numbers, found {column.dtype}")


def _places_of_floats(column: pl.Series) -> int:
    """The fewest decimals that give back every double: the double nearest to 3.2 is the 3.2 that was typed."""
    if not column.is_finite().all():
        raise ValueError(f"column {column.name} holds NaN or infinity; a missing value is null")
    # numpy divides; Polars may multiply with the reciprocal, which gives another double.
    doubles = column.drop_nulls().to_numpy()
    for places in range(_MOST_PLACES + 1):
        whole = np.rint(doubles * 10**places)
        if bool((whole / 10**places == doubles).all()) and bool((np.abs(whole) < _LARGEST_EXACT).all()):
            return places
    raise ValueError(
        f"column {column.name} holds floats with more than {_MOST_PLACES} decimals, which nobody measured: "
        'give texts ("10/7"), Decimals, or integers beside a column with their scale'
    )


def _shifted(column: pl.Series, own: int, places: int) -> pl.Series | None:
    factor = 10 ** (places - own)
    if column.dtype == pl.String:
        parts = column.str.split_exact(".", 1).struct
        whole = parts.field("field_0").str.strip_prefix("+")
        if int(whole.str.len_chars().max() or 0) + places > _MOST_DIGITS:  # type: ignore[arg-type]
            return None
        digits: pl.Series = whole + parts.field("field_1").fill_null("").str.pad_end(places, "0")
        return digits.cast(pl.Int64).alias(column.name)
    if column.dtype.is_float():
        return pl.Series(column.name, np.rint(column.cast(pl.Float64) * 10**places), dtype=pl.Int64)
    if isinstance(column.dtype, pl.Decimal):
        column = column.to_physical()
    elif column.dtype in (pl.Boolean, pl.Null):
        return column.cast(pl.Int64)
    size = max(abs(int(cast(int, end) or 0)) for end in (column.min(), column.max()))
    if size * factor >= 10**_MOST_DIGITS:
        return None
    # Integers as they stand are not copied: a frame over numpy arrays stays where it is.
    as_it_is = factor == 1 and column.dtype != pl.Int128
    return column if as_it_is else pl.Series(column.name, column.cast(pl.Int64) * factor)


def _over_one_denominator(columns: Sequence[pl.Series]) -> tuple[list[pl.Series], int] | None:
    fractions = [_fractions(column) for column in columns]
    scale = math.lcm(*(x.denominator for numbers in fractions for x in numbers if x is not None))
    most = max((abs(x) for numbers in fractions for x in numbers if x is not None), default=Fraction(0))
    if most * scale >= 10**_MOST_DIGITS:
        return None
    whole = [[None if x is None else int(x * scale) for x in numbers] for numbers in fractions]
    return [pl.Series(c.name, n, dtype=pl.Int64) for c, n in zip(columns, whole, strict=True)], scale


def over_one_scale(measure: str, parts: Mapping[str, Fraction | None]) -> dict[str, Fraction | int | None]:
    """The values of one measure ("b", "f" ...) as the columns of one row, whole numbers over one `measure_scale`."""
    scale = math.lcm(*(x.denominator for x in parts.values() if x is not None))
    row: dict[str, Fraction | int | None] = {
        f"{measure}_{part}": None if x is None else int(x * scale) for part, x in parts.items()
    }
    return row | {f"{measure}_scale": scale}


def _integers(column: pl.Series) -> pl.Series:
    if not (column.dtype.is_integer() or column.dtype in (pl.Boolean, pl.Null)):
        raise TypeError(f"column {column.name} stands beside its scale and must hold integers, found {column.dtype}")
    if column.name.endswith("_scale") and (column.null_count() or not bool((column > 0).all())):
        raise ValueError(f"column {column.name} must hold a number above 0 in every row")
    return column


def _fractions(column: pl.Series) -> list[Fraction | None]:
    if column.dtype == pl.String:
        return [exact(text) if text else None for text in column]
    return [None if x is None else Fraction(str(x)) for x in column]


def exact_rows(columns: Sequence[pl.Series]) -> list[dict[str, Fraction | int | None]]:
    """
    The same row by row, for few rows: whole numbers wherever decimals end, each row over its own scales.

    Raises: as `numerators`; ValueError, naming row and column, where a text is no number.
    """
    named = {column.name: column for column in columns}
    measures: dict[str, list[str]] = {}
    for name in named:
        measures.setdefault(measure_of(name), []).append(name)
    for measure, names in measures.items():
        if f"{measure}_scale" in names:
            named |= {name: _integers(named[name]) for name in names}
    written = {name: _written(column) for name, column in named.items()}
    rows: list[dict[str, Fraction | int | None]] = [{} for _ in range(len(columns[0]) if columns else 0)]
    for measure, names in measures.items():
        scale = f"{measure}_scale"
        of = [(name, written[name]) for name in names]
        for place, row in enumerate(rows):
            most = 0
            for _, cells in of:
                cell = cells[place]
                if cell is not None and cell[1] > most:
                    most = cell[1]
            for name, cells in of:
                cell = cells[place]
                row[name] = None if cell is None else cell[0] * 10 ** (most - cell[1])
            if scale not in names:
                row[scale] = 10**most
    return rows


def no_number(column: str, row: int) -> ValueError:
    return ValueError(f"column {column}, row {row + 1}: this text is no plain number such as 4.5 or 10/7")


def _written(column: pl.Series) -> list[tuple[Fraction | int, int] | None]:
    """Each cell as a number over ten to some power; a fraction as it is."""
    cells, name = column.to_list(), column.name
    if column.dtype.is_integer() or column.dtype in (pl.Boolean, pl.Null):
        return [None if cell is None else (int(cell), 0) for cell in cells]
    if column.dtype.is_float():
        places = _places_of_floats(column.cast(pl.Float64))
        return [None if cell is None else (round(cell * 10**places), places) for cell in cells]
    if column.dtype == pl.String:
        return [_cell(name, place, cell) for place, cell in enumerate(cells)]
    if isinstance(column.dtype, pl.Decimal):
        return [_cell(name, place, None if cell is None else str(cell)) for place, cell in enumerate(cells)]
    raise TypeError(f"column {column.name} must hold numbers, found {column.dtype}")


_MATCHED = re.compile(EXACT)


def _cell(column: str, place: int, cell: str | None) -> tuple[Fraction | int, int] | None:
    if cell is None:
        return None
    try:
        return _read(cell)
    except ValueError:
        raise no_number(column, place) from None


@lru_cache(maxsize=4096)
def _read(cell: str) -> tuple[Fraction | int, int] | None:
    """Remembered, because the same few texts fill a table: the values of a scale, and its length in every row."""
    text = cell.strip()
    if not text:
        return None
    if not _MATCHED.match(text):
        raise ValueError(text)
    if "/" in text:
        return exact(text), 0
    whole, _, decimals = text.partition(".")
    return int(whole + decimals), len(decimals)
