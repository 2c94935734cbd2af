"""The ledger as ODM clinical data: what stands now (snapshot), and every version in order (transactional)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import NamedTuple

import msgspec
import polars as pl

from trialwright.export.odm import document as odm
from trialwright.export.odm.metadata import event_oid, form_oid, group_oid, item_oid, unit_oid
from trialwright.export.sdtm.timing import iso_date
from trialwright.model.ledger import LedgerEvent, Snapshot
from trialwright.model.quantity import PartialDate
from trialwright.model.signature import Scope, Signature
from trialwright.model.study import Field, Study

Fields = Mapping[tuple[str, str], Field]
SAVES = 20_000
"""Versions that are held at a time: a study has millions, and each as an object takes a kilobyte."""

NOWHERE = "L.none"
"""ODM wants a location in every audit record; a participant whose site is not told has this one."""

QUERY, MISSING, TAKEN_BACK, SIGNED = "query", "missing", "row taken back", "signature"
_STATES = {
    "query_opened": "open", "query_answered": "answered", "query_closed": "closed", "query_reopened": "open",
}  # fmt: skip


class Row(NamedTuple):
    """One version as the snapshot holds it."""

    participant_id: str
    visit: str
    form: str
    row: int
    item: str
    kind: str
    text: str | None
    unit: str | None
    user: str
    at_utc: str
    reason: str | None
    seq: int
    replaces: int
    group: int


def rows_of(frame: pl.DataFrame) -> list[Row]:
    return list(map(Row._make, zip(*(frame.get_column(name).to_list() for name in Row._fields), strict=True)))


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
    fields, held = fields_of(study), sites(snapshot)
    beside = _Beside(snapshot, signed, held)
    order = {name: at for at, name in enumerate(fields)}
    datum = _Datum(held)
    by_person = snapshot.current.sort("participant_id", maintain_order=True)
    for (participant,), frame in by_person.group_by("participant_id", maintain_order=True):
        of_person = sorted(
            rows_of(frame),
            key=lambda each: (_place(each), order.get((each.form, each.item), len(order)), each.item),
        )
        events = tuple(
            beside.event(participant, visit, tuple(_forms(of_visit, fields, datum, beside)))
            for visit, of_visit in groupby(of_person, key=lambda each: each.visit)
        )
        told = beside.of_person(participant)
        yield odm.SubjectData(key=participant, site=_location(held, participant), events=events, remarks=told)
    with_data = {str(each) for each in snapshot.current["participant_id"].unique().to_list()}
    for participant in held:
        if participant not in with_data:
            yield odm.SubjectData(key=participant, site=_location(held, participant))


def _place(row: Row) -> tuple[str, str, str, int]:
    return row.participant_id, row.visit, row.form, row.row


def _location(held: Mapping[str, str], participant: str) -> str:
    return f"L.{held[participant]}" if held.get(participant) else NOWHERE


def _event(visit: str, forms: tuple[odm.FormData, ...]) -> odm.EventData:
    """An unscheduled occasion "UNS-2" is the second repeat of its event."""
    name, _, occasion = visit.rpartition("-")
    if name and occasion.isdecimal():
        return odm.EventData(event=event_oid(name), repeat=occasion, forms=forms)
    return odm.EventData(event=event_oid(visit), forms=forms)


def _forms(rows: Iterable[Row], fields: Fields, datum: "_Datum", beside: "_Beside") -> Iterator[odm.FormData]:
    for (participant, visit, form, number), of_form in groupby(rows, key=_place):
        groups = tuple(
            odm.GroupData(group=group_oid(form, instrument), data=tuple([datum.of(row, "") for row in its]))
            for instrument, its in groupby(of_form, key=lambda row: _instrument(row, fields))
        )
        yield odm.FormData(
            form=form_oid(form),
            repeat=str(number) if number else "",
            groups=groups,
            signature=beside.signature(participant, visit, form),
            remarks=beside.of_form(participant, visit, form, number),
        )


class _Beside:
    """What stands beside the values: queries, rows taken back, signatures that hold and those that do not."""

    def __init__(self, snapshot: Snapshot, signed: Sequence[Signature], held: Mapping[str, str]) -> None:
        self._queries = _queries(snapshot.events)
        self._back = {
            (e.participant_id, e.visit, e.form, e.row) for e in snapshot.events if e.kind == "row_inactivated"
        }
        self._signed: dict[Scope, list[Signature]] = {}
        for each in signed:
            self._signed.setdefault(each.scope, []).append(each)
        self._held = held

    def event(self, participant: str, visit: str, forms: tuple[odm.FormData, ...]) -> odm.EventData:
        signature, remarks = self.signature(participant, visit, ""), self._broken(participant, visit, "", 0)
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
        whole = self._signed.get(Scope(participant), ())
        return tuple(_signed_remark(each, at) for at, each in enumerate(whole, 1))

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


def _instrument(row: Row, fields: Fields) -> str:
    field = fields.get((row.form, row.item))
    return field.instrument if field is not None else row.item.partition(".")[0]


class _Datum:
    """Versions as data of ODM, each with its audit record; the values of one save share theirs."""

    def __init__(self, held: Mapping[str, str]) -> None:
        self._held = held
        self._audits: dict[tuple[str, ...], odm.Audit] = {}

    def of(self, row: Row, transaction: odm.Transaction) -> odm.Datum:
        kind, text = row.kind, row.text or ""
        gone = kind in ("missing", "blank")
        remarks = (odm.Remark(number=1, text=text, flag=text, kind=MISSING),) if kind == "missing" else ()
        return odm.Datum(
            item=item_oid(row.form, row.item),
            value=None if gone else iso_date(PartialDate(text)) if kind == "date" else text,
            unit=unit_oid(row.unit) if row.unit else "",
            transaction=transaction,
            audit=self._audit(row.user, row.participant_id, row.at_utc, row.reason or ""),
            source=str(row.seq),
            remarks=remarks,
        )

    def _audit(self, user: str, participant: str, at: str, reason: str) -> odm.Audit:
        told = (user, participant, at, reason)
        found = self._audits.get(told)
        if found is None:
            if len(self._audits) >= SAVES:
                self._audits.clear()
            location = _location(self._held, participant)
            found = self._audits[told] = odm.Audit(user=f"U.{user}", location=location, at=at, reason=reason)
        return found


def every_save(study: Study, snapshot: Snapshot) -> Iterator[odm.SubjectData]:
    """
    Every save in the order of the ledger, one subject each: what was inserted, updated or removed, by whom and why.

    Shape:   a cleared value is removed; the reason of a change stands in its audit record.
    """
    fields, held = fields_of(study), sites(snapshot)
    datum = _Datum(held)
    rows = chain.from_iterable(map(rows_of, snapshot.versions.sort("seq").iter_slices(SAVES)))
    for (_, (participant, visit, form, number)), saved in groupby(rows, key=lambda each: (each.group, _place(each))):
        groups = tuple(
            odm.GroupData(
                group=group_oid(form, instrument),
                data=tuple([datum.of(row, _transaction(row)) for row in its]),
                transaction="Upsert",
            )
            for instrument, its in groupby(saved, key=lambda row: _instrument(row, fields))
        )
        made = odm.FormData(
            form=form_oid(form), repeat=str(number) if number else "", groups=groups, transaction="Upsert"
        )
        event = _with(_event(visit, (made,)))
        yield odm.SubjectData(key=participant, site=_location(held, participant), events=(event,), transaction="Upsert")


def _with(event: odm.EventData) -> odm.EventData:
    return odm.EventData(event=event.event, repeat=event.repeat, forms=event.forms, transaction="Upsert")


def _transaction(row: Row) -> odm.Transaction:
    if row.kind == "blank":
        return "Remove"
    return "Update" if row.replaces else "Insert"


def _queries(events: Iterable[LedgerEvent]) -> dict[tuple[str, str, str, int], list[odm.Remark]]:
    """Queries by form: each with the state in which it stands and its words."""
    opened: dict[tuple[str, str, str, int, str], tuple[str, str]] = {}
    for event in events:
        if event.kind not in _STATES:
            continue
        name = event.details.get("check") or event.details.get("query") or event.details.get("items", "")
        key = (event.participant_id, event.visit, event.form, event.row, name)
        said = event.details.get("message") or event.details.get("text") or event.reason
        before = opened.get(key, ("", ""))[1]
        opened[key] = (_STATES[event.kind], said if event.kind == "query_opened" or not before else before)
    remarks: dict[tuple[str, str, str, int], list[odm.Remark]] = {}
    for (participant, visit, form, row, name), (state, said) in opened.items():
        held = remarks.setdefault((participant, visit, form, row), [])
        held.append(odm.Remark(number=len(held) + 1, text=said or name or "Query", flag=state, kind=QUERY))
    return remarks
