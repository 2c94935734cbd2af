"""Fisher's exact test of a fourfold table."""

from fractions import Fraction
from math import comb

from trialwright.catalog.numerics.refusals import wrong_table
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

METHOD = "Fisher's exact test, two-sided (outcomes no more likely than the observed)"
MOST_PARTICIPANTS = 20_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `p` two-sided, `greater` and `less` for the first cell; `odds_ratio` is a d / (b c) where b c is not 0.

    Shape:    `table` is [a, b, c, d], row by row.
    Problems: not four counts, more than 20000 participants.
    Source:   entry.yaml; hypergeometric terms as whole numbers, compared exactly.
    """
    table = [int(count) if count.denominator == 1 else -1 for count in arguments.numbers("table")]
    wrong = wrong_table("fisher", table, MOST_PARTICIPANTS)
    if wrong:
        return wrong
    a, b, c, d = table
    low, high = max(0, a - d), min(a + b, a + c)
    terms = {k: comb(a + b, k) * comb(c + d, a + c - k) for k in range(low, high + 1)}
    whole = sum(terms.values())
    found = {
        "p": Fraction(sum(t for t in terms.values() if t <= terms[a]), whole),
        "greater": Fraction(sum(t for k, t in terms.items() if k >= a), whole),
        "less": Fraction(sum(t for k, t in terms.items() if k <= a), whole),
    }
    values: dict[str, Fraction | float | int | str] = {name: float(p) for name, p in found.items()}
    warnings: tuple[str, ...] = ()
    if b * c:
        values["odds_ratio"] = Fraction(a * d, b * c)
    else:
        warnings = ("A cell is 0: there is no finite odds ratio",)
    rows = [Estimate(name=name, p_value=float(p), method=METHOD) for name, p in found.items()]
    return MethodResult(
        values=values, method=METHOD, warnings=warnings, rows=tuple(rows), shapes={"p": float(found["p"])}
    )  # fmt: skip
