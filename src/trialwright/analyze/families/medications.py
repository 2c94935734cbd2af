"""Medicines before and beside the study treatment, by name as entered."""

from collections.abc import Callable, Sequence

from trialwright.analyze.material import Line, Material, population_of, setting
from trialwright.model.analysis import AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse

EMERGENT = "treatment-emergent"
NOT_CODED = "Names as entered, capital letters apart; no dictionary of medicines is used"

PERIODS: dict[str, str] = {
    "concomitant": "Begun with or after the study treatment",
    "rescue": "Begun as rescue treatment",
    "prior": "Begun before the study treatment",
}


def medications(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` participants, `events` entries and `rate`, a line a period and below it a line a name (`prior.<name>`).

    Missing:  an entry whose start cannot be told from the first dose counts as concomitant, and the row says so.
    """
    members = material.members(population_of(material, use))
    log = setting(material, use, "log")
    among = frozenset(members)
    found = [
        r for r in material.analysis.records
        if r.kind == "event" and r.parameter.startswith(f"{log}:") and r.participant_id in among
    ]  # fmt: skip
    tests: dict[str, Callable[[AnalysisRecord], bool]] = {
        "concomitant": lambda r: "before first dose" not in r.flags,
        "rescue": lambda r: "before first dose" not in r.flags and r.details.get("rescue") == "Y",
        "prior": lambda r: "before first dose" in r.flags,
    }
    rows: list[ResultRow] = []
    for period, label in PERIODS.items():
        hits = [r for r in found if tests[period](r)]
        open_ = sum(EMERGENT not in r.flags and "before first dose" not in r.flags for r in hits)
        warnings = (
            (f"{open_} entry(ies) may have begun before the first dose; counted as begun after",) if open_ else ()
        )
        rows += _line(material, use, (period, label), hits, members, warnings=warnings)
        names = sorted({_name(r) for r in hits} - {""})
        for name in names:
            of_it = [r for r in hits if _name(r) == name]
            rows += _line(material, use, (f"{period}.{name.replace(':', ' ')}", name), of_it, members)
    return rows


def _name(record: AnalysisRecord) -> str:
    return " ".join(str(record.details.get("drug", "")).split()).lower()


def _line(
    material: Material,
    use: DisplayUse,
    named: tuple[str, str],
    hits: Sequence[AnalysisRecord],
    members: Sequence[str],
    *,
    warnings: Sequence[str] = (),
) -> list[ResultRow]:
    line = Line(
        display=use.number, row=named[0], label=named[1], analysis_set=population_of(material, use),
        denominator=len(members), records=tuple(r.id for r in hits), participants=tuple(members),
    )  # fmt: skip
    n, rate = line.counted(len({r.participant_id for r in hits}))
    said = line.says("n", n.value, method=NOT_CODED, warnings=warnings)
    return [said, line.says("events", len(hits)), rate]
