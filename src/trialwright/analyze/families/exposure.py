"""How much study treatment was given, for how long, and what was left out."""

from collections.abc import Sequence
from fractions import Fraction

from trialwright.analyze.material import Line, Material, decimals_of, described, population_of, setting
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse

DAYS_A_WEEK = 7
WEEKS = "From the day of the first dose to that of the last, both counted, in weeks"


def exposure(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `doses`, `total_dose`, `weeks` described; `given.<k>` participants with k doses; `interrupted`, `reaction`.

    Missing:  a dose of zero is a dose not given; a participant without a dose is in no description, and counted as 0.
    """
    members = material.members(population_of(material, use))
    log = setting(material, use, "log")
    among = frozenset(members)
    found = [
        r for r in material.analysis.records
        if r.kind == "event" and r.parameter.startswith(f"{log}:") and r.participant_id in among
    ]  # fmt: skip
    by_participant = {pid: [r for r in found if r.participant_id == pid and _dose(r) > 0] for pid in members}
    given = {pid: rows for pid, rows in by_participant.items() if rows}
    ids = tuple(r.id for r in found)

    def line(row: str, label: str) -> Line:
        return Line(display=use.number, row=row, label=label, analysis_set=population_of(material, use),
                    denominator=len(members), records=ids, participants=tuple(members))  # fmt: skip

    rows: list[ResultRow] = []
    numbers = (
        ("doses", "Doses given", "", [Fraction(len(rows)) for rows in given.values()], ""),
        ("total_dose", "Total dose", "mg", [sum((_dose(r) for r in rows), Fraction(0)) for rows in given.values()], ""),
        ("weeks", "Duration of exposure", "weeks", [w for rows in given.values() if (w := _weeks(rows))], WEEKS),
    )
    for row, label, unit, values, method in numbers:
        at = line(row, label)
        rows += [
            at.says("n", len(values), method=method),
            *described(material.catalog, at, values, unit=unit, measured=decimals_of(values)),
        ]
    counts = [len(each) for each in by_participant.values()]
    for count in sorted(set(counts)):
        at = line(f"given.{count}", f"{count} doses")
        rows += at.counted(counts.count(count))
    for item, label in (
        ("interrupted", "Infusion interrupted at least once"),
        ("reaction", "Infusion reaction at least once"),
    ):
        at = line(item, label)
        rows += at.counted(len({r.participant_id for r in found if r.details.get(item) == "Y"}))
    return rows


def _dose(record: AnalysisRecord) -> Fraction:
    text = record.details.get("dose", "")
    try:
        return Fraction(text)
    except ValueError:
        return Fraction(0)


def _weeks(rows: Sequence[AnalysisRecord]) -> Fraction | None:
    days = [r.study_day for r in rows if r.study_day is not None]
    return Fraction(max(days) - min(days) + 1, DAYS_A_WEEK) if days else None
