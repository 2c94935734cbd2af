"""Single-arm designs by enumeration: power, one stage, two stages with a stop for futility."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln

Floats = NDArray[np.float64]

TIE = 1e-11  # closer than this to a level, floats cannot tell: fractions decide


@dataclass(frozen=True, slots=True)
class OneStage:
    """`r` is the largest count that does not reject."""

    n: int
    r: int
    alpha_attained: float
    power_attained: float


@dataclass(frozen=True, slots=True)
class TwoStage:
    """Stop after `n1` with at most `r1` responders; of `n` in all, more than `r` reject."""

    r1: int
    n1: int
    r: int
    n: int
    expected_n: float
    early_stop: float
    alpha_attained: float
    power_attained: float


def power(n: int, at_least: int, rates: Floats) -> Floats:
    """P(X >= at_least) at each true rate, exact."""
    if at_least <= 0:
        return np.ones_like(rates)
    if at_least > n:
        return np.zeros_like(rates)
    return np.asarray(betainc(at_least, n - at_least + 1, rates), dtype=np.float64)


def critical(n: int, p0: Fraction, alpha: Fraction) -> int:
    """The fewest responders of `n` that reject `p0` at one-sided `alpha`; n + 1 where not even all of them would."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        if _tail_is_at_most(middle, n, p0, alpha):
            high = middle
        else:
            low = middle + 1
    return low


def _tail_is_at_most(x: int, n: int, p0: Fraction, alpha: Fraction) -> bool:
    tail = float(power(n, x, np.array([float(p0)]))[0])
    if abs(tail - float(alpha)) > TIE:
        return tail < alpha
    return _exact_tail(x, n, p0) <= alpha


def _exact_tail(x: int, n: int, p: Fraction) -> Fraction:
    top, rest = p.numerator, p.denominator - p.numerator
    return Fraction(sum(comb(n, k) * top**k * rest ** (n - k) for k in range(x, n + 1)), p.denominator**n)


def one_stage(p0: Fraction, p1: Fraction, alpha: Fraction, beta: Fraction, most: int) -> list[OneStage]:
    """Every n up to `most` whose exact test keeps `alpha` and reaches power 1 - `beta`, smallest first."""
    found = []
    for n in range(1, most + 1):
        r = critical(n, p0, alpha) - 1
        attained, reached = power(n, r + 1, np.array([float(p0), float(p1)]))
        if reached >= 1 - float(beta) - TIE:
            found.append(OneStage(n, r, float(attained), float(reached)))
    return found


def holds_from(designs: list[OneStage], most: int) -> int | None:
    """The n from which on every n up to `most` is among the designs: power is a saw-tooth, not a curve."""
    sizes = {design.n for design in designs}
    n = most
    while n in sizes:
        n -= 1
    return n + 1 if n < most else None


def two_stage(p0: float, p1: float, alpha: float, beta: float, most: int) -> list[TwoStage]:
    """
    For each total n up to `most`, the design with the smallest expected size under `p0` (Simon 1989); ascending n.

    Every n1, r1 and r is tried, r from the count that keeps `alpha` without a stop downwards: a stop for futility
    rejects less often, so that a smaller r may keep it too.
    """
    null, hoped = _Rates(p0, most), _Rates(p1, most)
    best = (_best_of_size(n, null, hoped, alpha, beta) for n in range(2, most + 1))
    return [design for design in best if design is not None]


class _Rates:
    """The binomial tables of one true rate, each computed once: P(X = x) and P(X >= x) for n and x up to `most`."""

    def __init__(self, p: float, most: int) -> None:
        n, x = np.arange(most + 1)[:, None], np.arange(most + 2)[None, :]
        logged = gammaln(n + 1) - gammaln(x + 1) - gammaln(np.maximum(n - x, 0) + 1)
        self.equal = np.where(x <= n, np.exp(logged + x * np.log(p) + (n - x) * np.log1p(-p)), 0.0)
        self.at_least = np.cumsum(self.equal[:, ::-1], axis=1)[:, ::-1]

    def rejections(self, n: int, r: int) -> Floats:
        """P(X1 > r1 and X > r) for n1 = 1 ... n - 1 (rows) and r1 = r ... 0 (columns, downwards)."""
        reached = np.empty((n - 1, r + 1))
        reached[:, 0] = self.at_least[1:n, r + 1]  # more than r in the first stage already
        # x1 = r ... 1 responders of n1, and at least r + 1 - x1 of the n - n1 of the second stage
        reached[:, 1:] = self.equal[1:n, r:0:-1] * self.at_least[n - 1 : 0 : -1, 1 : r + 1]
        return np.cumsum(reached, axis=1, out=reached)

    def going_on(self, n: int, r: int) -> Floats:
        """P(X1 > r1) for n1 = 1 ... n - 1 (rows) and r1 = r ... 0 (columns, downwards)."""
        return self.at_least[1:n, r + 1 : 0 : -1]


def _best_of_size(n: int, null: _Rates, hoped: _Rates, alpha: float, beta: float) -> TwoStage | None:
    keeping = np.flatnonzero(null.at_least[n, : n + 1] <= alpha + TIE)
    sizes_of_first = np.arange(1, n)[:, None]
    best: TwoStage | None = None
    for r in range(int(keeping[0]) - 1 if keeping.size else n, -1, -1):
        if hoped.at_least[n, r + 1] < 1 - beta - TIE:
            continue  # not even without a stop
        sizes = null.rejections(n, r)
        possible = (sizes <= alpha + TIE) & (hoped.going_on(n, r) >= 1 - beta - TIE)
        if not possible.any():
            break  # a smaller r rejects more often still
        powers = hoped.rejections(n, r)
        good = possible & (powers >= 1 - beta - TIE)
        expected = np.where(good, sizes_of_first + null.going_on(n, r) * (n - sizes_of_first), np.inf)
        row, column = divmod(int(np.argmin(expected)), r + 1)
        if good[row, column] and (best is None or expected[row, column] < best.expected_n):
            early = 1.0 - float(null.at_least[row + 1, r - column + 1])
            size, reached = float(sizes[row, column]), float(powers[row, column])
            best = TwoStage(r - column, row + 1, r, n, float(expected[row, column]), early, size, reached)
    return best


def admissible(designs: list[TwoStage]) -> list[tuple[TwoStage, float, float]]:
    """
    Designs best for some weight w in w x n + (1 - w) x expected size, with the weights; from minimax to optimal.

    Source: Jung, Lee, Kim and George 2004: the lower hull of expected size over total size.
    """
    hull: list[TwoStage] = []
    for design in designs:
        if hull and design.expected_n >= hull[-1].expected_n:
            continue  # larger in all and no smaller on average
        while len(hull) > 1 and _weight(hull[-2], hull[-1]) <= _weight(hull[-1], design):
            hull.pop()
        hull.append(design)
    borders = [1.0, *(_weight(a, b) for a, b in pairwise(hull)), 0.0]
    return [(design, borders[i + 1], borders[i]) for i, design in enumerate(hull)]


def _weight(smaller: TwoStage, larger: TwoStage) -> float:
    """The weight of the total size at which two designs are equally good."""
    saved = smaller.expected_n - larger.expected_n
    return saved / (saved + larger.n - smaller.n)
