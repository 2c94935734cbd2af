"""Sums of multiples of columns, and which comparison of such sums implies another: what is proved, never guessed."""

from collections.abc import Mapping
from fractions import Fraction

from trialwright.model.expression import Add, Column, Compare, Constant, Multiply, Number, Subtract, Truth

Linear = dict[str, Fraction]
"""Factors of the columns in a sum, the constant under ""."""


def linear(node: Number) -> Linear | None:
    """The factors of `node`; None for anything but a sum of multiples of columns."""
    match node:
        case Column(name):
            return {name: Fraction(1)}
        case Constant(numerator, denominator):
            return {"": Fraction(numerator, denominator)}
        case Multiply(Constant() as factor, other) | Multiply(other, Constant() as factor):
            under, by = linear(other), Fraction(factor.numerator, factor.denominator)
            return None if under is None else {name: f * by for name, f in under.items()}
        case Add(left, right) | Subtract(left, right):
            a, b = linear(left), linear(right)
            if a is None or b is None:
                return None
            sign = -1 if isinstance(node, Subtract) else 1
            return {name: a.get(name, Fraction(0)) + sign * b.get(name, Fraction(0)) for name in {**a, **b}}
    return None


def implied(weaker: Truth, stronger: Truth, least: Mapping[str, int]) -> bool:
    """
    Whether `weaker` holds wherever `stronger` does, both "more than" or "at least" over the same columns.

    `least`: the smallest value of a column, where it is proved. 8 g > 2 r implies 20 g > 3 r where r is not below 0.
    """
    if not (isinstance(weaker, Compare) and isinstance(stronger, Compare)):
        return False
    if weaker.op not in (">", ">=") or (stronger.op, weaker.op) == (">=", ">"):
        return False
    a, b = _above_zero(stronger), _above_zero(weaker)
    if a is None or b is None or {*a, ""} != {*b, ""}:
        return False
    # b = by x a + the rest, with by above 0 and nothing in the rest that can lie below 0.
    return any(
        (by := b[name] / a[name]) > 0
        and all(_never_negative(b.get(n, Fraction(0)) - by * a.get(n, Fraction(0)), n, least) for n in {*a, *b})
        for name in a
        if name in b
    )


def _above_zero(comparison: Compare) -> Linear | None:
    """The sum that the comparison holds against zero, without the factors that are zero."""
    left, right = linear(comparison.left), linear(comparison.right)
    if left is None or right is None:
        return None
    every = {name: left.get(name, Fraction(0)) - right.get(name, Fraction(0)) for name in {**left, **right}}
    return {name: factor for name, factor in every.items() if factor}


def _never_negative(factor: Fraction, name: str, least: Mapping[str, int]) -> bool:
    return factor == 0 or (factor > 0 and (not name or least.get(name, -1) >= 0))
