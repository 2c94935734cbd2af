"""The difference of two independent proportions with Newcombe's interval."""

from fractions import Fraction
from math import sqrt

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.binomial import wilson
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_level
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `difference` of the first rate minus the second (exact), with `lower` and `upper`.

    Problems: counts that cannot be, a level outside 0 to 1.
    Source:   Newcombe 1998, method 10: the Wilson limits of each rate, their distances added as squares.
    """
    x1, n1, x2, n2 = (arguments.integer(name) for name in ("x1", "n1", "x2", "n2"))
    level = arguments.number("conf_level")
    wrong = wrong_counts("proportion_difference", x1, n1) + wrong_counts("proportion_difference", x2, n2)
    wrong += wrong_level("proportion_difference", level)
    if wrong:
        return wrong
    tail = float((1 - level) / 2)
    (l1, u1), (l2, u2) = wilson(x1, n1, tail), wilson(x2, n2, tail)
    p1, p2 = x1 / n1, x2 / n2
    difference = Fraction(x1, n1) - Fraction(x2, n2)
    lower = float(difference) - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    upper = float(difference) + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    what = "confidence interval of a difference of proportions (Wilson limits, uncorrected)"
    method = f"Newcombe {exact_text(level * 100)} % {what}"
    row = Estimate(name="newcombe", estimate=difference, lower=lower, upper=upper, level=level, method=method)
    return MethodResult(
        values={"difference": difference, "lower": lower, "upper": upper},
        method=method,
        rows=(row,),
        shapes={"newcombe": (lower, upper)},
    )
