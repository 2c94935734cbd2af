"""After a design with two stages and a stop for futility: unbiased estimate, p value and limits of the rate."""

from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from trialwright.catalog.numerics.roots import crossing


@dataclass(frozen=True, slots=True)
class Boundary:
    """Stop after `n1` with at most `r1` responders; `n` participants in all."""

    r1: int
    n1: int
    n: int


def umvue(design: Boundary, x: int) -> Fraction:
    """
    The uniformly minimum variance unbiased estimate after `x` responders in all.

    Source: Girshick, Mosteller and Savage 1946: of all ways to arrive at x, the share led by a responder.
    """
    r1, n1, n2 = design.r1, design.n1, design.n - design.n1
    if x <= r1:
        return Fraction(x, n1)
    firsts = range(max(r1 + 1, x - n2), min(x, n1) + 1)
    ways = sum(comb(n1, first) * comb(n2, x - first) for first in firsts)
    led = sum(comb(n1 - 1, first - 1) * comb(n2, x - first) for first in firsts)
    return Fraction(led, ways)


def as_high(design: Boundary, x: int, rate: float) -> float:
    """
    P(an outcome at least as high as `x`) at a true rate: every outcome of the second stage is above every stop.

    Source: Koyama and Chen 2008, stage-wise order; with one boundary for futility it is also the order of the UMVUE.
    """
    if x <= design.r1:
        return _at_least(x, design.n1, rate)
    firsts = np.arange(design.r1 + 1, design.n1 + 1)
    first = _equal(firsts, design.n1, rate)
    n2 = design.n - design.n1
    return float(np.sum(first * np.array([_at_least(int(x - one), n2, rate) for one in firsts])))


def koyama_chen(design: Boundary, x: int, tail: float) -> tuple[float, float]:
    """
    The rates between which the p value of `x` lies between `tail` and 1 - `tail`.

    Missing: with no responder the p value is 1 at every rate; the upper limit is then that of `limits`.
    Source:  Koyama and Chen 2008. The upper limit asks for x or higher, not for x or lower: it is shorter than exact.
    """
    low, high = limits(design, x, tail)
    return low, high if x == 0 else crossing(lambda p: as_high(design, x, p) - (1 - tail), 0.0, 1.0)


def limits(design: Boundary, x: int, tail: float) -> tuple[float, float]:
    """The rates at which `x` or higher, and `x` or lower, has the probability `tail`: never too narrow."""
    low = 0.0 if x == 0 else crossing(lambda p: as_high(design, x, p) - tail, 0.0, 1.0)
    high = 1.0 if x == design.n else crossing(lambda p: as_high(design, x + 1, p) - (1 - tail), 0.0, 1.0)
    return low, high


def _at_least(x: int, n: int, p: float) -> float:
    return 1.0 if x <= 0 else 0.0 if x > n else float(betainc(x, n - x + 1, p))


def _equal(x: NDArray[np.int64], n: int, p: float) -> NDArray[np.float64]:
    return np.array([comb(n, int(k)) * p ** int(k) * (1 - p) ** int(n - k) for k in x])
