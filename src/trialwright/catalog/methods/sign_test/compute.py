"""The exact sign test, with the median and its distribution-free interval."""

from fractions import Fraction
from math import comb

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import too_few, too_many, wrong_level
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

MOST_VALUES = 5_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `p_value` (two-sided, zeros left out), how many rose, fell and stayed, and the median with its exact interval.

    Shape:    the interval runs from one ordered value to another, zeros included; `attained` is its real level.
    Problems: no value at all, more than 5000, a level outside 0 to 1.
    Source:   entry.yaml; all probabilities are sums of binomial coefficients over a power of two.
    """
    x, level = sorted(arguments.numbers("x")), arguments.number("conf_level")
    n = len(x)
    wrong = (
        too_few("sign_test", "x", n, 1) + too_many("sign_test", "x", n, MOST_VALUES) + wrong_level("sign_test", level)
    )
    if wrong:
        return wrong
    rose, fell = sum(v > 0 for v in x), sum(v < 0 for v in x)
    p = min(Fraction(1), 2 * _at_most(min(rose, fell), rose + fell)) if rose + fell else Fraction(1)
    # The interval from the k-th smallest to the k-th largest value misses the median with twice P(fewer than k).
    k = 1
    while k < (n + 1) // 2 and 2 * _at_most(k, n) <= 1 - level:
        k += 1
    attained = 1 - 2 * _at_most(k - 1, n)
    median = (x[(n - 1) // 2] + x[n // 2]) / 2
    percent = exact_text(level * 100)
    method = f"Exact two-sided sign test, zeros left out; median with distribution-free {percent} % confidence interval"
    warnings: tuple[str, ...] = ()
    if attained < level:
        warnings = (f"With {n} values no interval reaches {percent} %",)
    if not rose + fell:
        warnings += ("All values are 0: no sign speaks for or against a change",)
    row = Estimate(
        name="median", estimate=median, lower=x[k - 1], upper=x[n - k], level=level, attained=float(attained),
        p_value=float(p), method=method, warnings=warnings,
    )  # fmt: skip
    return MethodResult(
        values={
            "rose": rose, "fell": fell, "zeros": n - rose - fell, "p_value": float(p), "median": median,
            "lower": x[k - 1], "upper": x[n - k], "attained": float(attained),
        },
        method=method,
        warnings=warnings,
        rows=(row,),
        shapes={"p_value": float(p), "median": float(median), "ci": (x[k - 1], x[n - k])},
    )  # fmt: skip


def _at_most(k: int, n: int) -> Fraction:
    return Fraction(sum(comb(n, j) for j in range(k + 1)), 2**n)
