"""One result under several priors, and the weight of doubt at which its conclusion is undone."""

from fractions import Fraction

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.posterior import Posterior, doubt_withstood
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_level, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Cells, Estimate, MethodResult
from trialwright.model.problem import Problem

MOST_DOUBT = 1_000_000  # participants: beyond, a prior is a conviction


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    P(rate > threshold) under each prior: `lowest` and `highest` of them, and `doubt`, in participants.

    Shape:    a row a prior: its posterior mean and interval, with the probability as a row beside it.
    Missing:  no `doubt` where even the lightest sceptical prior leaves the probability below what is asked.
    Problems: impossible counts, a threshold, probability or level outside 0 to 1, a weight of 0.
    Source:   entry.yaml; `doubt` is found by halving, the probability falling with the weight.
    """
    x, n, threshold = arguments.integer("x"), arguments.integer("n"), arguments.number("threshold")
    wrong = wrong_counts("prior_sensitivity", x, n)
    for name, cure in (("threshold", "Write 0.425 for 42.5 %"), ("hoped", "Write 0.6 for 60 %")):
        wrong += wrong_share("prior_sensitivity", name, arguments.number(name), cure)
    for name in ("probability", "conf_level"):
        wrong += wrong_level("prior_sensitivity", arguments.number(name), name)
    wrong += wrong_share("prior_sensitivity", "weight", arguments.number("weight") / MOST_DOUBT, "Give a weight")
    if wrong:
        return wrong
    method = _method(arguments)
    rows: list[Estimate] = []
    cells: list[Cells] = []
    above: list[float] = []
    level = arguments.number("conf_level")
    for name, (a, b) in _priors(arguments).items():
        posterior = Posterior(x, n, a, b)
        lower, upper = posterior.interval(level)
        above.append(posterior.above(threshold))
        labels = {"prior": name, "a": exact_text(a), "b": exact_text(b)}
        rows.append(
            Estimate(
                name="rate",
                labels=labels,
                estimate=posterior.mean,
                lower=lower,
                upper=upper,
                level=level,
                method=method,
            )
        )
        rows.append(Estimate(name="probability_above", labels=labels, estimate=above[-1], method=method))
        cells.append(
            {"prior": name, "a": a, "b": b, "mean": posterior.mean, "lower": lower, "upper": upper,
             "p_greater": above[-1]}
        )  # fmt: skip
    doubt = doubt_withstood(x, n, threshold, arguments.number("probability"), most=MOST_DOUBT)
    values: dict[str, Fraction | float | int | str] = {"lowest": min(above), "highest": max(above)}
    never = "Even without any doubt the probability of a rate above the benchmark stays below what is asked"
    return MethodResult(
        values=values if doubt is None else {**values, "doubt": doubt},
        method=method,
        warnings=(never,) if doubt is None else (),
        rows=tuple(rows),
        shapes={"rows": tuple(cells), "doubt": doubt},
    )


def _priors(arguments: Parameters) -> dict[str, tuple[Fraction, Fraction]]:
    """Every prior by its name; the centred ones weigh as many participants as asked."""
    weight, threshold, hoped = (arguments.number(name) for name in ("weight", "threshold", "hoped"))
    return {
        "flat": (Fraction(1), Fraction(1)),
        "jeffreys": (Fraction(1, 2), Fraction(1, 2)),
        "sceptical": (weight * threshold, weight * (1 - threshold)),
        "enthusiastic": (weight * hoped, weight * (1 - hoped)),
    }


def _method(arguments: Parameters) -> str:
    shown = {name: exact_text(arguments.number(name)) for name in ("threshold", "hoped", "weight")}
    return (
        "Beta-binomial posterior under four priors: flat beta(1, 1), Jeffreys beta(0.5, 0.5), sceptical (centred on "
        f"{shown['threshold']}) and enthusiastic (centred on {shown['hoped']}), each of the last two weighing "
        f"{shown['weight']} participants; equal-tailed {exact_text(arguments.number('conf_level') * 100)} % credible "
        "intervals"
    )
