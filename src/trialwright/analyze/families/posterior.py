"""What may be believed of the true response rate, under several priors: nobody's prior decides alone."""

from fractions import Fraction

import msgspec

from trialwright.analyze.material import Line, Material, estimands_of, setting
from trialwright.analyze.verdicts import verdict_line, verdicts_of
from trialwright.catalog.exact_text import exact_text
from trialwright.model.analysis import ResultRow
from trialwright.model.entry import MethodResult
from trialwright.model.study import DisplayUse, Estimand

METHOD = "beta_binomial"
PRIORS = {"jeffreys": ("1/2", "1/2", "Jeffreys"), "flat": ("1", "1", "flat")}
SCEPTICAL = "A sceptical prior is centred on a benchmark and weighs as much as the participants it names"
NO_FREQUENCY = "Probabilities are beliefs given the prior, not error rates; a single arm has no control in either sense"


def posterior(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `rate` (the posterior mean), `lower`, `upper`, and the probability to be above each benchmark (`above_<i>_rate`).

    Shape:    a line a prior: `jeffreys`, `flat`, and `sceptical_<i>` a benchmark, which weighs as much as parameter
              `weight` participants; `a` and `b` are those of the posterior.
    Missing:  nobody observed leaves the prior itself, which is no result: the lines then have no value.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "response"):
        verdicts = verdicts_of(material, estimand)
        line = msgspec.structs.replace(verdict_line(use, estimand, ("", ""), verdicts), denominator=None)
        observed = (verdicts.yes, verdicts.denominator)
        for name, (a, b, words) in PRIORS.items():
            label = f"Prior beta({exact_text(Fraction(a))}, {exact_text(Fraction(b))}), {words}"
            rows += _prior(material, estimand, msgspec.structs.replace(line, row=name, label=label), observed,
                           prior=(Fraction(a), Fraction(b)))  # fmt: skip
        weight = int(setting(material, use, "weight"))
        for number, benchmark in enumerate(estimand.benchmarks, 1):
            rate = Fraction(benchmark.responders, benchmark.participants)
            label = f"Sceptical prior, {weight} participants at the rate of {benchmark.label.en}"
            at = msgspec.structs.replace(line, row=f"sceptical_{number}", label=label)
            rows += _prior(material, estimand, at, observed, prior=(weight * rate, weight * (1 - rate)))
    return rows


def _prior(
    material: Material, estimand: Estimand, line: Line, observed: tuple[int, int], *, prior: tuple[Fraction, Fraction]
) -> list[ResultRow]:
    x, n = observed
    if not n:
        return [line.says("rate", None, warnings=("nobody is observed, so there is nothing to learn from",))]
    rates = [Fraction(b.responders, b.participants) for b in estimand.benchmarks]
    thresholds = rates or [Fraction(1, 2)]
    result = material.catalog.estimate(METHOD, {"x": x, "n": n, "a": prior[0], "b": prior[1], "thresholds": thresholds})
    if not isinstance(result, MethodResult):
        return [line.says("rate", None, warnings=tuple(problem.sentence() for problem in result))]
    told = (NO_FREQUENCY, *((SCEPTICAL,) if line.row.startswith("sceptical") else ()))
    rows = [
        line.says("rate", result.values["mean"], warnings=told),
        line.says("lower", result.values["lower"], method=result.method),
        line.says("upper", result.values["upper"], method=result.method),
    ]
    above = [each.estimate for each in result.rows if each.name == "probability_above"]
    if estimand.benchmarks:
        rows += [line.says(f"above_{number}_rate", value) for number, value in enumerate(above, 1)]
    return [*rows, line.says("a", prior[0] + x, decimals=2), line.says("b", prior[1] + n - x, decimals=2)]
