"""
How wide the integers of a tree get: interval arithmetic over the columns' smallest and largest values.

Polars wraps integer overflow silently, so no expression is built before its bounds are proved; a tree that could pass
64 bits is answered by the row function instead.
"""

from collections.abc import Mapping
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

    def over(self, denominator: int) -> "Bounds":
        factor = denominator // self.denominator
        return Bounds(self.low * factor, self.high * factor, denominator)


class Widths(NamedTuple):
    """`bounds` of every number node; `bits` (16, 32, 64 or more) that a node's arithmetic needs."""

    bounds: dict[Expr, Bounds]
    bits: dict[Expr, int]
    widest: int


def widths(rule: Rule, columns: Mapping[str, tuple[int, int]]) -> Widths:
    """
    Bounds and widths of the trees of `rule`, where `columns` has the smallest and largest value of each number column.

    Nodes that meet in one comparison or one sum get the same width, so that nothing is cast inside an expression.
    """
    bounds: dict[Expr, Bounds] = {}
    groups = _Groups()
    sizes: dict[Expr, int] = {}
    for node in in_order(rule.outputs.values()):
        found = _bounds(node, bounds, columns)
        if found is not None:
            bounds[node] = found
        operands = _operands(node, bounds)
        if found is not None or operands:
            sizes[node] = max(b.size for b in (*operands, *([found] if found else [])))
        for part in parts(node):
            # A constant takes the width of whoever uses it; it must not tie unrelated columns together.
            if operands and part in bounds and not isinstance(part, Constant):
                groups.join(node, part)
    largest: dict[Expr, int] = {}
    for node, size in sizes.items():
        head = groups.head(node)
        largest[head] = max(largest.get(head, 0), size)
    bits = {node: _bits(largest[groups.head(node)]) for node in sizes}
    return Widths(bounds, bits, max(bits.values(), default=16))


def _operands(node: Expr, bounds: Mapping[Expr, Bounds]) -> tuple[Bounds, ...]:
    """What the arithmetic of `node` really computes with: its parts over their common denominator."""
    match node:
        case Add(left, right) | Subtract(left, right) | Compare(left, _, right):
            return alike(bounds[left], bounds[right])
        case Multiply(left, right):
            return bounds[left], bounds[right]
        case Choose(_, then, otherwise):
            return alike(bounds[then], bounds[otherwise])
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


def _bits(size: int) -> int:
    return next((bits for bits in (16, 32, 64) if size < 2 ** (bits - 1)), 128)


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
