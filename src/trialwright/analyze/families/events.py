"""Adverse events in one view: treatment-emergent, by relation, seriousness, grade and outcome."""

from collections.abc import Callable, Sequence

from trialwright.analyze.material import Line, Material, assumptions, estimands_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.quantity import PartialDate
from trialwright.model.study import DisplayUse, Estimand

BEFORE = "before first dose"
UNDECIDED = "unknown whether treatment-emergent"
RELATED = frozenset({"certain", "probable", "possible", "unclassified", "unassessable", "related", "Y"})
"""A reasonable possibility, or a relation nobody could judge: counted as related, the cautious side."""
SAYS = {
    "related": "Related: the investigator judged the relation certain, probable or possible, or could not judge it",
    "serious": "Serious: as answered, or by any criterion of seriousness; a high grade alone is not serious",
    "grade": "A participant with events of several grades counts in the line of each of them",
}
"""What a line counts, where its label does not say it all."""

Test = Callable[[AnalysisRecord], bool]


def events(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` participants with at least one, `events`, and the `rate` of the population, a line a kind of event.

    Shape:    events that began from the day of the first dose to the day of the estimand's visit (where that did not
              take place, the last day of its window); earlier and later ones have lines of their own.
    Missing:  an event whose start may lie on either side counts as treatment-emergent, and the row says how many do;
              an unanswered grade, seriousness or relation is in none of the special lines, and the row says so.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "event"):
        members = material.members(estimand.population)
        among = frozenset(members)
        of_log = [r for r in material.analysis.records if r.kind == "event" and _in_log(r, estimand.variable.entry)]
        of_log = [r for r in of_log if r.participant_id in among]
        is_after = later_than_visit(material, estimand)
        emergent = [r for r in of_log if BEFORE not in r.flags and not is_after(r)]
        first = estimand is estimands_of(material, use, "event")[0]
        prefix = "" if first else f"{estimand.name}."
        counted = _counted(material, estimand)
        ends = [r.id for r in material.of("visit", estimand.variable.visit) if r.participant_id in among]
        for row, label, test, asks in _kinds(emergent):
            hits = [r for r in emergent if test(r)]
            said = counted if row == "any" else SAYS.get(row.partition(".")[0], "")
            warnings = _warnings(emergent, asks)
            rows += _line(
                use, estimand, (f"{prefix}{row}", label, said), hits, members=members, ends=ends, warnings=warnings
            )
        early = [r for r in of_log if BEFORE in r.flags]
        late = [r for r in of_log if BEFORE not in r.flags and is_after(r)]
        for row, label, apart in (
            ("before", "Before the first dose", early),
            ("after", "After the time counted", late),
        ):
            if apart:
                said = f"{label}: not among the events counted above"
                rows += _line(use, estimand, (f"{prefix}{row}", label, said), apart, members=members, ends=ends)
    return rows


def _counted(material: Material, estimand: Estimand) -> str:
    """Which events the lines count, in words."""
    start = "Counted are events that began on or after the day of the first dose"
    if not estimand.variable.visit:
        return start
    end = material.study.visit(estimand.variable.visit).title.en
    return f"{start}, up to the day of {end} or, where that did not take place, the last day of its window"


def later_than_visit(material: Material, estimand: Estimand) -> Callable[[AnalysisRecord], bool]:
    """Whether an event surely began after the estimand's visit; what the dates leave open is not later."""
    if not estimand.variable.visit:
        return lambda _: False
    planned = material.study.visit(estimand.variable.visit)
    dates = {r.participant_id: PartialDate(r.date) for r in material.of("visit", planned.name) if r.date}

    def is_after(record: AnalysisRecord) -> bool:
        if record.participant_id in dates:
            return bool(record.date) and PartialDate(record.date).earliest > dates[record.participant_id].latest
        if record.study_day is None or planned.study_day is None:
            return False
        return record.study_day > planned.study_day + planned.late

    return is_after


def _kinds(emergent: Sequence[AnalysisRecord]) -> list[tuple[str, str, Test, str]]:
    """Lines of the overview: row, label, test, and the item the test reads (to warn of blanks)."""
    kinds: list[tuple[str, str, Test, str]] = [
        ("any", "Any adverse event", lambda _: True, ""),
        ("related", "Related to study treatment", lambda r: r.details.get("causality") in RELATED, "causality"),
        ("serious", "Serious", is_serious, "serious"),
        (
            "serious_related",
            "Serious and related",
            lambda r: is_serious(r) and r.details.get("causality") in RELATED,
            "",
        ),
        ("severe", "Grade 3 or higher", lambda r: _grade(r) >= 3, "grade"),
        ("stopped", "Led to stopping study treatment", lambda r: r.details.get("action") == "stopped", "action"),
        ("fatal", "Fatal", is_fatal, "outcome"),
    ]
    for grade in sorted({_grade(r) for r in emergent} - {0}):
        kinds.append((f"grade.{grade}", f"Grade {grade}", lambda r, g=grade: _grade(r) == g, ""))  # type: ignore[misc]
    return kinds


def is_serious(record: AnalysisRecord) -> bool:
    """Serious as answered, or by any of its criteria; a high grade alone does not make an event serious."""
    return any(value == "Y" for name, value in record.details.items() if name.startswith("serious"))


def is_fatal(record: AnalysisRecord) -> bool:
    """Ended in death: by outcome, by the criterion of seriousness, or by grade 5."""
    return record.details.get("outcome") == "fatal" or record.details.get("serious_death") == "Y" or _grade(record) == 5


def _in_log(record: AnalysisRecord, log: str) -> bool:
    return record.parameter.startswith(f"{log}:")


def _grade(record: AnalysisRecord) -> int:
    said = record.details.get("grade", "")
    return int(said) if said.isdigit() else 0


def _warnings(emergent: Sequence[AnalysisRecord], asks: str) -> tuple[str, ...]:
    found = []
    undecided = sum(UNDECIDED in r.flags for r in emergent)
    if undecided and not asks:
        found.append(f"{undecided} event(s) may have begun before the first dose; counted as treatment-emergent")
    blank = sum(bool(asks) and not r.details.get(asks, "").strip("[]").strip() for r in emergent)
    unknown = sum(bool(asks) and r.details.get(asks, "").startswith("[") for r in emergent)
    if blank + unknown:
        found.append(f"{asks}: not answered for {blank + unknown} event(s), which this line does not count")
    return tuple(found)


def _line(
    use: DisplayUse,
    estimand: Estimand,
    named: tuple[str, str, str],
    hits: Sequence[AnalysisRecord],
    *,
    members: Sequence[str],
    ends: Sequence[str],
    warnings: Sequence[str] = (),
) -> list[ResultRow]:
    line = Line(
        display=use.number,
        row=named[0],
        label=named[1],
        estimand=estimand.name,
        analysis_set=estimand.population,
        denominator=len(members),
        assumed=assumptions(estimand.origin, *estimand.assumed),
        # The visits that end the count are behind it too.
        records=(*(r.id for r in hits), *ends),
        participants=tuple(members),
    )
    n, rate = line.counted(len({r.participant_id for r in hits}))
    return [line.says("n", n.value, method=named[2], warnings=warnings), line.says("events", len(hits)), rate]
