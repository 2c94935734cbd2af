"""How long each participant was watched for adverse events: rates and times to an event rest on the same days."""

from collections.abc import Sequence

from trialwright.analyze.material import Material
from trialwright.model.analysis import AnalysisRecord
from trialwright.model.quantity import PartialDate
from trialwright.model.study import Estimand, Visit

ACTS = ("withdrawn", "died")
FORM_STATUS, FORM_DATE = "disposition.status", "disposition.date"
"""The end-of-study form, which may say the same as an act of the ledger."""


def days_at_risk(
    material: Material, estimand: Estimand, members: Sequence[str], events: Sequence[AnalysisRecord]
) -> dict[str, int | None]:
    """
    Participant -> days from the first dose (day 1) to the end of what is counted.

    Shape:    to the estimand's visit. Where it did not take place: to the day of withdrawal or death, no later than
              the last day of the visit's window and no earlier than the last visit that took place. Who has neither
              is under way, and seen until the last visit or the start of the last of `events`, those that are counted.
    Missing:  None without a study day (never dosed, no date).
    """
    order = [v for v in material.study.visits if v.kind in ("baseline", "planned")]
    until = next((at for at, v in enumerate(order) if v.name == estimand.variable.visit), len(order) - 1)
    seen: dict[str, list[int]] = {pid: [] for pid in members}
    for record in events:
        if record.study_day is not None and record.participant_id in seen:
            seen[record.participant_id].append(record.study_day)
    return {pid: _end(material, order[: until + 1], pid, seen[pid]) for pid in members}


def _end(material: Material, counted: Sequence[Visit], participant: str, seen: Sequence[int]) -> int | None:
    days = {
        r.visit: r.study_day
        for r in material.about("visit", participant)
        if r.study_day is not None and r.visit in {v.name for v in counted}
    }
    if not days:
        return None
    last, end = max(days.values()), counted[-1]
    if end.name in days:
        return days[end.name]
    left = _left(material, participant)
    if not left:
        return max([last, *seen])
    if end.study_day is not None:
        left = [*left, end.study_day + end.late]
    return max(last, min(left))


def grounds(material: Material, participants: Sequence[str]) -> tuple[str, ...]:
    """The ids of the records that `days_at_risk` reads beside the events."""
    among = frozenset(participants)
    names = [v.name for v in material.study.visits if v.kind in ("baseline", "planned")]
    found = [r for name in names for r in material.of("visit", name)]
    found += [r for name in (*ACTS, FORM_STATUS, FORM_DATE) for r in material.of(name)]
    return tuple(r.id for r in found if r.participant_id in among)


def within(records: Sequence[AnalysisRecord], days: dict[str, int | None]) -> list[AnalysisRecord]:
    """The events that began on a day at risk; one whose day is not known may have, and stays."""
    return [
        r for r in records if r.study_day is None or (end := days.get(r.participant_id)) is None or r.study_day <= end
    ]


def _left(material: Material, participant: str) -> list[int]:
    """The study days on which the participant is said to have left or died."""
    found = [r.study_day for act in ACTS for r in material.about(act, participant) if r.study_day is not None]
    status = {str(r.value) for r in material.about(FORM_STATUS, participant)}
    first = material.participants[participant].first_dose
    if status & set(ACTS) and first:
        start = PartialDate(first)
        dates = [PartialDate(r.value) for r in material.about(FORM_DATE, participant) if isinstance(r.value, str)]
        if start.earliest == start.latest:
            found += [(d.earliest - start.earliest).days + 1 for d in dates if d.earliest == d.latest]
    return found
