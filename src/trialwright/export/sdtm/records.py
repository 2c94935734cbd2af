"""Datapoints gathered into SDTM records: which values stand in which record, and which have no place."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from trialwright.catalog import Catalog
from trialwright.export.datasets import Cell
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import Place, asked_fields
from trialwright.export.sdtm.values import LONG_NAME, NO_REASON, UNREADABLE, Row, cells, reason_of, text_of
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Field, Study

NO_PLACE = "the catalog names no place in SDTM for this item"
OLDER = "an item of an earlier build that this build no longer asks"
WITHDRAWN_ROW = "the row was taken back by the site"
NO_TOPIC = "the record lacks what it is about, so it does not stand in the domain"
MET = "IE holds only the eligibility criteria that were not met"

CRITERIA, RELATIONS = "IE", "RELREC"
_APART = ("LOC", "LAT", "DIR", "METHOD", "POS")
"""Constants that tell two records of one test apart."""

Key = tuple[str | int, ...]
Uncarried = Counter[tuple[str, str]]


class Record(msgspec.Struct, kw_only=True):
    """One record of a domain while it is gathered. `order` is the first ledger entry of any of its values."""

    domain: str
    participant: str
    visit: str
    order: int
    values: dict[str, Cell] = {}
    supplemental: dict[str, tuple[str, str]] = {}
    seqs: list[int] = []
    current: bool = False
    number: int = 0  # its --SEQ, once it is counted
    form: str = ""
    row: int = 0
    reasons: dict[str, tuple[str, str]] = {}  # why a variable is empty, as a supplemental qualifier
    unsaid: list[tuple[int, str]] = []  # the ledger entries of `reasons`, and where they were asked


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that names a record of another domain by the row of its log."""

    participant: str
    visit: str
    form: str
    row: int
    domain: str
    to_row: int
    where: str


class Gathered(msgspec.Struct, frozen=True):
    """
    Every record there ever was, and what found no place, counted by item and reason.

    A record whose values were taken back is not `current`; it still keeps its number, so that others keep theirs.
    """

    records: tuple[Record, ...]
    lost: Uncarried
    relations: tuple[Relation, ...] = ()


class _Asked(msgspec.Struct, frozen=True):
    field: Field
    place: Place | None
    text: str
    order: int


def gather(study: Study, snapshot: Snapshot, catalog: Catalog) -> Gathered:
    """
    The records of all domains that the items of the study name.

    Shape:   one record a form row, or a test where the domain is one of findings. Every current datapoint is either
             in a record or counted in `lost`.
    """
    asked = _asked(study, catalog)
    units = {each.code: each.mapping.get("sdtm", each.code) for each in catalog.terms("units").choices}
    inactive = frozenset(
        (e.participant_id, e.visit, e.form, e.row) for e in snapshot.events if e.kind == "row_inactivated"
    )
    records = _records(snapshot, asked)
    lost: Uncarried = Counter()
    relations: list[Relation] = []
    for row, here in _in_order(snapshot, asked):
        where = f"{row['form']}/{row['item']}"
        if here is None:
            lost[where, OLDER] += 1
        elif here.place is None:
            lost[where, f"{UNREADABLE}: {here.text}" if here.text else NO_PLACE] += 1
        elif (row["participant_id"], row["visit"], row["form"], row["row"]) in inactive:
            lost[where, WITHDRAWN_ROW] += 1
        elif here.place.domain == CRITERIA:
            if row["text"] != "N":
                lost[where, MET] += 1
        elif here.place.domain == RELATIONS:
            relations += _relation(row, here.place, where, lost)
        else:
            reason = _put(row, here, records, units)
            if reason:
                lost[where, reason] += 1
    _tell_reasons(records.values(), lost)
    return Gathered(tuple(records.values()), lost, tuple(relations))


def _relation(row: Row, place: Place, where: str, lost: Uncarried) -> list[Relation]:
    """The relation that one answer names; an answer without a number names none."""
    if row["kind"] != "quantity":
        lost[where, NO_REASON] += 1
        return []
    return [
        Relation(
            participant=str(row["participant_id"]), visit=str(row["visit"]), form=str(row["form"]),
            row=int(row["row"] or 0), domain=place.name, to_row=int(str(row["text"])), where=where,
        )
    ]  # fmt: skip


def _tell_reasons(records: Iterable[Record], lost: Uncarried) -> None:
    """A record that stands tells why some of its variables are empty; one that holds nothing else does not stand."""
    for record in records:
        if record.current:
            record.supplemental = {**record.reasons, **record.supplemental}
            record.seqs = [*record.seqs, *(seq for seq, _ in record.unsaid)]
        else:
            for _, where in record.unsaid:
                lost[where, NO_REASON] += 1


class _Questions(msgspec.Struct, frozen=True):
    """What is asked, by form and item; an item that an earlier build asked on another form is still the same item."""

    on_form: dict[tuple[str, str], _Asked]
    anywhere: dict[str, _Asked]

    def find(self, row: Row) -> _Asked | None:
        item = str(row["item"])
        return self.on_form.get((str(row["form"]), item)) or self.anywhere.get(item)


def _asked(study: Study, catalog: Catalog) -> _Questions:
    found: dict[tuple[str, str], _Asked] = {}
    for each in asked_fields(study, catalog):
        found[each.form.name, each.field.name] = _Asked(each.field, each.place, each.text, len(found))
    return _Questions(found, {item: asked for (_, item), asked in reversed(found.items())})


def _records(snapshot: Snapshot, asked: _Questions) -> dict[Key, Record]:
    """A record for every place that ever held a value, in the order in which the ledger first heard of it."""
    slot = ["participant_id", "visit", "form", "row", "item"]
    records: dict[Key, Record] = {}
    for row in snapshot.versions.sort("seq").unique(slot, keep="first", maintain_order=True).to_dicts():
        here = asked.find(row)
        if here is None or here.place is None or here.place.domain in (CRITERIA, RELATIONS):
            continue
        key = _key(row, here.field.instrument, here.place)
        if key not in records:
            records[key] = Record(
                domain=here.place.domain,
                participant=str(row["participant_id"]),
                visit=str(row["visit"]),
                order=int(row["seq"]),
                form=str(row["form"]),
                row=int(row["row"] or 0),
            )
    return records


def _in_order(snapshot: Snapshot, asked: _Questions) -> list[tuple[Row, _Asked | None]]:
    """Current values in the order of their forms: a later item of a form may refine an earlier one."""
    rows = [(row, asked.find(row)) for row in snapshot.current.to_dicts()]
    return sorted(rows, key=lambda each: (each[1].order if each[1] is not None else -1, int(each[0]["seq"] or 0)))


def _key(row: Row, instrument: str, place: Place) -> Key:
    person: Key = (place.domain, str(row["participant_id"]))
    if place.domain == "DM":
        return person
    if place.domain == "SV":
        return (*person, str(row["visit"]))
    line = (*person, str(row["visit"]), str(row["form"]), int(row["row"] or 0), instrument, place.record)
    if not domains()[place.domain].is_findings:
        return line
    apart = tuple(f"{name}={place.constants[name]}" for name in sorted(place.constants) if name[2:] in _APART)
    return (*line, place.name, *apart)


def _put(row: Row, here: _Asked, records: Mapping[Key, Record], units: Mapping[str, str]) -> str:
    """Put one value into its record; why it has no place there, "" when it has."""
    place, item = here.place, here.field.item
    if place is None:
        return NO_PLACE
    filled = cells(row, item, place, units)
    record = records[_key(row, here.field.instrument, place)]
    if filled == NO_REASON:
        told = reason_of(row, place)
        record.reasons = {**record.reasons, **told}
        record.unsaid = [*record.unsaid, (int(row["seq"] or 0), f"{row['form']}/{row['item']}")]
        return ""
    if isinstance(filled, str):
        return filled
    record.values = {**place.constants, **record.values, **filled}
    if place.supplemental:
        label = place.label or item.label.en.partition(" (")[0][:LONG_NAME]
        record.supplemental = {**record.supplemental, place.variable or place.name: (label, text_of(row, item, place))}
    record.seqs = [*record.seqs, int(row["seq"] or 0)]
    record.current = True
    return ""


def drop_without_topic(records: Iterable[Record], lost: Uncarried) -> None:
    """Take out what lacks its topic (a medicine without a name): the standard knows no such record. It is counted."""
    for record in records:
        domain = domains()[record.domain]
        topics = [each.name for each in domain.variables.values() if each.role == "Topic"]
        if record.current and domain.kind in ("Events", "Interventions") and not record.values.get(topics[0]):
            if record.domain == "DS" and record.values.get("DSDECOD"):
                continue
            lost[record.domain, NO_TOPIC] += len(record.seqs)
            record.current = False
