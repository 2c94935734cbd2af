"""Columns answered row by row in exact Python numbers: the way for trees that could pass 64 bits."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import polars as pl

from trialwright.catalog.evaluator.rows import RowResult, compile_rule
from trialwright.model.expression import Rule

_WIDTHS = ((pl.Int64, 63), (pl.Int128, 127))


def numerators_by_rows(rule: Rule, frame: pl.DataFrame, denominators: Mapping[str, int]) -> pl.DataFrame:
    """The outputs of `rule` for every row of `frame`; a number output as its numerator over `denominators[name]`."""
    run = compile_rule(rule)
    # A Date must reach the row function as the text of a date, its own notion of one.
    dated = frame.with_columns(pl.selectors.date().cast(pl.String))
    results = [run(row) for row in dated.iter_rows(named=True)]
    return pl.DataFrame([_column(name, results, denominators.get(name)) for name in rule.outputs])


def _column(name: str, results: Sequence[Mapping[str, RowResult]], denominator: int | None) -> pl.Series:
    values = [row[name] for row in results]
    if denominator is None:
        return pl.Series(name, values, dtype=pl.Boolean)
    numerators = [None if value is None else int(Fraction(value) * denominator) for value in values]
    size = max((abs(n) for n in numerators if n is not None), default=0)
    dtype = next((dtype for dtype, bits in _WIDTHS if size < 2**bits), pl.Object)
    return pl.Series(name, numerators, dtype=dtype)
