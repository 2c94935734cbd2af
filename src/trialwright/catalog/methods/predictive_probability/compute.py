"""The chance that a trial, looked at half-way, will end with the result that its rule calls a success."""

from fractions import Fraction
from math import exp

from scipy.special import betainc, betaln, gammaln

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem

LARGEST = 5_000
_NAME = "predictive_probability"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `PP`, the predictive probability that P(rate > p0) will exceed `theta` once all N participants are seen.

    Shape:    beta(a, b) before the trial, x responders of the n seen so far, the rest drawn from what is known now.
    Missing:  `needed`, the fewest further responders for success, is left out where not even all would do.
    Problems: counts that cannot be, a benchmark or threshold outside 0 to 1, a prior that is none.
    Source:   Lee and Liu 2008; the beta-binomial sum is complete, nothing is simulated.
    """
    total, n, x = (arguments.integer(name) for name in ("N", "n", "x"))
    p0, theta, a, b = (arguments.number(name) for name in ("p0", "theta", "a", "b"))
    wrong = wrong_share(_NAME, "p0", p0, "Write 0.2 for 20 %")
    wrong += wrong_share(_NAME, "theta", theta, "Write 0.95 for 95 %")
    if not (0 <= x <= n <= total <= LARGEST and total):
        found, expected = f"N is {total}, n is {n} and x is {x}", f"0 <= x <= n <= N, N from 1 to {LARGEST}"
        wrong.append(problems.impossible_arguments(_NAME, found, expected, "Correct N, n or x"))
    if a <= 0 or b <= 0:
        found, expected = f"a is {exact_text(a)} and b is {exact_text(b)}", "A beta prior has a and b above 0"
        wrong.append(problems.impossible_arguments(_NAME, found, expected, "Write a: 0.5, b: 0.5"))
    if wrong:
        return wrong
    left, responded, not_yet = total - n, float(a) + x, float(b) + n - x
    successes = [y for y in range(left + 1) if betainc(not_yet + left - y, responded + y, 1 - float(p0)) > float(theta)]
    chance = min(sum(_beta_binomial(y, left, responded, not_yet) for y in successes), 1.0)
    values: dict[str, Fraction | float | int | str] = {"PP": chance}
    if successes:
        values |= {"needed": successes[0]}
    return MethodResult(
        values=values,
        method=(
            f"Predictive probability that P(rate > {exact_text(p0)}) exceeds {exact_text(theta)} after {total} "
            f"participants, beta({exact_text(a)}, {exact_text(b)}) prior"
        ),
        shapes={"PP": chance},
    )


def _beta_binomial(y: int, n: int, a: float, b: float) -> float:
    """P(y further responders of n) when the rate is known as beta(a, b)."""
    ways = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
    return exp(float(ways + betaln(a + y, b + n - y) - betaln(a, b)))
