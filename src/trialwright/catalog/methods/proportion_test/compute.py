"""Exact binomial tests against a benchmark rate, with the size they attain."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.exact_text import exact_text, rounded
from trialwright.catalog.numerics.binomial_tests import p_values, terms
from trialwright.catalog.numerics.refusals import wrong_counts, wrong_share
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult, Shape
from trialwright.model.problem import Problem

MOST_PARTICIPANTS = 5_000  # beyond, exact sums take longer than a reader waits
_SAID = {
    "greater": "one-sided",
    "less": "one-sided (less)",
    "two_sided_central": "two-sided (central)",
    "two_sided_minlike": "two-sided (minimum likelihood)",
    "two_sided_blaker": "two-sided (Blaker)",
    "greater_midp": "one-sided mid-P",
}


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `p_value` of the alternative asked for, `reject` (1 or 0), `critical`, and `size`, the error rate really attained.

    Shape:    decided in exact fractions; `p_value` and `size` are the nearest floats to the exact ones. `critical` is
              the fewest responders that reject (the most, for `less`); for a two-sided test it names both ends.
    Missing:  `critical` is left out, and a warning says so, where no outcome at all would reject.
    Problems: counts that cannot be, a benchmark or level outside 0 to 1, more than 5000 participants.
    """
    x, n = arguments.integer("x"), arguments.integer("n")
    p0, alpha = arguments.number("p0"), arguments.number("alpha")
    wrong = (
        wrong_counts("proportion_test", x, n, MOST_PARTICIPANTS)
        + wrong_share("proportion_test", "p0", p0, "Write 0.425 for 42.5 %")
        + wrong_share("proportion_test", "alpha", alpha, "Write 0.05 for 5 %")
    )
    if wrong:
        return wrong
    outcomes = terms(n, p0)
    whole = sum(outcomes)
    asked = arguments.choice("alternative")
    rows: list[Estimate] = []
    values: dict[str, Fraction | float | int | str] = {"rate": Fraction(x, n)}
    for name in _SAID:
        found = p_values(outcomes, name)
        # A p value of exactly alpha rejects; the comparison is one of whole numbers.
        rejecting = [k for k in range(n + 1) if found[k] * alpha.denominator <= 2 * whole * alpha.numerator]
        size = Fraction(sum(outcomes[k] for k in rejecting), whole)
        row = _row(name, (x, n), (p0, alpha), (Fraction(found[x], 2 * whole), size))
        rows.append(row)
        if name == asked:
            among = frozenset(rejecting)
            values |= {"p_value": row.p_value or 0.0, "reject": int(x in rejecting), "size": float(size)}
            values |= _critical(name, rejecting, among, n)
            answer = row
    warnings = () if "critical" in values else (_never(asked, n, p0),)
    shapes: dict[str, Shape] = {row.name: row.p_value for row in rows}
    return MethodResult(values=values, method=answer.method, warnings=warnings, rows=tuple(rows), shapes=shapes)


def _row(
    name: str, counts: tuple[int, int], against: tuple[Fraction, Fraction], found: tuple[Fraction, Fraction]
) -> Estimate:
    (p0, alpha), (p_value, size) = against, found
    said = f"Exact binomial test against {exact_text(p0)}, {_SAID[name]} at {exact_text(alpha * 100)} %"
    return Estimate(
        name=name,
        estimate=Fraction(*counts),
        level=alpha,
        attained=float(size),
        p_value=float(p_value),
        method=f"{said}, attained size {rounded(size * 100, 2)} %",
    )


def _critical(
    name: str, rejecting: Sequence[int], among: frozenset[int], n: int
) -> dict[str, Fraction | float | int | str]:
    if not rejecting:
        return {}
    if name in ("greater", "greater_midp"):
        return {"critical": rejecting[0]}
    if name == "less":
        return {"critical": rejecting[-1]}
    low = [k for k in rejecting if k < n and k + 1 not in among]
    high = [k for k in rejecting if k > 0 and k - 1 not in among]
    ends = [f"at most {low[0]}"] if rejecting[0] == 0 and low else []
    ends += [f"at least {high[-1]}"] if rejecting[-1] == n and high else []
    return {"critical": " or ".join(ends) or "any"}


def _never(name: str, n: int, p0: Fraction) -> str:
    if name in ("greater", "greater_midp"):
        return f"Not even {n} responders of {n} would reject a benchmark of {exact_text(p0)}"
    if name == "less":
        return f"Not even 0 responders of {n} would reject a benchmark of {exact_text(p0)}"
    return f"No number of responders of {n} would reject a benchmark of {exact_text(p0)}"
