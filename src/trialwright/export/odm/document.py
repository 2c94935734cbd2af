"""An ODM document without its XML: what both versions can say, and every dialect that is read."""

from typing import Literal

import msgspec

Words = dict[str, str]
"""A text by language tag; "" where the file names none."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str
    symbol: Words = {}


class CodedItem(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    words: Words = {}


class CodeList(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str
    data_type: str = "text"
    items: tuple[CodedItem, ...] = ()


class RangeCheck(msgspec.Struct, frozen=True, kw_only=True):
    """`comparator` LE, GE ...; `soft` only warns."""

    comparator: str
    values: tuple[str, ...]
    soft: bool = True
    message: Words = {}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str
    data_type: str
    length: int = 0
    digits: int = 0
    question: Words = {}
    description: Words = {}
    units: tuple[str, ...] = ()
    checks: tuple[RangeCheck, ...] = ()
    codes: str = ""
    aliases: tuple[tuple[str, str], ...] = ()  # (context, name)
    shown_when: str = ""  # a condition in the words of the system that wrote it
    identifying: bool = False  # the system that wrote it marks what tells who somebody is


class ItemUse(msgspec.Struct, frozen=True, kw_only=True):
    item: str
    mandatory: bool = False
    condition: str = ""  # the item is hidden where this condition is true
    unit_item: str = ""  # ODM 2.0: the item that holds the unit of this one


class Group(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str
    items: tuple[ItemUse, ...] = ()
    repeating: bool = False
    words: Words = {}


class Form(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str
    groups: tuple[str, ...] = ()
    repeating: bool = False
    words: Words = {}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A visit. `kind` Scheduled, Unscheduled or Common (not a visit: running logs)."""

    oid: str
    name: str
    forms: tuple[str, ...] = ()
    repeating: bool = False
    kind: str = "Scheduled"
    words: Words = {}
    day: int | None = None  # days after the first event, where the system that wrote it says so
    early: int = 0
    late: int = 0


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str
    words: Words = {}
    expression: str = ""
    context: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An arm or an epoch of the study's structure, which ODM 2.0 alone can carry."""

    oid: str
    name: str
    words: Words = {}


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a study definition."""

    study: str  # OID
    study_name: str
    protocol_name: str
    study_description: str = ""
    oid: str
    name: str
    arms: tuple[Part, ...] = ()
    epochs: tuple[Part, ...] = ()
    units: tuple[Unit, ...] = ()
    events: tuple[Event, ...] = ()
    forms: tuple[Form, ...] = ()
    groups: tuple[Group, ...] = ()
    items: tuple[Item, ...] = ()
    lists: tuple[CodeList, ...] = ()
    conditions: tuple[Condition, ...] = ()


class Person(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    login: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    oid: str
    name: str


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    location: str
    at: str
    reason: str = ""


class Signing(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    location: str
    meaning: str  # OID of its definition
    at: str


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A comment or query: `flag` is its state (open, answered, closed, or why a value is absent)."""

    number: int
    text: str
    flag: str = ""
    kind: str = ""  # query, missing


FLAGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "query": ("CL.FLAG.query", "State of a query", ("open", "answered", "closed")),
    "missing": ("CL.FLAG.missing", "Why a value is absent", ("not done", "not applicable", "unknown")),
    "row taken back": ("CL.FLAG.row", "Row taken back by the site", ("yes",)),
    "signature": ("CL.FLAG.signature", "State of a signature", ("valid", "broken")),
}
"""The code list of each kind of remark: its OID, its name and its codes."""

Transaction = Literal["", "Insert", "Update", "Remove", "Upsert", "Context"]


class Datum(msgspec.Struct, frozen=True, kw_only=True):
    """One value. `value` None: there is none, and `remarks` say why. `source` is the number of its ledger entry."""

    item: str
    value: str | None
    unit: str = ""
    transaction: Transaction = ""
    audit: Audit | None = None
    source: str = ""
    remarks: tuple[Remark, ...] = ()


class Markups(msgspec.Struct, frozen=True):
    """A part of a document that is markup already, in both versions: that of many values is made at once."""

    of_13: str
    of_20: str


class GroupData(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a group of items: `data`, or `told` in its place."""

    group: str
    repeat: str = ""
    data: tuple[Datum, ...] = ()
    told: Markups | None = None
    transaction: Transaction = ""


class FormData(msgspec.Struct, frozen=True, kw_only=True):
    form: str
    repeat: str = ""
    groups: tuple[GroupData, ...] = ()
    signature: Signing | None = None
    remarks: tuple[Remark, ...] = ()
    transaction: Transaction = ""


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    event: str
    repeat: str = ""
    forms: tuple[FormData, ...] = ()
    signature: Signing | None = None
    remarks: tuple[Remark, ...] = ()
    transaction: Transaction = ""


class SubjectData(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    site: str = ""
    events: tuple[EventData, ...] = ()
    remarks: tuple[Remark, ...] = ()
    transaction: Transaction = ""


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature means, and the sentence of law beside it."""

    oid: str
    meaning: str
    legal: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """
    One ODM file.

    Shape:   `subjects` in the order of the file; in a transactional file a subject stands once for every save.
    """

    kind: str  # Snapshot, Transactional
    oid: str
    made_at: str
    as_of: str = ""
    source_system: str = ""
    source_version: str = ""
    metadata: Metadata | None = None
    study: str = ""  # OID that the data belong to
    version: str = ""  # OID of the metadata that the data follow
    people: tuple[Person, ...] = ()
    places: tuple[Place, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    subjects: tuple[SubjectData, ...] = ()


def counted(document: Document) -> dict[str, int]:
    """How many forms, items, participants and values a document holds."""
    metadata = document.metadata
    return {
        "forms": len(metadata.forms) if metadata is not None else 0,
        "items": len(metadata.items) if metadata is not None else 0,
        "participants": len({subject.key for subject in document.subjects}),
        "values": sum(
            len(group.data)
            for subject in document.subjects
            for event in subject.events
            for form in event.forms
            for group in form.groups
        ),
    }
