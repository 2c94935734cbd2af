"""
The few operators that response criteria are made of, as expression trees; no criterion writes arithmetic of its own.

Relative change, change over the length of the scale, absolute change, k of n with a veto, points from a table, all
three-valued; since baseline, at a visit (`f`) or at the next one (`n`), confirmed where both agree.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Literal, NamedTuple

from trialwright.model.expression import (
    Add,
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Choose,
    Column,
    Compare,
    Constant,
    Known,
    Multiply,
    Not,
    Number,
    OrElse,
    Subtract,
    Truth,
)

Outputs = Mapping[str, Fraction | int | bool | None]
"""What a rule answered for one participant."""

Visit = Literal["f", "n"]
"""The visit that is judged, and the one after it that may have to confirm it."""

ZERO = Constant(0)
YES = Constant(1)


class Threshold(NamedTuple):
    """A limit in percent; `strict`: to be passed, not only reached. `at_least`: and by no less than this amount."""

    percent: Fraction
    strict: bool = False
    at_least: Fraction = Fraction(0)


def constant(number: Fraction | int | str) -> Constant:
    exact = Fraction(number)
    return Constant(exact.numerator, exact.denominator)


def change(measure: str, visit: Visit = "f") -> Subtract:
    """Value now minus value at baseline, sign as measured."""
    return Subtract(Column(f"{measure}_{visit}"), Column(f"{measure}_b"))


def gain(measure: str, higher_is_better: bool, visit: Visit = "f") -> Subtract:
    """Change since baseline, positive where better."""
    now, before = Column(f"{measure}_{visit}"), Column(f"{measure}_b")
    return Subtract(now, before) if higher_is_better else Subtract(before, now)


def opposite(difference: Subtract) -> Subtract:
    return Subtract(difference.right, difference.left)


def amount(number: Fraction, measure: str) -> Number:
    """A number in the measure's unit, over the scale of its columns."""
    return Multiply(constant(number), Column(f"{measure}_scale"))


def relative_change(moved: Number, measure: str, limit: Threshold) -> Truth:
    """
    `moved` is more than nothing and reaches the limit in percent of the baseline value, cross-multiplied.

    Without the first test a measure that stays at zero would reach "20 percent of nothing". From zero any change
    passes: what that is worth is for the criterion to say.
    """
    reached = _reaches(moved, Column(f"{measure}_b"), limit.percent, limit.strict)
    clauses: list[Truth] = [Compare(moved, ">", ZERO), reached]
    if limit.at_least:
        clauses.append(Compare(moved, ">=", amount(limit.at_least, measure)))
    return All(tuple(clauses))


def range_change(moved: Number, length: Number, limit: Threshold) -> Truth:
    """`moved` reaches the limit in percent of the length of the scale."""
    return _reaches(moved, length, limit.percent, limit.strict)


def absolute_change(moved: Number, measure: str, by: Fraction, strict: bool = False) -> Truth:
    """`moved` is at least `by` in the measure's unit (more than that, where strict)."""
    return Compare(moved, ">" if strict else ">=", amount(by, measure))


def unless_from_zero(truth: Truth, measure: str, rise: Number) -> Truth:
    """`truth`, but unknown where the measure rose from zero: there is no percentage of nothing."""
    from_zero = All((Compare(Column(f"{measure}_b"), "==", ZERO), Compare(rise, ">", ZERO)))
    return All((truth, AnyOf((Not(from_zero), Known(None)))))


def k_of_n(
    enough: int, improved: Sequence[Truth], allowed: int, worse: Sequence[Truth], vetoes: Sequence[Truth] = ()
) -> Truth:
    """At least `enough` improved and at most `allowed` worse, and none of the vetoes holds."""
    vetoed = tuple(Not(veto) for veto in vetoes)
    return All((AtLeast(enough, tuple(improved)), AtMost(allowed, tuple(worse)), *vetoed))


def confirmed(at_visit: Truth, at_next: Truth) -> Truth:
    """Holds at the visit and again at the next one."""
    return All((at_visit, at_next))


def points(levels: Sequence[tuple[Truth, Fraction]], otherwise: Fraction = Fraction(0)) -> Number:
    """The points of the last level that is reached, levels in rising order; missing where a level is unknown."""
    earned: Number = constant(otherwise)
    for reached, worth in levels:
        earned = Choose(reached, constant(worth), earned)
    return earned


def lookup_sum(parts: Sequence[Number], where_missing: Sequence[Fraction] = ()) -> Number:
    """The sum of points; a part that is missing counts as nothing, or as what `where_missing` says."""
    fallback = where_missing or [Fraction(0)] * len(parts)
    return total([OrElse(part, constant(worth)) for part, worth in zip(parts, fallback, strict=True)])


def total(numbers: Sequence[Number]) -> Number:
    return reduce(Add, numbers) if numbers else ZERO


def flag(column: str) -> Truth:
    """A yes-or-no column, 1 or 0; unknown where it is missing."""
    return Compare(Column(column), "==", YES)


def weight(column: str, worth: Fraction) -> Number:
    """Points of a yes-or-no column: `worth` where it is 1, nothing where it is 0, missing where it is missing."""
    return Choose(flag(column), constant(worth), ZERO)


def undetermined_unless(known: Truth) -> Truth:
    """False where `known` is false, else unknown: the half of a verdict that may still come true."""
    return All((known, Known(None)))


def _reaches(moved: Number, base: Number, percent: Fraction, strict: bool) -> Truth:
    # Reduced once (20 % -> 5 x gain >= baseline), so that narrow integers suffice on many rows.
    ratio = percent / 100
    return Compare(_times(ratio.denominator, moved), ">" if strict else ">=", _times(ratio.numerator, base))


def _times(factor: int, number: Number) -> Number:
    return number if factor == 1 else Multiply(Constant(factor), number)
