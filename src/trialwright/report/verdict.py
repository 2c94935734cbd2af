"""The primary result in sentences: what was seen, and what each benchmark would have needed."""

import re
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from trialwright.catalog.displays.printing import NARROW, Printable, print_number, print_percent
from trialwright.model.analysis import ResultRow
from trialwright.model.study import Benchmark, Estimand, Study


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences about one primary estimand; `seen` is empty where nothing was computed yet."""

    estimand: str
    title: str
    seen: str
    held_against: str
    conclusion: str
    conclusion_cell: str
    assumed: bool


def headline_of(study: Study, rows: Sequence[ResultRow]) -> tuple[Headline, ...]:
    """
    One headline a primary estimand.

    Missing:  a primary estimand without rows still says what it will be held against.
    """
    primary = [each for each in study.estimands if each.level == "primary"]
    return tuple(_headline(each, [row for row in rows if row.estimand == each.name]) for each in primary)


def _headline(estimand: Estimand, rows: Sequence[ResultRow]) -> Headline:
    by_place = {(row.row, row.statistic): row for row in rows}
    said = by_place.get(("conclusion", "text"))
    is_value = estimand.variable.kind == "value"
    return Headline(
        estimand=estimand.name,
        title=estimand.title.en,
        seen=_changed(by_place, estimand.variable.visit) if is_value else _seen(by_place),
        held_against=_DESCRIBED if is_value and not estimand.benchmarks else _range(estimand.benchmarks),
        conclusion=str(said.value) if said is not None else "",
        conclusion_cell=said.cell if said is not None else "",
        assumed=any(each.origin.kind == "assumed" for each in estimand.benchmarks),
    )


_DESCRIBED = "The change is described and held against nothing."


def _changed(by_place: dict[tuple[str, str], ResultRow], visit: str) -> str:
    """The mean change at the visit of the endpoint, of those who have both values."""
    n, mean = by_place.get((visit, "change_n")), by_place.get((visit, "change_mean"))
    if n is None or mean is None or mean.value is None:
        return ""
    change = f"{print_number(mean.value, mean.decimals)}{NARROW}{mean.unit}".rstrip(NARROW)
    return f"Mean change in {print_number(n.value)} of {n.denominator} participants: {change}."


def _seen(by_place: dict[tuple[str, str], ResultRow]) -> str:
    n, rate = by_place.get(("responders", "n")), by_place.get(("responders", "rate"))
    if n is None or n.value is None or n.denominator is None:
        return ""
    sentence = f"{print_number(n.value)} of {n.denominator} participants responded"
    low, high = by_place.get(("responders", "lower")), by_place.get(("responders", "upper"))
    if rate is None or rate.value is None:
        return f"{sentence}."
    sentence += f": {_percent(rate.value)}"
    if low is not None and high is not None and low.value is not None and high.value is not None:
        sentence += f" ({_level(low.method)} {print_percent(low.value)} to {_percent(high.value)})"
    return f"{sentence}."


def _percent(rate: Printable) -> str:
    return f"{print_percent(rate)}{NARROW}%"


def _level(method: str) -> str:
    found = re.search(r"\d+(\.\d+)? %", method)
    return f"{found.group().replace(' ', NARROW)} interval" if found else "interval"


def _range(benchmarks: Sequence[Benchmark]) -> str:
    """The benchmarks as a range, always both ends with their counts: one number alone would look like a threshold."""
    if not benchmarks:
        return "No benchmark is declared: the result stands alone and nothing can be said about it in comparison."
    ordered = sorted(benchmarks, key=lambda each: Fraction(each.responders, each.participants))
    low, high = ordered[0], ordered[-1]
    if low == high:
        return f"Held against one benchmark: {_counted(low)}."
    return f"Held against a range: from {_counted(low)} to {_counted(high)}."


def _counted(benchmark: Benchmark) -> str:
    rate = Fraction(benchmark.responders, benchmark.participants)
    return f"{benchmark.responders} of {benchmark.participants} ({_percent(rate)}; {benchmark.label.en})"
