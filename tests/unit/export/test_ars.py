"""
The analysis results against the standard's published model.

Classes, their keys, which must be there, and the words of its lists: read off ars_ldm.schema.json of the repository
cdisc-org/analysis-results-standard, commit cf0aedf (4 February 2025). `KEYS` names a class's keys, "!" those that must
be there; `HOLDS` the class that stands under a key. Every class refuses keys that it does not know.
"""

import json
from functools import cache

from support.results import people, read_small
from trialwright.export import ars

KEYS = {
    "ReportingEvent": "id! name! mainListOfContents! version description analysisSets analysisGroupings methods "
    "analyses outputs",
    "ListOfContents": "name! contentsList! description label",
    "NestedList": "listItems",
    "OrderedListItem": "level! order! name! analysisId outputId description label sublist",
    "AnalysisSet": "id! name! level! order! label description condition compoundExpression",
    "GroupingFactor": "id! name! dataDriven! groups label description groupingDataset groupingVariable",
    "Group": "id! name! level! order! label description condition compoundExpression",
    "AnalysisMethod": "id! name! operations! description label codeTemplate documentRefs",
    "Operation": "id! name! order! label description resultPattern referencedOperationRelationships",
    "Analysis": "id! name! reason! purpose! methodId! description label version analysisSetId dataset variable results "
    "dataSubsetId categoryIds documentRefs orderedGroupings programmingCode referencedAnalysisOperations",
    "OrderedGroupingFactor": "order! groupingId! resultsByGroup!",
    "OperationResult": "operationId! rawValue formattedValue resultGroups",
    "ResultGroup": "groupingId! groupId groupValue",
    "Term": "controlledTerm! sponsorTermId",
    "Output": "id! name! displays! version description label fileSpecifications categoryIds documentRefs "
    "programmingCode",
    "OrderedDisplay": "order! display!",
    "OutputDisplay": "id! name! displayTitle displaySections description label version",
    "DisplaySection": "sectionType orderedSubSections",
    "OrderedSubSection": "order! subSection!",
    "DisplaySubSection": "id! text!",
    "OutputFile": "name! fileType location style description label",
}
HOLDS = {
    "mainListOfContents": "ListOfContents", "contentsList": "NestedList", "listItems": "OrderedListItem",
    "analysisSets": "AnalysisSet", "analysisGroupings": "GroupingFactor", "groups": "Group",
    "methods": "AnalysisMethod", "operations": "Operation", "analyses": "Analysis", "reason": "Term",
    "purpose": "Term", "orderedGroupings": "OrderedGroupingFactor", "results": "OperationResult",
    "resultGroups": "ResultGroup", "outputs": "Output", "displays": "OrderedDisplay", "display": "OutputDisplay",
    "displaySections": "DisplaySection", "orderedSubSections": "OrderedSubSection",
    "subSection": "DisplaySubSection", "fileSpecifications": "OutputFile", "fileType": "Term",
}  # fmt: skip
TERMS = {
    "reason": {"SPECIFIED IN PROTOCOL", "SPECIFIED IN SAP", "DATA DRIVEN", "REQUESTED BY REGULATORY AGENCY"},
    "purpose": {"PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE"},
    "fileType": {"pdf", "rtf", "txt"},
    "sectionType": {"Header", "Title", "Rowlabel Header", "Legend", "Abbreviation", "Footnote", "Footer"},
}
KINDS = {"level": int, "order": int, "version": int, "dataDriven": bool, "resultsByGroup": bool}


@cache
def event():
    small = read_small(people(7), simulated=True)
    return json.loads(ars.write(small.study, small.snapshot, small.rows)["reporting-event.json"])


def faults(value, name, at="event"):
    """What the model would refuse: an unknown or absent key, a value of another kind, a word of no list."""
    keys = KEYS[name].split()
    found = [f"{at}: unknown {k}" for k in value if k not in {key.rstrip("!") for key in keys}]
    found += [f"{at}: no {k[:-1]}" for k in keys if k.endswith("!") and k[:-1] not in value]
    for key, each in value.items():
        if key in HOLDS:
            parts = each if isinstance(each, list) else [each]
            found += [f for n, part in enumerate(parts) for f in faults(part, HOLDS[key], f"{at}.{key}[{n}]")]
            each = each.get("controlledTerm") if HOLDS[key] == "Term" else each
        elif type(each) is not KINDS.get(key, str):
            found.append(f"{at}.{key}: {each!r}")
        found += [f"{at}.{key}: {each!r}"] if key in TERMS and each not in TERMS[key] else []
    return found


def test_the_results_keep_to_the_published_model():
    assert faults(event(), "ReportingEvent") == []


def test_the_reading_of_the_model_refuses_what_it_should():
    broken = {"name": "x", "mainListOfContents": {"name": "x", "contentsList": {}}, "outcome": 1}

    assert set(faults(broken, "ReportingEvent")) == {"event: unknown outcome", "event.outcome: 1", "event: no id"}


def test_every_id_is_there_once_and_every_reference_leads_to_one():
    told = event()
    groups = [g["id"] for factor in told["analysisGroupings"] for g in factor["groups"]]
    operations = [o["id"] for method in told["methods"] for o in method["operations"]]
    ids = {
        "methodId": [m["id"] for m in told["methods"]],
        "analysisSetId": [s["id"] for s in told["analysisSets"]],
        "groupingId": [f["id"] for f in told["analysisGroupings"]],
        "outputId": [o["id"] for o in told["outputs"]],
        "groupId": groups,
        "operationId": operations,
    }
    assert {name: len(found) - len(set(found)) for name, found in ids.items()} == dict.fromkeys(ids, 0)

    def references(value):
        for key, each in value.items() if isinstance(value, dict) else ():
            yield from [(key, each)] if key in ids else references(each)
        for each in value if isinstance(value, list) else ():
            yield from references(each)

    assert [(key, to) for key, to in references(told) if to not in set(ids[key])] == []


def test_a_result_without_a_value_has_no_raw_value():
    small = read_small(people(7), simulated=True)
    empty = {row.cell for row in small.rows if row.value is None}
    results = [each for analysis in event()["analyses"] for each in analysis["results"]]

    assert len([each for each in results if "rawValue" not in each]) == len(empty) > 0
