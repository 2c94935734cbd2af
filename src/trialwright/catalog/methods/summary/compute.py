"""Mean, spread and quartiles of exact numbers."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, isqrt, sqrt

from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    n, mean, sd, median, q1, q3, min, max.

    Shape:    exact fractions; `sd` only where the root is rational, else the nearest float.
    Missing:  what cannot be computed (`sd` of one value, everything of none) is left out, and a warning says so.
    Source:   entry.yaml; quantile p is the mean of x[np] and x[np + 1] where np is whole, else x[ceil(np)].
    """
    numbers = sorted(arguments.numbers("numbers"))
    n = len(numbers)
    values: dict[str, Fraction | float | int | str] = {"n": n}
    method = "mean, standard deviation with n - 1, median and quartiles averaging at steps (type 2)"
    if not numbers:
        return MethodResult(values=values, method=method, warnings=("There are no values",))
    mean = sum(numbers, Fraction(0)) / n
    values |= {"mean": mean}
    if n > 1:
        values["sd"] = _root(sum(((x - mean) ** 2 for x in numbers), Fraction(0)) / (n - 1))
    for name, share in (("median", Fraction(1, 2)), ("q1", Fraction(1, 4)), ("q3", Fraction(3, 4))):
        values[name] = _quantile(numbers, share)
    values |= {"min": numbers[0], "max": numbers[-1]}
    warnings = () if n > 1 else ("One value has no standard deviation",)
    return MethodResult(values=values, method=method, warnings=warnings)


def _quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    place = share * len(ordered)
    if place.denominator == 1 and 0 < place < len(ordered):
        return (ordered[int(place) - 1] + ordered[int(place)]) / 2
    return ordered[max(ceil(place), 1) - 1]


def _root(variance: Fraction) -> Fraction | float:
    top, bottom = isqrt(variance.numerator), isqrt(variance.denominator)
    if (top * top, bottom * bottom) == (variance.numerator, variance.denominator):
        return Fraction(top, bottom)
    return sqrt(variance)
