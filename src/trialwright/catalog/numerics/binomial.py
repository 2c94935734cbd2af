"""Confidence limits of a binomial proportion: each a function of responders, participants and the error of one tail."""

from math import exp, lgamma, sqrt

from scipy.special import betainc, betaincc, betainccinv, betaincinv, ndtri

from trialwright.catalog.numerics.roots import crossing

Limits = tuple[float, float]


def at_least(x: int, n: int, p: float) -> float:
    """P(X >= x)."""
    return 1.0 if x <= 0 else 0.0 if x > n else float(betainc(x, n - x + 1, p))


def at_most(x: int, n: int, p: float) -> float:
    """P(X <= x)."""
    return 0.0 if x < 0 else 1.0 if x >= n else float(betaincc(x + 1, n - x, p))


def clopper_pearson(x: int, n: int, tail: float) -> Limits:
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    # The complement keeps the digits that 1 - tail would lose.
    high = 1.0 if x == n else float(betainccinv(x + 1, n - x, tail))
    return low, high


def wilson(x: int, n: int, tail: float) -> Limits:
    z = -float(ndtri(tail))
    middle = (x + z * z / 2) / (n + z * z)
    half = z * sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    # At the ends the roots are exactly 0 and 1; floating point would leave 1e-18 there.
    return (0.0 if x == 0 else middle - half), (1.0 if x == n else middle + half)


def wilson_cc(x: int, n: int, tail: float) -> Limits:
    """Newcombe 1998, method 4: the score test with continuity correction, inverted."""
    z = -float(ndtri(tail))
    p, whole = x / n, 2 * (n + z * z)
    low = (2 * x + z * z - 1 - z * sqrt(max(z * z - 2 - 1 / n + 4 * p * (n - x + 1), 0))) / whole
    high = (2 * x + z * z + 1 + z * sqrt(max(z * z + 2 - 1 / n + 4 * p * (n - x - 1), 0))) / whole
    return (0.0 if x == 0 else max(low, 0.0)), (1.0 if x == n else min(high, 1.0))


def agresti_coull(x: int, n: int, tail: float) -> Limits:
    """Not cut off at 0 and 1: a limit beyond them says that the approximation is at its end."""
    z = -float(ndtri(tail))
    more = n + z * z
    centre = (x + z * z / 2) / more
    half = z * sqrt(centre * (1 - centre) / more)
    return centre - half, centre + half


def jeffreys(x: int, n: int, tail: float) -> Limits:
    """Equal tails of the posterior under a beta(1/2, 1/2) prior; 0 and 1 at the ends (Brown, Cai and DasGupta 2001)."""
    low = 0.0 if x == 0 else float(betaincinv(x + 0.5, n - x + 0.5, tail))
    high = 1.0 if x == n else float(betainccinv(x + 0.5, n - x + 0.5, tail))
    return low, high


def midp(x: int, n: int, tail: float) -> Limits:
    """Where P(X beyond x) + P(X = x) / 2 is the error of the tail, on either side."""

    def above(p: float) -> float:
        return (at_least(x, n, p) + at_least(x + 1, n, p)) / 2

    def below(p: float) -> float:
        return (at_most(x, n, p) + at_most(x - 1, n, p)) / 2

    low = 0.0 if x == 0 else crossing(lambda p: above(p) - tail, 0.0, 1.0)
    high = 1.0 if x == n else crossing(lambda p: tail - below(p), 0.0, 1.0)
    return low, high


def blaker(x: int, n: int, tail: float) -> Limits:
    """
    The smallest interval that holds every rate Blaker's test does not reject at twice `tail`.

    Source: Blaker 2000. The test's p value jumps where another outcome joins the far tail; between two jumps it
            falls and then rises, so that each piece has at most one place where it passes the level.
    """
    low = 0.0 if x == 0 else _blaker_low(x, n, 2 * tail)
    high = 1.0 if x == n else 1.0 - _blaker_low(n - x, n, 2 * tail)
    return low, high


def _blaker_low(x: int, n: int, alpha: float) -> float:
    # No rate below the Clopper-Pearson limit is accepted: the search begins there.
    start = float(betaincinv(x, n - x + 1, alpha / 2))
    far = -1  # the outcomes up to `far` are in the far tail
    while far + 1 < x and at_most(far + 1, n, start) <= at_least(x, n, start):
        far += 1
    begins = start
    while far < x - 1:
        ends = _joins(far + 1, x, n)
        found = _passes(far, (x, n), alpha, begins, ends)
        if found is not None:
            return found
        far, begins = far + 1, ends
    return begins


def _passes(far: int, counts: tuple[int, int], alpha: float, begins: float, ends: float) -> float | None:
    """The first rate between two jumps at which the p value, P(X <= far) + P(X >= x), is above alpha."""
    x, n = counts

    def above(p: float) -> float:
        return at_most(far, n, p) + at_least(x, n, p) - alpha

    if above(begins) > 0:
        return begins
    if above(ends) <= 0:
        return None
    return crossing(above, min(max(begins, _turns(far, x, n)), ends), ends)


def _turns(far: int, x: int, n: int) -> float:
    """Where P(far < X < x) is largest: the derivative's two terms are equal there, in closed form."""
    if far < 0:
        return 0.0
    logged = lgamma(x) - lgamma(far + 1) - lgamma(n - far) + lgamma(n - x + 1)
    return 1 / (1 + exp(-logged / (x - 1 - far)))


def _joins(far: int, x: int, n: int) -> float:
    """The rate from which the outcome `far` is no more likely, with all below it, than x with all above it."""
    return crossing(lambda p: at_least(x, n, p) - at_most(far, n, p), 0.0, 1.0)


LIMITS = {
    "clopper_pearson": clopper_pearson,
    "wilson": wilson,
    "wilson_cc": wilson_cc,
    "agresti_coull": agresti_coull,
    "jeffreys": jeffreys,
    "midp": midp,
    "blaker": blaker,
}
"""Every interval by its name."""
