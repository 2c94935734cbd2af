"""Columns answered row by row in exact Python numbers: for few rows, and for trees that could pass 64 bits."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import polars as pl

from trialwright.catalog.evaluator.rows import RowResult, compile_rule
from trialwright.model.expression import CountTrue, Rule

_WIDTHS = ((pl.Int64, 63), (pl.Int128, 127))


def numerators_by_rows(rule: Rule, frame: pl.DataFrame, denominators: Mapping[str, int]) -> pl.DataFrame:
    """The outputs of `rule` for every row of `frame`; a number output as its numerator over `denominators[name]`."""
    run = compile_rule(rule)
    # A Date must reach the row function as the text of a date, its own notion of one.
    dated = frame.with_columns(pl.selectors.date().cast(pl.String))
    results = [run(row) for row in dated.iter_rows(named=True)]
    return pl.DataFrame([_column(name, results, denominators.get(name)) for name in rule.outputs])


def gathered(rule: Rule, values: Sequence[RowResult], name: str, denominators: Mapping[str, int]) -> pl.Series:
    """The output `name` of rows already answered, as `exact_columns` would have it."""
    denominator = denominators.get(name)
    if denominator is None:
        return pl.Series(name, values, dtype=pl.Boolean)
    if denominator == 1:
        whole = [None if value is None else int(value) for value in values]
        return pl.Series(name, whole, dtype=pl.UInt8 if isinstance(rule.outputs[name], CountTrue) else pl.Int64)
    # By numerator and denominator, which whole numbers have too: a product of Fractions costs five times as much.
    over = [None if v is None else v.numerator * (denominator // v.denominator) for v in values]
    places = decimal_places(denominator)
    if places is None:
        parts = [None if n is None else {"numerator": n, "denominator": denominator} for n in over]
        return pl.Series(name, parts, dtype=pl.Struct({"numerator": pl.Int64, "denominator": pl.Int32}))
    unit = 10**places // denominator
    decimals = [None if n is None else _decimal(n * unit, places) for n in over]
    return pl.Series(name, decimals, dtype=pl.Decimal(38, places))


@lru_cache(maxsize=4096)
def _decimal(whole: int, places: int) -> Decimal:
    """`whole` shifted by `places`; remembered, because points have few values."""
    return Decimal(whole).scaleb(-places)


def decimal_places(denominator: int) -> int | None:
    """How many decimals a number over `denominator` needs; None where they do not end."""
    return next((p for p in range(1, 20) if 10**p % denominator == 0), None)


def _column(name: str, results: Sequence[Mapping[str, RowResult]], denominator: int | None) -> pl.Series:
    values = [row[name] for row in results]
    if denominator is None:
        return pl.Series(name, values, dtype=pl.Boolean)
    numerators = [None if value is None else int(Fraction(value) * denominator) for value in values]
    size = max((abs(n) for n in numerators if n is not None), default=0)
    dtype = next((dtype for dtype, bits in _WIDTHS if size < 2**bits), pl.Object)
    return pl.Series(name, numerators, dtype=dtype)
