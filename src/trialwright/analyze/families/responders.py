"""The primary table: responders with their intervals, held against every benchmark, and what cannot be concluded."""

from collections import Counter
from fractions import Fraction

import msgspec

from trialwright.analyze.conclusions import conclude, without_control
from trialwright.analyze.material import Material, assumptions, estimands_of
from trialwright.analyze.rates import Observed, flip_row, interval_rows, numbers_of, test_rows
from trialwright.analyze.verdicts import Verdicts, bound_rows, verdict_line, verdicts_of
from trialwright.model.analysis import ResultRow
from trialwright.model.study import Benchmark, DisplayUse, Estimand

ROUTES = {
    "measures": "by the response criterion",
    "event": "by an intercurrent event, whatever was measured",
    "missing": "by the missing-data rule, the criterion being undetermined",
}
"""Non-responders apart by what made them so; together they are all of them."""

NO_DATE = "not stated"

TWO_LEVELS = "The interval is two-sided and the test one-sided: close to a benchmark the two may disagree"


def responders(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `responders`, `nonresponders` and their routes, `undetermined`, `benchmark_<i>`, `benchmark_flip`, `conclusion`.

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
    n = msgspec.structs.replace(n, method=TWO_LEVELS if estimand.benchmarks else "")
    rows = [n, line.says("rate", rate.value, warnings=(*rate.warnings, *warnings))]
    rows += interval_rows(line, observed, estimand, material.catalog)
    non = verdict_line(use, estimand, (f"{prefix}nonresponders", "Non-responders"), verdicts)
    rows += non.counted(verdicts.no)
    rows += _routes(use, estimand, verdicts, prefix)
    if verdicts.undetermined:
        open_line = verdict_line(use, estimand, (f"{prefix}undetermined", "Undetermined"), verdicts)
        rows += msgspec.structs.replace(open_line, denominator=len(verdicts.members)).counted(verdicts.undetermined)
        rows += bound_rows(material.catalog, use, estimand, verdicts, prefix=prefix)
    return rows + _benchmarks(material, use, estimand, verdicts, prefix)


def _routes(use: DisplayUse, estimand: Estimand, verdicts: Verdicts, prefix: str) -> list[ResultRow]:
    """Why the non-responders are none: by their measures, by an intercurrent event, or because values are missing."""
    by_route = Counter(_route(r.details.get("steps", "")) for r in verdicts.records if r.verdict == "N")
    rows: list[ResultRow] = []
    for route, label in ROUTES.items():
        line = verdict_line(use, estimand, (f"{prefix}nonresponders.{route}", label), verdicts)
        rows += line.counted(by_route[route])
    return rows


def _route(steps: str) -> str:
    rules = steps.split(",")
    if any(rule.startswith("composite:") for rule in rules):
        return "event"
    return "missing" if "missing:nonresponder" in rules else "measures"


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
    flips = verdict_line(use, estimand, (f"{prefix}benchmark_flip", "Conclusion changes at a benchmark of"), verdicts)
    flip = flip_row(msgspec.structs.replace(flips, denominator=None), observed, estimand, material.catalog)
    line = verdict_line(use, estimand, (f"{prefix}conclusion", "What can and cannot be concluded"), verdicts)
    said = conclude(observed, held, estimand.alpha, flip.value if flip is not None else None)
    return [*rows, *([flip] if flip is not None and held else []), line.says("text", said)]


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
        line.says("published", benchmark.published or NO_DATE),
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
