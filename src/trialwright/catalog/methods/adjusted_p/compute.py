"""Holm's and Hochberg's adjustment of several p values."""

from fractions import Fraction
from itertools import accumulate

from trialwright.catalog import problems
from trialwright.catalog.numerics.refusals import too_few
from trialwright.catalog.parameters import Parameters
from trialwright.model.entry import Estimate, MethodResult
from trialwright.model.problem import Problem

_NAMES = {"holm": "Holm's step-down", "hochberg": "Hochberg's step-up"}


def estimate(arguments: Parameters) -> MethodResult | list[Problem]:
    """
    The adjusted p values, exact, in the order given: `holm` and `hochberg`; `smallest` by the procedure asked for.

    Problems: no p value, one outside 0 to 1.
    Source:   entry.yaml; with p(1) <= ... <= p(m) Holm takes the running maximum of (m - i + 1) p(i), Hochberg the
              running minimum of the same from the largest down.
    """
    given, chosen = arguments.numbers("p"), arguments.choice("method")
    wrong = too_few("adjusted_p", "p", len(given), 1)
    if any(not 0 <= p <= 1 for p in given):
        cure = "Give them as decimals"
        wrong.append(problems.impossible_arguments("adjusted_p", "a p value is not", "Each from 0 to 1", cure))
    if wrong:
        return wrong
    adjusted = {"holm": _holm(given), "hochberg": _hochberg(given)}
    methods = {name: f"P values adjusted by {said} procedure for {len(given)} tests" for name, said in _NAMES.items()}
    return MethodResult(
        values={"smallest": min(adjusted[chosen])},
        method=methods[chosen],
        rows=tuple(
            Estimate(name=name, labels={"test": str(number)}, p_value=p, method=methods[name])
            for name, ps in adjusted.items()
            for number, p in enumerate(ps, 1)
        ),
        shapes={name: tuple(float(p) for p in ps) for name, ps in adjusted.items()},
    )


def _holm(given: list[Fraction]) -> list[Fraction]:
    order = sorted(range(len(given)), key=given.__getitem__)
    multiplied = [given[at] * (len(given) - rank) for rank, at in enumerate(order)]
    return _back(order, [min(p, Fraction(1)) for p in accumulate(multiplied, max)])


def _hochberg(given: list[Fraction]) -> list[Fraction]:
    order = sorted(range(len(given)), key=given.__getitem__, reverse=True)
    multiplied = [given[at] * (rank + 1) for rank, at in enumerate(order)]
    return _back(order, list(accumulate(multiplied, min)))


def _back(order: list[int], sorted_: list[Fraction]) -> list[Fraction]:
    """The numbers in the order in which their tests were given."""
    placed = dict(zip(order, sorted_, strict=True))
    return [placed[at] for at in range(len(order))]
