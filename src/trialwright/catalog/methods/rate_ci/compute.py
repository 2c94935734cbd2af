"""Exact confidence intervals of a rate of events over time."""

from fractions import Fraction

from scipy.special import gammainc, gammaincc, gammainccinv, gammaincinv

from trialwright.catalog import problems
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.refusals import wrong_level
from trialwright.catalog.numerics.roots import crossing
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

_NAMES = {"exact_garwood": "Exact Poisson (Garwood)", "midp": "Mid-P Poisson"}


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `rate` (exact) with `lower` and `upper` by the method asked for; both methods in the rows.

    Units:    events per unit of exposure, times `per` (100 for 100 person-years).
    Problems: negative events, no exposure, a level outside 0 to 1.
    Source:   entry.yaml; Garwood's limits are gamma quantiles.
    """
    events, exposure = arguments.integer("events"), arguments.number("exposure")
    per, level = arguments.number("per"), arguments.number("conf_level")
    wrong = _wrong(events, exposure, per) + wrong_level("rate_ci", level)
    if wrong:
        return wrong
    tail, share = float((1 - level) / 2), float(per / exposure)
    limits = {"exact_garwood": _garwood(events, tail), "midp": _midp(events, tail)}
    percent, unit = exact_text(level * 100), f"events per {exact_text(per)} unit(s) of exposure"
    rows = {
        name: Estimate(
            name=name, estimate=per * events / exposure, lower=low * share, upper=high * share, level=level,
            method=f"{_NAMES[name]} {percent} % confidence interval, {unit}",
        )
        for name, (low, high) in limits.items()
    }  # fmt: skip
    low, high = (limit * share for limit in limits[arguments.choice("method")])
    return MethodResult(
        values={"rate": per * events / exposure, "lower": low, "upper": high},
        method=rows[arguments.choice("method")].method,
        rows=tuple(rows.values()),
        shapes={name: (row.lower, row.upper) for name, row in rows.items()},
    )


def _garwood(events: int, tail: float) -> tuple[float, float]:
    return (float(gammaincinv(events, tail)) if events else 0.0), float(gammainccinv(events + 1, tail))


def _midp(events: int, tail: float) -> tuple[float, float]:
    def above(mean: float) -> float:
        return float(gammainc(events, mean) if events else 1.0) / 2 + float(gammainc(events + 1, mean)) / 2

    def below(mean: float) -> float:
        return float(gammaincc(events + 1, mean)) / 2 + float(gammaincc(events, mean) if events else 0.0) / 2

    # Mid-P limits lie inside Garwood's.
    low, high = _garwood(events, tail)
    lower = crossing(lambda mean: above(mean) - tail, low, high) if events else 0.0
    return lower, crossing(lambda mean: tail - below(mean), low, high)


def _wrong(events: int, exposure: Fraction, per: Fraction) -> list[Problem]:
    found = []
    if events < 0:
        found.append(
            problems.impossible_arguments("rate_ci", f"events is {events}", "A number of events", "Correct events")
        )
    for name, number in (("exposure", exposure), ("per", per)):
        if number <= 0:
            shown = f"{name} is {exact_text(number)}"
            found.append(problems.impossible_arguments("rate_ci", shown, "A time above 0", f"Correct {name}"))
    return found
