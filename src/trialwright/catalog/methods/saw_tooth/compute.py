"""Size and power of the exact test at every number of participants."""

from fractions import Fraction

import numpy as np

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.designs import OneStage, critical, holds_from, power
from trialwright.catalog.numerics.refusals import not_above, out_of_reach, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, MethodResult
from trialwright.model.problem import Problem

NAME = "saw_tooth"
LARGEST = 1_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    One {n, reject_from, size, power} a number of participants, and from where on the power wanted is always reached.

    Missing:  `reject_from` is None where not even n of n would reject; `first` and `holds_from` where none reaches it.
    Problems: rates or errors outside 0 to 1, a hoped-for rate that is not above the benchmark, sizes out of reach.
    Source:   entry.yaml.
    """
    names = ("p0", "p1", "alpha", "beta")
    p0, p1, alpha, beta = (arguments.number(name) for name in names)
    low, high = arguments.integer("nmin"), arguments.integer("nmax")
    wrong = [p for name in names for p in wrong_share(NAME, name, arguments.number(name), "Write 0.2 for 20 %")]
    wrong += out_of_reach(NAME, "nmax", high, 1, LARGEST)
    wrong = wrong or out_of_reach(NAME, "nmin", low, 1, high) or not_above(NAME, p0, p1)
    if wrong:
        return wrong
    teeth = [_tooth(n, p0, p1, alpha) for n in range(low, high + 1)]
    good = [tooth for tooth in teeth if tooth.power_attained >= 1 - float(beta) - 1e-11]
    values: dict[str, Fraction | float | int | str] = {"first": good[0].n} if good else {}
    steady = holds_from(good, high)
    if steady is not None:
        values |= {"holds_from": steady}
    return MethodResult(
        values=values,
        method=(
            f"Exact test against {exact_text(p0)} at every size from {low} to {high}, power at {exact_text(p1)}, "
            f"one-sided level {exact_text(alpha * 100)} %"
        ),
        shapes={
            "first": good[0].n if good else None,
            "holds_from": steady,
            "sizes": tuple(_shape(tooth) for tooth in teeth),
        },
    )


def _shape(tooth: OneStage) -> Cells:
    return {
        "n": tooth.n,
        "reject_from": tooth.r + 1 if tooth.r < tooth.n else None,
        "size": tooth.alpha_attained,
        "power": tooth.power_attained,
    }


def _tooth(n: int, p0: Fraction, p1: Fraction, alpha: Fraction) -> OneStage:
    r = critical(n, p0, alpha) - 1
    size, reached = power(n, r + 1, np.array([float(p0), float(p1)]))
    return OneStage(n, r, float(size), float(reached))
