"""The primary table: responders with their intervals, held against every benchmark, and what cannot be concluded."""

from fractions import Fraction

import msgspec

from trialwright.analyze.conclusions import conclude, without_control
from trialwright.analyze.material import Material, assumptions, estimands_of
from trialwright.analyze.rates import Observed, interval_rows, numbers_of, test_rows
from trialwright.analyze.verdicts import Verdicts, bound_rows, verdict_line, verdicts_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import Benchmark, DisplayUse, Estimand


def responders(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `responders`, `nonresponders`, `undetermined`, a `benchmark_<i>` each, and a `conclusion` in words.

    Shape:    of several estimands the first has the plain row names, the others their own name before it.
    Missing:  verdicts left open are counted on a line of their own and shown as bounds, both ways.
    """
    rows: list[ResultRow] = []
    for number, estimand in enumerate(estimands_of(material, use, "response")):
        prefix = f"{estimand.name}." if number else ""
        rows += _estimand(material, use, estimand, prefix)
    return rows


def _estimand(material: Material, use: DisplayUse, estimand: Estimand, prefix: str) -> list[ResultRow]:
    verdicts = verdicts_of(material, estimand)
    observed = Observed(verdicts.yes, verdicts.denominator)
    line = verdict_line(use, estimand, (f"{prefix}responders", "Responders"), verdicts)
    n, rate = line.counted(verdicts.yes)
    warnings = (*without_control(material.study), *_lost(verdicts))
    rows = [n, line.says("rate", rate.value, warnings=(*rate.warnings, *warnings))]
    rows += interval_rows(line, observed, estimand, material.catalog)
    non = verdict_line(use, estimand, (f"{prefix}nonresponders", "Non-responders"), verdicts)
    rows += non.counted(verdicts.no)
    if verdicts.undetermined:
        open_line = verdict_line(use, estimand, (f"{prefix}undetermined", "Undetermined"), verdicts)
        rows += msgspec.structs.replace(open_line, denominator=len(verdicts.members)).counted(verdicts.undetermined)
        rows += bound_rows(material.catalog, use, estimand, verdicts, prefix=prefix)
    return rows + _benchmarks(material, use, estimand, verdicts, prefix)


def _lost(verdicts: Verdicts) -> tuple[str, ...]:
    without = len(verdicts.members) - len(verdicts.records)
    return (f"{without} participant(s) of the population have no verdict at all",) if without else ()


def _benchmarks(
    material: Material, use: DisplayUse, estimand: Estimand, verdicts: Verdicts, prefix: str
) -> list[ResultRow]:
    observed = Observed(verdicts.yes, verdicts.denominator)
    rows: list[ResultRow] = []
    held: list[tuple[Benchmark, dict[str, Fraction | float | int | str | None]]] = []
    for number, benchmark in enumerate(estimand.benchmarks, 1):
        made = _benchmark(material, use, estimand, (f"{prefix}benchmark_{number}", benchmark), verdicts)
        # The decision itself is said in the conclusion's words, not as a column of ones and noughts.
        rows += [row for row in made if row.statistic != "reject"]
        held.append((benchmark, numbers_of(made)))
    line = verdict_line(use, estimand, (f"{prefix}conclusion", "What can and cannot be concluded"), verdicts)
    said = conclude(observed, held, estimand.alpha)
    return [*rows, line.says("text", said)]


def _benchmark(
    material: Material, use: DisplayUse, estimand: Estimand, named: tuple[str, Benchmark], verdicts: Verdicts
) -> list[ResultRow]:
    row, benchmark = named
    line = msgspec.structs.replace(
        verdict_line(use, estimand, (row, benchmark.label.en), verdicts),
        assumed=assumptions(benchmark.origin),
        denominator=None,
    )
    theirs = Observed(benchmark.responders, benchmark.participants)
    rate = Fraction(theirs.responders, theirs.participants) if theirs.participants else None
    rows = [
        line.says("n", theirs.responders, method=f"{benchmark.label.en}: {benchmark.source}"),
        line.says("total", theirs.participants),
        line.says("rate", rate),
    ]
    # The benchmark is an estimate itself: its own interval, by the same method, stands beside it.
    own = [r for r in interval_rows(line, theirs, estimand, material.catalog) if r.statistic in ("lower", "upper")]
    if rate is None:
        return rows
    tested = Observed(verdicts.yes, verdicts.denominator)
    tests = test_rows(line, tested, benchmark, estimand, material.catalog)
    known = {r.statistic for r in (*rows, *own)}
    return [*rows, *own, *(r for r in tests if r.statistic not in known)]
