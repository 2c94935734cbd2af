"""
The one evaluator of expression trees: in columns (Polars, integers) and as a row function (exact Python numbers).

Both are compiled from the same tree and agree to the bit; tests hold them against an oracle in plain fractions.
"""

from trialwright.catalog.evaluator.columns import (
    Numerators,
    denominators_of,
    evaluate_columns,
    evaluate_numerators,
    exact_columns,
)
from trialwright.catalog.evaluator.exact_rows import gathered
from trialwright.catalog.evaluator.folding import fold
from trialwright.catalog.evaluator.rows import RowFunction, RowResult, RowValue, compile_row, compile_rule
from trialwright.catalog.evaluator.wide import Wide, narrow, prove

__all__ = [
    "Numerators",
    "RowFunction",
    "RowResult",
    "RowValue",
    "Wide",
    "compile_row",
    "compile_rule",
    "denominators_of",
    "evaluate_columns",
    "evaluate_numerators",
    "exact_columns",
    "fold",
    "gathered",
    "narrow",
    "prove",
]
