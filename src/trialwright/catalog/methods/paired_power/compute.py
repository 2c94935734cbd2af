"""Power and size of a paired comparison of a continuous measure."""

from fractions import Fraction
from math import sqrt

from scipy.special import nctdtr, stdtrit

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.numerics.refusals import out_of_reach, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import MethodResult
from trialwright.model.problem import Problem

NAME = "paired_power"
LARGEST = 10_000
LARGEST_EFFECT = 30.0
"""Changes of more standard deviations than this are found for certain; the noncentral t has no digits left there."""


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `power` of n pairs, and `n_needed`, the fewest that reach power 1 - beta.

    Units:    change and standard deviations in the unit of the measure.
    Missing:  `n_needed` is None where not even 10,000 pairs reach the power (a change of nothing).
    Problems: fewer than two pairs, no spread at all, a correlation outside -1 to 1.
    Source:   entry.yaml; power rises with n, so that the smallest is the one to plan with.
    """
    n, change, alpha, beta = arguments.integer("n"), *(arguments.number(k) for k in ("change", "alpha", "beta"))
    wrong = out_of_reach(NAME, "n", n, 2, LARGEST)
    wrong += wrong_share(NAME, "alpha", alpha, "Write 0.05 for 5 %") + wrong_share(NAME, "beta", beta, "Write 0.2")
    spread, bad = _spread(arguments)
    if wrong or bad:
        return wrong + bad
    effect = min(abs(float(change)) / spread, LARGEST_EFFECT)
    sides = arguments.choice("sides")
    tail = float(alpha) / (2 if sides == "two" else 1)
    reached = _power(n, effect, tail, sides)
    needed = _needed(effect, tail, sides, 1 - float(beta))
    values: dict[str, Fraction | float | int | str] = {"power": reached}
    if needed is not None:
        values |= {"n_needed": needed}
    return MethodResult(
        values=values,
        method=(
            f"Paired t test of {n} changes, mean {exact_text(change)}, standard deviation "
            f"{rounded(Fraction(spread), 4)}, {sides}-sided at {exact_text(alpha * 100)} %"
        ),
        warnings=() if needed is not None else (f"Even {LARGEST} participants do not reach the power",),
        shapes={"power": reached, "n_needed": needed},
    )


def _spread(arguments: Parameters) -> tuple[float, list[Problem]]:
    sd, value, correlation = (arguments.number(name) for name in ("sd", "sd_value", "correlation"))
    if not -1 <= correlation < 1:
        found = f"correlation is {exact_text(correlation)}"
        return 1.0, [problems.impossible_arguments(NAME, found, "A correlation from -1 to below 1", "Write 0.5")]
    spread = float(sd) if sd else float(value) * sqrt(2 * (1 - float(correlation)))
    if sd < 0 or value < 0 or not 1e-9 < spread < 1e15:
        found = f"sd is {exact_text(sd)} and sd_value is {exact_text(value)}"
        return 1.0, [problems.impossible_arguments(NAME, found, "A spread above 0", "Give sd, or sd_value")]
    return spread, []


def _power(n: int, effect: float, tail: float, sides: str) -> float:
    limit, centre = float(stdtrit(n - 1, 1 - tail)), effect * sqrt(n)
    if centre - limit > 40:  # the noncentral t has no digits left, and the test never misses
        return 1.0
    found = 1 - float(nctdtr(n - 1, centre, limit))
    if sides == "two" and centre < 8:  # beyond, the far tail is below 1e-15 and scipy may answer NaN
        found += float(nctdtr(n - 1, centre, -limit))
    return min(max(found, 0.0), 1.0)


def _needed(effect: float, tail: float, sides: str, wanted: float) -> int | None:
    if _power(LARGEST, effect, tail, sides) < wanted:
        return None
    low, high = 2, LARGEST
    while low < high:
        middle = (low + high) // 2
        if _power(middle, effect, tail, sides) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low
