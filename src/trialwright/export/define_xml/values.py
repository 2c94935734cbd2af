"""Value-level metadata: one item for each test of a findings domain and each supplemental qualifier."""

from collections.abc import Mapping, Sequence

import msgspec
from lxml import etree

from trialwright.export.datasets import Cell, Dataset, OriginType
from trialwright.export.define_xml.forms import INVESTIGATOR, Forms, refer
from trialwright.export.define_xml.names import DEF, add, described, made


class Tested(msgspec.Struct, frozen=True):
    """Which variable is described test by test: --ORRES by --TESTCD, QVAL by QNAM."""

    def match(self, dataset: Dataset, name: str) -> bool:
        """Whether this variable has value-level metadata."""
        return self.pair(dataset) is not None and self.pair(dataset) == (name, self.by(dataset))

    def pair(self, dataset: Dataset) -> tuple[str, str] | None:
        names = {each.name for each in dataset.variables}
        if "QNAM" in names:
            return "QVAL", "QNAM"
        if {"PARAMCD", "AVAL"} <= names:
            return "AVAL", "PARAMCD"
        by, of = f"{dataset.name}TESTCD", f"{dataset.name}ORRES"
        return (of, by) if {by, of} <= names else None

    def by(self, dataset: Dataset) -> str:
        found = self.pair(dataset)
        return found[1] if found is not None else ""


TESTED = Tested()


def value_lists(
    version: etree._Element, datasets: Sequence[Dataset], forms: Forms | None = None
) -> list[etree._Element]:
    """Value lists and where-clauses put into `version`; the items they name are given back, for they stand later."""
    items: list[etree._Element] = []
    clauses: list[etree._Element] = []
    for dataset in datasets:
        pair = TESTED.pair(dataset)
        if pair is None:
            continue
        of, by = pair
        listed = add(version, "ValueListDef", space=DEF, OID=f"VL.{dataset.name}.{of}")
        for at, (test, name, values) in enumerate(_tests(dataset, of, by), 1):
            oid = f"{dataset.name}.{of}.{test}"
            ref = add(listed, "ItemRef", ItemOID=f"IT.{oid}", OrderNumber=str(at), Mandatory="No")
            if dataset.tests.get(test):
                ref.set("MethodOID", value_method_oid(dataset, test))
            add(ref, "WhereClauseRef", space=DEF, WhereClauseOID=f"WC.{oid}")
            clauses.append(_clause(dataset, by, test, oid))
            asked = forms.by_source(dataset.name, of, test) if forms is not None else {}
            origin: OriginType = "Derived" if by == "PARAMCD" else "Collected"
            giver = {"Sponsor" if by == "PARAMCD" else INVESTIGATOR: ()}
            items.append(_item(oid, test, name, values, origin=origin, asked=asked or giver))
    for clause in clauses:
        version.append(clause)
    return items


def _tests(dataset: Dataset, of: str, by: str) -> list[tuple[str, str, list[str]]]:
    labelled = {"QNAM": "QLABEL", "PARAMCD": "PARAM"}.get(by, f"{dataset.name}TEST")
    held: dict[str, tuple[str, list[str]]] = {}
    texts = [None if cell is None else str(cell) for cell in dataset.column(of)]
    rows = dict.fromkeys(zip(dataset.column(by), dataset.column(labelled), texts, strict=True))
    for test, name, value in rows:
        _, values = held.setdefault(str(test), (str(name), []))
        if value is not None:
            values.append(value)
    return [(test, name, values) for test, (name, values) in sorted(held.items())]


def _clause(dataset: Dataset, by: str, test: str, oid: str) -> etree._Element:
    clause = etree.Element(f"{{{DEF}}}WhereClauseDef", OID=f"WC.{oid}")
    check = add(clause, "RangeCheck", Comparator="EQ", SoftHard="Soft")
    check.set(f"{{{DEF}}}ItemOID", f"IT.{dataset.name}.{by}")
    add(check, "CheckValue").text = test
    return clause


def value_method_oid(dataset: Dataset, test: str) -> str:
    """The method by which the values of one parameter were worked out."""
    return f"MT.{dataset.name}.{test}"


def _item(
    oid: str,
    test: str,
    name: str,
    values: Sequence[Cell],
    *,
    origin: OriginType,
    asked: Mapping[str, Sequence[int]],
) -> etree._Element:
    texts = [str(value) for value in values]
    item = made("ItemDef", OID=f"IT.{oid}", Name=test)
    kind = _kind(texts)
    item.set("DataType", kind)
    item.set("Length", str(max((len(text) for text in texts), default=1)))
    if kind == "float":
        item.set("SignificantDigits", str(max(len(text.partition(".")[2]) for text in texts)))
    described(item, name)
    for source, pages in asked.items():
        told = add(item, "Origin", space=DEF, Type=origin)
        told.set("Source", source)
        refer(told, pages)
    return item


def _kind(texts: Sequence[str]) -> str:
    if not texts or not all(_is_number(text) for text in texts):
        return "text"
    return "float" if any("." in text for text in texts) else "integer"


def _is_number(text: str) -> bool:
    head, _, tail = text.removeprefix("-").partition(".")
    return head.isdigit() and (tail.isdigit() or (not tail and "." not in text))
