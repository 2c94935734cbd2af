"""Analysis results metadata (ARM 1.0): which lines stand behind a table."""

from collections.abc import Sequence

import msgspec
from lxml import etree

from trialwright.export.define_xml.names import ARM, DEF, add, described


class AnalysisResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result of a display: the dataset, which of its lines (variable, values), the variables, and the method."""

    oid: str
    title: str
    purpose: str
    dataset: str
    where: tuple[tuple[str, tuple[str, ...]], ...]
    variables: tuple[str, ...]
    says: str


class ResultDisplay(msgspec.Struct, frozen=True, kw_only=True):
    """A table or figure and its results."""

    oid: str
    name: str
    title: str
    results: tuple[AnalysisResult, ...]


def result_clauses(displays: Sequence[ResultDisplay]) -> list[etree._Element]:
    """The where-clauses that results refer to; they stand before the datasets."""
    clauses = []
    for display in displays:
        for result in display.results:
            if not result.where:
                continue
            clause = etree.Element(f"{{{DEF}}}WhereClauseDef", OID=f"WC.{result.oid}")
            for name, values in result.where:
                check = add(clause, "RangeCheck", Comparator="IN" if len(values) > 1 else "EQ", SoftHard="Soft")
                check.set(f"{{{DEF}}}ItemOID", f"IT.{result.dataset}.{name}")
                for value in values:
                    add(check, "CheckValue").text = value
            clauses.append(clause)
    return clauses


def add_results(version: etree._Element, displays: Sequence[ResultDisplay]) -> None:
    """
    The displays as the last part of the metadata.

    Source: CDISC Analysis Results Metadata 1.0 for Define-XML (schema of the clinical-standards-toolkit repository).
    """
    if not displays:
        return
    whole = add(version, "AnalysisResultDisplays", space=ARM)
    for display in displays:
        shown = add(whole, "ResultDisplay", space=ARM, OID=display.oid, Name=display.name)
        described(shown, display.title)
        for result in display.results:
            _result(shown, result)


def _result(shown: etree._Element, result: AnalysisResult) -> None:
    told = add(shown, "AnalysisResult", space=ARM, OID=result.oid)
    if any(name == "PARAMCD" for name, _ in result.where):
        told.set("ParameterOID", f"IT.{result.dataset}.PARAMCD")
    told.set("AnalysisReason", "SPECIFIED IN SAP")
    told.set("AnalysisPurpose", result.purpose)
    described(told, result.title)
    among = add(
        add(told, "AnalysisDatasets", space=ARM), "AnalysisDataset", space=ARM, ItemGroupOID=f"IG.{result.dataset}"
    )
    if result.where:
        add(among, "WhereClauseRef", space=DEF, WhereClauseOID=f"WC.{result.oid}")
    for name in result.variables:
        add(among, "AnalysisVariable", space=ARM, ItemOID=f"IT.{result.dataset}.{name}")
    described(add(told, "Documentation", space=ARM), result.says)
