"""Mean, spread and quartiles of exact numbers."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, isqrt, sqrt

from trialwright.catalog.numerics.student import mean_of, variance_of
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult, Shape
from trialwright.model.problem import Problem

_SHARES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
_TYPES = {"2": "averaging at steps (type 2)", "6": "by n + 1 (type 6)", "7": "by n - 1 (type 7)"}


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    n, mean, sd, median, q1, q3, min, max.

    Shape:    exact fractions; `sd` only where the root is rational, else the nearest float.
    Missing:  what cannot be computed (`sd` of one value, everything of none) is left out, and a warning says so.
    Source:   entry.yaml (Hyndman and Fan's definitions 2, 6 and 7 of a quantile).
    """
    x, asked = sorted(arguments.numbers("x")), arguments.choice("quantiles")
    n = len(x)
    values: dict[str, Fraction | float | int | str] = {"n": n}
    method = f"mean, standard deviation with n - 1, median and quartiles {_TYPES[asked]}"
    names = ("mean", "sd", *(f"quartiles_type{kind}" for kind in _TYPES), "min", "max")
    shapes: dict[str, Shape] = dict.fromkeys(names)
    if not x:
        return MethodResult(values=values, method=method, warnings=("There are no values",), shapes=shapes)
    mean = mean_of(x)
    values |= {"mean": mean}
    if n > 1:
        values["sd"] = _root(variance_of(x))
    quartiles = {kind: tuple(_quantile(x, share, kind) for share in _SHARES) for kind in _TYPES}
    q1, median, q3 = quartiles[asked]
    values |= {"median": median, "q1": q1, "q3": q3, "min": x[0], "max": x[-1]}
    shapes |= {name: values.get(name) for name in ("mean", "sd", "min", "max")}
    shapes |= {f"quartiles_type{kind}": found for kind, found in quartiles.items()}
    warnings = () if n > 1 else ("One value has no standard deviation",)
    return MethodResult(values=values, method=method, warnings=warnings, shapes=shapes)


def _quantile(ordered: Sequence[Fraction], share: Fraction, kind: str) -> Fraction:
    n = len(ordered)
    if kind == "2":
        place = share * n
        if place.denominator == 1 and 0 < place < n:
            return (ordered[int(place) - 1] + ordered[int(place)]) / 2
        return ordered[max(ceil(place), 1) - 1]
    # A place between two ordered values, counted from 1, cut off at the ends.
    place = share * (n + 1) if kind == "6" else 1 + share * (n - 1)
    place = min(max(place, Fraction(1)), Fraction(n))
    below = floor(place)
    return ordered[below - 1] + (place - below) * (ordered[min(below, n - 1)] - ordered[below - 1])


def _root(variance: Fraction) -> Fraction | float:
    top, bottom = isqrt(variance.numerator), isqrt(variance.denominator)
    if (top * top, bottom * bottom) == (variance.numerator, variance.denominator):
        return Fraction(top, bottom)
    return sqrt(variance)
