"""What a small trial can see of harm: the chance of seeing an event at all, and what seeing none excludes."""

from fractions import Fraction

import numpy as np
from scipy.special import betaincinv

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.designs import power
from trialwright.catalog.numerics.refusals import out_of_reach, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

NAME = "event_detection"
LARGEST = 100_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    P(seen) for each frequency; the frequency that is seen for nearly certain; and what none at all would exclude.

    Shape:    `seen` and `n_needed` in the order asked; `frequency_seen` and `excluded_if_none` at `probability`.
    Problems: participants out of reach, frequencies outside 0 to 1.
    Source:   entry.yaml; the limit after no event is the one-sided Clopper-Pearson limit.
    """
    n, least, sure = arguments.integer("n"), arguments.integer("at_least"), arguments.number("probability")
    rates = arguments.numbers("p")
    wrong = out_of_reach(NAME, "n", n, 1, LARGEST) + wrong_share(NAME, "probability", sure, "Write 0.95 for 95 %")
    wrong = wrong or out_of_reach(NAME, "at_least", least, 1, n)
    wrong += [p for rate in rates for p in wrong_share(NAME, "p", rate, "Write 0.05 for 5 %")]
    if wrong:
        return wrong
    seen = tuple(float(each) for each in power(n, least, np.array([float(rate) for rate in rates])))
    method = (
        f"Probability that at least {least} of {n} participants have the event; exact binomial, "
        f"one-sided at {exact_text(sure * 100)} %"
    )
    # -expm1 keeps the digits that 1 - (1 - p)^(1/n) would lose where n is large.
    excluded = float(-np.expm1(np.log1p(-float(sure)) / n))
    frequency = float(betaincinv(least, n - least + 1, float(sure)))
    return MethodResult(
        values={"excluded_if_none": excluded, "frequency_seen": frequency},
        method=method,
        rows=tuple(
            Estimate(name="seen", labels={"p": exact_text(rate)}, estimate=chance, method=method)
            for rate, chance in zip(rates, seen, strict=True)
        ),
        shapes={
            "seen": seen,
            "frequency_seen": frequency,
            "excluded_if_none": excluded,
            "n_needed": tuple(_needed(rate, least, sure) for rate in rates),
        },
    )


def _needed(rate: Fraction, least: int, sure: Fraction) -> int | None:
    """The fewest participants who show the event for nearly certain; None beyond what is tried."""
    low, high, rates = least, LARGEST, np.array([float(rate)])
    if float(power(high, least, rates)[0]) < sure:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if float(power(middle, least, rates)[0]) >= sure else (middle + 1, high)
    return low
