"""A rule in columns: one tree compiled to Polars expressions over integers, as narrow as their bounds allow."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, cast

import polars as pl

from trialwright.catalog.evaluator.exact_rows import decimal_places, numerators_by_rows
from trialwright.catalog.evaluator.folding import fold
from trialwright.catalog.evaluator.nodes import in_order
from trialwright.catalog.evaluator.plan import Plan
from trialwright.catalog.evaluator.wide import Wide, prove
from trialwright.catalog.evaluator.widths import widths
from trialwright.model.expression import Answered, CodeIs, Column, CountTrue, DaysBetween, Expr, Rule

_STREAMED_FROM = 100_000  # rows; below, starting the streaming engine costs more than it saves


class Numerators(NamedTuple):
    """One column an output: truths as Boolean, numbers as integer numerators over `denominators[name]`."""

    frame: pl.DataFrame
    denominators: dict[str, int]


def evaluate_columns(rule: Rule, frame: pl.DataFrame | Wide, outputs: Collection[str] | None = None) -> pl.DataFrame:
    """
    The outputs of `rule` for every row of `frame`, exact, in the same order.

    Shape:    one column an output (only those in `outputs` where given). Truths are Boolean. Numbers are integers where
              they always are; Decimal where halves, fifths ... occur; else a struct of numerator and denominator.
    Missing:  null in, null out: a missing number, an unknown truth.
    Raises:   TypeError where a number column is not of integers (a float or NaN never enters), LookupError where a
              column is absent.
    """
    numerators, denominators = evaluate_numerators(rule, frame, outputs)
    return numerators.with_columns(
        _divided(name, denominator) for name, denominator in denominators.items() if denominator != 1
    )


def evaluate_numerators(rule: Rule, frame: pl.DataFrame | Wide, outputs: Collection[str] | None = None) -> Numerators:
    """
    The same with every number as its numerator over a denominator that is one for the whole column.

    A plain frame is read once more for its limits; whoever asks several rules of one frame proves it once (`prove`,
    `narrow`). Columns stay where they are: a frame over numpy arrays is not copied.
    """
    asked = Rule(rule.columns, {n: tree for n, tree in rule.outputs.items() if outputs is None or n in outputs})
    names, numbers = _used_columns(asked.outputs.values())
    wide = frame if isinstance(frame, Wide) else prove(_columns_of(frame, names, numbers))
    _check_columns(wide, names, numbers)
    wanted = fold(asked, wide.constants, wide.holes, least={name: low for name, (low, _) in wide.limits.items()})
    names, numbers = _used_columns(wanted.outputs.values())
    proved = widths(wanted, {name: wide.limits[name] for name in numbers})
    denominators = {
        name: proved.bounds[tree].denominator for name, tree in wanted.outputs.items() if tree in proved.bounds
    }
    # A rule of constants alone still has an answer for every row.
    read = names or wide.frame.columns[:1]
    if proved.widest > 64:
        return Numerators(numerators_by_rows(wanted, wide.frame.select(read), denominators), denominators)
    plan = Plan(wanted, proved, wide.holes)
    lazy = wide.frame.lazy().select(plan.narrowed(names, numbers) or wide.frame.columns[:1])
    for stage in plan.stages():
        lazy = lazy.with_columns(stage)
    engine = "streaming" if wide.frame.height >= _STREAMED_FROM else "in-memory"
    # Not `select` alone: outputs that are all constants would then come as a single row.
    lazy = lazy.with_columns(plan.outputs()).select(list(wanted.outputs))
    return Numerators(lazy.collect(engine=cast("pl._typing.EngineType", engine)), denominators)


def _used_columns(roots: Iterable[Expr]) -> tuple[list[str], list[str]]:
    """The columns that the trees read, and those of them that must be numbers."""
    names: dict[str, None] = {}
    numbers: dict[str, None] = {}
    for node in in_order(roots):
        match node:
            case Column(name):
                names[name] = numbers[name] = None
            case Answered(name) | CodeIs(name, _):
                names[name] = None
            case DaysBetween(start, end):
                names |= {start: None, end: None}
    return list(names), list(numbers)


def _columns_of(frame: pl.DataFrame, names: Collection[str], numbers: Collection[str]) -> pl.DataFrame:
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise LookupError(f"the rule needs the columns {', '.join(absent)}")
    for name in numbers:
        dtype = frame.schema[name]
        if not (dtype.is_integer() or dtype in (pl.Boolean, pl.Null)):
            raise TypeError(f"column {name} must hold integers (numerators), found {dtype}")
    return frame.select(names) if names else frame


def _check_columns(wide: Wide, names: Collection[str], numbers: Collection[str]) -> None:
    absent = [name for name in names if name not in wide.frame.columns and name not in wide.constants]
    if absent:
        raise LookupError(f"the rule needs the columns {', '.join(absent)}")
    wrong = [name for name in numbers if name not in wide.limits and name not in wide.constants]
    if wrong:
        raise TypeError(f"the columns {', '.join(wrong)} must hold integers (numerators)")


def denominators_of(rule: Rule) -> dict[str, int]:
    """What every number output stands over, whatever the rows hold: a column's type must not depend on its values."""
    bounds = widths(rule, dict.fromkeys(_used_columns(rule.outputs.values())[1], (0, 0))).bounds
    return {name: bounds[tree].denominator for name, tree in rule.outputs.items() if tree in bounds}


def exact_columns(rule: Rule, found: Numerators, denominators: Mapping[str, int]) -> pl.DataFrame:
    """
    The outputs of `found` as exact columns whose types depend on `rule` alone.

    Shape: truths Boolean, counts UInt8, whole numbers Int64, others Decimal, or numerator and denominator.
    """
    made = []
    for name in found.frame.columns:
        if name not in denominators:
            made.append(pl.col(name))
            continue
        over, here = denominators[name], found.denominators[name]
        dtype = pl.UInt8 if isinstance(rule.outputs[name], CountTrue) else pl.Int64
        # Folding can only make a denominator smaller: it leaves terms out.
        whole = pl.col(name).cast(dtype) if over == here else pl.col(name).cast(dtype) * over // here
        made.append(whole if over == 1 else _divided(name, over, whole))
    return found.frame.select(made)


def _divided(name: str, denominator: int, numerator: pl.Expr | None = None) -> pl.Expr:
    """Numerators over `denominator` as exact decimals, or as a struct where a decimal would not end."""
    places = decimal_places(denominator)
    over = pl.col(name) if numerator is None else numerator
    if places is None:
        return (
            pl.when(over.is_not_null())
            .then(pl.struct(over.alias("numerator"), pl.lit(denominator).alias("denominator")))
            .alias(name)
        )
    unit = pl.lit(Decimal(10**places // denominator).scaleb(-places), dtype=pl.Decimal(38, places))
    return over.cast(pl.Decimal(38, 0)) * unit
