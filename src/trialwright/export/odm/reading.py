"""ODM 1.3 and 2.0 read into a document: tolerant, by named dialects; what was not understood is listed."""

import io
from collections import Counter
from collections.abc import Iterator

import msgspec
from lxml import etree

from trialwright.export.odm import document as odm
from trialwright.export.odm.nodes import REDCAP, SPACES, UNDERSTOOD, XML, Node, offset, redcap
from trialwright.export.odm.units import without_unit_items
from trialwright.model.problem import Lost, Problem

_DIALECTS = {REDCAP: "REDCap", "http://www.openclinica.org/ns/odm_ext_v130/v3.1": "OpenClinica"}
_KNOWN = frozenset((
    "ODM", "Study", "GlobalVariables", "StudyName", "StudyDescription", "ProtocolName", "BasicDefinitions",
    "MeasurementUnit", "Symbol", "TranslatedText", "MetaDataVersion", "Protocol", "StudyEventRef", "StudyEventDef",
    "Description", "FormRef", "FormDef", "ItemGroupRef", "ItemGroupDef", "ItemRef", "ItemDef", "Question",
    "MeasurementUnitRef", "RangeCheck", "CheckValue", "ErrorMessage", "CodeListRef", "Alias", "CodeList",
    "CodeListItem", "EnumeratedItem", "Decode", "ConditionDef", "FormalExpression", "Code", "AdminData", "User",
    "LoginName", "UserName", "Location", "MetaDataVersionRef", "SignatureDef", "Meaning", "LegalReason",
    "ClinicalData", "SubjectData", "SiteRef", "StudyEventData", "FormData", "ItemGroupData", "ItemData", "Value",
    "ItemDataBase64Binary", "AuditRecord", "UserRef", "LocationRef", "DateTimeStamp", "ReasonForChange", "SourceID",
    "Signature", "SignatureRef", "Annotation", "Comment", "Flag", "FlagValue", "Query", "MethodSignature",
    "StudyStructure", "Arm", "Epoch",
))  # fmt: skip


class Read(msgspec.Struct, frozen=True):
    """A document, the dialect it was written in ("" for plain ODM), and what of the file was passed over."""

    document: odm.Document
    dialect: str
    ignored: tuple[Lost, ...]


def read(data: bytes, where: str) -> Read | Problem:
    """
    The document in an ODM file of any version 1.2 to 2.0.

    Shape:    forms that stand directly under a participant (REDCap without events) belong to one event without a name.
              Elements of other namespaces, and elements of ODM that we have no use for, are counted in `ignored`.
    Problems: TW-EXP-001 where the file is no XML or no ODM. Entities are never expanded and nothing is fetched.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.parse(io.BytesIO(data), parser).getroot()
    except etree.XMLSyntaxError as error:
        return _refused(where, f"the file is no well-formed XML (line {error.lineno or 1})")
    if etree.QName(root).localname not in ("ODM", "MetaDataVersion") or etree.QName(root).namespace not in SPACES:
        return _refused(where, f"the file begins with <{etree.QName(root).localname}>")
    dialect = next((name for space, name in _DIALECTS.items() if space in root.nsmap.values()), "")
    if not dialect and root.get("SourceSystem", "") in ("OpenEDC", "Trialwright"):
        dialect = root.get("SourceSystem", "")
    node = Node(root)
    study, admin, data_of = node.one("Study"), node.one("AdminData"), node.one("ClinicalData")
    document = odm.Document(
        kind=root.get("FileType", "Snapshot"),
        oid=root.get("FileOID", ""),
        made_at=root.get("CreationDateTime", ""),
        as_of=root.get("AsOfDateTime", ""),
        source_system=root.get("SourceSystem", ""),
        source_version=root.get("SourceSystemVersion", ""),
        metadata=_metadata(study, root),
        study=data_of.get("StudyOID") if data_of is not None else "",
        version=data_of.get("MetaDataVersionOID") if data_of is not None else "",
        people=tuple(_people(admin)),
        places=tuple(_places(admin)),
        meanings=tuple(_meanings(admin)),
        subjects=tuple(_subject(each) for each in (data_of.all("SubjectData") if data_of is not None else ())),
    )
    return Read(without_unit_items(document), dialect, tuple(_ignored(root)))


def _refused(where: str, found: str) -> Problem:
    return Problem(
        code="TW-EXP-001",
        where=where,
        found=found,
        expected="An ODM file begins with <ODM> in CDISC's namespace, version 1.2 to 2.0",
        cure="Export the project as CDISC ODM (in REDCap: Other functionality, Download metadata and data, XML)",
    )


def _ignored(root: etree._Element) -> Iterator[Lost]:
    foreign: Counter[str] = Counter()
    unused: Counter[str] = Counter()
    for element in root.iter("*"):
        name = etree.QName(element)
        if name.namespace not in SPACES:
            foreign[f"{_DIALECTS.get(name.namespace or '', name.namespace or 'no namespace')}: {name.localname}"] += 1
        elif name.localname not in _KNOWN:
            unused[name.localname] += 1
        for attribute in element.attrib:
            held = etree.QName(str(attribute))
            if str(attribute) in UNDERSTOOD:
                continue
            if held.namespace and held.namespace not in (*SPACES, XML, "http://www.w3.org/2001/XMLSchema-instance"):
                foreign[f"{_DIALECTS.get(held.namespace, held.namespace)}: @{held.localname}"] += 1
    yield from (
        Lost(f"{name} ({count})", "an extension of the system that wrote it") for name, count in sorted(foreign.items())
    )
    yield from (
        Lost(f"{name} ({count})", "an element of ODM that is not read") for name, count in sorted(unused.items())
    )


def _metadata(study: Node | None, root: etree._Element) -> odm.Metadata | None:
    version = study.one("MetaDataVersion") if study is not None else None
    if version is None:
        version = Node(root) if etree.QName(root).localname == "MetaDataVersion" else None
    if version is None:
        return None
    names = study.one("GlobalVariables") if study is not None else None
    own = study if study is not None else Node(root)
    basic = own.one("BasicDefinitions")
    groups = list(version.all("ItemGroupDef"))
    as_forms = [each for each in groups if each.get("Type") == "Form"]
    protocol = version.one("Protocol")
    structure = protocol.one("StudyStructure") if protocol is not None else None
    return odm.Metadata(
        arms=_parts(structure, "Arm"),
        epochs=_parts(structure, "Epoch"),
        study=own.get("OID"),
        study_name=names.text("StudyName") if names is not None else own.get("StudyName"),
        protocol_name=names.text("ProtocolName") if names is not None else own.get("ProtocolName"),
        study_description=names.text("StudyDescription") if names is not None else _first(own.words("Description")),
        oid=version.get("OID"),
        name=version.get("Name"),
        units=tuple(
            odm.Unit(oid=each.get("OID"), name=each.get("Name"), symbol=each.words("Symbol"))
            for each in (basic.all("MeasurementUnit") if basic is not None else ())
        ),
        events=tuple(_event_def(each) for each in version.all("StudyEventDef")),
        forms=tuple(_form_def(each) for each in (*version.all("FormDef"), *as_forms)),
        groups=tuple(_group_def(each) for each in groups if each.get("Type") != "Form"),
        items=tuple(_item_def(each) for each in version.all("ItemDef")),
        lists=tuple(_list_def(each) for each in version.all("CodeList")),
        conditions=tuple(_condition(each) for each in version.all("ConditionDef")),
    )


def _parts(structure: Node | None, kind: str) -> tuple[odm.Part, ...]:
    found = structure.all(kind) if structure is not None else ()
    return tuple(
        odm.Part(oid=each.get("OID"), name=each.get("Name"), words=each.words("Description")) for each in found
    )


def _first(words: odm.Words) -> str:
    return next(iter(words.values()), "")


def _repeats(node: Node) -> bool:
    return node.get("Repeating") not in ("", "No")


def _event_def(node: Node) -> odm.Event:
    forms = [each.get("FormOID") or each.get("ItemGroupOID") for each in node.all("FormRef", "ItemGroupRef")]
    return odm.Event(
        oid=node.get("OID"), name=node.get("Name"), forms=tuple(forms), repeating=_repeats(node), kind=node.get("Type"),
        words=node.words("Description"), day=offset(node, "DayOffset"), early=offset(node, "OffsetMin") or 0,
        late=offset(node, "OffsetMax") or 0,
    )  # fmt: skip


def _form_def(node: Node) -> odm.Form:
    groups = tuple(each.get("ItemGroupOID") for each in node.all("ItemGroupRef"))
    return odm.Form(
        oid=node.get("OID"),
        name=node.get("Name"),
        groups=groups,
        repeating=_repeats(node),
        words=node.words("Description"),
    )


def _group_def(node: Node) -> odm.Group:
    uses = [
        odm.ItemUse(
            item=each.get("ItemOID"),
            mandatory=each.get("Mandatory") == "Yes",
            condition=each.get("CollectionExceptionConditionOID"),
            unit_item=each.get("UnitsItemOID"),
        )
        for each in node.all("ItemRef")
    ]
    return odm.Group(
        oid=node.get("OID"),
        name=node.get("Name"),
        items=tuple(uses),
        repeating=_repeats(node),
        words=node.words("Description"),
    )


def _item_def(node: Node) -> odm.Item:
    listed = node.one("CodeListRef")
    return odm.Item(
        oid=node.get("OID"),
        name=node.get("Name"),
        data_type=node.get("DataType"),
        length=int(node.get("Length")) if node.get("Length").isdecimal() else 0,
        digits=_digits(node),
        question=node.words("Question"),
        description=node.words("Description"),
        units=tuple(each.get("MeasurementUnitOID") for each in node.all("MeasurementUnitRef")),
        checks=tuple(
            odm.RangeCheck(
                comparator=each.get("Comparator"),
                values=tuple((value.element.text or "").strip() for value in each.all("CheckValue")),
                soft=each.get("SoftHard") != "Hard",
                message=each.words("ErrorMessage"),
            )
            for each in node.all("RangeCheck")
        ),
        codes=listed.get("CodeListOID") if listed is not None else "",
        aliases=tuple((each.get("Context"), each.get("Name")) for each in node.all("Alias")),
        shown_when=redcap(node, "BranchingLogic"),
        identifying=redcap(node, "Identifier") == "y",
    )


def _digits(node: Node) -> int:
    """SignificantDigits; in ODM 2.0 what follows the point of the display format ("18.1")."""
    told = node.get("SignificantDigits") or node.get("DisplayFormat").partition(".")[2]
    return int(told) if told.isdecimal() else 0


def _list_def(node: Node) -> odm.CodeList:
    return odm.CodeList(
        oid=node.get("OID"),
        name=node.get("Name"),
        data_type=node.get("DataType") or "text",
        items=tuple(
            odm.CodedItem(code=each.get("CodedValue"), words=each.words("Decode"))
            for each in node.all("CodeListItem", "EnumeratedItem")
        ),
    )


def _condition(node: Node) -> odm.Condition:
    formal = node.one("FormalExpression")
    text = "" if formal is None else formal.text("Code") or (formal.element.text or "").strip()
    return odm.Condition(
        oid=node.get("OID"), name=node.get("Name"), words=node.words("Description"), expression=text,
        context=formal.get("Context") if formal is not None else "",
    )  # fmt: skip


def _people(admin: Node | None) -> Iterator[odm.Person]:
    for each in admin.all("User") if admin is not None else ():
        yield odm.Person(oid=each.get("OID"), login=each.text("LoginName") or each.text("UserName"))


def _places(admin: Node | None) -> Iterator[odm.Place]:
    for each in admin.all("Location") if admin is not None else ():
        yield odm.Place(oid=each.get("OID"), name=each.get("Name"))


def _meanings(admin: Node | None) -> Iterator[odm.Meaning]:
    for each in admin.all("SignatureDef") if admin is not None else ():
        yield odm.Meaning(oid=each.get("OID"), meaning=each.text("Meaning"), legal=each.text("LegalReason"))


def _moves(node: Node) -> odm.Transaction:
    told = node.get("TransactionType")
    return msgspec.convert(told, odm.Transaction) if told in ("Insert", "Update", "Remove", "Upsert", "Context") else ""


def _subject(node: Node) -> odm.SubjectData:
    site = node.one("SiteRef")
    loose = list(node.all("FormData"))
    events = [_event(each) for each in node.all("StudyEventData")]
    if loose:
        events.append(odm.EventData(event="", forms=tuple(_form(each) for each in loose)))
    return odm.SubjectData(
        key=node.get("SubjectKey"), site=site.get("LocationOID") if site is not None else "", events=tuple(events),
        remarks=tuple(_remarks(node)), transaction=_moves(node),
    )  # fmt: skip


def _event(node: Node) -> odm.EventData:
    return odm.EventData(
        event=node.get("StudyEventOID"), repeat=node.get("StudyEventRepeatKey"),
        forms=tuple(_form(each) for each in node.all("FormData", "ItemGroupData")), signature=_signing(node),
        remarks=tuple(_remarks(node)), transaction=_moves(node),
    )  # fmt: skip


def _form(node: Node) -> odm.FormData:
    direct = list(node.all("ItemData"))
    groups = [_group(each) for each in node.all("ItemGroupData")]
    if direct:  # ODM 2.0: values that stand in the form itself
        groups.append(odm.GroupData(group=node.get("ItemGroupOID"), data=tuple(_datum(each) for each in direct)))
    return odm.FormData(
        form=node.get("FormOID") or node.get("ItemGroupOID"),
        repeat=node.get("FormRepeatKey") or node.get("ItemGroupRepeatKey"),
        groups=tuple(groups), signature=_signing(node),
        remarks=tuple(_remarks(node)), transaction=_moves(node),
    )  # fmt: skip


def _group(node: Node) -> odm.GroupData:
    return odm.GroupData(
        group=node.get("ItemGroupOID"), repeat=node.get("ItemGroupRepeatKey"),
        data=tuple(_datum(each) for each in node.all("ItemData", "ItemDataBase64Binary")), transaction=_moves(node),
    )  # fmt: skip


def _datum(node: Node) -> odm.Datum:
    unit, held = node.one("MeasurementUnitRef"), node.one("Value")
    value: str | None = node.element.get("Value")
    audited = node.one("AuditRecord")
    if value is None and held is not None:
        value = held.element.text or ""
    if value is None and etree.QName(node.element).localname == "ItemDataBase64Binary":
        value = (node.element.text or "").strip()
    return odm.Datum(
        item=node.get("ItemOID"), value=None if node.get("IsNull") == "Yes" else value,
        unit=unit.get("MeasurementUnitOID") if unit is not None else "", transaction=_moves(node), audit=_audit(node),
        source=audited.text("SourceID") if audited is not None else "", remarks=tuple(_remarks(node)),
    )  # fmt: skip


def _audit(node: Node) -> odm.Audit | None:
    record = node.one("AuditRecord")
    if record is None:
        return None
    user, place = record.one("UserRef"), record.one("LocationRef")
    return odm.Audit(
        user=user.get("UserOID") if user is not None else "",
        location=place.get("LocationOID") if place is not None else "",
        at=record.text("DateTimeStamp"), reason=record.text("ReasonForChange"),
    )  # fmt: skip


def _signing(node: Node) -> odm.Signing | None:
    signed = node.one("Signature")
    if signed is None:
        return None
    user, place, meaning = signed.one("UserRef"), signed.one("LocationRef"), signed.one("SignatureRef")
    return odm.Signing(
        user=user.get("UserOID") if user is not None else "",
        location=place.get("LocationOID") if place is not None else "",
        meaning=meaning.get("SignatureOID") if meaning is not None else "", at=signed.text("DateTimeStamp"),
    )  # fmt: skip


_STATES = {"Open": "open", "Answered": "answered", "Closed": "closed"}
_KINDS = {oid: kind for kind, (oid, _, _) in odm.FLAGS.items()}


def _remarks(node: Node) -> Iterator[odm.Remark]:
    for each in node.all("Annotation"):
        flag = each.one("Flag")
        value = flag.one("FlagValue") if flag is not None else None
        comment = each.one("Comment")
        said = (
            ""
            if comment is None
            else (comment.element.text or "").strip() or _first(Node(each.element).words("Comment"))
        )
        yield odm.Remark(
            number=int(each.get("SeqNum") or 1), text=said,
            flag=(value.element.text or "").strip() if value is not None else "",
            kind=_KINDS.get(value.get("CodeListOID"), "") if value is not None else "",
        )  # fmt: skip
    for each in node.all("Query"):
        state = _STATES.get(each.get("State"), each.get("State").lower())
        number = int(each.get("Name")) if each.get("Name").isdecimal() else 1
        yield odm.Remark(number=number, text=each.text("Value"), flag=state, kind="query")
