"""The exact one-sided test of a single arm at the planning desk: the count that rejects, its size, its power."""

from fractions import Fraction

import numpy as np

from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.numerics.designs import critical, power
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

MOST_PARTICIPANTS = 5_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `reject_if_x_at_least`, the attained `size`, and one power a true rate, in the order asked.

    Missing:  the count is None where not even n responders of n would reject; power is then 0.
    Problems: participants that cannot be, a benchmark, level or true rate outside 0 to 1.
    Source:   binomial tails as incomplete beta functions; a tail within 1e-11 of the level is summed in fractions.
    """
    n, p0, alpha = arguments.integer("n"), arguments.number("p0"), arguments.number("alpha")
    rates = arguments.numbers("p1")
    wrong = wrong_counts("single_arm_power", 0, n, MOST_PARTICIPANTS)
    wrong += wrong_share("single_arm_power", "p0", p0, "Write 0.425 for 42.5 %")
    wrong += wrong_share("single_arm_power", "alpha", alpha, "Write 0.05 for 5 %")
    for rate in rates:
        if not 0 <= rate <= 1:
            wrong += wrong_share("single_arm_power", "p1", rate, "Write 0.6 for 60 %")
    if wrong:
        return wrong
    least = critical(n, p0, alpha)
    size, *powers = (float(each) for each in power(n, least, np.array([float(p0), *map(float, rates)])))
    never = least > n
    warnings = (f"Not even {n} responders of {n} would reject a benchmark of {exact_text(p0)}",) if never else ()
    method = (
        f"Exact binomial test of {n} participants against {exact_text(p0)}, one-sided at {exact_text(alpha * 100)} %, "
        f"attained size {rounded(Fraction(size) * 100, 2)} %"
    )
    values: dict[str, Fraction | float | int | str] = {"size": size}
    if not never:
        values |= {"reject_if_x_at_least": least}
    return MethodResult(
        values=values,
        method=method,
        warnings=warnings,
        rows=tuple(
            Estimate(name="power", labels={"p1": exact_text(rate)}, estimate=reached, method=method)
            for rate, reached in zip(rates, powers, strict=True)
        ),
        shapes={"reject_if_x_at_least": None if never else least, "size": size, "power": tuple(powers)},
    )
