"""A rule in columns: one tree compiled to Polars expressions over integers, as narrow as their bounds allow."""

import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from functools import reduce
from typing import NamedTuple, cast

import polars as pl

from trialwright.catalog.evaluator.exact_rows import numerators_by_rows
from trialwright.catalog.evaluator.nodes import in_order, parts
from trialwright.catalog.evaluator.widths import Widths, alike, widths
from trialwright.model.expression import (
    Add,
    All,
    Answered,
    AnyOf,
    AtLeast,
    AtMost,
    Certain,
    Choose,
    CodeIs,
    Column,
    Compare,
    Constant,
    CountTrue,
    DaysBetween,
    Expr,
    Known,
    Multiply,
    Not,
    OrElse,
    Rule,
    Subtract,
    Truth,
)

_STREAMED_FROM = 100_000  # rows; below, starting the streaming engine costs more than it saves
_DTYPES: dict[int, type[pl.DataType]] = {16: pl.Int16, 32: pl.Int32, 64: pl.Int64}
_ARITHMETIC: dict[type, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    Add: operator.add,
    Subtract: operator.sub,
    Multiply: operator.mul,
}
_COMPARISONS: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
# Not worth a column of its own: computing these again is cheaper than writing them to memory and reading them back.
_CHEAP = (Column, Constant, Known, Answered, CodeIs, DaysBetween, Add, Subtract, Multiply)


class Numerators(NamedTuple):
    """One column an output: truths as Boolean, numbers as integer numerators over `denominators[name]`."""

    frame: pl.DataFrame
    denominators: dict[str, int]


def evaluate_columns(rule: Rule, frame: pl.DataFrame, outputs: Collection[str] | None = None) -> pl.DataFrame:
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


def evaluate_numerators(rule: Rule, frame: pl.DataFrame, outputs: Collection[str] | None = None) -> Numerators:
    """The same with every number as its numerator over a denominator that is one for the whole column."""
    wanted = Rule(rule.columns, {n: tree for n, tree in rule.outputs.items() if outputs is None or n in outputs})
    nodes = in_order(wanted.outputs.values())
    used = _used_columns(nodes)
    numbers = [node.name for node in nodes if isinstance(node, Column)]
    _check_columns(frame, used, numbers)
    proved = widths(wanted, _ranges(frame, numbers))
    denominators = {
        name: proved.bounds[tree].denominator for name, tree in wanted.outputs.items() if tree in proved.bounds
    }
    if proved.widest > 64 or not used:
        return Numerators(numerators_by_rows(wanted, frame.select(used) if used else frame, denominators), denominators)
    holes = {name for name in used if frame[name].null_count()}
    plan = _Plan(wanted, proved, holes)
    lazy = frame.lazy().select(plan.narrowed(used, numbers))
    for stage in plan.stages():
        lazy = lazy.with_columns(stage)
    engine = "streaming" if frame.height >= _STREAMED_FROM else "in-memory"
    # Not `select` alone: outputs that are all constants would then come as a single row.
    lazy = lazy.with_columns(plan.outputs()).select(list(wanted.outputs))
    return Numerators(lazy.collect(engine=cast("pl._typing.EngineType", engine)), denominators)


def _used_columns(nodes: Iterable[Expr]) -> list[str]:
    names: dict[str, None] = {}
    for node in nodes:
        match node:
            case Column(name) | Answered(name) | CodeIs(name, _):
                names[name] = None
            case DaysBetween(start, end):
                names |= {start: None, end: None}
    return list(names)


def _check_columns(frame: pl.DataFrame, used: Iterable[str], numbers: Iterable[str]) -> None:
    absent = [name for name in used if name not in frame.columns]
    if absent:
        raise LookupError(f"the rule needs the columns {', '.join(absent)}")
    for name in numbers:
        dtype = frame.schema[name]
        if not (dtype.is_integer() or dtype in (pl.Boolean, pl.Null)):
            raise TypeError(f"column {name} must hold integers (numerators), found {dtype}")


def _ranges(frame: pl.DataFrame, numbers: list[str]) -> dict[str, tuple[int, int]]:
    if not numbers or frame.is_empty():
        return dict.fromkeys(numbers, (0, 0))
    low, high = frame.select(pl.col(numbers).min()).row(0), frame.select(pl.col(numbers).max()).row(0)
    return {name: (int(a or 0), int(b or 0)) for name, a, b in zip(numbers, low, high, strict=True)}


def _divided(name: str, denominator: int) -> pl.Expr:
    """Numerators over `denominator` as exact decimals, or as a struct where a decimal would not end."""
    places = next((p for p in range(1, 20) if 10**p % denominator == 0), None)
    if places is None:
        return pl.struct(pl.col(name).alias("numerator"), pl.lit(denominator).alias("denominator")).alias(name)
    unit = pl.lit(Decimal(10**places // denominator).scaleb(-places), dtype=pl.Decimal(38, places))
    return pl.col(name).cast(pl.Decimal(38, 0)) * unit


class _Plan:
    """The Polars expressions of a rule: what is shared is computed once, in stages, under names like `#3`."""

    def __init__(self, rule: Rule, proved: Widths, holes: set[str]) -> None:
        self.rule, self.proved, self.holes = rule, proved, holes
        nodes = in_order(_with_counts(rule.outputs.values()))
        uses = Counter(part for node in nodes for part in _column_parts(node))
        uses.update(rule.outputs.values())
        shared = [n for n in nodes if uses[n] > 1 and not isinstance(n, _CHEAP)]
        self.names = {node: f"#{place}" for place, node in enumerate(shared)}
        self.may_be_null: dict[Expr, bool] = {}
        for node in nodes:
            self.may_be_null[node] = self._may_be_null(node)
        self.built: dict[Expr, pl.Expr] = {}
        self.levels: dict[Expr, int] = {}
        for node in nodes:
            self.levels[node] = max((self.levels[p] + (p in self.names) for p in _column_parts(node)), default=0)
            self.built[node] = self._build(node)

    def narrowed(self, used: Iterable[str], numbers: Iterable[str]) -> list[pl.Expr]:
        """Every column once at its width: casting at the boundary is far cheaper than inside expressions."""
        numeric = set(numbers)
        return [pl.col(n).cast(_DTYPES[self.proved.bits[Column(n)]]) if n in numeric else pl.col(n) for n in used]

    def stages(self) -> list[list[pl.Expr]]:
        made: dict[int, list[pl.Expr]] = {}
        for node, name in self.names.items():
            made.setdefault(self.levels[node], []).append(self.built[node].alias(name))
        return [made[level] for level in sorted(made)]

    def outputs(self) -> list[pl.Expr]:
        return [self._of(tree).alias(name) for name, tree in self.rule.outputs.items()]

    def _of(self, node: Expr, like: Expr | None = None) -> pl.Expr:
        if isinstance(node, Constant):
            return self._literal(node.numerator, node if like is None else like)
        return pl.col(self.names[node]) if node in self.names else self.built[node]

    def _literal(self, number: int, like: Expr) -> pl.Expr:
        return pl.lit(number, dtype=_DTYPES[self.proved.bits[like]])

    def _scaled(self, node: Expr, part: Expr, denominator: int) -> pl.Expr:
        """`part` over `denominator`, at the width of `node`."""
        factor = denominator // self.proved.bounds[part].denominator
        if isinstance(part, Constant):
            return self._literal(part.numerator * factor, node)
        return self._of(part) if factor == 1 else self._of(part) * self._literal(factor, node)

    def _two(self, node: Expr, left: Expr, right: Expr) -> tuple[pl.Expr, pl.Expr]:
        denominator = alike(self.proved.bounds[left], self.proved.bounds[right])[0].denominator
        return self._scaled(node, left, denominator), self._scaled(node, right, denominator)

    def _build(self, node: Expr) -> pl.Expr:
        match node:
            case Column(name):
                return pl.col(name)
            case Constant(numerator, _):
                return self._literal(numerator, node)
            case Known(truth):
                return pl.lit(truth, dtype=pl.Boolean)
            case Answered(name):
                return pl.col(name).is_not_null()
            case CodeIs(name, codes):
                return pl.col(name).is_in(list(codes))
            case DaysBetween(start, end):
                return (pl.col(end) - pl.col(start)).dt.total_days().cast(_DTYPES[self.proved.bits[node]])
            case Multiply(left, right):
                return self._of(left, node) * self._of(right, node)
            case Add(left, right) | Subtract(left, right):
                return _ARITHMETIC[type(node)](*self._two(node, left, right))
            case Compare(left, op, right):
                return _COMPARISONS[op](*self._two(node, left, right))
            case Choose(when, then, otherwise):
                yes, no = self._two(node, then, otherwise)
                if not self.may_be_null[when]:
                    return pl.when(self._of(when)).then(yes).otherwise(no)
                unknown = self._of(when).is_null()
                return pl.when(self._of(when)).then(yes).when(unknown).then(None).otherwise(no)
            case OrElse(number, fallback):
                known, instead = self._two(node, number, fallback)
                return known.fill_null(instead) if self.may_be_null[number] else known
        return self._combine(node)

    def _combine(self, node: Expr) -> pl.Expr:
        match node:
            case Not(of):
                return ~self._of(of)
            case Certain(of):
                return self._known(of)
            case All(of):
                return reduce(operator.and_, map(self._of, of)) if of else pl.lit(True)
            case AnyOf(of):
                return reduce(operator.or_, map(self._of, of)) if of else pl.lit(False)
            case CountTrue(of):
                return _count(map(self._known, of)).cast(_DTYPES[self.proved.bits.get(node, 16)])
            case AtLeast(count, of):
                return self._at_least(count, of)
            case AtMost(count, of):
                return ~self._at_least(count + 1, of)
        raise TypeError(f"{type(node).__name__} is no node that the evaluator knows")

    def _known(self, truth: Expr) -> pl.Expr:
        return self._of(truth).fill_null(False) if self.may_be_null[truth] else self._of(truth)

    def _at_least(self, count: int, of: tuple[Expr, ...]) -> pl.Expr:
        known = self._of(CountTrue(cast("tuple[Truth, ...]", of)))
        enough = known >= count
        unsure = [self._of(truth).is_null() for truth in of if self.may_be_null[truth]]
        if not unsure:
            return enough
        reachable = known + _count(unsure).cast(pl.Int16) >= count
        return pl.when(enough).then(True).when(reachable).then(None).otherwise(False)

    def _may_be_null(self, node: Expr) -> bool:
        match node:
            case Column(name) | CodeIs(name, _):
                return name in self.holes
            case DaysBetween(start, end):
                return start in self.holes or end in self.holes
            case Known(truth):
                return truth is None
            case Constant() | Answered() | Certain() | CountTrue():
                return False
            case OrElse(_, fallback):
                return self.may_be_null[fallback]
        return any(self.may_be_null[part] for part in parts(node))


def _column_parts(node: Expr) -> tuple[Expr, ...]:
    """As `parts`, but "at least k of these" stands on the count of these, which other nodes may share."""
    if isinstance(node, AtLeast | AtMost):
        return (CountTrue(node.of), *node.of)
    return parts(node)


def _with_counts(roots: Iterable[Expr]) -> list[Expr]:
    nodes = in_order(roots)
    return [part for node in nodes for part in (*_column_parts(node), node)]


def _count(truths: Iterable[pl.Expr]) -> pl.Expr:
    counted = [pl.when(truth).then(pl.lit(1, dtype=pl.Int16)).otherwise(pl.lit(0, dtype=pl.Int16)) for truth in truths]
    return reduce(operator.add, counted) if counted else pl.lit(0, dtype=pl.Int16)
