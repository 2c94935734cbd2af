"""The posterior of a response rate under a beta prior."""

from fractions import Fraction

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.posterior import Posterior
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_level
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

SHAPE_LEVEL = Fraction(95, 100)  # the JSON answer promises `cri95`, whatever level the rows are asked for


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The posterior `mean` (exact), its interval, and `p_above` the first threshold; a row for every threshold.

    Shape:    `cri95` and `p_greater` (a probability a threshold, in their order) in the JSON answer.
    Problems: no participants, more responders than participants, a prior that is none, a level outside 0 to 1.
    Source:   entry.yaml; the beta distribution is conjugate: a + x and b + n - x.
    """
    x, n, level = arguments.integer("x"), arguments.integer("n"), arguments.number("conf_level")
    a, b, thresholds = arguments.number("a"), arguments.number("b"), arguments.numbers("thresholds")
    wrong = wrong_counts("beta_binomial", x, n) + wrong_level("beta_binomial", level)
    wrong += _wrong_prior(a, b)
    if wrong:
        return wrong
    posterior = Posterior(x, n, a, b)
    lower, upper = posterior.interval(level)
    method = (
        f"Beta-binomial posterior, prior beta({exact_text(a)}, {exact_text(b)}), "
        f"equal-tailed {exact_text(level * 100)} % credible interval"
    )
    above = [posterior.above(threshold) for threshold in thresholds]
    row = Estimate(name="rate", estimate=posterior.mean, lower=lower, upper=upper, level=level, method=method)
    rows = [
        Estimate(name="probability_above", labels={"threshold": exact_text(t)}, estimate=p, method=method)
        for t, p in zip(thresholds, above, strict=True)
    ]
    values: dict[str, Fraction | float | int | str] = {"mean": posterior.mean, "lower": lower, "upper": upper}
    return MethodResult(
        values=values | ({"p_above": above[0]} if above else {}),
        method=method,
        rows=(row, *rows),
        shapes={
            "mean": posterior.mean,
            "cri95": posterior.interval(SHAPE_LEVEL),
            "p_greater": tuple(above),
        },
    )


def _wrong_prior(a: Fraction, b: Fraction) -> list[Problem]:
    if a > 0 and b > 0:
        return []
    found = f"a is {exact_text(a)} and b is {exact_text(b)}"
    cure = "Write 0.5 and 0.5 (Jeffreys) or 1 and 1 (uniform)"
    return [problems.impossible_arguments("beta_binomial", found, "Both above 0", cure)]
