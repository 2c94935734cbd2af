"""Two arms and a rate each: the exact size and power of a test, summed over every pair of outcomes."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

TIE = 1e-9  # tables whose probability differs by less are equally likely: the terms are floats
NUISANCE = np.linspace(0.005, 0.995, 199)
"""Common rates at which the largest size is looked for."""


def rejects(n1: int, n2: int, alpha: float, test: str, sides: str) -> Truths:
    """Which pairs of counts (rows: first arm) reject equal rates; one-sided: in favour of the first arm."""
    return _fisher(n1, n2, alpha, sides) if test == "fisher" else _pooled(n1, n2, alpha, sides)


def probability(rejected: Truths, p1: float, p2: float) -> float:
    """P(a pair that rejects) at the two true rates."""
    n1, n2 = rejected.shape[0] - 1, rejected.shape[1] - 1
    return float(_binomial(n1, p1) @ (rejected @ _binomial(n2, p2)))


def largest_size(rejected: Truths) -> float:
    """The largest P(reject) over common rates from .005 to .995, in steps of .005."""
    n1, n2 = rejected.shape[0] - 1, rejected.shape[1] - 1
    first = np.stack([_binomial(n1, p) for p in NUISANCE])
    second = np.stack([_binomial(n2, p) for p in NUISANCE])
    return float(((first @ rejected) * second).sum(axis=1).max())


def _fisher(n1: int, n2: int, alpha: float, sides: str) -> Truths:
    terms = np.exp(_logged_ways(n1)[:, None] + _logged_ways(n2)[None, :] - _logged_ways(n1 + n2)[_totals(n1, n2)])
    rejected = np.zeros(terms.shape, dtype=np.bool_)
    for total in range(n1 + n2 + 1):
        x1 = np.arange(max(0, total - n2), min(n1, total) + 1)
        found = terms[x1, total - x1]
        if sides == "one":
            tails = np.cumsum(found[::-1])[::-1]
        else:
            tails = (found[None, :] * (found[None, :] <= found[:, None] * (1 + TIE))).sum(axis=1)
        rejected[x1, total - x1] = tails <= alpha * (1 + TIE)
    return rejected


def _pooled(n1: int, n2: int, alpha: float, sides: str) -> Truths:
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    pooled = (x1 + x2) / (n1 + n2)
    spread = np.sqrt(pooled * (1 - pooled)) * sqrt(1 / n1 + 1 / n2)
    apart = x1 / n1 - x2 / n2
    z = np.divide(apart, spread, out=np.zeros_like(spread), where=spread > 0)
    limit = -float(ndtri(alpha if sides == "one" else alpha / 2))
    return np.asarray((z if sides == "one" else np.abs(z)) >= limit, dtype=np.bool_)


def _totals(n1: int, n2: int) -> NDArray[np.int64]:
    return np.arange(n1 + 1)[:, None] + np.arange(n2 + 1)[None, :]


def _logged_ways(n: int) -> Floats:
    x = np.arange(n + 1)
    return np.asarray(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1), dtype=np.float64)


def _binomial(n: int, p: float) -> Floats:
    x = np.arange(n + 1)
    return np.asarray(np.exp(_logged_ways(n) + x * np.log(p) + (n - x) * np.log1p(-p)), dtype=np.float64)
