"""Clopper-Pearson and Wilson limits of a binomial proportion."""

from fractions import Fraction
from math import sqrt

from scipy.special import betainccinv, betaincinv, ndtri

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem

_NAMES = {"clopper_pearson": "Clopper-Pearson exact", "wilson": "Wilson score"}
_SIDES = {"two": "two-sided", "lower": "one-sided, lower limit", "upper": "one-sided, upper limit"}


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `rate` (exact), `lower` and `upper`; a one-sided interval ends at 0 or 1 on its open side.

    Problems: no participants, more responders than participants, a level outside 0 to 1.
    Source:   entry.yaml; the limits are quantiles of the beta distribution, Wilson's the roots of the score equation.
    """
    x, n = arguments.integer("x"), arguments.integer("n")
    level, sides = arguments.number("conf_level"), arguments.choice("sides")
    wrong = _wrong(x, n, level)
    if wrong:
        return wrong
    tail = float((1 - level) / (2 if sides == "two" else 1))
    method = arguments.choice("method")
    low, high = _clopper_pearson(x, n, tail) if method == "clopper_pearson" else _wilson(x, n, tail)
    return MethodResult(
        values={
            "rate": Fraction(x, n),
            "lower": low if sides != "upper" else 0.0,
            "upper": high if sides != "lower" else 1.0,
        },
        method=f"{_NAMES[method]} {exact_text(level * 100)} % confidence interval, {_SIDES[sides]}",
    )


def _wrong(x: int, n: int, level: Fraction) -> list[Problem]:
    found = []
    if n < 1 or not 0 <= x <= n:
        found.append(
            problems.impossible_arguments(
                "proportion_ci", f"x is {x} and n is {n}", "x responders of n participants: 0 <= x <= n, n at least 1",
                "Correct x or n",
            )
        )  # fmt: skip
    if not 0 < level < 1:
        found.append(
            problems.impossible_arguments(
                "proportion_ci", f"conf_level is {exact_text(level)}", "A confidence level lies between 0 and 1",
                "Write 0.95 for 95 %",
            )
        )  # fmt: skip
    return found


def _clopper_pearson(x: int, n: int, tail: float) -> tuple[float, float]:
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    # The complement keeps the digits that 1 - tail would lose.
    high = 1.0 if x == n else float(betainccinv(x + 1, n - x, tail))
    return low, high


def _wilson(x: int, n: int, tail: float) -> tuple[float, float]:
    z = -float(ndtri(tail))
    middle = (x + z * z / 2) / (n + z * z)
    half = z * sqrt(x * (n - x) / n + z * z / 4) / (n + z * z)
    # At the ends the roots are exactly 0 and 1; floating point would leave 1e-18 there.
    return (0.0 if x == 0 else middle - half), (1.0 if x == n else middle + half)
