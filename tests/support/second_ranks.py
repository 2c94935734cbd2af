"""
A second reading of the exact signed rank test: every pattern of signs counted, nothing of the package used.

Definitions as the method's page and `wilcox.exact` of R's exactRankTests give them: mid-ranks; zeros ranked and then
left out for p (Pratt), left out before for the estimate; a shift is judged by the rank sum of what lies above it.
"""

import math
from fractions import Fraction

import numpy as np


def midranks(values):
    """Ranks of whole numbers, the mean of their places where several are equal, doubled so that they stay whole."""
    ordered = sorted(values)
    return [sum(2 * (place + 1) for place, each in enumerate(ordered) if each == v) // ordered.count(v) for v in values]


def sums(ranks):
    """The doubled rank sum of every one of the 2^n patterns of signs, in order."""
    found = np.zeros(1, dtype=np.int64)
    for rank in ranks:
        found = np.concatenate([found, found + rank])
    return np.sort(found)


def pratt(changes):
    """Two-sided p: how many patterns lie at least as far from the middle as what was seen."""
    ranked = list(zip(changes, midranks([abs(c) for c in changes]), strict=True))
    ranks = [rank for change, rank in ranked if change != 0]
    if not ranks:
        return 1.0
    seen = sum(rank for change, rank in ranked if change > 0)
    every, whole = sums(ranks), sum(ranks)
    return float(np.mean(abs(2 * every - whole) >= abs(2 * seen - whole)))


def hodges_lehmann(changes, level):
    """Estimate, lower, upper, level attained; None where every change is 0."""
    x = [c for c in changes if c != 0]
    if not x:
        return None
    walsh = sorted((x[i] + x[j]) / 2 for i in range(len(x)) for j in range(i, len(x)))

    def above(shift):
        moved = [v - shift for v in x]
        return sum(r for v, r in zip(moved, midranks([abs(v) for v in moved]), strict=True) if v > 0)

    seen = [(shift, above(shift)) for shift in walsh]
    ranks = midranks([abs(v) for v in x])
    every, middle = sums(ranks), Fraction(sum(ranks), 2)
    tail = (1 - level) / 2
    low = every[max(math.ceil(tail * len(every)), 1) - 1]
    high = every[math.ceil((1 - tail) * len(every)) - 1]
    upper = walsh[-1] if low <= min(w for _, w in seen) else min(shift for shift, w in seen if w <= low)
    lower = max((shift for shift, w in seen if w > high), default=walsh[0])
    half = 2 * math.ceil(middle / 2)  # the middle rounded up to a whole rank sum; these are doubled
    ends = [shift for shift, w in seen if w <= half], [shift for shift, w in seen if w > middle]
    estimate = (min(ends[0], default=walsh[-1]) + max(ends[1], default=walsh[0])) / 2
    if len({abs(v) for v in x}) == len(x):
        estimate = (walsh[(len(walsh) - 1) // 2] + walsh[len(walsh) // 2]) / 2
    beyond = low or every[every > 0][0]  # a sum of 0 excludes nothing: the next one does
    return estimate, lower, upper, 1 - 2 * float(np.mean(every < beyond))
