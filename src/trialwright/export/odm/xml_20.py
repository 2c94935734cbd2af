"""ODM 2.0: a document as XML. Forms are item groups, a unit is an item of its own, queries are queries."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from lxml import etree

from trialwright.export.files import Written, gathered
from trialwright.export.odm import document as odm
from trialwright.export.odm.elements import add, add_checks, add_meanings, add_words, list_element, made_of, yes
from trialwright.export.odm.markup import DECLARATION, Markup, of_element
from trialwright.export.odm.units import SUFFIX as UNIT

SPACE = "http://www.cdisc.org/ns/odm/v2.0"
PLAIN = "text/plain"

_STATES = {"open": "Open", "answered": "Answered", "closed": "Closed"}


def write(document: odm.Document) -> bytes:
    """The whole document: `pieces` joined."""
    return b"".join(pieces(document))


def pieces(document: odm.Document, subjects: Iterable[odm.SubjectData | odm.Markups] | None = None) -> Iterator[bytes]:
    """
    The document, valid against the schema of ODM 2.0; `subjects` stream in place of the document's own.

    Source: CDISC ODM 2.0 (ODM.xsd of the DataExchange-ODM repository).
    """
    writer = Writer(document)
    told = document.subjects if subjects is None else subjects
    return gathered(chain([writer.head()], map(writer.subject, told) if document.study else (), [writer.end()]))


class Writer:
    """A document part by part, for whoever has its participants one at a time: head, each of them, end."""

    def __init__(self, document: odm.Document) -> None:
        self._document = document
        self._markup = Markup()
        self._clinical = Clinical(self._markup, document.as_of or document.made_at)

    def head(self) -> str:
        """Everything before the first participant."""
        document = self._document
        told = [DECLARATION, self._markup.opened(
            "ODM", xmlns=SPACE, ODMVersion="2.0", FileType=document.kind, FileOID=document.oid,
            CreationDateTime=document.made_at, AsOfDateTime=document.as_of or document.made_at,
            SourceSystem=document.source_system, SourceSystemVersion=document.source_version,
        ), ">"]  # fmt: skip
        if document.metadata is not None:
            told.append(of_element(_study(document.metadata)))
        if document.people or document.places:
            told.append(of_element(_admin(document)))
        if document.study:
            names = {"StudyOID": document.study, "MetaDataVersionOID": document.version}
            told.append(self._markup.opened("ClinicalData", **names) + ">")
        return "".join(told)

    def subject(self, subject: odm.SubjectData | odm.Markups) -> str:
        """One participant, or of a transactional file a save or some."""
        return self._clinical.subject(subject)

    def end(self) -> str:
        """Everything after the last participant."""
        return "</ClinicalData></ODM>" if self._document.study else "</ODM>"


def _study(metadata: odm.Metadata) -> etree._Element:
    study = made_of("Study", OID=metadata.study, StudyName=metadata.study_name, ProtocolName=metadata.protocol_name)
    if metadata.study_description:
        add_words(study, "Description", {"en": metadata.study_description}, PLAIN)
    version = add(study, "MetaDataVersion", OID=metadata.oid, Name=metadata.name)
    if metadata.arms or metadata.epochs:
        structure = add(add(version, "Protocol"), "StudyStructure")
        for arm in metadata.arms:
            add_words(add(structure, "Arm", OID=arm.oid, Name=arm.name), "Description", arm.words, PLAIN)
        for at, epoch in enumerate(metadata.epochs, 1):
            made = add(structure, "Epoch", OID=epoch.oid, Name=epoch.name, SequenceNumber=str(at))
            add_words(made, "Description", epoch.words, PLAIN)
    for event in metadata.events:
        made = add(
            version, "StudyEventDef", OID=event.oid, Name=event.name, Repeating=yes(event.repeating), Type=event.kind
        )
        add_words(made, "Description", event.words, PLAIN)
        for at, form in enumerate(event.forms, 1):
            add(made, "ItemGroupRef", ItemGroupOID=form, OrderNumber=str(at), Mandatory="No")
    with_units = {item.oid: item.units for item in metadata.items if item.units}
    for each in metadata.forms:
        made = _group_def(each.oid, each.name, "Form", each.repeating, each.words)
        for at, group in enumerate(each.groups, 1):
            add(made, "ItemGroupRef", ItemGroupOID=group, OrderNumber=str(at), Mandatory="No")
        version.append(made)
    for part in metadata.groups:
        version.append(_section(part, with_units))
    symbols = {unit.oid: unit for unit in metadata.units}
    for item in metadata.items:
        version.append(_item(item))
        if item.units:
            unit = add(
                version, "ItemDef", OID=f"{item.oid}{UNIT}", Name=f"{item.name}{UNIT}", DataType="text", Length="40"
            )
            add(unit, "CodeListRef", CodeListOID=f"CL.{item.oid}{UNIT}")
    for listed in (*metadata.lists, *(_units(item, symbols) for item in metadata.items if item.units)):
        version.append(list_element(listed, PLAIN))
    for condition in metadata.conditions:
        made = add(version, "ConditionDef", OID=condition.oid, Name=condition.name)
        add_words(made, "Description", condition.words or {"": condition.name}, PLAIN)
        add(made, "MethodSignature")
        if condition.expression:
            add(add(made, "FormalExpression", Context=condition.context or "text"), "Code", condition.expression)
    return study


def _group_def(oid: str, name: str, kind: str, repeating: bool, words: odm.Words) -> etree._Element:
    made = made_of("ItemGroupDef", OID=oid, Name=name, Repeating="Simple" if repeating else "No", Type=kind)
    add_words(made, "Description", words, PLAIN)
    return made


def _section(part: odm.Group, with_units: dict[str, tuple[str, ...]]) -> etree._Element:
    made = _group_def(part.oid, part.name, "Section", part.repeating, part.words)
    number = 0
    for use in part.items:
        number += 1
        add(
            made, "ItemRef", ItemOID=use.item, OrderNumber=str(number), Mandatory=yes(use.mandatory),
            CollectionExceptionConditionOID=use.condition,
            UnitsItemOID=f"{use.item}{UNIT}" if use.item in with_units else "",
        )  # fmt: skip
        if use.item in with_units:
            number += 1
            add(made, "ItemRef", ItemOID=f"{use.item}{UNIT}", OrderNumber=str(number), Mandatory="No")
    return made


def _units(item: odm.Item, symbols: dict[str, odm.Unit]) -> odm.CodeList:
    coded = [odm.CodedItem(code=oid, words=symbols[oid].symbol if oid in symbols else {}) for oid in item.units]
    return odm.CodeList(oid=f"CL.{item.oid}{UNIT}", name=f"Unit of {item.name}", items=tuple(coded))


def _item(item: odm.Item) -> etree._Element:
    made = made_of("ItemDef", OID=item.oid, Name=item.name, DataType=item.data_type)
    if item.length:
        made.set("Length", str(item.length))
    if item.data_type == "float" and item.digits:
        made.set("DisplayFormat", f"{item.length}.{item.digits}")
    add_words(made, "Description", item.description, PLAIN)
    add_words(made, "Question", item.question, PLAIN)
    add_checks(made, item.checks, PLAIN)
    if item.codes:
        add(made, "CodeListRef", CodeListOID=item.codes)
    for context, name in item.aliases:
        add(made, "Alias", Context=context, Name=name)
    return made


def _admin(document: odm.Document) -> etree._Element:
    admin = made_of("AdminData", StudyOID=document.study)
    for person in document.people:
        add(add(admin, "User", OID=person.oid), "UserName", person.login)
    for place in document.places:
        add(
            add(admin, "Location", OID=place.oid, Name=place.name, Role="Site"), "MetaDataVersionRef",
            StudyOID=document.study, MetaDataVersionOID=document.version, EffectiveDate=document.made_at[:10],
        )  # fmt: skip
    add_meanings(admin, document.meanings)
    return admin


class Clinical:
    """
    Participants as text; `moment` dates the state of a query, which ODM 2.0 asks for.

    Start tags are looked up: of the few thousand kinds each stands there many times.
    """

    def __init__(self, markup: Markup, moment: str) -> None:
        self.markup = markup
        self._moment = moment
        self._subjects = markup.starts("SubjectData", "SubjectKey", "TransactionType")
        self._events = markup.starts("StudyEventData", "StudyEventOID", "StudyEventRepeatKey", "TransactionType")
        self._groups = markup.starts("ItemGroupData", "ItemGroupOID", "ItemGroupRepeatKey", "TransactionType")
        self._items = markup.starts("ItemData", "ItemOID", "TransactionType")
        self._values: Written[str] = Written(lambda text: markup.text("Value", text))
        self._queries = 0
        self._key = ""

    def subject(self, subject: odm.SubjectData | odm.Markups) -> str:
        if isinstance(subject, odm.Markups):
            return subject.of_20
        self._key, self._queries = subject.key, 0
        inside = [self.markup.site[subject.site]] if subject.site else []
        inside += [self._event(event) for event in subject.events]
        inside.append(self._beside(None, subject.remarks))
        start = self._subjects[subject.key, subject.transaction]
        return self.markup.closed(start, "SubjectData", "".join(inside))

    def _event(self, event: odm.EventData) -> str:
        inside = [self._form(form) for form in event.forms]
        inside.append(self._beside(event.signature, event.remarks))
        start = self._events[event.event, event.repeat, event.transaction]
        return self.markup.closed(start, "StudyEventData", "".join(inside))

    def _form(self, form: odm.FormData) -> str:
        inside = [self.group(group) for group in form.groups]
        inside.append(self._beside(form.signature, form.remarks))
        start = self._groups[form.form, form.repeat, form.transaction]
        return self.markup.closed(start, "ItemGroupData", "".join(inside))

    def group(self, group: odm.GroupData) -> str:
        """The values of one group of items."""
        told = group.told.of_20 if group.told is not None else "".join([self.datum(datum) for datum in group.data])
        return self.markup.closed(self._groups[group.group, group.repeat, group.transaction], "ItemGroupData", told)

    def datum(self, datum: odm.Datum) -> str:
        """One value."""
        start = self._items[datum.item, datum.transaction]
        inside = self.markup.audit(datum.audit, datum.source)
        if datum.remarks:
            inside += self._beside(None, datum.remarks)
        if datum.value is None:
            told = self.markup.closed(f'{start} IsNull="Yes"', "ItemData", inside)
        else:
            told = f"{start}>{self._values[datum.value]}{inside}</ItemData>"
        if datum.unit:
            unit = self._items[f"{datum.item}{UNIT}", datum.transaction]
            told += f"{unit}>{self._values[datum.unit]}</ItemData>"
        return told

    def _beside(self, signing: odm.Signing | None, remarks: Sequence[odm.Remark]) -> str:
        if signing is None and not remarks:
            return ""
        told = [self.markup.signature(signing)]
        told += [self._note(remark) for remark in remarks if remark.kind != "query"]
        told += [self._query(remark) for remark in remarks if remark.kind == "query"]
        return "".join(told)

    def _note(self, remark: odm.Remark) -> str:
        inside = self.markup.words("Comment", [("en", remark.text)], PLAIN)
        if remark.flag:
            listed = odm.FLAGS.get(remark.kind, odm.FLAGS["query"])[0]
            inside += self.markup.element("Flag", self.markup.text("FlagValue", remark.flag, CodeListOID=listed))
        return self.markup.element("Annotation", inside, SeqNum=str(remark.number))

    def _query(self, remark: odm.Remark) -> str:
        self._queries += 1
        return self.markup.element(
            "Query", self.markup.text("Value", remark.text), OID=f"Q.{self._key}.{self._queries}",
            Name=str(remark.number), Source="System", State=_STATES.get(remark.flag, "Open"),
            LastUpdateDatetime=self._moment,
        )  # fmt: skip
