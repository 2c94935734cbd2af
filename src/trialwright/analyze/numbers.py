"""Describing numbers exactly: mean, spread and quantiles of fractions."""

import math
from collections.abc import Sequence
from fractions import Fraction

QUANTILES = "quartiles by averaging at steps (SAS definition 5, R type 2)"


def described(values: Sequence[Fraction]) -> dict[str, Fraction | float | None]:
    """
    mean, sd, median, q1, q3, min, max of some numbers.

    Shape:    all exact but `sd`, which is a square root.
    Missing:  None where there is no number, and for the `sd` of a single one.
    """
    if not values:
        return dict.fromkeys(("mean", "sd", "median", "q1", "q3", "min", "max"))
    mean = sum(values, Fraction(0)) / len(values)
    squares = sum(((x - mean) ** 2 for x in values), Fraction(0))
    return {
        "mean": mean,
        "sd": math.sqrt(squares / (len(values) - 1)) if len(values) > 1 else None,
        "median": quantile(values, Fraction(1, 2)),
        "q1": quantile(values, Fraction(1, 4)),
        "q3": quantile(values, Fraction(3, 4)),
        "min": min(values),
        "max": max(values),
    }


def quantile(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """
    The empirical quantile with averaging at its steps.

    Source: SAS PROC MEANS, QNTLDEF=5, the default; type 2 of Hyndman and Fan 1996. Reports of trials are read against it.
    """
    ordered = sorted(values)
    place = share * len(ordered)
    if place.denominator == 1 and 0 < place < len(ordered):
        return (ordered[int(place) - 1] + ordered[int(place)]) / 2
    return ordered[min(max(math.ceil(place) - 1, 0), len(ordered) - 1)]
