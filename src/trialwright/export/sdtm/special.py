"""The special-purpose domains and what the acts of the ledger say: DM, SE, SV, DS, IE."""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from trialwright.export.datasets import Cell, Dataset
from trialwright.export.sdtm.elements import Element, arm_elements
from trialwright.export.sdtm.finish import Schedule, as_dataset
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.records import Record
from trialwright.export.sdtm.subjects import Subject, arm_code
from trialwright.export.sdtm.timing import study_day
from trialwright.export.sdtm.trial import criterion_codes, criterion_text
from trialwright.model.dating import dated
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.study import Study

_MILESTONES = {"consent_given": "INFORMED CONSENT OBTAINED", "enrolled": "ENTERED INTO TRIAL"}
_ENDS = {
    "screen_failure": "SCREEN FAILURE", "completed": "COMPLETED", "died": "DEATH", "withdrawn": "OTHER",
    "consent_withdrawn": "WITHDRAWAL BY SUBJECT",
}  # fmt: skip


def demographics(study: Study, records: Iterable[Record], people: Mapping[str, Subject]) -> Dataset:
    """DM: one line a participant, screening failures too; where there is no arm, the reason why."""
    held = {record.participant: record.values for record in records if record.domain == "DM" and record.current}
    lines = [_person(study, person, held.get(person.participant, {})) for person in people.values()]
    lines.sort(key=lambda each: str(each["USUBJID"]))
    return as_dataset(domains()["DM"], lines, keys=("STUDYID", "USUBJID"))


def _person(study: Study, person: Subject, held: Mapping[str, Cell]) -> dict[str, Cell]:
    assigned = person.arm if not person.failed_screening else None
    planned = (arm_code(assigned), assigned.title.en) if assigned is not None else (None, None)
    actual = planned if person.dosed else (None, None)
    # Whoever was assigned has an end also without a dose (SDTMIG 3.4, RFENDTC): the end of the participation.
    ended = person.ended if person.dosed or assigned is not None else None
    return {
        "STUDYID": study.name, "DOMAIN": "DM", "USUBJID": person.usubjid, "SUBJID": person.participant,
        "RFSTDTC": person.first_dose, "RFENDTC": ended, "RFXSTDTC": person.first_dose,
        "RFXENDTC": person.last_dose, "RFICDTC": person.consented, "RFPENDTC": person.ended, "DTHDTC": person.died,
        "DTHFL": "Y" if person.died else None, "SITEID": person.site, **held, "ARMCD": planned[0], "ARM": planned[1],
        "ACTARMCD": actual[0], "ACTARM": actual[1], "ARMNRS": person.no_arm or None, "COUNTRY": person.country,
    }  # fmt: skip


def elements(study: Study, people: Mapping[str, Subject]) -> Dataset:
    """SE: each element that a participant entered, until the next one began or the participation ended."""
    lines: list[dict[str, Cell]] = []
    for person in people.values():
        for number, (each, start, end) in enumerate(_spans(study, person), 1):
            lines.append(
                {
                    "STUDYID": study.name, "DOMAIN": "SE", "USUBJID": person.usubjid, "SESEQ": number,
                    "ETCD": each.code, "ELEMENT": each.title, "TAETORD": each.order, "EPOCH": each.epoch.name,
                    "SESTDTC": start, "SEENDTC": end,
                    "SESTDY": study_day(start, person.first_dose), "SEENDY": study_day(end, person.first_dose),
                }
            )  # fmt: skip
    lines.sort(key=lambda each: (str(each["USUBJID"]), int(str(each["SESEQ"]))))
    return as_dataset(domains()["SE"], lines, keys=("STUDYID", "USUBJID", "TAETORD"))


def _spans(study: Study, person: Subject) -> list[tuple[Element, str, str]]:
    """Element, first and last day. Whose arm is not known entered only what every arm has."""
    by_epoch = {each.epoch.name: each for each in arm_elements(study, person.arm or study.arms[0])}
    days = [start for _, start in person.starts]
    ends = [*days[1:], person.ended]
    return [
        (by_epoch[name], start, end)
        for (name, start), end in zip(person.starts, ends, strict=True)
        if start and (person.arm is not None or not by_epoch[name].epoch.treated)
    ]


def visit_records(snapshot: Snapshot, records: Sequence[Record], schedule: Schedule) -> list[Record]:
    """SV: the visits that took place and those the site marked missed; also what the guide asks of each."""
    found = [record for record in records if record.domain == "SV"]
    for record in found:
        planned = "-" not in record.visit
        extra: dict[str, Cell] = {"SVPRESP": "Y" if planned else None, "SVOCCUR": "Y" if planned else None}
        if record.visit in schedule.numbers:
            number = schedule.numbers[record.visit]
            extra["VISITNUM"] = int(number) if number == int(number) else number
        record.values = {**record.values, "SVENDTC": record.values.get("SVSTDTC"), **extra}
    for event in snapshot.events:
        if event.kind == "visit_missed":
            missed = Record(domain="SV", participant=event.participant_id, visit=event.visit, order=event.seq)
            missed.values = {"SVPRESP": "Y", "SVOCCUR": "N", "SVREASOC": event.reason or event.details.get("reason")}
            missed.current = not any(
                each.current and (each.participant, each.visit) == (missed.participant, missed.visit) for each in found
            )
            found.append(missed)
    return found


def dispositions(snapshot: Snapshot, records: Sequence[Record], reasons: Mapping[str, str]) -> list[Record]:
    """
    DS: consent and enrolment as milestones, and how each participant's part ended.

    Shape:   the end is what the form says; where no form does, what the act says, in the standard's
             term for its reason (`reasons`).
    """
    found = [record for record in records if record.domain == "DS"]
    told = {record.participant for record in found if record.current}
    for record in found:
        record.values = {**record.values, "DSTERM": record.values.get("DSTERM") or record.values.get("DSDECOD")}
    for event in dated(snapshot.events):
        if event.kind in _MILESTONES:
            found.append(_milestone(event))
        elif event.kind in _ENDS and event.participant_id not in told:
            term = reasons.get(event.details.get("reason", "")) or _ENDS[event.kind]
            found.append(_act(event, term, "DISPOSITION EVENT", "STUDY PARTICIPATION"))
            told.add(event.participant_id)
    return found


def _milestone(event: LedgerEvent) -> Record:
    return _act(event, _MILESTONES[event.kind], "PROTOCOL MILESTONE", None)


def _act(event: LedgerEvent, term: str, category: str, sub: str | None) -> Record:
    made = Record(domain="DS", participant=event.participant_id, visit="", order=event.seq, current=True)
    made.values = {
        "DSTERM": term, "DSDECOD": term, "DSCAT": category, "DSSCAT": sub,
        "DSSTDTC": event.details.get("date") or event.at_utc[:10],
    }  # fmt: skip
    return made


def not_met(study: Study, snapshot: Snapshot, people: Mapping[str, Subject]) -> list[Record]:
    """
    IE: the eligibility criteria that a participant did not meet.

    Shape:   one record a criterion, from the act that records the failure and from the eligibility form. An inclusion
             criterion that was not met is N; an exclusion criterion that was present is Y.
    """
    codes, kinds = criterion_codes(study), {each.name: each for each in study.eligibility}
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for event in snapshot.events:
        if event.kind == "screen_failure":
            for name in event.details.get("criteria", "").split(","):
                if name.strip() in codes:
                    seen.setdefault((event.participant_id, name.strip()), (event.seq, ""))
    prefix = "eligibility."
    items = pl.col("item").cast(pl.String)  # names may stand as categories
    answers = snapshot.current.filter(items.str.starts_with(prefix) & (pl.col("text") == "N"))
    for row in answers.iter_rows(named=True):
        name = str(row["item"]).removeprefix(prefix)
        if name in codes:
            seen[str(row["participant_id"]), name] = (int(row["seq"]), str(row["visit"]))
    found = []
    for (participant, name), (order, visit) in seen.items():
        criterion = kinds[name]
        made = Record(domain="IE", participant=participant, visit=visit, order=order, current=participant in people)
        answer = "N" if criterion.kind == "inclusion" else "Y"
        made.values = {
            "IETESTCD": codes[name], "IETEST": criterion_text(criterion), "IECAT": criterion.kind.upper(),
            "IEORRES": answer, "IESTRESC": answer, "IEDTC": people[participant].ended or None,
        }  # fmt: skip
        found.append(made)
    return found
