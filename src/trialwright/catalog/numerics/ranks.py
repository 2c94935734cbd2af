"""The exact null distribution of the signed rank sum, with ties and zeros, and what inverts it."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, lcm

import numpy as np

MOST_EXACT = 64  # above, probabilities are summed in doubles: every term is positive, so nothing cancels
FEW = 64  # above, rank sums are worked out in columns; whole numbers that do not fit a column are taken one by one
FITS = 2**60


def whole_numbers(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """The values as whole numbers over one denominator, so that ties are ties: 0.1 + 0.2 is 0.3."""
    scale = lcm(*(value.denominator for value in values)) if values else 1
    return [value.numerator * (scale // value.denominator) for value in values], scale


def doubled_ranks(sizes: Sequence[int]) -> list[int]:
    """Twice the mid-rank of every size among all: ties share the mean of their places, doubled it is whole."""
    place: dict[int, int] = {}
    first = 0
    ordered = sorted(sizes)
    while first < len(ordered):
        last = first
        while last + 1 < len(ordered) and ordered[last + 1] == ordered[first]:
            last += 1
        place[ordered[first]] = first + last + 2
        first = last + 1
    return [place[size] for size in sizes]


class SignedRankNull:
    """
    The distribution of the sum of the positive ranks when every sign is a fair coin.

    Source: each rank r multiplies the generating function by (1 + z^r). The coefficients stand side by side as the
            digits of one whole number, so that a multiplication is one shift and one addition, and exact.
    """

    def __init__(self, ranks: Sequence[int]) -> None:
        self.total = sum(ranks)
        self.count = len(ranks)
        self._digits = 0
        self._below: np.ndarray | None = None
        if self.count <= MOST_EXACT:
            self._bits = self.count + 1
            self._digits = 1
            for rank in ranks:
                self._digits += self._digits << (rank * self._bits)
        else:
            self._below = np.cumsum(_in_doubles(ranks))

    def at_most(self, value: int) -> Fraction | float:
        """P(V <= value)."""
        if value < 0:
            return Fraction(0)
        if value >= self.total:
            return Fraction(1)
        if self._below is not None:
            return float(self._below[value])
        # The digits up to `value`, added up: a number modulo (base - 1) is the sum of its digits.
        kept = self._digits & ((1 << ((value + 1) * self._bits)) - 1)
        return Fraction(kept % ((1 << self._bits) - 1), 1 << self.count)

    def two_sided(self, value: int) -> Fraction | float:
        """Twice the smaller tail, at most 1. The distribution is symmetric about half its total."""
        tail = self.at_most(min(value, self.total - value))
        return 2 * tail if 2 * tail < 1 else Fraction(1)

    def quantile(self, share: Fraction) -> int:
        """The smallest value with P(V <= value) >= share."""
        return _first(range(self.total + 1), lambda value: self.at_most(value) >= share)


@lru_cache(maxsize=16)
def null_of(ranks: tuple[int, ...]) -> SignedRankNull:
    """The distribution for these ranks, in any order: the p value, the interval and its mirror image share one."""
    return SignedRankNull(ranks)


def _in_doubles(ranks: Sequence[int]) -> np.ndarray:
    found = np.zeros(sum(ranks) + 1)
    found[0] = 1.0
    reached = 0
    for rank in ranks:
        reached += rank
        shifted = found[: reached - rank + 1].copy()
        found[: reached + 1] *= 0.5
        found[rank : reached + 1] += 0.5 * shifted
    return found


def p_value(values: Sequence[int], zeros: str) -> Fraction | float:
    """
    The exact two-sided p value of the signed rank test.

    Shape: `zeros` "pratt" ranks the zeros with the others and then leaves them out; "wilcoxon" leaves them out first.
    """
    kept = [v for v in values if v] if zeros == "wilcoxon" else values
    ranks = doubled_ranks([abs(v) for v in kept])
    signed = [(v, r) for v, r in zip(kept, ranks, strict=True) if v]
    null = null_of(tuple(sorted(r for _, r in signed)))
    return null.two_sided(sum(r for v, r in signed if v > 0))


class Shift:
    """Hodges-Lehmann estimate and exact interval of non-zero whole numbers; limits are in units of one half."""

    def __init__(self, values: Sequence[int], level: Fraction) -> None:
        ranks = doubled_ranks([abs(v) for v in values])
        null = null_of(tuple(sorted(ranks)))
        self._values = values
        self._walsh = sorted(values[i] + values[j] for i in range(len(values)) for j in range(i + 1))
        fits = len(values) > FEW and max(abs(v) for v in values) < FITS
        self._column = np.array(values, dtype=np.int64) if fits else None
        self.tied = len(set(ranks)) < len(ranks)
        error = 1 - level
        low, high = null.quantile(error / 2), null.quantile(1 - error / 2)
        self.low, self.high = self._last_above(high), self._first_up_to(low)
        # A level that so few values cannot reach: the widest interval leaves out only all signs alike.
        below = null.at_most(low - 1) if low > 0 else null.at_most(0)
        self.attained = float(1 - 2 * below)
        half = ceil(Fraction(null.total, 4))
        self.centre = Fraction(self._last_above(Fraction(null.total, 2)) + self._first_up_to(2 * half), 2)

    def _sum_above(self, place: int) -> int:
        """The (doubled) rank sum of the values that lie above the Walsh average at this place."""
        if not self.tied:
            return 2 * (len(self._walsh) - place)
        if self._column is not None:
            return _sum_of_positive(2 * self._column - self._walsh[place])
        moved = [2 * v - self._walsh[place] for v in self._values]
        return sum(r for v, r in zip(moved, doubled_ranks([abs(m) for m in moved]), strict=True) if v > 0)

    def _first_up_to(self, value: Fraction | int) -> int:
        return self._walsh[_first(range(len(self._walsh)), lambda place: self._sum_above(place) <= value)]

    def _last_above(self, value: Fraction | int) -> int:
        first = _first(range(len(self._walsh)), lambda place: self._sum_above(place) <= value)
        return self._walsh[max(first - 1, 0) if self._sum_above(first) <= value else first]


def _sum_of_positive(moved: np.ndarray) -> int:
    """The doubled mid-ranks of the positive values, added up: those below in size, those equal, and one."""
    sizes = np.abs(moved)
    ordered = np.sort(sizes)
    positive = sizes[moved > 0]
    return int((ordered.searchsorted(positive) + ordered.searchsorted(positive, side="right") + 1).sum())


def _first(places: range, holds: Callable[[int], bool]) -> int:
    """The first place at which a condition holds that, once true, stays true; the last where it never does."""
    low, high = places.start, places.stop - 1
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
