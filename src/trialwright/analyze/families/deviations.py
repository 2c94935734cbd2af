"""Protocol deviations: participants with at least one and how many, all, major, minor, by category."""

from collections.abc import Sequence

from trialwright.analyze.material import Line, Material, population_of, setting
from trialwright.model.analysis import DEPARTURE, AnalysisRecord, ResultRow
from trialwright.model.study import DisplayUse

LOG = "protocol_deviation"
"""The log whose rows are deviations; acts recorded in the ledger are counted with them."""
ACT = "deviation_recorded"
NOT_JUDGED = (
    "Shown by the data: visits outside their window or missed, doses, eligibility and consent, as far as nobody has "
    "put them on record or settled them"
)


def deviations(material: Material, use: DisplayUse) -> list[ResultRow]:
    """
    `n` participants and `events`, and the `rate` of those enrolled (or of the display's population).

    Shape:    what people put on record, major and minor, by category; then, apart, `shown`: what the data show and
              nobody has put on record or settled yet, by category (`shown.visit_window`).
    """
    members = material.members(population_of(material, use))
    log = setting(material, use, "log") or LOG
    found = [r for r in material.analysis.records if r.kind == "event" and _is_one(r, log)]
    among = frozenset(members)
    found = [r for r in found if r.participant_id in among]
    major = [r for r in found if is_major(r)]
    rows = _line(use, "any", "Any deviation", found, members)
    rows += _line(use, "major", "Major", major, members)
    rows += _line(use, "minor", "Minor", [r for r in found if r not in major], members)
    for category in sorted({r.details.get("category", "") for r in found} - {""}):
        of_it = [r for r in found if r.details.get("category") == category]
        rows += _line(use, f"category.{category}", category.replace("_", " ").capitalize(), of_it, members)
    open_ = [r for r in material.of(DEPARTURE) if r.participant_id in among]
    rows += _line(use, "shown", "Shown by the data, not judged yet", open_, members, says=NOT_JUDGED)
    for category in sorted({r.details.get("category", "") for r in open_} - {""}):
        of_it = [r for r in open_ if r.details.get("category") == category]
        rows += _line(use, f"shown.{category}", category.replace("_", " ").capitalize(), of_it, members)
    return rows


def is_major(record: AnalysisRecord) -> bool:
    """What may bear on safety, rights or the endpoint, as whoever recorded it said."""
    return record.details.get("major") == "Y" or record.details.get("severity") == "major"


def _is_one(record: AnalysisRecord, log: str) -> bool:
    return record.parameter.startswith(f"{log}:") or record.parameter == ACT


def _line(
    use: DisplayUse, row: str, label: str, found: Sequence[AnalysisRecord], members: Sequence[str], *, says: str = ""
) -> list[ResultRow]:
    line = Line(
        display=use.number,
        row=row,
        label=label,
        denominator=len(members),
        records=tuple(r.id for r in found),
        participants=tuple(members),
    )
    n, rate = line.counted(len({r.participant_id for r in found}))
    return [line.says("n", n.value, method=says), line.says("events", len(found)), rate]
