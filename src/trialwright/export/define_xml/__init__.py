"""Define-XML 2.1: what stands in the datasets, where each value comes from, and which terms it may take."""

from collections.abc import Collection, Iterable, Sequence

import msgspec
from lxml import etree

from trialwright.export.datasets import Dataset, Variable
from trialwright.export.define_xml.forms import FORMS, INVESTIGATOR, Forms, refer
from trialwright.export.define_xml.lists import CT, OWN_CT, code_lists
from trialwright.export.define_xml.names import DEF, NAMESPACES, ODM, WITH_RESULTS, XLINK, add, described
from trialwright.export.define_xml.results import ResultDisplay, add_results, result_clauses
from trialwright.export.define_xml.values import TESTED, value_lists, value_method_oid
from trialwright.export.terminology import terminology_version

GUIDE = "STD.IG"
_CLASSES = {
    "Events": "EVENTS", "Findings": "FINDINGS", "Findings About": "FINDINGS ABOUT", "Interventions": "INTERVENTIONS",
    "Special-Purpose": "SPECIAL PURPOSE", "Relationship": "RELATIONSHIP", "Trial Design": "TRIAL DESIGN",
}  # fmt: skip
_ROLES = ("Identifier", "Topic", "Timing")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What one Define-XML says of itself: the study, the guide it follows, and the moment of its data."""

    study: str
    title: str
    build: int
    guide: str  # SDTMIG
    guide_version: str
    made_at: str
    terminology: str = "SDTM"  # whose C-codes the code lists have
    own_terminology: tuple[str, str] | None = None  # the guide's own set and version, where it has one beside it
    purpose: str = "Tabulation"
    file_type: str = "json"
    displays: tuple[ResultDisplay, ...] = ()  # of an analysis: which lines stand behind its tables
    forms: Forms | None = None  # the annotated forms that lie beside the data

    @property
    def oid(self) -> str:
        return f"MDV.{self.study}.{self.build}"


def write(datasets: Sequence[Dataset], metadata: Metadata) -> bytes:
    """
    `define.xml` for these datasets.

    Shape:   one ItemGroupDef a dataset, one ItemDef a variable, code lists of the terms that occur (a sponsor's own are
             marked as such), a method for every derived variable, value-level metadata for results and supplements.
    Source:  CDISC Define-XML 2.1 (schema of the clinical-standards-toolkit repository).
    """
    root = etree.Element(f"{{{ODM}}}ODM", nsmap=WITH_RESULTS if metadata.displays else NAMESPACES)
    for name, value in (
        ("ODMVersion", "1.3.2"), ("FileType", "Snapshot"), ("FileOID", f"DEFINE.{metadata.study}.{metadata.build}"),
        ("CreationDateTime", metadata.made_at), ("AsOfDateTime", metadata.made_at), ("Originator", "Trialwright"),
        (f"{{{DEF}}}Context", "Other"),
    ):  # fmt: skip
        root.set(name, value)
    study = add(root, "Study", OID=f"STD.{metadata.study}")
    names = add(study, "GlobalVariables")
    for tag, text in (
        ("StudyName", metadata.study), ("StudyDescription", metadata.title), ("ProtocolName", metadata.study),
    ):  # fmt: skip
        add(names, tag).text = text
    version = add(
        study, "MetaDataVersion", OID=metadata.oid, Name=f"{metadata.study}, build {metadata.build}",
        Description=f"{metadata.guide} {metadata.guide_version}",
    )  # fmt: skip
    version.set(f"{{{DEF}}}DefineVersion", "2.1.0")
    _standards(version, metadata)
    if metadata.forms is not None:
        add(add(version, "AnnotatedCRF", space=DEF), "DocumentRef", space=DEF, leafID=FORMS)
    values = value_lists(version, datasets, metadata.forms)
    for clause in result_clauses(metadata.displays):
        version.append(clause)
    for dataset in datasets:
        _group(version, dataset, metadata)
    lists = code_lists(datasets)
    for dataset in datasets:
        for variable in dataset.variables:
            item = _item(version, dataset, variable, lists.by_variable.get((dataset.name, variable.name), ""))
            _origin(item, dataset, variable, metadata.forms)
            if TESTED.match(dataset, variable.name):
                add(item, "ValueListRef", space=DEF, ValueListOID=f"VL.{dataset.name}.{variable.name}")
    for item in values:
        version.append(item)
    for each in lists.elements:
        version.append(each)
    _methods(version, datasets)
    _comments(version, datasets)
    if metadata.forms is not None:
        _leaf(version, FORMS, metadata.forms.file)
    add_results(version, metadata.displays)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _standards(version: etree._Element, metadata: Metadata) -> None:
    standards = add(version, "Standards", space=DEF)
    add(
        standards, "Standard", space=DEF, OID=GUIDE, Name=metadata.guide, Type="IG", Version=metadata.guide_version,
        Status="Final",
    )  # fmt: skip
    add(
        standards, "Standard", space=DEF, OID=CT, Name="CDISC/NCI", Type="CT", PublishingSet=metadata.terminology,
        Version=terminology_version(), Status="Final",
    )  # fmt: skip
    if metadata.own_terminology:
        add(
            standards, "Standard", space=DEF, OID=OWN_CT, Name="CDISC/NCI", Type="CT",
            PublishingSet=metadata.own_terminology[0], Version=metadata.own_terminology[1], Status="Final",
        )  # fmt: skip


def _group(version: etree._Element, dataset: Dataset, metadata: Metadata) -> None:
    design = dataset.kind == "Trial Design"
    group = add(
        version, "ItemGroupDef", OID=f"IG.{dataset.name}", Name=dataset.name, Repeating=_repeating(dataset),
        IsReferenceData="Yes" if design else "No", SASDatasetName=dataset.name, Purpose=metadata.purpose,
    )  # fmt: skip
    if metadata.purpose == "Tabulation":
        group.set("Domain", dataset.name.removeprefix("SUPP"))
    group.set(f"{{{DEF}}}Structure", dataset.structure)
    group.set(f"{{{DEF}}}StandardOID", GUIDE)
    group.set(f"{{{DEF}}}ArchiveLocationID", f"LF.{dataset.name}")
    described(group, dataset.label)
    kept = {each.name for each in dataset.variables}
    keys = {name: at for at, name in enumerate((key for key in dataset.keys if key in kept), 1)}
    for at, variable in enumerate(dataset.variables, 1):
        ref = add(
            group, "ItemRef", ItemOID=f"IT.{dataset.name}.{variable.name}", OrderNumber=str(at),
            Mandatory="Yes" if variable.core == "Req" else "No",
        )  # fmt: skip
        if variable.name in keys:
            ref.set("KeySequence", str(keys[variable.name]))
        if variable.method:
            ref.set("MethodOID", method_oid(dataset, variable))
        if variable.role:
            ref.set("Role", variable.role)
    named = add(group, "Class", space=DEF, Name=_CLASSES.get(dataset.kind, dataset.kind))
    if dataset.name == "ADAE":
        add(named, "SubClass", space=DEF, Name="ADVERSE EVENT")
    _leaf(group, f"LF.{dataset.name}", f"{dataset.name.lower()}.{metadata.file_type}")


def _leaf(parent: etree._Element, oid: str, file: str) -> None:
    leaf = add(parent, "leaf", space=DEF, ID=oid)
    leaf.set(f"{{{XLINK}}}href", file)
    add(leaf, "title", space=DEF).text = file


def _repeating(dataset: Dataset) -> str:
    return "No" if dataset.name in ("DM", "ADSL") else "Yes"


def method_oid(dataset: Dataset, variable: Variable) -> str:
    return f"MT.{dataset.name}.{variable.name}"


def _item(version: etree._Element, dataset: Dataset, variable: Variable, codes: str) -> etree._Element:
    item = add(version, "ItemDef", OID=f"IT.{dataset.name}.{variable.name}", Name=variable.name)
    texts = dataset.texts(variable.name)
    kind, length = data_type(variable, texts)
    item.set("SASFieldName", variable.name)
    item.set("DataType", kind)
    if length:
        item.set("Length", str(length))
    if kind == "float":
        item.set("SignificantDigits", str(_decimals(texts)))
    if variable.kind == "date":
        item.set(f"{{{DEF}}}DisplayFormat", "DATE9.")
    if variable.comment:
        item.set(f"{{{DEF}}}CommentOID", f"COM.{dataset.name}.{variable.name}")
    described(item, variable.label)
    if codes:
        add(item, "CodeListRef", CodeListOID=codes)
    return item


def _origin(item: etree._Element, dataset: Dataset, variable: Variable, forms: Forms | None) -> None:
    """
    Where a value comes from, in Define-XML's words, and who gave it; of a collected one also the pages that ask for it.

    Shape:   one origin for each who gives values of the variable: participants and investigators may share one.
    """
    asked = forms.by_source(dataset.name, variable.name) if variable.origin == "Collected" and forms else {}
    for source, pages in (asked or {_giver(variable): ()}).items():
        told = add(item, "Origin", space=DEF, Type=variable.origin)
        if variable.origin == "Predecessor":
            described(told, variable.source)
        elif source:
            told.set("Source", source)
        refer(told, pages)


def _giver(variable: Variable) -> str:
    """Who gave the values of a variable that no form asks for; nobody where there are none."""
    if variable.source or variable.origin in ("Not Available", "Predecessor"):
        return variable.source
    return INVESTIGATOR if variable.origin == "Collected" else "Sponsor"


def data_type(variable: Variable, held: Collection[str]) -> tuple[str, int]:
    """The data type of a variable and its length (0 where the type has none), as its values show them."""
    if variable.kind == "date":
        return "date", 0
    if variable.kind == "integer":
        return "integer", max((len(text) for text in held), default=1)
    if variable.kind == "float":
        return "float", max((len(text) for text in held), default=1)
    if variable.name.endswith("DTC") or variable.name.endswith("DT"):
        whole = all(len(text) == 10 for text in held)
        return ("date" if whole else "partialDate"), 0
    return "text", max((len(text) for text in held), default=1)


def _decimals(texts: Iterable[str]) -> int:
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def _methods(version: etree._Element, datasets: Sequence[Dataset]) -> None:
    for dataset in datasets:
        for variable in dataset.variables:
            if variable.method:
                method = add(
                    version, "MethodDef", OID=method_oid(dataset, variable), Type="Computation",
                    Name=f"Algorithm of {dataset.name}.{variable.name}",
                )  # fmt: skip
                described(method, variable.method)
        for test, text in dataset.tests.items():
            if text and TESTED.pair(dataset) is not None:
                method = add(
                    version, "MethodDef", OID=value_method_oid(dataset, test), Type="Computation",
                    Name=f"Algorithm of {dataset.name}.{test}",
                )  # fmt: skip
                described(method, text)


def _comments(version: etree._Element, datasets: Sequence[Dataset]) -> None:
    for dataset in datasets:
        for variable in dataset.variables:
            if variable.comment:
                oid = f"COM.{dataset.name}.{variable.name}"
                described(add(version, "CommentDef", space=DEF, OID=oid), variable.comment)


__all__ = ["Forms", "Metadata", "write"]
