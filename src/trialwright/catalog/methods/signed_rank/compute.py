"""The exact signed rank test of paired changes, with its Hodges-Lehmann interval and the paired t beside it."""

from fractions import Fraction

from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.numerics.ranks import Shift, p_value, whole_numbers
from trialwright.catalog.numerics.refusals import too_few, too_many, wrong_level
from trialwright.catalog.numerics.student import mean_of, root, t_limits, t_p_value, variance_of
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult, Shape, Statistic
from trialwright.model.problem import Problem

MOST_VALUES = 1_000  # beyond, the exact distribution takes longer than a reader waits


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `p_pratt` and `p_wilcoxon`, exact; `hl` with `lower`, `upper` and the level `attained`; mean and t beside them.

    Shape:    values are compared exactly, so that ties are ties. Zeros are dropped for the estimate and its interval.
    Missing:  without a value that is not 0 there is no estimate; t needs two values that differ.
    Problems: no value at all, more than 1000, a level outside 0 to 1.
    Source:   entry.yaml; the distribution and what inverts it stand in numerics/ranks.py.
    """
    x, level = arguments.numbers("x"), arguments.number("conf_level")
    wrong = too_few("signed_rank", "x", len(x), 1) + too_many("signed_rank", "x", len(x), MOST_VALUES)
    wrong += wrong_level("signed_rank", level)
    if wrong:
        return wrong
    whole, scale = whole_numbers(x)
    pratt, wilcoxon = float(p_value(whole, "pratt")), float(p_value(whole, "wilcoxon"))
    changed = [v for v in whole if v]
    percent, zeros = exact_text(level * 100), len(x) - len(changed)
    method = (
        f"Exact signed rank test with ties, zeros ranked (Pratt), two-sided; Hodges-Lehmann estimate with exact "
        f"{percent} % confidence interval, zeros left out"
    )
    warnings: tuple[str, ...] = ()
    values: dict[str, Fraction | float | int | str] = {"p_pratt": pratt, "p_wilcoxon": wilcoxon, "zeros": zeros}
    shapes: dict[str, Shape] = {"p_pratt": pratt, "p_wilcoxon": wilcoxon, "hl": None, "ci": None, "attained": None}
    rows = [Estimate(name="pratt", p_value=pratt), Estimate(name="wilcoxon", p_value=wilcoxon)]
    if changed:
        shift = Shift(changed, level)
        hl, lower, upper = (Fraction(v) / (2 * scale) for v in (shift.centre, shift.low, shift.high))
        values |= {"hl": hl, "lower": lower, "upper": upper, "attained": shift.attained}
        shapes |= {"hl": float(hl), "ci": (float(lower), float(upper)), "attained": shift.attained}
        if shift.attained < level:
            shown = rounded(Fraction(shift.attained) * 100, 2)
            warnings = (
                f"With {len(changed)} values other than 0 no interval reaches {percent} %; this one has {shown} %",
            )
        warnings += _turned_round(shift, changed, level, scale)
        rows.append(_row("hodges_lehmann", (hl, lower, upper), (level, shift.attained), method))
    else:
        warnings = ("All values are 0: there is nothing to estimate",)
    t, t_warnings = _t(x, level)
    values |= {"mean": mean_of(x)} | {k: v for k, v in t.items() if isinstance(v, float)}
    low, high = t["t_lower"], t["t_upper"]
    shapes |= {"t_p": t["t_p"], "t_ci": None if low is None or high is None else (low, high)}
    rows.append(Estimate(name="t", estimate=mean_of(x), lower=low, upper=high, level=level, p_value=t["t_p"]))
    return MethodResult(
        values=values, method=method, warnings=warnings + t_warnings, rows=tuple(rows), shapes=shapes
    )  # fmt: skip


def _turned_round(shift: Shift, changed: list[int], level: Fraction, scale: int) -> tuple[str, ...]:
    """With ties the algorithm of exactRankTests can give other limits for the negative values: then both are told."""
    if not shift.tied:
        return ()
    other = Shift([-v for v in changed], level)
    lower, upper = (_readable(Fraction(-limit) / (2 * scale)) for limit in (other.high, other.low))
    if (-other.high, -other.low) == (shift.low, shift.high):
        return ()
    return (f"With these ties the limits depend on the sign: from the negative values they are {lower} to {upper}",)


def _readable(limit: Fraction) -> str:
    """The limit in full where it has at most four decimals, else rounded to four."""
    return exact_text(limit) if (limit * 10_000).denominator == 1 else rounded(limit, 4)


def _row(
    name: str, found: tuple[Fraction, Fraction, Fraction], levels: tuple[Fraction, Statistic], method: str
) -> Estimate:
    (hl, lower, upper), (level, attained) = found, levels
    return Estimate(
        name=name, estimate=hl, lower=lower, upper=upper, level=level, attained=attained, method=method
    )  # fmt: skip


def _t(x: list[Fraction], level: Fraction) -> tuple[dict[str, float | None], tuple[str, ...]]:
    nothing: dict[str, float | None] = {"t_p": None, "t_lower": None, "t_upper": None}
    if len(x) < 2:
        return nothing, ("One value has no t interval",)
    se = root(variance_of(x) / len(x))
    if se == 0:
        return nothing, ("All values are equal: there is no t interval",)
    mean = float(mean_of(x))
    low, high = t_limits(mean, se, len(x) - 1, level)
    return {"t_p": t_p_value(mean, se, len(x) - 1), "t_lower": low, "t_upper": high}, ()
