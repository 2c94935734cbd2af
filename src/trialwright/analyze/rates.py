"""Responders put through the estimand's own summary methods: intervals, and a test against each benchmark."""

from collections.abc import Mapping, Sequence
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


Supply = Mapping[str, int | Fraction | str | Sequence[Fraction]]


def interval_rows(line: Line, observed: Observed, estimand: Estimand, catalog: Catalog) -> list[ResultRow]:
    """
    The limits by every summary method that needs no benchmark: `lower` and `upper` of the first, the next by name.

    Missing: nobody in the denominator, or a method that cannot answer, gives rows without a value that say why.
    """
    uses = [use for use in estimand.summary if not _asks_benchmark(catalog, use)]
    return method_rows(line, uses, _supplied(observed, estimand), catalog)


def test_rows(
    line: Line, observed: Observed, benchmark: Benchmark, estimand: Estimand, catalog: Catalog
) -> list[ResultRow]:
    """What every summary method that needs a benchmark says of the observed number against this one."""
    rate = Fraction(benchmark.responders, benchmark.participants)
    supplied = {**_supplied(observed, estimand), **dict.fromkeys(BENCHMARK, rate)}
    return method_rows(line, [use for use in estimand.summary if _asks_benchmark(catalog, use)], supplied, catalog)


TENTHS = 1000
"""Benchmarks are tried in steps of a tenth of a percent."""


def flip_row(line: Line, observed: Observed, estimand: Estimand, catalog: Catalog) -> ResultRow | None:
    """
    The highest benchmark, to a tenth of a percent, that the observed number still excludes: `rate`, rounded down.

    Missing:  None where no summary method tests a benchmark; no value where not even the lowest is excluded.
    Source:   the estimand's own test, asked again; below the observed rate its p value rises with the benchmark, so
              that halving finds the last one excluded.
    """
    use = next((u for u in estimand.summary if "reject" in catalog.method(u.method).returns), None)
    if use is None or observed.participants == 0:
        return None

    def excluded(tenths: int) -> bool:
        supplied = {**_supplied(observed, estimand), **dict.fromkeys(BENCHMARK, Fraction(tenths, TENTHS))}
        result = _estimate(catalog, use, supplied)
        return isinstance(result, MethodResult) and result.values.get("reject") == 1

    # Only benchmarks below what was observed can be excluded as too low.
    low, high = 0, observed.responders * TENTHS // observed.participants
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle < TENTHS and excluded(middle) else (low, middle - 1)
    if low == 0:
        return line.says("rate", None, warnings=("not even a benchmark of 0.1 % could be told from what was seen",))
    return line.says("rate", Fraction(low, TENTHS), method=FLIPS)


FLIPS = "Conclusion changes: the highest benchmark that the same test excludes, to a tenth of a percent"


def method_rows(line: Line, uses: Sequence[MethodUse], supplied: Supply, catalog: Catalog) -> list[ResultRow]:
    """The statistics of some methods: the first's under their own names, the next with what tells it apart."""
    rows: list[ResultRow] = []
    for number, use in enumerate(uses):
        method = catalog.method(use.method)
        prefix = "" if number == 0 else f"{_variant(method, use)}_"
        rows += _said(line, prefix, method, _estimate(catalog, use, supplied))
    return rows


CHANGES = ("x", "changes", "differences", "numbers")
"""Names under which a method of paired values may ask for them."""

BESIDE = frozenset({"mean", "zeros", "p_wilcoxon", "t_p", "t_lower", "t_upper"})
"""What a method of paired values says besides its own answer: the line describes the changes already."""

NO_UNIT = ("p_", "attained")


def paired_rows(
    line: Line, uses: Sequence[MethodUse], changes: Sequence[Fraction], catalog: Catalog, *, printed: tuple[str, int]
) -> list[ResultRow]:
    """
    The estimate of some paired changes: its limits, the level they attain, p; `printed` is their unit and decimals.

    Missing: a method that cannot answer gives rows without a value that say why; each warning names its line.
    """
    unit, decimals = printed
    supplied: Supply = {**dict.fromkeys(CHANGES, changes), PARTICIPANTS[0]: len(changes)}
    return [
        msgspec.structs.replace(
            row,
            unit="" if row.statistic.startswith(NO_UNIT) else unit,
            decimals=None if row.statistic.startswith(NO_UNIT) else decimals,
            warnings=tuple(
                f"{line.label}: {warning}" if row.value is not None else warning for warning in row.warnings
            ),
        )
        for row in method_rows(line, uses, supplied, catalog)
        if row.statistic not in BESIDE
    ]


def _supplied(observed: Observed, estimand: Estimand) -> Supply:
    counts = dict.fromkeys(RESPONDERS, observed.responders) | dict.fromkeys(PARTICIPANTS, observed.participants)
    return {**counts, **(dict.fromkeys(ALPHA, estimand.alpha) if estimand.alpha else {})}


def _asks_benchmark(catalog: Catalog, use: MethodUse) -> bool:
    return bool({p.name for p in catalog.method(use.method).parameters} & set(BENCHMARK))


def _variant(method: Method, use: MethodUse) -> str:
    """What tells this use from the others: the choice it makes ("wilson"), else the method's name."""
    choices: list[Parameter] = [p for p in method.parameters if p.kind == "choice"]
    return next((use.parameters[p.name] for p in choices if p.name in use.parameters), method.name)


def _estimate(catalog: Catalog, use: MethodUse, supplied: Supply) -> MethodResult | str:
    """The method's result, or the sentence that says why there is none."""
    if supplied.get(PARTICIPANTS[0]) == 0:
        return "there is nobody to compute it from"
    asked = {p.name for p in catalog.method(use.method).parameters}
    arguments = {**{name: value for name, value in supplied.items() if name in asked}, **use.parameters}
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
