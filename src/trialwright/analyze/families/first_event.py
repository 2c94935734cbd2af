"""Time to the first adverse event, leaving the treatment or the study being another end that can come first."""

from fractions import Fraction

from trialwright.analyze.families.adverse import KINDS, counted_events
from trialwright.analyze.families.at_risk import days_at_risk, grounds, within
from trialwright.analyze.material import Line, Material, assumptions, estimands_of, setting
from trialwright.model.analysis import ResultRow
from trialwright.model.entry import MethodResult
from trialwright.model.study import DisplayUse, Estimand

METHOD = "aalen_johansen"
CENSORED, EVENT, LEFT = 0, 1, 2
ENDS = (
    "Days from the first dose (day 1) to the first event; withdrawal or death before any event is a competing end, the "
    "end of the time counted is no end"
)


def first_event(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `at_risk`, `n` with an event so far, `rate` (cumulative incidence) and its interval, a line a day (`day_29`).

    Shape:    parameter `at`: "visits" gives the planned days of the visits, "steps" every day on which something ends.
    Missing:  a participant whose time is not known is in no line; the rows say how many. Where nothing can be estimated
              any more the line says so.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "event"):
        members = material.members(estimand.population)
        kind = setting(material, use, "only") or "all"
        times, ids = _times(material, estimand, members, kind)
        lost = len(members) - len(times)
        base = Line(
            display=use.number, row="", label="", estimand=estimand.name, analysis_set=estimand.population,
            denominator=len(members), assumed=assumptions(estimand.origin), records=ids, participants=members,
        )  # fmt: skip
        warnings = (f"time at risk unknown for {lost} participant(s)",) if lost else ()
        rows += _lines(material, base, times, _days(material, use, estimand, times), warnings)
    return rows


def _times(
    material: Material, estimand: Estimand, members: tuple[str, ...], kind: str
) -> tuple[dict[str, tuple[int, int]], tuple[str, ...]]:
    """Participant -> (day, what ended there), and the records behind it."""
    counted = counted_events(material, estimand, members)
    ends = days_at_risk(material, estimand, members, counted)
    events = [r for r in within(counted, ends) if KINDS[kind](r)]
    left = {*material.with_fact("withdrawn"), *material.with_fact("died")}
    found: dict[str, tuple[int, int]] = {}
    for pid in members:
        days = [r.study_day for r in events if r.participant_id == pid and r.study_day is not None]
        last = ends[pid]
        if days:
            found[pid] = (min(days), EVENT)
        elif last is not None:
            found[pid] = (last, LEFT if pid in left else CENSORED)
    facts = (*material.facts("withdrawn", members), *material.facts("died", members))
    return found, (*(r.id for r in events), *grounds(material, members), *facts)


def _days(material: Material, use: DisplayUse, estimand: Estimand, times: dict[str, tuple[int, int]]) -> list[int]:
    if setting(material, use, "at") == "steps":
        return sorted({day for day, what in times.values() if what != CENSORED})
    planned = [v for v in material.study.visits if v.kind == "planned" and v.study_day is not None]
    until = next((v.study_day for v in planned if v.name == estimand.variable.visit), None)
    return [v.study_day for v in planned if v.study_day is not None and (until is None or v.study_day <= until)]


def _lines(
    material: Material, base: Line, times: dict[str, tuple[int, int]], days: list[int], warnings: tuple[str, ...]
) -> list[ResultRow]:
    if not times or not days:
        return []
    asked = {
        "time": [Fraction(day) for day, _ in times.values()],
        "status": [Fraction(what) for _, what in times.values()],
        "at": [Fraction(day) for day in days],
    }
    result = material.catalog.estimate(METHOD, asked)
    if not isinstance(result, MethodResult):
        raise ValueError("; ".join(problem.sentence() for problem in result))
    told = {int(each.labels["at"]): each for each in result.rows if each.labels.get("cause") == str(EVENT)}
    rows: list[ResultRow] = []
    for day in days:
        line = Line(
            display=base.display, row=f"day_{day}", label=f"Day {day}", estimand=base.estimand,
            analysis_set=base.analysis_set, denominator=base.denominator, assumed=base.assumed,
            records=base.records, participants=base.participants,
        )  # fmt: skip
        at_risk = sum(end >= day for end, _ in times.values())
        so_far = sum(end <= day and what == EVENT for end, what in times.values())
        mean = told.get(day)
        rows += [
            line.says("at_risk", at_risk, method=ENDS, warnings=warnings),
            line.says("n", so_far),
            line.says("incidence_rate", mean.estimate if mean else 0.0, method=result.method,
                      warnings=mean.warnings if mean else ()),
        ]  # fmt: skip
        if mean is not None and mean.lower is not None:
            rows += [
                line.says("incidence_lower", mean.lower, method=result.method),
                line.says("incidence_upper", mean.upper),
            ]
    return rows
