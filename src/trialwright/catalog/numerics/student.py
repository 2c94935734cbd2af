"""Student's t: limits and p values of an estimate with its standard error and degrees of freedom."""

from fractions import Fraction
from math import inf, isfinite, sqrt

from scipy.special import ndtri, stdtr, stdtrit

LARGE = 1e10  # degrees of freedom beyond which t is the normal distribution, to the last digit of a double


def t_limits(estimate: float, se: float, df: float, level: Fraction) -> tuple[float, float]:
    """The two limits of a t interval; of a normal one where `df` is infinite."""
    share = float((1 - level) / 2)
    t = -float(ndtri(share) if df > LARGE else stdtrit(df, share))
    return estimate - t * se, estimate + t * se


def t_p_value(estimate: float, se: float, df: float) -> float | None:
    """The two-sided p value of estimate / se; None where the standard error is 0."""
    if not se > 0:
        return None
    return 2 * float(stdtr(min(df, LARGE), -abs(estimate / se)))


def mean_of(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def variance_of(values: list[Fraction]) -> Fraction:
    """With n - 1, exact: equal values give exactly 0."""
    mean = mean_of(values)
    return sum(((v - mean) ** 2 for v in values), Fraction(0)) / (len(values) - 1)


def root(number: Fraction) -> float:
    """The square root as the nearest double, also where numerator or denominator would not fit one."""
    try:
        return sqrt(number)
    except OverflowError:
        return inf


def finite(number: float) -> float | None:
    return number if isfinite(number) else None
