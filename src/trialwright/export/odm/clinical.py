"""The ledger as ODM clinical data: what stands now (snapshot), and every version in order (transactional)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from trialwright.export.odm import document as odm
from trialwright.export.odm.metadata import event_oid, form_oid, group_oid
from trialwright.export.odm.values import Part, Values
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.signature import Scope, Signature
from trialwright.model.study import Field, Study

NOWHERE = "L.none"
"""ODM wants a location in every audit record; a participant whose site is not told has this one."""

QUERY, TAKEN_BACK, SIGNED = "query", "row taken back", "signature"
_STATES = {
    "query_opened": "open", "query_answered": "answered", "query_closed": "closed", "query_reopened": "open",
}  # fmt: skip


def fields_of(study: Study) -> dict[tuple[str, str], Field]:
    return {
        (form.name, field.name): field for form in study.forms for section in form.sections for field in section.fields
    }


def sites(snapshot: Snapshot) -> dict[str, str]:
    """The site of every participant."""
    return {
        event.participant_id: event.details.get("site", "")
        for event in snapshot.events
        if event.kind == "participant_added"
    }


def people(snapshot: Snapshot) -> tuple[odm.Person, ...]:
    """Every account that typed or did something."""
    typed = snapshot.versions["user"].unique().to_list()
    names = sorted({*map(str, typed), *(event.user for event in snapshot.events)})
    return tuple(odm.Person(oid=f"U.{name}", login=name) for name in names)


def places(study: Study) -> tuple[odm.Place, ...]:
    return (
        *(odm.Place(oid=f"L.{site.name}", name=site.title.en) for site in study.sites),
        odm.Place(oid=NOWHERE, name="No site is recorded"),
    )


def current_subjects(study: Study, snapshot: Snapshot, signed: Sequence[Signature] = ()) -> Iterator[odm.SubjectData]:
    """
    One subject a participant, its current values with the audit record of the version that stands.

    Shape:   a signature that holds stands at its form or visit; one that was broken, or that covers a participant as a
             whole, is a remark there, for ODM knows neither.
    """
    held = sites(snapshot)
    beside = _Beside(snapshot, signed, held)
    values = Values(snapshot.current, fields_of(study), lambda participant: _location(held, participant))
    for participant, of_person in groupby(values.in_order(), key=lambda each: each.participant_id):
        events = tuple(
            beside.event(participant, visit, tuple(_forms(of_visit, beside)))
            for visit, of_visit in groupby(of_person, key=lambda each: each.visit)
        )
        told = beside.of_person(participant)
        yield odm.SubjectData(key=participant, site=_location(held, participant), events=events, remarks=told)
    with_data = {str(each) for each in snapshot.current["participant_id"].unique().to_list()}
    for participant in held:
        if participant not in with_data:
            told = beside.of_person(participant)
            yield odm.SubjectData(key=participant, site=_location(held, participant), remarks=told)


def _location(held: Mapping[str, str], participant: str) -> str:
    return f"L.{held[participant]}" if held.get(participant) else NOWHERE


def _event(visit: str, forms: tuple[odm.FormData, ...]) -> odm.EventData:
    """An unscheduled occasion "UNS-2" is the second repeat of its event."""
    name, _, occasion = visit.rpartition("-")
    if name and occasion.isdecimal():
        return odm.EventData(event=event_oid(name), repeat=occasion, forms=forms)
    return odm.EventData(event=event_oid(visit), forms=forms)


def _forms(parts: Iterable[Part], beside: "_Beside") -> Iterator[odm.FormData]:
    for (participant, visit, form, number), of_form in groupby(parts, key=lambda each: each.place):
        yield odm.FormData(
            form=form_oid(form),
            repeat=str(number) if number else "",
            groups=tuple(odm.GroupData(group=group_oid(form, each.instrument), told=each.told) for each in of_form),
            signature=beside.signature(participant, visit, form),
            remarks=beside.of_form(participant, visit, form, number),
        )


class _Beside:
    """What stands beside the values: queries, rows taken back, signatures that hold and those that do not."""

    def __init__(self, snapshot: Snapshot, signed: Sequence[Signature], held: Mapping[str, str]) -> None:
        self._queries = _queries(snapshot)
        self._back = {
            (e.participant_id, e.visit, e.form, e.row) for e in snapshot.events if e.kind == "row_inactivated"
        }
        self._signed: dict[Scope, list[Signature]] = {}
        for each in signed:
            self._signed.setdefault(each.scope, []).append(each)
        self._held = held

    def event(self, participant: str, visit: str, forms: tuple[odm.FormData, ...]) -> odm.EventData:
        asked = tuple(self._queries.get((participant, visit, "", 0), ()))
        signature = self.signature(participant, visit, "")
        remarks = (*asked, *self._broken(participant, visit, "", len(asked)))
        return msgspec.structs.replace(_event(visit, forms), signature=signature, remarks=remarks)

    def signature(self, participant: str, visit: str, form: str) -> odm.Signing | None:
        """The last signature that holds over exactly this form or visit."""
        found = [each for each in self._signed.get(Scope(participant, visit, form), ()) if each.state == "valid"]
        if not found:
            return None
        user, meaning = f"U.{found[-1].user}", f"SIG.{found[-1].meaning}"
        location = _location(self._held, participant)
        return odm.Signing(user=user, location=location, meaning=meaning, at=found[-1].at_utc)

    def of_form(self, participant: str, visit: str, form: str, row: int) -> tuple[odm.Remark, ...]:
        told = list(self._queries.get((participant, visit, form, row), ()))
        if (participant, visit, form, row) in self._back:
            said = "The site took this row back"
            told.append(odm.Remark(number=len(told) + 1, text=said, flag="yes", kind=TAKEN_BACK))
        return (*told, *self._broken(participant, visit, form, len(told)))

    def of_person(self, participant: str) -> tuple[odm.Remark, ...]:
        asked = self._queries.get((participant, "", "", 0), [])
        whole = self._signed.get(Scope(participant), ())
        return (*asked, *(_signed_remark(each, at) for at, each in enumerate(whole, len(asked) + 1)))

    def _broken(self, participant: str, visit: str, form: str, before: int) -> tuple[odm.Remark, ...]:
        broken = [each for each in self._signed.get(Scope(participant, visit, form), ()) if each.state != "valid"]
        return tuple(_signed_remark(each, at) for at, each in enumerate(broken, before + 1))


def _signed_remark(signature: Signature, number: int) -> odm.Remark:
    text = f"{signature.meaning} by {signature.name}, {signature.at_utc}: {signature.state}"
    if signature.broken_by:
        text += (
            f" by {signature.broken_user}, {signature.broken_at} ({signature.broken_kind}, entry {signature.broken_by})"
        )
    return odm.Remark(number=number, text=text, flag=signature.state, kind=SIGNED)


def every_save(study: Study, snapshot: Snapshot) -> Iterator[odm.Markups]:
    """
    Every save in the order of the ledger, one subject each: what was inserted, updated or removed, by whom and why.

    Shape:   a cleared value is removed; the reason of a change stands in its audit record.
    """
    held = sites(snapshot)

    def save(participant: str, visit: str, form: str, number: int, group: odm.GroupData) -> odm.SubjectData:
        made = odm.FormData(
            form=form_oid(form), repeat=str(number) if number else "", groups=(group,), transaction="Upsert"
        )
        event = _with(_event(visit, (made,)))
        return odm.SubjectData(
            key=participant, site=_location(held, participant), events=(event,), transaction="Upsert"
        )

    values = Values(snapshot.versions, fields_of(study), lambda participant: _location(held, participant))
    return values.by_save(save)


def _with(event: odm.EventData) -> odm.EventData:
    return odm.EventData(event=event.event, repeat=event.repeat, forms=event.forms, transaction="Upsert")


_Place = tuple[str, str, str, int]
"""Participant, visit, form, row: what is left empty says that the whole above it is meant."""


def _queries(snapshot: Snapshot) -> dict[_Place, list[odm.Remark]]:
    """
    Queries by the place on which they were opened, each with the state in which it stands and its words.

    Missing: a query on a form or visit of which nothing was entered stands at the participant, with the place before
             its words: the file has nothing else to hang it on.
    """
    opened: dict[int, LedgerEvent] = {}
    states: dict[int, str] = {}
    for event in snapshot.events:
        if event.kind not in _STATES:
            continue
        first = event.seq if event.kind == "query_opened" else int(event.details.get("query", "0"))
        if event.kind == "query_opened":
            opened[first] = event
        states[first] = _STATES[event.kind]
    entered = set(snapshot.current.select("participant_id", "visit", "form", "row").unique().iter_rows())
    entered |= {(participant, visit, "", 0) for participant, visit, _, _ in entered}
    remarks: dict[_Place, list[odm.Remark]] = {}
    for first, event in opened.items():
        place = (event.participant_id, event.visit, event.form, event.row)
        said = event.details.get("message") or event.details.get("text") or event.reason
        text = said or event.details.get("check") or event.details.get("items") or "Query"
        if place not in entered:
            where = " ".join(filter(None, (event.visit, event.form, str(event.row or ""))))
            place, text = (event.participant_id, "", "", 0), f"{where}: {text}" if where else text
        held = remarks.setdefault(place, [])
        held.append(odm.Remark(number=len(held) + 1, text=text, flag=states[first], kind=QUERY))
    return remarks
