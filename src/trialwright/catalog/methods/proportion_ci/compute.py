"""Seven confidence intervals of a binomial proportion."""

from fractions import Fraction

from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.numerics.binomial import LIMITS
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_level
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

PRIMARY = "clopper_pearson"
MOST_PARTICIPANTS = 1_000_000  # Blaker's limits are looked for outcome by outcome: beyond, a reader waits for minutes
_NAMES = {
    "clopper_pearson": "Clopper-Pearson exact",
    "wilson": "Wilson score",
    "wilson_cc": "Wilson score with continuity correction",
    "agresti_coull": "Agresti-Coull",
    "jeffreys": "Jeffreys",
    "midp": "Mid-P",
    "blaker": "Blaker exact",
}
_SIDES = {"two": "two-sided", "lower": "one-sided, lower limit", "upper": "one-sided, upper limit"}
_BLAKER_ONE_SIDED = "Blaker's interval is two-sided by nature; its one-sided limit is that of Clopper-Pearson"


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `rate` (exact), `lower` and `upper` of the method asked for; a one-sided interval ends at 0 or 1 on its open side.

    Shape:    one row an interval; `all` makes every one, its limits being those of Clopper-Pearson.
    Problems: no participants or more than a million, more responders than participants, a level outside 0 to 1.
    Source:   entry.yaml; each formula stands in numerics/binomial.py.
    """
    x, n = arguments.integer("x"), arguments.integer("n")
    level, sides, method = arguments.number("conf_level"), arguments.choice("sides"), arguments.choice("method")
    wrong = wrong_counts("proportion_ci", x, n, MOST_PARTICIPANTS) + wrong_level("proportion_ci", level)
    if wrong:
        return wrong
    rows = [_row(name, (x, n), level, sides) for name in (LIMITS if method == "all" else (method,))]
    first = rows[0]
    lower, upper = first.lower, first.upper
    if lower is None or upper is None:
        raise ValueError("an interval has two limits")
    return MethodResult(
        values={"rate": Fraction(x, n), "lower": lower, "upper": upper},
        method=first.method,
        warnings=first.warnings,
        rows=tuple(rows),
        shapes={row.name: (row.lower, row.upper) for row in rows},
    )


def _row(name: str, counts: tuple[int, int], level: Fraction, sides: str) -> Estimate:
    x, n = counts
    both = sides == "two"
    warnings = (_BLAKER_ONE_SIDED,) if name == "blaker" and not both else ()
    low, high = LIMITS[PRIMARY if warnings else name](x, n, float((1 - level) / (2 if both else 1)))
    return Estimate(
        name=name,
        estimate=Fraction(x, n),
        lower=low if sides != "upper" else 0.0,
        upper=high if sides != "lower" else 1.0,
        level=level,
        method=f"{_NAMES[name]} {exact_text(level * 100)} % confidence interval, {_SIDES[sides]}",
        warnings=warnings,
    )
