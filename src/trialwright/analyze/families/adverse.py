"""Adverse events by term, by worst grade, and as rates in the time at risk."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec

from trialwright.analyze.families.at_risk import days_at_risk, grounds, within
from trialwright.analyze.families.events import RELATED, later_than_visit
from trialwright.analyze.material import Line, Material, assumptions, estimands_of, setting
from trialwright.analyze.rates import Supply, method_rows
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, Estimand, MethodUse

BEFORE = "before first dose"
DAYS_A_YEAR = Fraction(1461, 4)
AS_ENTERED = "Terms as entered, capital letters apart; no dictionary of events is used"
RATES = MethodUse(method="rate_ci", parameters={"method": "exact_garwood", "per": "100"})
UNASKED = "The form does not ask whether an event is of special interest: nothing can be counted here"
AT_RISK = (
    "Events per 100 participant-years from the first dose to the end of the time counted, or to leaving before it; "
    "an event after that is in neither; every event counts, several of one participant as if independent"
)

FIRST = (
    "Participants with at least one event per 100 participant-years until the first of them (exposure-adjusted "
    "incidence): who has none is counted until the end of the time counted"
)

Test = Callable[[AnalysisRecord], bool]

KINDS: dict[str, Test] = {
    "all": lambda r: True,  # noqa: ARG005 - the shape of a test
    "related": lambda r: r.details.get("causality", "") in RELATED,
    "serious": lambda r: any(v == "Y" for k, v in r.details.items() if k.startswith("serious")),
    "other": lambda r: not any(v == "Y" for k, v in r.details.items() if k.startswith("serious")),
    "special": lambda r: (
        bool(r.details.get("special_interest", "").strip("[]")) and r.details["special_interest"] != "none"
    ),
}


def event_terms(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n`, `events` and `rate` a term, the most frequent first; with `worst` a count a grade (`grade_1` ...).

    Shape:    parameter `only` keeps related, serious, other (not serious) or special events; a participant counts once
              in each line, at the worst grade of that line.
    Missing:  an event without a grade is counted in `n` and in no grade.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "event"):
        members = material.members(estimand.population)
        kind = setting(material, use, "only") or "all"
        found = [r for r in counted_events(material, estimand, members) if KINDS[kind](r)]
        by_term: dict[str, list[AnalysisRecord]] = {}
        for record in found:
            by_term.setdefault(_term(record).casefold(), []).append(record)
        order = sorted(by_term, key=lambda t: (-len({r.participant_id for r in by_term[t]}), -len(by_term[t]), t))
        worst = setting(material, use, "worst") == "yes"
        unasked = kind == "special" and not any("special_interest" in r.details for r in material.analysis.records)
        first = _line(material, use, estimand, ("any", "Any event"), found, members=members, worst=worst)
        rows += [msgspec.structs.replace(first[0], warnings=(UNASKED,)), *first[1:]] if unasked else first
        for term in order:
            named = (term.replace(":", " "), _term(by_term[term][0]))
            rows += _line(material, use, estimand, named, by_term[term], members=members, worst=worst)
    return rows


def event_rates(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `events`, `years` at risk, and the `rate_per_100` with its exact interval: all, related, serious events.

    Shape:    beside it `first_years` until the first event of each participant, and `first_per_100` with its exact
              interval: the exposure-adjusted incidence, in which nobody counts twice.
    Missing:  a participant whose time at risk is not known adds events and no time; the row says how many. Where no
              first day is known, the time counts to its end.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "event"):
        members = material.members(estimand.population)
        counted = counted_events(material, estimand, members)
        days = days_at_risk(material, estimand, members, counted)
        found = within(counted, days)
        known = [d for d in days.values() if d is not None]
        years = sum(known, 0) / DAYS_A_YEAR
        unknown = len(days) - len(known)
        warnings = [f"time at risk unknown for {unknown} participant(s)"] if unknown else []
        if outside := len(counted) - len(found):
            warnings.append(f"{outside} event(s) began after the time at risk and are not counted here")
        labels = {"all": "Any event", "related": "Related to study treatment", "serious": "Serious"}
        for kind, label in labels.items():
            hits = [r for r in found if KINDS[kind](r)]
            line = _at(material, use, estimand, (kind, label), hits=hits, members=members)
            rows += [
                line.says("n", len({r.participant_id for r in hits}), method=AT_RISK, warnings=warnings),
                line.says("events", len(hits)),
                line.says("years", years, decimals=2),
                line.says("rate_per_100", 100 * len(hits) / years if years else None, decimals=1),
            ]
            rows += _limits(material, line, "per_100", len(hits), years)
            rows += _first_rates(material, line, hits, days)
    return rows


def _first_rates(
    material: Material, line: Line, hits: Sequence[AnalysisRecord], days: dict[str, int | None]
) -> list[ResultRow]:
    """The exposure-adjusted incidence: whoever has an event is at risk until the first one."""
    first: dict[str, int] = {}
    for record in hits:
        if record.study_day is not None:
            first[record.participant_id] = min(record.study_day, first.get(record.participant_id, record.study_day))
    years = sum((first.get(pid, end) for pid, end in days.items() if end is not None), 0) / DAYS_A_YEAR
    count = len({r.participant_id for r in hits})
    return [
        line.says("first_years", years, method=FIRST, decimals=2),
        line.says("first_per_100", 100 * count / years if years else None, decimals=1),
        *_limits(material, line, "first_per_100", count, years),
    ]


def _limits(material: Material, line: Line, name: str, count: int, years: Fraction) -> list[ResultRow]:
    """The exact interval of a rate per 100 years; nothing where nobody was at risk."""
    if not years:
        return []
    supplied: Supply = {"events": count, "exposure": years}
    return [
        line.says(f"{name}_{r.statistic}", r.value, method=r.method, warnings=r.warnings, decimals=1)
        for r in method_rows(line, (RATES,), supplied, material.catalog)
    ]


def counted_events(material: Material, estimand: Estimand, members: Sequence[str]) -> list[AnalysisRecord]:
    """The events that tables count: from the first dose to the end of the estimand's time."""
    later = later_than_visit(material, estimand)
    among = frozenset(members)
    return [
        r
        for r in material.analysis.records
        if r.kind == "event"
        and r.parameter.startswith(f"{estimand.variable.entry}:")
        and r.participant_id in among
        and BEFORE not in r.flags
        and not later(r)
    ]


def _term(record: AnalysisRecord) -> str:
    """The words as typed: they are nobody's but the investigator's."""
    return " ".join(str(record.details.get("term", "")).split()) or "Not named"


def _at(
    material: Material,
    use: DisplayUse,
    estimand: Estimand,
    named: tuple[str, str],
    *,
    hits: Sequence[AnalysisRecord],
    members: Sequence[str],
) -> Line:
    ends = grounds(material, members)
    return Line(
        display=use.number, row=named[0], label=named[1], estimand=estimand.name, analysis_set=estimand.population,
        denominator=len(members), assumed=assumptions(estimand.origin, *estimand.assumed),
        records=(*(r.id for r in hits), *ends), participants=tuple(members),
    )  # fmt: skip


def _line(
    material: Material,
    use: DisplayUse,
    estimand: Estimand,
    named: tuple[str, str],
    hits: Sequence[AnalysisRecord],
    *,
    members: Sequence[str],
    worst: bool,
) -> list[ResultRow]:
    line = _at(material, use, estimand, named, hits=hits, members=members)
    n, rate = line.counted(len({r.participant_id for r in hits}))
    rows = [line.says("n", n.value, method=AS_ENTERED), line.says("events", len(hits)), rate]
    if worst:
        top = {pid: max(_grade(r) for r in hits if r.participant_id == pid) for pid in {r.participant_id for r in hits}}
        rows += [line.says(f"grade_{g}", sum(grade == g for grade in top.values())) for g in range(1, 6)]
    return rows


def _grade(record: AnalysisRecord) -> int:
    said = record.details.get("grade", "")
    return int(said) if said.isdigit() else 0
