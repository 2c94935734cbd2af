"""McNemar's test of a before-and-after table: exact, and mid-P."""

from fractions import Fraction
from math import comb

from trialwright.catalog.numerics.refusals import wrong_table
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

METHOD = "Exact McNemar test, two-sided, with mid-P beside it"
MOST_PARTICIPANTS = 20_000


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    `exact_p` and `midp`, two-sided, from the two cells that changed.

    Shape:    `table` is [a, b, c, d]: yes-yes, yes-no, no-yes, no-no.
    Problems: not four counts, more than 20000 participants.
    Source:   entry.yaml; the smaller of b and c is binomial with 1/2.
    """
    table = [int(count) if count.denominator == 1 else -1 for count in arguments.numbers("table")]
    wrong = wrong_table("mcnemar", table, MOST_PARTICIPANTS)
    if wrong:
        return wrong
    b, c = table[1], table[2]
    term = ways = 1  # how many of the b + c can be chosen: each number from the one before
    for j in range(min(b, c)):
        term = term * (b + c - j) // (j + 1)
        ways += term
    tail = Fraction(ways, 2 ** (b + c))
    exact_p = min(Fraction(1), 2 * tail)
    midp = 2 * tail - Fraction(comb(b + c, b), 2 ** (b + c))
    warnings = () if b + c else ("Nobody changed: no change speaks for or against",)
    midp = midp if b + c else Fraction(1)
    rows = [Estimate(name=n, p_value=float(p), method=METHOD) for n, p in (("exact", exact_p), ("midp", midp))]
    return MethodResult(
        values={"exact_p": float(exact_p), "midp": float(midp), "changed": b + c},
        method=METHOD,
        warnings=warnings,
        rows=tuple(rows),
        shapes={"exact_p": float(exact_p), "midp": float(midp)},
    )
