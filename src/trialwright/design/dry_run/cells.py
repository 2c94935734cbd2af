"""What the cells of the report must say if every step before them is right: counted from what was meant."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from scipy.special import betaincinv

from trialwright.catalog import Catalog
from trialwright.design.dry_run.meant import Meant
from trialwright.design.dry_run.verdicts import Judged, endpoint_day, pairs_of
from trialwright.model.entry import Pair
from trialwright.model.study import Estimand, Study

Expected = dict[str, Fraction | float | int]
"""Cell ("14.1.1:screened:n") -> what it must hold."""


def cells_of(
    study: Study, catalog: Catalog, estimand: Estimand, meant: Sequence[Meant], judged: Mapping[str, Judged]
) -> Expected:
    """
    The cells that can be counted without any code of derivation or analysis.

    Shape:  participants, visits and their windows, measures taken, intercurrent events, adverse events, responders with
            the exact interval and the test against each benchmark; of the displays that the study declares.
    Source: counts of the plan; Clopper and Pearson 1934 by the beta quantile, the binomial tail term by term.
    """
    people = [one for one in meant if one.label in judged]
    lines: dict[str, Callable[[], Iterable[tuple[str, Fraction | float | int]]]] = {
        "disposition": lambda: _disposition(study, meant),
        "visit_table": lambda: _visits(study, people),
        "completeness_table": lambda: _completeness(study, catalog, estimand, people),
        "intercurrent_events": lambda: _events(estimand, judged),
        "responder_table": lambda: _responders(estimand, judged),
        "adverse_event_overview": lambda: _harms(study, estimand, people),
    }
    kinds = {each.name: each.variable.kind for each in study.estimands}
    shown = {estimand.name, *(name for name, kind in kinds.items() if kind == "event")}
    return {
        f"{use.number}:{cell}": value
        for use in study.displays
        if use.display in lines and (not use.estimands or shown & set(use.estimands))
        for cell, value in lines[use.display]()
    }


def _disposition(study: Study, meant: Sequence[Meant]) -> Iterable[tuple[str, int]]:
    enrolled = [one for one in meant if one.enrolled]
    yield "screened:n", len(meant)
    yield "screen_failure:n", sum(one.failed for one in meant)
    yield "enrolled:n", len(enrolled)
    yield "dosed:n", sum(one.first_dose(study) is not None for one in enrolled)
    yield "completed:n", sum(one.completed for one in enrolled)
    yield "withdrawn:n", sum(bool(one.left) for one in enrolled)
    for reason in {one.left for one in enrolled if one.left}:
        yield f"withdrawn.{reason}:n", sum(one.left == reason for one in enrolled)
    yield "died:n", 0


def _visits(study: Study, people: Sequence[Meant]) -> Iterable[tuple[str, int]]:
    for visit in study.visits:
        if visit.kind not in ("baseline", "planned") or visit.study_day is None:
            continue
        off = []
        for one in people:
            held, dose = one.held(visit.name), one.first_dose(study)
            if held is not None and dose is not None:
                off.append((held - dose).days - (visit.study_day - 1))
        yield f"{visit.name}:n", len(off)
        yield f"{visit.name}:not_held", len(people) - len(off)
        yield f"{visit.name}:early", sum(days < -visit.early for days in off)
        yield f"{visit.name}:late", sum(days > visit.late for days in off)
        yield f"{visit.name}:in_window", sum(-visit.early <= days <= visit.late for days in off)


def _completeness(
    study: Study, catalog: Catalog, estimand: Estimand, people: Sequence[Meant]
) -> Iterable[tuple[str, int]]:
    order = [v.name for v in study.visits if v.kind in ("baseline", "planned")]
    forms = {f.name: {s.instrument for s in f.sections} for f in study.forms}
    for visit in order[: order.index(estimand.variable.visit) + 1]:
        asked = {instrument for name in study.visit(visit).forms for instrument in forms[name]}
        pairs = [pairs_of(study, catalog, estimand, one, visit) for one in people]
        for role, name in estimand.variable.measures.items():
            if name.partition(".")[0] in asked:
                yield f"{visit}.{role}:n", sum(_taken(pair[role]) for pair in pairs)


def _taken(pair: Pair) -> bool:
    return isinstance(pair.now, Fraction)


def _events(estimand: Estimand, judged: Mapping[str, Judged]) -> Iterable[tuple[str, int]]:
    for event in estimand.intercurrent:
        # What the glucocorticoid dose was is derived from periods and is not worked out here a second time.
        if event != "glucocorticoid_increase":
            yield f"{event}:n", sum(event in one.events for one in judged.values())


def _responders(estimand: Estimand, judged: Mapping[str, Judged]) -> Iterable[tuple[str, Fraction | float | int]]:
    n, x = len(judged), sum(one.verdict == "Y" for one in judged.values())
    yield "responders:n", x
    if not n:
        return
    yield "responders:rate", Fraction(x, n)
    yield "responders:lower", float(betaincinv(x, n - x + 1, 0.025)) if x else 0.0
    yield "responders:upper", float(betaincinv(x + 1, n - x, 0.975)) if x < n else 1.0
    for place, mark in enumerate(estimand.benchmarks, 1):
        yield f"benchmark_{place}:p_value", float(_tail(x, n, Fraction(mark.responders, mark.participants)))


def _tail(x: int, n: int, p: Fraction) -> Fraction:
    """P(X >= x), summed in fractions: no program's distribution stands between."""
    total, term = Fraction(0), (1 - p) ** n
    for k in range(n + 1):
        total += term if k >= x else 0
        term = term * (n - k) * p / ((k + 1) * (1 - p)) if k < n else Fraction(0)
    return total


def _harms(study: Study, estimand: Estimand, people: Sequence[Meant]) -> Iterable[tuple[str, int]]:
    """Events that began with or after the first dose and by the endpoint's day, of everybody dosed."""
    found = []
    for one in people:
        dose, until = one.first_dose(study), endpoint_day(study, estimand, one)
        for row in one.logged(study, "adverse_event"):
            began = dt.date.fromisoformat(row["start"])
            if dose is not None and began >= dose and (until is None or began <= until):
                found.append((one.label, row))
    kinds: dict[str, Callable[[dict[str, str]], bool]] = {
        "any": lambda row: bool(row),
        "serious": lambda row: row.get("serious") == "Y",
        "stopped": lambda row: row.get("action") == "stopped",
        **{f"grade.{grade}": _of_grade(grade) for grade in sorted({row["grade"] for _, row in found})},
    }
    for name, holds in kinds.items():
        hits = [label for label, row in found if holds(row)]
        yield f"{name}:events", len(hits)
        yield f"{name}:n", len(set(hits))


def _of_grade(grade: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row["grade"] == grade
