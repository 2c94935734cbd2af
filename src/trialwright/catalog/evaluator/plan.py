"""The Polars expressions of a folded rule: what is shared is computed once, in stages, under names like `#3`."""

import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from typing import cast

import polars as pl

from trialwright.catalog.evaluator.linear import implied
from trialwright.catalog.evaluator.nodes import in_order, parts
from trialwright.catalog.evaluator.widths import Width, Widths, alike, width_of
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
    Number,
    OrElse,
    Rule,
    Subtract,
    Truth,
)

DTYPES: dict[Width, type[pl.DataType]] = {
    Width(8, signed=False): pl.UInt8,
    Width(8): pl.Int8,
    Width(16): pl.Int16,
    Width(32): pl.Int32,
    Width(64): pl.Int64,
}
_COUNTED = pl.UInt8  # what truths are counted in: half the memory traffic of the numbers
_MOST_COUNTED = 255
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
_LEAVES = (Column, Constant, Known, Answered, CodeIs, DaysBetween)


class Plan:
    """
    Expressions for the outputs of `rule`, in stages that each stand on the one before.

    Missing: Kleene's three values as Polars has them for and, or, not; counts and choices are guarded only where a
             null can occur.
    """

    def __init__(self, rule: Rule, proved: Widths, holes: Collection[str]) -> None:
        self.rule, self.proved, self.holes = rule, proved, holes
        self.may_be_null: dict[Expr, bool] = {}
        self.sources: dict[Expr, frozenset[str] | None] = {}
        for node in in_order(rule.outputs.values()):
            self.may_be_null[node] = self._may_be_null(node)
            self.sources[node] = self._sources(node)
        self.valid: dict[frozenset[str], str] = {}
        self.unknown: dict[tuple[frozenset[str], ...], str] = {}
        nodes = self._with_counts()
        uses = Counter(part for node in nodes for part in self._column_parts(node))
        uses.update(rule.outputs.values())
        shared = [n for n in nodes if uses[n] > 1 and not _cheap(n)]
        self.names = {node: f"#{place}" for place, node in enumerate(shared)}
        least = {column.name: found.low for column, found in proved.bounds.items() if isinstance(column, Column)}
        # Where a null is not that of its columns the choice is made step by step.
        chosen = [n for n in nodes if isinstance(n, Choose) and self.sources[n] is not None]
        self.stairs = {n: steps for n in chosen if (steps := _stairs(n, least))}
        self.built: dict[Expr, pl.Expr] = {}
        self.levels: dict[Expr, int] = {}
        for node in nodes:
            under = self._column_parts(node)
            self.levels[node] = max((self.levels[p] + (p in self.names) for p in under), default=0)
            self.built[node] = self._build(node)
        # Before the stages: an answer may be the first to ask where its columns are all known.
        self.answers = [self._shortest(tree).alias(name) for name, tree in rule.outputs.items()]

    def narrowed(self, used: Iterable[str], numbers: Iterable[str]) -> list[pl.Expr]:
        """Every column once at its width: casting at the boundary is far cheaper than inside expressions."""
        numeric = set(numbers)
        return [pl.col(n).cast(DTYPES[self.proved.width[Column(n)]]) if n in numeric else pl.col(n) for n in used]

    def stages(self) -> list[list[pl.Expr]]:
        made: dict[int, list[pl.Expr]] = {}
        made[-2] = [
            reduce(operator.and_, (pl.col(n).is_not_null() for n in sorted(columns))).alias(name)
            for columns, name in self.valid.items()
        ]
        made[-1] = [
            _count((~pl.col(self.valid[columns]) for columns in group), len(group)).alias(name)
            for group, name in self.unknown.items()
        ]
        for node, name in self.names.items():
            made.setdefault(self.levels[node], []).append(self.built[node].alias(name))
        return [made[level] for level in sorted(made) if made[level]]

    def outputs(self) -> list[pl.Expr]:
        return self.answers

    def _shortest(self, tree: Expr) -> pl.Expr:
        """An answer in one byte where that holds it: what goes out is most of the memory that reasons take."""
        built, bounds = self._of(tree), self.proved.bounds.get(tree)
        # A number that is computed; a column stays as it came, and a count has one byte already.
        if bounds is None or isinstance(tree, Column | Constant | CountTrue):
            return built
        needed = width_of(bounds)
        return built.cast(DTYPES[needed]) if needed.bits == 8 < self.proved.width[tree].bits else built

    def _with_counts(self) -> list[Expr]:
        ordered: dict[Expr, None] = {}
        for node in in_order(self.rule.outputs.values()):
            ordered |= dict.fromkeys((*self._column_parts(node), node))
        return list(ordered)

    def _column_parts(self, node: Expr) -> tuple[Expr, ...]:
        """As `parts`, but "at least k of these" stands on the count of these, which other nodes may share."""
        if isinstance(node, AtLeast | AtMost):
            return (CountTrue(node.of), *(truth for truth in node.of if self.may_be_null[truth]))
        return parts(node)

    def _of(self, node: Expr, like: Expr | None = None) -> pl.Expr:
        if isinstance(node, Constant):
            return self._literal(node.numerator, node if like is None else like)
        built = self._value(node)
        if isinstance(node, CountTrue) and like is not None:
            return built.cast(DTYPES[self.proved.width[like]])
        if isinstance(node, Choose) and self.sources[node]:
            return pl.when(self._valid(node)).then(built)
        return built

    def _value(self, node: Expr) -> pl.Expr:
        """The node without its nulls where it is a choice whose nulls are those of its columns: any number there."""
        return pl.col(self.names[node]) if node in self.names else self.built[node]

    def _valid(self, node: Expr) -> pl.Expr:
        return pl.col(self.valid.setdefault(self.sources[node] or frozenset(), f"?{len(self.valid)}"))

    def _literal(self, number: int, like: Expr) -> pl.Expr:
        return pl.lit(number, dtype=DTYPES[self.proved.width[like]])

    def _scaled(self, node: Expr, part: Expr, denominator: int) -> pl.Expr:
        """`part` over `denominator`, at the width of `node`."""
        factor = denominator // self.proved.bounds[part].denominator
        if isinstance(part, Constant):
            return self._literal(part.numerator * factor, node)
        # Whoever puts the nulls back takes a choice without them.
        guarded = isinstance(part, Choose) and self.sources[part] and (isinstance(node, OrElse) or self.sources[node])
        if guarded and isinstance(node, Choose | OrElse):
            return self._value(part) if factor == 1 else self._value(part) * self._literal(factor, node)
        return self._of(part, node) if factor == 1 else self._of(part, node) * self._literal(factor, node)

    def _two(self, node: Expr, left: Expr, right: Expr) -> tuple[pl.Expr, pl.Expr]:
        bounds = self.proved.bounds
        # A choice may stand over more than its branches need, where another choice asked for it.
        own = bounds[node] if isinstance(node, Choose) else alike(bounds[left], bounds[right])[0]
        denominator = own.denominator
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
                return (pl.col(end) - pl.col(start)).dt.total_days().cast(DTYPES[self.proved.width[node]])
            case Multiply(left, right):
                return self._of(left, node) * self._of(right, node)
            case Add(left, right) | Subtract(left, right):
                return _ARITHMETIC[type(node)](*self._two(node, left, right))
            case Compare(left, op, right):
                return _COMPARISONS[op](*self._two(node, left, right))
            case Choose() if node in self.stairs:
                return self._climbed(node)
            case Choose(when, then, otherwise):
                yes, no = self._two(node, then, otherwise)
                if not self.may_be_null[when] or self.sources[node]:
                    # With sources the nulls are put back once, by whoever needs them; `when` takes null for no.
                    return pl.when(self._of(when)).then(yes).otherwise(no)
                unknown = self._of(when).is_null()
                return pl.when(self._of(when)).then(yes).when(unknown).then(None).otherwise(no)
            case OrElse(number, fallback):
                known, instead = self._two(node, number, fallback)
                if isinstance(number, Choose) and self.sources[number]:
                    return pl.when(self._valid(number)).then(known).otherwise(instead)
                return known.fill_null(instead) if self.may_be_null[number] else known
        return self._combine(node)

    def _climbed(self, node: Choose) -> pl.Expr:
        """What each step adds: two constants to choose between cost half of a constant and a column."""
        over = self.proved.bounds[node].denominator
        bottom, *steps = self.stairs[node]
        nothing, height = self._literal(0, node), _numerator(bottom[1], over)
        added = []
        for when, worth in steps:
            if _numerator(worth, over) != height:
                rise = self._literal(_numerator(worth, over) - height, node)
                added.append(pl.when(self._of(when)).then(rise).otherwise(nothing))
            height = _numerator(worth, over)
        start = _numerator(bottom[1], over)
        return reduce(operator.add, ([self._literal(start, node)] if start or not added else []) + added)

    def _combine(self, node: Expr) -> pl.Expr:
        match node:
            case Not(of):
                return ~self._of(of)
            case Certain(of):
                return self._of(of).fill_null(False) if self.may_be_null[of] else self._of(of)
            case All(of):
                return reduce(operator.and_, map(self._of, of)) if of else pl.lit(True)
            case AnyOf(of):
                return reduce(operator.or_, map(self._of, of)) if of else pl.lit(False)
            case CountTrue(of):
                return _count(map(self._of, of), len(of))
            case AtLeast(count, of):
                return self._at_least(count, of)
            case AtMost(count, of):
                return ~self._at_least(count + 1, of)
        raise TypeError(f"{type(node).__name__} is no node that the evaluator knows")

    def _at_least(self, count: int, of: tuple[Expr, ...]) -> pl.Expr:
        if count <= 0 or count > len(of):
            return pl.lit(count <= 0)
        dtype = _counted(len(of))
        enough = self._of(CountTrue(cast("tuple[Truth, ...]", of))) >= pl.lit(count, dtype=dtype)
        unsure = [truth for truth in of if self.may_be_null[truth]]
        if not unsure:
            return enough
        sources = [self.sources[truth] for truth in unsure]
        if all(sources):
            group = tuple(frozenset(columns or ()) for columns in sources)
            for columns in group:
                self.valid.setdefault(columns, f"?{len(self.valid)}")
            unknown = pl.col(self.unknown.setdefault(group, f"??{len(self.unknown)}"))
            reachable = self._of(CountTrue(cast("tuple[Truth, ...]", of))) + unknown >= pl.lit(count, dtype=dtype)
            return pl.when(enough).then(True).when(~reachable).then(False).otherwise(None)
        # Out of reach where so many are known to be false that the others are too few. `when` takes null for no.
        sure = _count((~self._of(truth) for truth in of), len(of))
        out_of_reach = sure > pl.lit(len(of) - count, dtype=dtype)
        return pl.when(enough).then(True).when(out_of_reach).then(False).otherwise(None)

    def _sources(self, node: Expr) -> frozenset[str] | None:
        """
        The columns whose nulls are exactly the nulls of `node`; empty where it has none.

        None where Kleene's logic decides in spite of a null, so that no set of columns says it.
        """
        match node:
            case Column(name) | CodeIs(name, _):
                return frozenset({name} & set(self.holes))
            case DaysBetween(start, end):
                return frozenset({start, end} & set(self.holes))
            case Add(left, right) | Subtract(left, right) | Multiply(left, right) | Compare(left, _, right):
                a, b = self.sources[left], self.sources[right]
                return None if a is None or b is None else a | b
            case All(of) | AnyOf(of) if len({self.sources[part] for part in of}) == 1:
                return self.sources[of[0]]
            case Not(of):
                return self.sources[of]
            case Choose(when, then, otherwise):
                under = [self.sources[part] for part in (when, then, otherwise)]
                first = under[0]
                inside = first is not None and all(part is not None and part <= first for part in under)
                return first if inside else None
        return None if self.may_be_null[node] else frozenset()

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


def _stairs(node: Choose, least: Mapping[str, int]) -> list[tuple[Truth, Constant]]:
    """
    Constants that rise from step to step, the lowest first, each condition implied by that of the step above.

    [] where it is anything else. The lowest stands without a condition (`Known(True)`).
    """
    steps: list[tuple[Truth, Constant]] = []
    under: Number = node
    while isinstance(under, Choose) and isinstance(under.then, Constant):
        steps.insert(0, (under.when, under.then))
        under = under.otherwise
    if not isinstance(under, Constant) or len(steps) < 2:
        return []
    steps.insert(0, (Known(True), under))
    rising = all(_fraction(a) <= _fraction(b) for (_, a), (_, b) in pairwise(steps))
    nested = all(implied(a, b, least) for (a, _), (b, _) in pairwise(steps[1:]))
    return steps if rising and nested else []


def _fraction(constant: Constant) -> Fraction:
    return Fraction(constant.numerator, constant.denominator)


def _numerator(constant: Constant, over: int) -> int:
    return constant.numerator * (over // constant.denominator)


def _count(truths: Iterable[pl.Expr], most: int) -> pl.Expr:
    """How many are true, unknown ones not among them."""
    one, none = pl.lit(1, dtype=_counted(most)), pl.lit(0, dtype=_counted(most))
    counted = [pl.when(truth).then(one).otherwise(none) for truth in truths]
    return reduce(operator.add, counted) if counted else none


def _cheap(node: Expr) -> bool:
    """A leaf, or arithmetic on leaves alone."""
    return isinstance(node, _LEAVES) or (isinstance(node, Add | Subtract | Multiply) and all(map(_cheap, parts(node))))


def _counted(most: int) -> type[pl.DataType]:
    return _COUNTED if most <= _MOST_COUNTED else pl.UInt32
