"""
How wide the integers of a tree get: interval arithmetic over the columns' smallest and largest values.

Polars wraps integer overflow silently, so no expression is built before its bounds are proved; a tree that could pass
64 bits is answered by the row function instead.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce
from math import lcm
from typing import NamedTuple

from trialwright.catalog.evaluator.nodes import in_order, parts
from trialwright.model.expression import (
    Add,
    Choose,
    Column,
    Compare,
    Constant,
    CountTrue,
    DaysBetween,
    Expr,
    Multiply,
    OrElse,
    Rule,
    Subtract,
)

MOST_DAYS = 4_000_000  # more than lie between the years 1 and 9999


class Bounds(NamedTuple):
    """A number node in columns: numerators between `low` and `high`, over one denominator for all rows."""

    low: int
    high: int
    denominator: int = 1

    @property
    def size(self) -> int:
        return max(abs(self.low), abs(self.high))

    def with_ends(self, other: "Bounds") -> "Bounds":
        """Wide enough for both numerators, whatever they stand over."""
        return Bounds(min(self.low, other.low), max(self.high, other.high))

    def over(self, denominator: int) -> "Bounds":
        factor = denominator // self.denominator
        return Bounds(self.low * factor, self.high * factor, denominator)


class Width(NamedTuple):
    """What a node's arithmetic needs: 8, 16, 32, 64 bits or more, with a sign or without."""

    bits: int
    signed: bool = True


class Widths(NamedTuple):
    """`bounds` of every number node, the `width` of every node that computes, and the most bits that one needs."""

    bounds: dict[Expr, Bounds]
    width: dict[Expr, Width]
    widest: int


def widths(rule: Rule, columns: Mapping[str, tuple[int, int]]) -> Widths:
    """
    Bounds and widths of the trees of `rule`, where `columns` has the smallest and largest value of each number column.

    Nodes that meet in one comparison or one sum get the same width, so that nothing is cast inside an expression.
    """
    nodes = in_order(rule.outputs.values())
    bounds = bounds_of(nodes, columns)
    _share_denominators(rule, nodes, bounds)
    groups = _Groups()
    ends: dict[Expr, Bounds] = {}
    for node in nodes:
        operands = _operands(node, bounds)
        met = (*operands, *([bounds[node]] if node in bounds else []))
        if met:
            ends[node] = reduce(Bounds.with_ends, met)
        for part in parts(node):
            # A constant takes the width of whoever uses it; it must not tie unrelated columns together.
            if operands and part in bounds and not isinstance(part, Constant):
                groups.join(node, part)
    reached: dict[Expr, Bounds] = {}
    for node, found in ends.items():
        head = groups.head(node)
        reached[head] = reached.get(head, found).with_ends(found)
    # Columns are stored with a sign: to widen one costs a tenth of checking that none of its numbers is negative.
    stored = {groups.head(node) for node in ends if isinstance(node, Column)}
    width = {n: width_of(reached[head], signed=head in stored) for n in ends for head in [groups.head(n)]}
    return Widths(bounds, width, max((w.bits for w in width.values()), default=8))


def bounds_of(nodes: Iterable[Expr], columns: Mapping[str, tuple[int, int]]) -> dict[Expr, Bounds]:
    """The bounds of every number among `nodes`, parts before the whole; its denominator depends on the tree alone."""
    bounds: dict[Expr, Bounds] = {}
    for node in nodes:
        found = _bounds(node, bounds, columns)
        if found is not None:
            bounds[node] = found
    return bounds


def _share_denominators(rule: Rule, nodes: list[Expr], bounds: dict[Expr, Bounds]) -> None:
    """A choice that is a branch of another, and of nothing else, takes its denominator: constants are scaled for it."""
    uses = Counter(part for node in nodes for part in parts(node))
    uses.update(rule.outputs.values())
    for node in reversed(nodes):
        if isinstance(node, Choose):
            for part in (node.then, node.otherwise):
                if isinstance(part, Choose) and uses[part] == 1:
                    bounds[part] = bounds[part].over(bounds[node].denominator)


def _operands(node: Expr, bounds: Mapping[Expr, Bounds]) -> tuple[Bounds, ...]:
    """What the arithmetic of `node` really computes with: its parts over their common denominator."""
    match node:
        case Add(left, right) | Subtract(left, right) | Compare(left, _, right):
            return alike(bounds[left], bounds[right])
        case Multiply(left, right):
            return bounds[left], bounds[right]
        case Choose(_, then, otherwise):
            shared = bounds[node].denominator
            return bounds[then].over(shared), bounds[otherwise].over(shared)
        case OrElse(number, fallback):
            return alike(bounds[number], bounds[fallback])
    return ()


def _bounds(node: Expr, bounds: Mapping[Expr, Bounds], columns: Mapping[str, tuple[int, int]]) -> Bounds | None:
    """The bounds of a number node from those of its parts; None for a truth."""
    match node:
        case Column(name):
            return Bounds(*columns[name])
        case Constant(numerator, denominator):
            return Bounds(numerator, numerator, denominator)
        case DaysBetween():
            return Bounds(-MOST_DAYS, MOST_DAYS)
        case CountTrue(of):
            return Bounds(0, len(of))
        case Add(left, right):
            a, b = alike(bounds[left], bounds[right])
            return Bounds(a.low + b.low, a.high + b.high, a.denominator)
        case Subtract(left, right):
            a, b = alike(bounds[left], bounds[right])
            return Bounds(a.low - b.high, a.high - b.low, a.denominator)
        case Multiply(left, right):
            a, b = bounds[left], bounds[right]
            corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
            return Bounds(min(corners), max(corners), a.denominator * b.denominator)
        case Choose(_, then, otherwise):
            a, b = alike(bounds[then], bounds[otherwise])
            return Bounds(min(a.low, b.low), max(a.high, b.high), a.denominator)
        case OrElse(number, fallback):
            a, b = alike(bounds[number], bounds[fallback])
            return Bounds(min(a.low, b.low), max(a.high, b.high), a.denominator)
    return None


def alike(a: Bounds, b: Bounds) -> tuple[Bounds, Bounds]:
    """The same two over their common denominator."""
    denominator = lcm(a.denominator, b.denominator)
    return a.over(denominator), b.over(denominator)


def width_of(bounds: Bounds, signed: bool = False) -> Width:
    """The narrowest that holds both ends; without a sign only in one byte, which then holds a whole sum of points."""
    if not signed and bounds.low >= 0 and 128 <= bounds.high < 256:
        return Width(8, signed=False)
    return Width(next((bits for bits in (8, 16, 32, 64) if bounds.size < 2 ** (bits - 1)), 128))


class _Groups:
    """Which nodes must share a width (disjoint sets)."""

    def __init__(self) -> None:
        self.above: dict[Expr, Expr] = {}

    def head(self, node: Expr) -> Expr:
        while node in self.above:
            node = self.above[node]
        return node

    def join(self, a: Expr, b: Expr) -> None:
        first, second = self.head(a), self.head(b)
        if first != second:
            self.above[first] = second
