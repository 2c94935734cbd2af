"""Several completed data sets as one answer: Rubin's rules with the degrees of freedom of Barnard and Rubin."""

from collections.abc import Sequence
from math import fsum, inf, sqrt
from typing import NamedTuple


class Pooled(NamedTuple):
    """
    The pooled estimate.

    `df` is infinite where the completed estimates agree and no complete-data df was given; `added` is the relative
    increase of the variance by what is missing, `missing` the fraction of the information that is.
    """

    estimate: float
    se: float
    df: float
    added: float
    missing: float


def pool(estimates: Sequence[float], ses: Sequence[float], complete_df: float = inf) -> Pooled:
    """
    Rubin's rules over m completed data sets.

    Source: Rubin 1987, 3.1; Barnard and Rubin 1999 for a finite `complete_df`: 1 / (1 / df_old + 1 / df_observed),
            df_old = (m - 1) / lambda^2, df_observed = (df + 1) / (df + 3) df (1 - lambda).
    """
    m = len(estimates)
    mean = fsum(estimates) / m
    within = fsum(se * se for se in ses) / m
    between = fsum((each - mean) ** 2 for each in estimates) / (m - 1) if m > 1 else 0.0
    extra = (1 + 1 / m) * between
    total = within + extra
    if total == 0:
        return Pooled(mean, 0.0, complete_df, 0.0, 0.0)
    share = extra / total
    old = (m - 1) / share**2 if share else inf
    seen = complete_df if complete_df == inf else (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    df = _harmonic(old, seen)
    added = extra / within if within else inf
    missing = 1.0 if added == inf else (added + 2 / (df + 3)) / (added + 1)
    return Pooled(mean, sqrt(total), df, added, missing)


def _harmonic(first: float, second: float) -> float:
    if first == inf or second == inf:
        return min(first, second)
    return 1 / (1 / first + 1 / second) if first and second else 0.0
