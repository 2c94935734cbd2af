"""ODM 1.3.2: a document as XML, streamed subject by subject."""

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from trialwright.export.files import Written, gathered
from trialwright.export.odm import document as odm
from trialwright.export.odm.elements import add, add_checks, add_meanings, add_words, list_element, made_of, yes
from trialwright.export.odm.markup import DECLARATION, Markup, of_element

SPACE = "http://www.cdisc.org/ns/odm/v1.3"


def write(document: odm.Document) -> bytes:
    """The whole document: `pieces` joined."""
    return b"".join(pieces(document))


def pieces(document: odm.Document, subjects: Iterable[odm.SubjectData | odm.Markups] | None = None) -> Iterator[bytes]:
    """
    The document, valid against the schema of ODM 1.3.2; `subjects` stream in place of the document's own.

    Source: CDISC ODM 1.3.2 (ODM1-3-2.xsd).
    """
    return gathered(_texts(document, document.subjects if subjects is None else subjects))


def _texts(document: odm.Document, subjects: Iterable[odm.SubjectData | odm.Markups]) -> Iterator[str]:
    clinical = Clinical()
    yield DECLARATION
    yield clinical.markup.opened(
        "ODM", xmlns=SPACE, ODMVersion="1.3.2", FileType=document.kind, FileOID=document.oid,
        CreationDateTime=document.made_at, AsOfDateTime=document.as_of or document.made_at,
        SourceSystem=document.source_system, SourceSystemVersion=document.source_version,
    ) + ">"  # fmt: skip
    if document.metadata is not None:
        yield of_element(_study(document.metadata))
    if document.people or document.places:
        yield of_element(_admin(document))
    if document.study:
        names = {"StudyOID": document.study, "MetaDataVersionOID": document.version}
        yield clinical.markup.opened("ClinicalData", **names) + ">"
        for subject in subjects:
            yield clinical.subject(subject)
        yield "</ClinicalData>"
    yield "</ODM>"


def _study(metadata: odm.Metadata) -> etree._Element:
    study = made_of("Study", OID=metadata.study)
    names = add(study, "GlobalVariables")
    add(names, "StudyName", metadata.study_name)
    add(names, "StudyDescription", metadata.study_description)
    add(names, "ProtocolName", metadata.protocol_name)
    if metadata.units:
        basic = add(study, "BasicDefinitions")
        for unit in metadata.units:
            add_words(
                add(basic, "MeasurementUnit", OID=unit.oid, Name=unit.name), "Symbol", unit.symbol or {"": unit.name}
            )
    version = add(study, "MetaDataVersion", OID=metadata.oid, Name=metadata.name)
    protocol = add(version, "Protocol")
    for at, event in enumerate(metadata.events, 1):
        add(protocol, "StudyEventRef", StudyEventOID=event.oid, OrderNumber=str(at), Mandatory="No")
    for event in metadata.events:
        made = add(
            version, "StudyEventDef", OID=event.oid, Name=event.name, Repeating=yes(event.repeating), Type=event.kind
        )
        add_words(made, "Description", event.words)
        for at, form in enumerate(event.forms, 1):
            add(made, "FormRef", FormOID=form, OrderNumber=str(at), Mandatory="No")
    for each in metadata.forms:
        made = add(version, "FormDef", OID=each.oid, Name=each.name, Repeating=yes(each.repeating))
        add_words(made, "Description", each.words)
        for at, group in enumerate(each.groups, 1):
            add(made, "ItemGroupRef", ItemGroupOID=group, OrderNumber=str(at), Mandatory="No")
    for part in metadata.groups:
        made = add(version, "ItemGroupDef", OID=part.oid, Name=part.name, Repeating=yes(part.repeating))
        add_words(made, "Description", part.words)
        for at, use in enumerate(part.items, 1):
            add(
                made, "ItemRef", ItemOID=use.item, OrderNumber=str(at), Mandatory=yes(use.mandatory),
                CollectionExceptionConditionOID=use.condition,
            )  # fmt: skip
    for item in metadata.items:
        version.append(_item(item))
    for listed in metadata.lists:
        version.append(list_element(listed))
    for condition in metadata.conditions:
        made = add(version, "ConditionDef", OID=condition.oid, Name=condition.name)
        add_words(made, "Description", condition.words)
        if condition.expression:
            add(made, "FormalExpression", condition.expression, Context=condition.context or "text")
    return study


def _item(item: odm.Item) -> etree._Element:
    made = made_of("ItemDef", OID=item.oid, Name=item.name, DataType=item.data_type)
    if item.length:
        made.set("Length", str(item.length))
    if item.data_type == "float":
        made.set("SignificantDigits", str(item.digits))
    add_words(made, "Description", item.description)
    add_words(made, "Question", item.question)
    for unit in item.units:
        add(made, "MeasurementUnitRef", MeasurementUnitOID=unit)
    add_checks(made, item.checks)
    if item.codes:
        add(made, "CodeListRef", CodeListOID=item.codes)
    for context, name in item.aliases:
        add(made, "Alias", Context=context, Name=name)
    return made


def _admin(document: odm.Document) -> etree._Element:
    admin = made_of("AdminData", StudyOID=document.study or (document.metadata.study if document.metadata else ""))
    for person in document.people:
        add(add(admin, "User", OID=person.oid), "LoginName", person.login)
    for place in document.places:
        location = add(admin, "Location", OID=place.oid, Name=place.name, LocationType="Site")
        add(
            location, "MetaDataVersionRef", StudyOID=document.study, MetaDataVersionOID=document.version,
            EffectiveDate=document.made_at[:10],
        )  # fmt: skip
    add_meanings(admin, document.meanings)
    return admin


class Clinical:
    """Participants as text. Start tags are looked up: of the few thousand kinds each stands there many times."""

    def __init__(self) -> None:
        self.markup = Markup()
        self._subjects = self.markup.starts("SubjectData", "SubjectKey", "TransactionType")
        self._events = self.markup.starts("StudyEventData", "StudyEventOID", "StudyEventRepeatKey", "TransactionType")
        self._forms = self.markup.starts("FormData", "FormOID", "FormRepeatKey", "TransactionType")
        self._groups = self.markup.starts("ItemGroupData", "ItemGroupOID", "ItemGroupRepeatKey", "TransactionType")
        self._units: Written[str] = Written(
            lambda oid: self.markup.element("MeasurementUnitRef", MeasurementUnitOID=oid)
        )
        self._data: Written[tuple[str, str | None, str]] = Written(self._start)

    def subject(self, subject: odm.SubjectData | odm.Markups) -> str:
        if isinstance(subject, odm.Markups):
            return subject.of_13
        inside = [self.markup.site[subject.site]] if subject.site else []
        inside.append(self._remarks(subject.remarks))
        inside += [self._event(event) for event in subject.events]
        start = self._subjects[subject.key, subject.transaction]
        return self.markup.closed(start, "SubjectData", "".join(inside))

    def _event(self, event: odm.EventData) -> str:
        inside = [self.markup.signature(event.signature), self._remarks(event.remarks)]
        inside += [self._form(form) for form in event.forms]
        start = self._events[event.event, event.repeat, event.transaction]
        return self.markup.closed(start, "StudyEventData", "".join(inside))

    def _form(self, form: odm.FormData) -> str:
        inside = [self.markup.signature(form.signature), self._remarks(form.remarks)]
        inside += [self.group(group) for group in form.groups]
        start = self._forms[form.form, form.repeat, form.transaction]
        return self.markup.closed(start, "FormData", "".join(inside))

    def group(self, group: odm.GroupData) -> str:
        """The values of one group of items."""
        told = group.told.of_13 if group.told is not None else "".join([self.datum(datum) for datum in group.data])
        return self.markup.closed(self._groups[group.group, group.repeat, group.transaction], "ItemGroupData", told)

    def datum(self, datum: odm.Datum) -> str:
        """One value."""
        start = self._data[datum.item, datum.value, datum.transaction]
        inside = self.markup.audit(datum.audit, datum.source)
        if datum.unit:
            inside += self._units[datum.unit]
        if datum.remarks:
            inside += self._remarks(datum.remarks)
        return f"{start}>{inside}</ItemData>" if inside else f"{start}/>"

    def _start(self, told: tuple[str, str | None, str]) -> str:
        item, value, transaction = told
        start = self.markup.opened("ItemData", ItemOID=item, TransactionType=transaction)
        return start + (' IsNull="Yes"' if value is None else f' Value="{self.markup.attribute[value]}"')

    def _remarks(self, remarks: Sequence[odm.Remark]) -> str:
        return "".join([self._remark(remark) for remark in remarks]) if remarks else ""

    def _remark(self, remark: odm.Remark) -> str:
        inside = self.markup.text("Comment", remark.text)
        if remark.flag:
            listed = odm.FLAGS.get(remark.kind, odm.FLAGS["query"])[0]
            inside += self.markup.element("Flag", self.markup.text("FlagValue", remark.flag, CodeListOID=listed))
        return self.markup.element("Annotation", inside, SeqNum=str(remark.number))
