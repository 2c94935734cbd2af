"""Datapoints gathered into SDTM records: which values stand in which record, and which have no place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import polars as pl

from trialwright.catalog import Catalog
from trialwright.export.datasets import Cell
from trialwright.export.sdtm.metadata import domains
from trialwright.export.sdtm.places import Place, asked_fields
from trialwright.export.sdtm.values import LONG_NAME, NO_REASON, UNREADABLE, cells, reason_of, text_of
from trialwright.model.entry import Item
from trialwright.model.ledger import NAME, Snapshot
from trialwright.model.study import Field, Study

NO_PLACE = "the catalog names no place in SDTM for this item"
OLDER = "an item of an earlier build that this build no longer asks"
WITHDRAWN_ROW = "the row was taken back by the site"
NO_TOPIC = "the record lacks what it is about, so it does not stand in the domain"
MET = "IE holds only the eligibility criteria that were not met"

CRITERIA, RELATIONS = "IE", "RELREC"
_APART = ("LOC", "LAT", "DIR", "METHOD", "POS")
"""Constants that tell two records of one test apart."""

Apart = tuple[str, ...]
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_AT_A_TIME = 50_000
"""Versions that are held at a time."""

Uncarried = Counter[tuple[str, str]]


class Record(msgspec.Struct, kw_only=True):
    """
    One record of a domain while it is gathered. `order` is the first ledger entry of any of its values.

    What it holds is replaced and never changed in place: equal records of many participants share it.
    """

    domain: str
    participant: str
    visit: str
    order: int
    values: Mapping[str, Cell] = _NOTHING
    supplemental: Mapping[str, tuple[str, str]] = _NOTHING
    seqs: tuple[int, ...] = ()
    current: bool = False
    number: int = 0  # its --SEQ, once it is counted
    form: str = ""
    row: int = 0
    reasons: Mapping[str, tuple[str, str]] = _NOTHING  # why a variable is empty, as a supplemental qualifier
    unsaid: tuple[tuple[int, str], ...] = ()  # the ledger entries of `reasons`, and where they were asked


class _Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer fills: the variables, with the constants of its place, its qualifier; or the reason why none."""

    values: Mapping[str, Cell] = _NOTHING
    alone: Mapping[str, Cell] = _NOTHING
    supplemental: Mapping[str, tuple[str, str]] = _NOTHING
    reason: str = ""


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
    """
    One question. `apart` is what tells its records from others of the same row: values of equal `apart` stand together.

    `written` keeps what each answer fills: the same few hundred answers are given a hundred thousand times.
    """

    field: Field
    place: Place | None
    text: str
    order: int
    apart: Apart
    written: dict[tuple[str, str | None, str | None], _Filled] = {}


_WHERE = ("participant_id", "visit", "form", "row")


class _Row(NamedTuple):
    """One current value as the snapshot holds it, with the place of its record among them; None where it has none."""

    seq: int
    participant_id: str
    visit: str
    form: str
    row: int
    item: str
    kind: str
    text: str | None
    unit: str | None
    record: int | None

    @property
    def where(self) -> str:
        return f"{self.form}/{self.item}"


def _rows(frame: pl.DataFrame, texts: dict[Any, Any]) -> Iterator[_Row]:
    """Equal texts are one object, kept in `texts`: records hold them, and a frame would give a new one each time."""
    return map(_Row._make, zip(*(_shared(frame.get_column(name), texts) for name in _Row._fields), strict=True))


def _shared(column: pl.Series, texts: dict[Any, Any]) -> list[Any]:
    if column.dtype == NAME:
        once = column.unique()
        names = [texts.setdefault(name, name) for name in once.to_list()]
        held = dict(zip(once.to_physical().to_list(), names, strict=True))
        return list(map(held.__getitem__, column.to_physical().to_list()))
    cells = column.to_list()
    return list(map(texts.setdefault, cells, cells)) if column.dtype == pl.String() else cells


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
    records, places = _records(snapshot, asked)
    lost: Uncarried = Counter()
    relations: list[Relation] = []
    for here, rows in _by_question(snapshot.current.join(places, on="seq", how="left"), asked):
        for row in rows:
            if here is None:
                reason = OLDER
            elif here.place is None:
                reason = f"{UNREADABLE}: {here.text}" if here.text else NO_PLACE
            elif inactive and row[1:5] in inactive:
                reason = WITHDRAWN_ROW
            elif row.record is not None:
                reason = _put(row, here, here.place, records[row.record], units)
            elif here.place.domain == RELATIONS:
                reason = _relate(row, here.place, relations)
            else:
                reason = MET if row.text != "N" else ""
            if reason:
                lost[row.where, reason] += 1
    _tell_reasons(records, lost)
    return Gathered(tuple(records), lost, tuple(relations))


def _relate(row: _Row, place: Place, relations: list[Relation]) -> str:
    """Add the relation that one answer names; why it names none, "" when it does."""
    if row.kind != "quantity":
        return NO_REASON
    relations.append(
        Relation(
            participant=row.participant_id, visit=row.visit, form=row.form, row=row.row, domain=place.name,
            to_row=int(str(row.text)), where=row.where,
        )
    )  # fmt: skip
    return ""


def _tell_reasons(records: Iterable[Record], lost: Uncarried) -> None:
    """A record that stands tells why some of its variables are empty; one that holds nothing else does not stand."""
    for record in records:
        if not record.unsaid:
            continue
        if record.current:
            record.supplemental = {**record.reasons, **record.supplemental}
            record.seqs = (*record.seqs, *(seq for seq, _ in record.unsaid))
        else:
            for _, where in record.unsaid:
                lost[where, NO_REASON] += 1


class _Questions(msgspec.Struct, frozen=True):
    """What is asked, by form and item; an item that an earlier build asked on another form is still the same item."""

    on_form: dict[tuple[str, str], _Asked]
    anywhere: dict[str, _Asked]

    def find(self, form: str, item: str) -> _Asked | None:
        return self.on_form.get((form, item)) or self.anywhere.get(item)


def _asked(study: Study, catalog: Catalog) -> _Questions:
    found: dict[tuple[str, str], _Asked] = {}
    for each in asked_fields(study, catalog):
        apart = _apart(each.field.instrument, each.place) if each.place is not None else ()
        found[each.form.name, each.field.name] = _Asked(each.field, each.place, each.text, len(found), apart)
    return _Questions(found, {item: asked for (_, item), asked in reversed(found.items())})


def _records(snapshot: Snapshot, asked: _Questions) -> tuple[list[Record], pl.DataFrame]:
    """
    A record for every place that ever held a value, in the order in which the ledger first heard of it.

    Shape:   the records, and for each version that is in one (`seq`) its place among them (`record`).
    """
    once = snapshot.versions.select("form", "item").unique()
    found = [asked.find(str(form), str(item)) for form, item in once.iter_rows()]
    told = [here.apart if here is not None and _in_record(here.place) else None for here in found]
    apart = {each: at for at, each in enumerate(dict.fromkeys(each for each in told if each))}
    at_of = once.with_columns(pl.Series("apart", [apart.get(each or ()) for each in told], dtype=pl.Int64()))
    versions = snapshot.versions.select("seq", *_WHERE, "item").sort("seq")
    versions = versions.join(at_of.drop_nulls("apart"), on=["form", "item"], maintain_order="left")
    groups = versions.group_by(_key(list(apart)), maintain_order=True).agg(
        pl.col("apart", *_WHERE).first(), pl.col("seq").first().alias("order"), "seq"
    )
    records: list[Record] = []
    texts: dict[Any, Any] = {}
    names = list(apart)
    for part in groups.drop("seq").iter_slices(_AT_A_TIME):
        columns = (_shared(part.get_column(name), texts) for name in ("apart", "order", *_WHERE))
        records += [
            Record(domain=names[at][0], participant=participant, visit=visit, order=order, form=form, row=row)
            for at, order, participant, visit, form, row in zip(*columns, strict=True)
        ]
    return records, groups.select("seq").with_row_index("record").explode("seq")


def _in_record(place: Place | None) -> bool:
    return place is not None and place.domain not in (CRITERIA, RELATIONS)


def _by_question(current: pl.DataFrame, asked: _Questions) -> Iterator[tuple[_Asked | None, Iterator[_Row]]]:
    """Current values in the order of their forms: a later item of a form may refine an earlier one."""
    texts: dict[Any, Any] = {}
    frames: dict[int, tuple[_Asked | None, list[pl.DataFrame]]] = {}
    for (form, item), frame in current.group_by(["form", "item"], maintain_order=True):
        here = asked.find(str(form), str(item))
        frames.setdefault(here.order if here is not None else -1, (here, []))[1].append(frame)
    for _, (here, found) in sorted(frames.items(), key=lambda each: each[0]):
        yield here, _rows(pl.concat(found).sort("seq"), texts)


def _apart(instrument: str, place: Place) -> Apart:
    """What tells the records of one row of a form from one another; of DM and SV there is one a person and a visit."""
    if place.domain in ("DM", "SV"):
        return (place.domain,)
    line = (place.domain, instrument, place.record)
    if not domains()[place.domain].is_findings:
        return line
    apart = (f"{name}={place.constants[name]}" for name in sorted(place.constants) if name[2:] in _APART)
    return (*line, place.name, *apart)


def _key(apart: Sequence[Apart]) -> list[pl.Expr]:
    """What tells the records apart: where each was entered; of DM there is one a person, of SV one a visit."""
    of_person, of_visit = ([at for at, each in enumerate(apart) if each[0] == name] for name in ("DM", "SV"))
    alone, at_visit = pl.col("apart").is_in(of_person), pl.col("apart").is_in(of_visit)
    return [
        pl.col("apart").alias("key"),
        pl.col("participant_id").to_physical().alias("key_participant"),
        pl.when(~alone).then(pl.col("visit").to_physical()).alias("key_visit"),
        pl.when(~(alone | at_visit)).then(pl.col("form").to_physical()).alias("key_form"),
        pl.when(~(alone | at_visit)).then(pl.col("row")).alias("key_row"),
    ]


def _put(row: _Row, here: _Asked, place: Place, record: Record, units: Mapping[str, str]) -> str:
    """Put one value into its record; why it has no place there, "" when it has."""
    answer = (row.kind, row.text, row.unit)
    filled = here.written.get(answer)
    if filled is None:
        filled = here.written[answer] = _filled(answer, here.field.item, place, units)
    if filled.reason == NO_REASON:
        record.reasons = {**record.reasons, **reason_of({"text": row.text}, place)}
        record.unsaid = (*record.unsaid, (row.seq, row.where))
        return ""
    if filled.reason:
        return filled.reason
    # The first answer of a record is the whole of most: they share what it fills, for nobody changes it in place.
    record.values = {**place.constants, **record.values, **filled.values} if record.values else filled.alone
    if filled.supplemental:
        record.supplemental = {**record.supplemental, **filled.supplemental}
    record.seqs = (*record.seqs, row.seq)
    record.current = True
    return ""


def _filled(answer: tuple[str, str | None, str | None], item: Item, place: Place, units: Mapping[str, str]) -> _Filled:
    row = dict(zip(("kind", "text", "unit"), answer, strict=True))
    found = cells(row, item, place, units)
    if isinstance(found, str):
        return _Filled(reason=found)
    qualifier: dict[str, tuple[str, str]] = {}
    if place.supplemental:
        label = place.label or item.label.en.partition(" (")[0][:LONG_NAME]
        qualifier[place.variable or place.name] = (label, text_of(row, item, place))
    return _Filled(values=found, alone={**place.constants, **found}, supplemental=qualifier)


def drop_without_topic(records: Iterable[Record], lost: Uncarried) -> None:
    """Take out what lacks its topic (a medicine without a name): the standard knows no such record. It is counted."""
    for record in records:
        topic = _topic(record.domain) if record.current else ""
        if topic and not record.values.get(topic):
            if record.domain == "DS" and record.values.get("DSDECOD"):
                continue
            lost[record.domain, NO_TOPIC] += len(record.seqs)
            record.current = False


@cache
def _topic(name: str) -> str:
    """The variable that says what an event or treatment is; "" of every other domain."""
    domain = domains()[name]
    if domain.kind not in ("Events", "Interventions"):
        return ""
    return next(each.name for each in domain.variables.values() if each.role == "Topic")
