"""ODM 1.3.2: a document as XML, streamed subject by subject."""

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

SPACE = "http://www.cdisc.org/ns/odm/v1.3"


def write(document: odm.Document) -> bytes:
    """The whole document: `pieces` joined."""
    return b"".join(pieces(document))


def pieces(document: odm.Document, subjects: Iterable[odm.SubjectData] | None = None) -> Iterator[bytes]:
    """
    The document, valid against the schema of ODM 1.3.2; `subjects` stream in place of the document's own.

    Source: CDISC ODM 1.3.2 (ODM1-3-2.xsd).
    """
    out = io.BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        attributes = {
            "ODMVersion": "1.3.2", "FileType": document.kind, "FileOID": document.oid,
            "CreationDateTime": document.made_at, "AsOfDateTime": document.as_of or document.made_at,
            "SourceSystem": document.source_system, "SourceSystemVersion": document.source_version,
        }  # fmt: skip
        with file.element("ODM", {name: value for name, value in attributes.items() if value}, nsmap=_default()):
            if document.metadata is not None:
                file.write(_study(document.metadata))
            if document.people or document.places:
                file.write(_admin(document))
            if document.study:
                names = {"StudyOID": document.study, "MetaDataVersionOID": document.version}
                with file.element("ClinicalData", names):
                    for subject in document.subjects if subjects is None else subjects:
                        file.write(_subject(subject))
    yield out.getvalue()


def _default() -> dict[str | None, str]:
    return {None: SPACE}


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


def _subject(subject: odm.SubjectData) -> etree._Element:
    made = made_of("SubjectData", SubjectKey=subject.key, TransactionType=subject.transaction)
    if subject.site:
        add(made, "SiteRef", LocationOID=subject.site)
    _remarks(made, subject.remarks)
    for event in subject.events:
        held = add(
            made, "StudyEventData", StudyEventOID=event.event, StudyEventRepeatKey=event.repeat,
            TransactionType=event.transaction,
        )  # fmt: skip
        add_signature(held, event.signature)
        _remarks(held, event.remarks)
        for form in event.forms:
            _form(held, form)
    return made


def _form(parent: etree._Element, form: odm.FormData) -> None:
    made = add(
        parent, "FormData", FormOID=form.form, FormRepeatKey=form.repeat, TransactionType=form.transaction
    )  # fmt: skip
    add_signature(made, form.signature)
    _remarks(made, form.remarks)
    for group in form.groups:
        held = add(
            made, "ItemGroupData", ItemGroupOID=group.group, ItemGroupRepeatKey=group.repeat,
            TransactionType=group.transaction,
        )  # fmt: skip
        for datum in group.data:
            _datum(held, datum)


def _datum(parent: etree._Element, datum: odm.Datum) -> None:
    made = add(parent, "ItemData", ItemOID=datum.item, TransactionType=datum.transaction)
    if datum.value is None:
        made.set("IsNull", "Yes")
    else:
        made.set("Value", datum.value)
    add_audit(made, datum.audit)
    if datum.unit:
        add(made, "MeasurementUnitRef", MeasurementUnitOID=datum.unit)
    _remarks(made, datum.remarks)


def _remarks(parent: etree._Element, remarks: Iterable[odm.Remark]) -> None:
    for remark in remarks:
        made = add(parent, "Annotation", SeqNum=str(remark.number))
        add(made, "Comment", remark.text)
        if remark.flag:
            flag = add(made, "Flag")
            add(flag, "FlagValue", remark.flag, CodeListOID=odm.FLAGS.get(remark.kind, odm.FLAGS["query"])[0])
