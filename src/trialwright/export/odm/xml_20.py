"""ODM 2.0: a document as XML. Forms are item groups, a unit is an item of its own, queries are queries."""

import io
from collections.abc import Iterable, Iterator

from lxml import etree

from trialwright.export.odm import document as odm
from trialwright.export.odm.elements import (
    add,
    add_audit,
    add_checks,
    add_meanings,
    add_signature,
    add_words,
    list_element,
    made_of,
    yes,
)
from trialwright.export.odm.units import SUFFIX as UNIT

SPACE = "http://www.cdisc.org/ns/odm/v2.0"
PLAIN = "text/plain"

_STATES = {"open": "Open", "answered": "Answered", "closed": "Closed"}


def write(document: odm.Document) -> bytes:
    """The whole document: `pieces` joined."""
    return b"".join(pieces(document))


def pieces(document: odm.Document, subjects: Iterable[odm.SubjectData] | None = None) -> Iterator[bytes]:
    """
    The document, valid against the schema of ODM 2.0; `subjects` stream in place of the document's own.

    Source: CDISC ODM 2.0 (ODM.xsd of the DataExchange-ODM repository).
    """
    out = io.BytesIO()
    attributes = {
        "ODMVersion": "2.0", "FileType": document.kind, "FileOID": document.oid, "CreationDateTime": document.made_at,
        "AsOfDateTime": document.as_of or document.made_at, "SourceSystem": document.source_system,
        "SourceSystemVersion": document.source_version,
    }  # fmt: skip
    spaces: dict[str | None, str] = {None: SPACE}
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("ODM", {name: value for name, value in attributes.items() if value}, nsmap=spaces):
            if document.metadata is not None:
                file.write(_study(document.metadata))
            if document.people or document.places:
                file.write(_admin(document))
            if document.study:
                names = {"StudyOID": document.study, "MetaDataVersionOID": document.version}
                with file.element("ClinicalData", names):
                    for subject in document.subjects if subjects is None else subjects:
                        file.write(_Subject(document.as_of or document.made_at).element(subject))
    yield out.getvalue()


def _study(metadata: odm.Metadata) -> etree._Element:
    study = made_of("Study", OID=metadata.study, StudyName=metadata.study_name, ProtocolName=metadata.protocol_name)
    if metadata.study_description:
        add_words(study, "Description", {"en": metadata.study_description}, PLAIN)
    version = add(study, "MetaDataVersion", OID=metadata.oid, Name=metadata.name)
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


class _Subject:
    """Writes one participant; `moment` dates the state of a query, which ODM 2.0 asks for."""

    def __init__(self, moment: str) -> None:
        self._moment = moment
        self._queries = 0
        self._key = ""

    def element(self, subject: odm.SubjectData) -> etree._Element:
        self._key = subject.key
        made = made_of("SubjectData", SubjectKey=subject.key, TransactionType=subject.transaction)
        if subject.site:
            add(made, "SiteRef", LocationOID=subject.site)
        for event in subject.events:
            held = add(
                made, "StudyEventData", StudyEventOID=event.event, StudyEventRepeatKey=event.repeat,
                TransactionType=event.transaction,
            )  # fmt: skip
            for form in event.forms:
                held.append(self._form(form))
            self._beside(held, event.signature, event.remarks)
        self._beside(made, None, subject.remarks)
        return made

    def _form(self, form: odm.FormData) -> etree._Element:
        made = made_of(
            "ItemGroupData", ItemGroupOID=form.form, ItemGroupRepeatKey=form.repeat, TransactionType=form.transaction
        )
        for group in form.groups:
            held = add(
                made, "ItemGroupData", ItemGroupOID=group.group, ItemGroupRepeatKey=group.repeat,
                TransactionType=group.transaction,
            )  # fmt: skip
            for datum in group.data:
                self._datum(held, datum)
        self._beside(made, form.signature, form.remarks)
        return made

    def _datum(self, parent: etree._Element, datum: odm.Datum) -> None:
        made = add(parent, "ItemData", ItemOID=datum.item, TransactionType=datum.transaction)
        if datum.value is None:
            made.set("IsNull", "Yes")
        else:
            add(made, "Value", datum.value)
        add_audit(made, datum.audit)
        self._beside(made, None, datum.remarks)
        if datum.unit:
            unit = add(parent, "ItemData", ItemOID=f"{datum.item}{UNIT}", TransactionType=datum.transaction)
            add(unit, "Value", datum.unit)

    def _beside(self, parent: etree._Element, signing: odm.Signing | None, remarks: Iterable[odm.Remark]) -> None:
        add_signature(parent, signing)
        told = list(remarks)
        for remark in told:
            if remark.kind != "query":
                note = add(parent, "Annotation", SeqNum=str(remark.number))
                add_words(note, "Comment", {"en": remark.text}, PLAIN)
                if remark.flag:
                    listed = odm.FLAGS.get(remark.kind, odm.FLAGS["query"])[0]
                    add(add(note, "Flag"), "FlagValue", remark.flag, CodeListOID=listed)
        for remark in told:
            if remark.kind == "query":
                self._queries += 1
                query = add(
                    parent, "Query", OID=f"Q.{self._key}.{self._queries}", Name=str(remark.number), Source="System",
                    State=_STATES.get(remark.flag, "Open"), LastUpdateDatetime=self._moment,
                )  # fmt: skip
                add(query, "Value", remark.text)
