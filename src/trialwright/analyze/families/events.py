"""Adverse events in one view: treatment-emergent, by relation, seriousness, grade and outcome."""

from collections.abc import Callable, Sequence

from trialwright.analyze.material import Line, Material, assumptions, estimands_of
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse, Estimand

BEFORE = "before first dose"
UNDECIDED = "unknown whether treatment-emergent"
RELATED = frozenset({"certain", "probable", "possible", "unclassified", "unassessable", "related", "Y"})
"""A reasonable possibility, or a relation nobody could judge: counted as related, the cautious side."""

Test = Callable[[AnalysisRecord], bool]


def events(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` participants with at least one, `events`, and the `rate` of the population, a line a kind of event.

    Shape:    only events that began on or after the day of the first dose; those before it have a line of their own.
    Missing:  an event whose start may lie on either side counts as treatment-emergent, and the row says how many do;
              an unanswered grade, seriousness or relation is in none of the special lines, and the row says so.
    """
    rows: list[ResultRow] = []
    for estimand in estimands_of(material, use, "event"):
        members = material.members(estimand.population)
        of_log = [r for r in material.analysis.records if r.kind == "event" and _in_log(r, estimand.variable.entry)]
        emergent = [r for r in of_log if r.participant_id in set(members) and BEFORE not in r.flags]
        first = estimand is estimands_of(material, use, "event")[0]
        prefix = "" if first else f"{estimand.name}."
        for row, label, test, asks in _kinds(emergent):
            hits = [r for r in emergent if test(r)]
            rows += _line(
                use, estimand, (f"{prefix}{row}", label), hits, members=members, warnings=_warnings(emergent, asks)
            )
        early = [r for r in of_log if r.participant_id in set(members) and BEFORE in r.flags]
        if early:
            rows += _line(use, estimand, (f"{prefix}before", "Before the first dose"), early, members=members)
    return rows


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
    named: tuple[str, str],
    hits: Sequence[AnalysisRecord],
    *,
    members: Sequence[str],
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
        records=tuple(r.id for r in hits),
        participants=tuple(members),
    )
    n, rate = line.counted(len({r.participant_id for r in hits}))
    return [line.says("n", n.value, warnings=warnings), line.says("events", len(hits)), rate]
