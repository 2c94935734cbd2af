"""Who took part: the days and the arm of each participant, from the acts of the ledger and the records."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from trialwright.export.sdtm.metadata import countries
from trialwright.export.sdtm.records import Record
from trialwright.export.sdtm.timing import complete
from trialwright.model.allotment import arm_named
from trialwright.model.dating import dated
from trialwright.model.ledger import EventKind, LedgerEvent, Snapshot
from trialwright.model.study import Arm, Study

_TOLD_BY = ("EX", "DS", "SV")
"""The domains that tell the doses of a participant, the end, and the visits that an epoch may begin with."""

SCREEN_FAILURE, NOT_ASSIGNED, NOT_TREATED = "SCREEN FAILURE", "NOT ASSIGNED", "ASSIGNED, NOT TREATED"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One participant. Days are ISO texts of the precision that is known, "" where there is none."""

    participant: str
    usubjid: str
    site: str
    country: str
    arm: Arm | None
    consented: str
    enrolled: str
    first_dose: str
    last_dose: str
    ended: str
    died: str
    failed_screening: bool
    starts: tuple[tuple[str, str], ...] = ()  # the epochs that began, in order, each with its ISO day

    @property
    def dosed(self) -> bool:
        return bool(self.first_dose)

    @property
    def no_arm(self) -> str:
        """Why the arm is empty, in the terminology's words; "" where it is not."""
        if self.failed_screening:
            return SCREEN_FAILURE
        if self.arm is None:
            return NOT_ASSIGNED
        return "" if self.dosed else NOT_TREATED


def arm_code(arm: Arm) -> str:
    return arm.name.upper().replace("_", " ")[:20]


def subjects(study: Study, snapshot: Snapshot, records: Sequence[Record]) -> dict[str, Subject]:
    """Every participant that was ever added, by id, in the order of the ledger."""
    acts: dict[str, list[LedgerEvent]] = {}
    for event in dated(snapshot.events):
        if event.participant_id:
            acts.setdefault(event.participant_id, []).append(event)
    by_participant: dict[str, list[Record]] = {}
    for record in records:
        if record.current and record.domain in _TOLD_BY:
            by_participant.setdefault(record.participant, []).append(record)
    return {
        participant: _subject(study, participant, its, by_participant.get(participant, ()))
        for participant, its in acts.items()
        if any(event.kind == "participant_added" for event in its)
    }


def _subject(study: Study, participant: str, acts: Sequence[LedgerEvent], records: Sequence[Record]) -> Subject:
    added = next(event for event in acts if event.kind == "participant_added")
    site = next((each for each in study.sites if each.name == added.details.get("site")), study.sites[0])
    doses = sorted(
        str(each.values["EXSTDTC"])
        for each in records
        if each.domain == "EX" and each.values.get("EXSTDTC") and each.values.get("EXDOSE") not in (None, 0)
    )
    consented, first_dose = day_of(acts, ("consent_given",)), doses[0] if doses else ""
    ended = [str(each.values["DSSTDTC"]) for each in records if each.domain == "DS" and each.values.get("DSSTDTC")]
    return Subject(
        participant=participant,
        usubjid=f"{study.name}-{site.name.upper()}-{participant}",
        site=site.name.upper(),
        country=countries().get(site.country, ""),
        arm=_arm(study, acts),
        consented=consented,
        enrolled=day_of(acts, ("enrolled",)),
        first_dose=first_dose,
        last_dose=doses[-1] if doses else "",
        ended=max(ended, default="") or day_of(acts, ("withdrawn", "completed", "died", "screen_failure"), last=True),
        died=day_of(acts, ("died",)),
        failed_screening=any(event.kind == "screen_failure" for event in acts),
        starts=_starts(study, consented, first_dose, records),
    )


def _starts(study: Study, consented: str, first_dose: str, records: Sequence[Record]) -> tuple[tuple[str, str], ...]:
    """
    The epochs that a participant entered, each with its first day; the first one even before there is a consent.

    Missing: an epoch that begins with a visit is not entered while the visit has no whole date.
    """
    seen = {each.visit: complete(str(each.values.get("SVSTDTC") or "")) for each in records if each.domain == "SV"}
    found = []
    for at, epoch in enumerate(study.epochs):
        day = seen.get(epoch.visit)
        if epoch.begins == "consent":
            start = consented
        elif epoch.begins == "first_dose":
            start = first_dose
        elif day is None:
            start = ""
        else:
            start = (day + dt.timedelta(days=1 if epoch.begins == "after_visit" else 0)).isoformat()
        if start or at == 0:
            found.append((epoch.name, start))
    return tuple(found)


def _arm(study: Study, acts: Sequence[LedgerEvent]) -> Arm | None:
    """The arm an act names, or the only one there is; None before enrolment."""
    enrolled = [event for event in acts if event.kind == "enrolled"]
    if not enrolled:
        return None
    named = {arm.name: arm for arm in study.arms}
    told = named.get(arm_named(acts))
    return told or (study.arms[0] if len(study.arms) == 1 else None)


def day_of(acts: Iterable[LedgerEvent], kinds: tuple[EventKind, ...], *, last: bool = False) -> str:
    """The day the first (or last) of these acts says it took place, else the day it was recorded; "" without one."""
    days = [event.details.get("date") or event.at_utc[:10] for event in acts if event.kind in kinds]
    return (days[-1] if last else days[0]) if days else ""


def visit_numbers(study: Study, visits: Iterable[str]) -> dict[str, float]:
    """
    A number for every visit of the schedule and every unscheduled occasion: 1, 2, 3 ...; the third unscheduled is n.03.

    The running logs are no visit and have none.
    """
    planned = [visit for visit in study.visits if visit.kind != "log"]
    numbers: dict[str, float] = {visit.name: float(at) for at, visit in enumerate(planned, 1)}
    for name in visits:
        of, _, occasion = name.rpartition("-")
        if name not in numbers and of in numbers and occasion.isdecimal():
            numbers[name] = round(numbers[of] + int(occasion) / 100, 2)
    return numbers


def visit_names(study: Study, numbers: Mapping[str, float]) -> dict[str, str]:
    """VISIT by name: the English title in capitals, as TV has it."""
    return {name: study.visit(name).title.en.upper() for name in numbers}
