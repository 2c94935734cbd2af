"""Responders put through the estimand's own summary methods: intervals, and a test against each benchmark."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from trialwright.analyze.material import Line
from trialwright.catalog import Catalog
from trialwright.model.analysis import ResultRow
from trialwright.model.entry import Method, MethodResult, Parameter
from trialwright.model.study import Benchmark, Estimand, MethodUse

RESPONDERS = ("responders", "successes", "x", "events")
PARTICIPANTS = ("participants", "n", "trials", "total")
BENCHMARK = ("benchmark", "p0", "null_rate", "null", "reference")
ALPHA = ("alpha",)
"""Names under which a method of one proportion may ask for what an estimand gives it."""


COUNTED = ("n", "rate")
"""What the line itself says already, exactly."""


class Observed(msgspec.Struct, frozen=True):
    """Responders of how many participants."""

    responders: int
    participants: int


def interval_rows(line: Line, observed: Observed, estimand: Estimand, catalog: Catalog) -> list[ResultRow]:
    """
    The limits by every summary method that needs no benchmark: `lower` and `upper` of the first, the next by name.

    Missing: nobody in the denominator, or a method that cannot answer, gives rows without a value that say why.
    """
    rows: list[ResultRow] = []
    for number, use in enumerate(_uses(estimand, catalog, tested=False)):
        prefix = "" if number == 0 else f"{_variant(catalog.method(use.method), use)}_"
        rows += _said(line, prefix, catalog.method(use.method), _estimate(catalog, use, observed, estimand, None))
    return rows


def test_rows(
    line: Line, observed: Observed, benchmark: Benchmark, estimand: Estimand, catalog: Catalog
) -> list[ResultRow]:
    """What every summary method that needs a benchmark says of the observed number against this one."""
    rows: list[ResultRow] = []
    for number, use in enumerate(_uses(estimand, catalog, tested=True)):
        prefix = "" if number == 0 else f"{_variant(catalog.method(use.method), use)}_"
        result = _estimate(catalog, use, observed, estimand, benchmark)
        rows += _said(line, prefix, catalog.method(use.method), result)
    return rows


def _uses(estimand: Estimand, catalog: Catalog, *, tested: bool) -> Iterator[MethodUse]:
    for use in estimand.summary:
        names = {p.name for p in catalog.method(use.method).parameters}
        if bool(names & set(BENCHMARK)) == tested:
            yield use


def _variant(method: Method, use: MethodUse) -> str:
    """What tells this use from the others: the choice it makes ("wilson"), else the method's name."""
    choices: list[Parameter] = [p for p in method.parameters if p.kind == "choice"]
    return next((use.parameters[p.name] for p in choices if p.name in use.parameters), method.name)


def _estimate(
    catalog: Catalog, use: MethodUse, observed: Observed, estimand: Estimand, benchmark: Benchmark | None
) -> MethodResult | str:
    """The method's result, or the sentence that says why there is none."""
    if observed.participants == 0:
        return "there is nobody to compute it from"
    supplied: dict[str, int | Fraction | str] = {}
    supplied |= dict.fromkeys(RESPONDERS, observed.responders) | dict.fromkeys(PARTICIPANTS, observed.participants)
    if benchmark is not None:
        supplied |= dict.fromkeys(BENCHMARK, Fraction(benchmark.responders, benchmark.participants))
    if estimand.alpha:
        supplied |= dict.fromkeys(ALPHA, estimand.alpha)
    asked = {p.name for p in catalog.method(use.method).parameters}
    arguments = {name: value for name, value in supplied.items() if name in asked} | use.parameters
    try:
        result = catalog.estimate(use.method, arguments)
    except (ArithmeticError, ValueError, LookupError) as error:
        # One statistic that fails must not take its table with it; the row says which and why.
        return f"{use.method} failed: {error}"
    return result if isinstance(result, MethodResult) else " ".join(problem.sentence() for problem in result)


def _said(line: Line, prefix: str, method: Method, result: MethodResult | str) -> list[ResultRow]:
    if isinstance(result, str):
        return [
            line.says(f"{prefix}{name}", None, warnings=(result,)) for name in method.returns if name not in COUNTED
        ]
    # What the method could not give (no number of responders rejects) is a row too, with its warning.
    return [
        line.says(f"{prefix}{name}", result.values.get(name), method=result.method, warnings=result.warnings)
        for name in method.returns
        if name not in COUNTED
    ]


def numbers_of(rows: Sequence[ResultRow]) -> dict[str, Fraction | float | int | str | None]:
    """Statistic -> value of the rows of one line."""
    return {row.statistic: row.value for row in rows}
