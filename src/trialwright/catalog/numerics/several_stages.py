"""Single-arm designs of several stages: Fleming's boundaries, and what any boundaries do, by enumeration."""

from collections.abc import Sequence
from itertools import accumulate
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

Floats = NDArray[np.float64]
Boundaries = tuple[tuple[int, ...], tuple[int, ...]]
"""After each stage: up to how many responders the treatment is given up, from how many the benchmark is rejected."""


def fleming_size(p0: float, p1: float, alpha: float, beta: float) -> int:
    """Participants in all, by the normal approximation: rounded up, one at least."""
    numerator = -float(ndtri(alpha)) * sqrt(p0 * (1 - p0)) - float(ndtri(beta)) * sqrt(p1 * (1 - p1))
    return max(1, -floor(-((numerator / (p1 - p0)) ** 2)))


def fleming(stages: Sequence[int], p0: float, alpha: float) -> Boundaries:
    """
    Where to stop after each stage, for either reason; the last stage leaves nothing open.

    Source: Fleming 1982, Biometrics 38:143-151: the final test by the normal approximation, and at each look the same
            test of p0, and of the alternative that the final test would just find.
    """
    total, z = sum(stages), -float(ndtri(alpha))
    alternative = (sqrt(total * p0) + z * sqrt(1 - p0)) ** 2 / (total + z * z)
    up, down = z * sqrt(total * p0 * (1 - p0)), z * sqrt(total * alternative * (1 - alternative))
    seen = list(accumulate(stages))
    reject = [floor(n * p0 + up) + 1 for n in seen]
    give_up = [floor(n * alternative - down) for n in seen[:-1]]
    return (*give_up, reject[-1] - 1), tuple(reject)


def stage_outcomes(stages: Sequence[int], bounds: Boundaries, p: float) -> tuple[Floats, Floats]:
    """P(reject) and P(give up) after each stage at a true rate, exact."""
    going_on = np.ones(1)  # probability of each number of responders among those that went on
    rejected, given_up = np.zeros(len(stages)), np.zeros(len(stages))
    for place, (n, low, high) in enumerate(zip(stages, *bounds, strict=True)):
        counts = np.convolve(going_on, _binomial(n, p))
        x = np.arange(len(counts))
        rejected[place], given_up[place] = counts[x >= high].sum(), counts[x <= low].sum()
        going_on = np.where((x > low) & (x < high), counts, 0.0)
    return rejected, given_up


def expected_size(stages: Sequence[int], stopped: Floats) -> float:
    """Participants on average, from the probability of an end after each stage."""
    return float(np.dot(np.cumsum(stages), stopped))


def _binomial(n: int, p: float) -> Floats:
    x = np.arange(n + 1)
    logged = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1) + x * np.log(p) + (n - x) * np.log1p(-p)
    return np.asarray(np.exp(logged), dtype=np.float64)
