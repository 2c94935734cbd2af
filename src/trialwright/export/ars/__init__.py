"""CDISC Analysis Results Standard: the result rows as a reporting event in ARS 1.0 JSON."""

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import formatted_rows
from trialwright.export.files import File, as_files
from trialwright.export.formats import Format, Source
from trialwright.model.analysis import ResultRow
from trialwright.model.ledger import Snapshot
from trialwright.model.study import DisplayUse, Study
from trialwright.model.text import Text

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

LOST: tuple[tuple[str, str], ...] = (
    ("the way from a result to its datapoints", "ARS has no place for record ids; results.json carries them"),
    ("exact fractions", "a raw value is a text in ARS: the fraction in lowest terms stands there as it is"),
    ("why a result has no value", "a result without a value has no raw value; the reason stands at its analysis"),
    ("warnings and assumptions of a row", "they stand in the description of its analysis, not beside the number"),
)
"""What ARS cannot carry, and why."""

EVERYBODY = "AnalysisSet_enrolled"
_REASON = {"controlledTerm": "SPECIFIED IN SAP"}
_PURPOSE = {"primary": "PRIMARY OUTCOME MEASURE", "secondary": "SECONDARY OUTCOME MEASURE"}


def write(study: Study, snapshot: Snapshot, rows: Sequence[ResultRow]) -> dict[str, bytes]:
    """
    `reporting-event.json`: one output a display, one analysis a display, method an analysis, operation a statistic.

    Shape:  ids are made from names, so that the same definition gives the same ids in every build; a result names the
            line of its table by a result group.
    Source: CDISC ARS 1.0 model (ReportingEvent, Output, Analysis, AnalysisMethod, Operation, OperationResult), seen:
            secondary (the published LinkML model, from its documentation).
    """
    by_display = {use.number: [row for row in rows if row.display == use.number] for use in study.displays}
    event: dict[str, Json] = {
        "id": f"{study.name}-build-{study.build}",
        "name": f"{study.title.en}: results",
        "version": study.build,
        "description": f"Definition {study.hash}, snapshot {snapshot.hash}",
        "mainListOfContents": {"name": "Displays", "contentsList": {"listItems": _contents(study)}},
        "analysisSets": _sets(study),
        "analysisGroupings": [_grouping(use, by_display[use.number]) for use in study.displays],
        "methods": [_method(use, by_display[use.number]) for use in study.displays],
        "analyses": [_analysis(study, use, by_display[use.number]) for use in study.displays],
        "outputs": [_output(use) for use in study.displays],
    }
    return {"reporting-event.json": (json.dumps(event, ensure_ascii=False, indent=1) + "\n").encode()}


def _contents(study: Study) -> list[Json]:
    return [
        {"level": 1, "order": order, "name": use.title.en, "outputId": f"Out_{use.number}"}
        for order, use in enumerate(study.displays, 1)
    ]


def _sets(study: Study) -> list[Json]:
    declared: list[Json] = [
        {"id": f"AnalysisSet_{each.name}", "name": each.title.en, "label": each.says, "level": 1, "order": order}
        for order, each in enumerate(study.analysis_sets, 2)
    ]
    return [{"id": EVERYBODY, "name": "Enrolled participants", "level": 1, "order": 1}, *declared]


def _lines(rows: Sequence[ResultRow]) -> dict[str, str]:
    return {row.row: row.label for row in reversed(rows)}


def _grouping(use: DisplayUse, rows: Sequence[ResultRow]) -> dict[str, Json]:
    labels = _lines(rows)
    names = list(dict.fromkeys(row.row for row in rows))
    return {
        "id": f"Grp_{use.number}",
        "name": f"Lines of {use.number}",
        "dataDriven": False,
        "groups": [
            {"id": f"Grp_{use.number}_{name}", "name": labels[name] or name, "level": 1, "order": order}
            for order, name in enumerate(names, 1)
        ],
    }


def _method(use: DisplayUse, rows: Sequence[ResultRow]) -> dict[str, Json]:
    described = " ".join(dict.fromkeys(f"{row.method}." for row in rows if row.method))
    statistics = list(dict.fromkeys(row.statistic for row in rows))
    return {
        "id": f"Mth_{use.number}",
        "name": use.display,
        "description": described or f"As the display {use.display} lays out its records",
        "operations": [
            {"id": _operation(use.number, name), "name": name, "order": order, "label": name.replace("_", " ")}
            for order, name in enumerate(statistics, 1)
        ],
    }


def _operation(display: str, statistic: str) -> str:
    return f"Mth_{display}_{statistic}"


def _analysis(study: Study, use: DisplayUse, rows: Sequence[ResultRow]) -> dict[str, Json]:
    levels = {study.estimand(name).level for name in use.estimands}
    purpose = next(
        (_PURPOSE[level] for level in ("primary", "secondary") if level in levels), "EXPLORATORY OUTCOME MEASURE"
    )
    named = next((row.analysis_set for row in rows if row.analysis_set), "")
    told = dict.fromkeys(text for row in rows for text in (*row.warnings, *row.assumed))
    printed = formatted_rows(rows)
    return {
        "id": f"An_{use.number}",
        "name": use.title.en,
        "description": " ".join(f"{text.rstrip('.')}." for text in told),
        "reason": dict(_REASON),
        "purpose": {"controlledTerm": purpose},
        "analysisSetId": f"AnalysisSet_{named}" if named else EVERYBODY,
        "methodId": f"Mth_{use.number}",
        "orderedGroupings": [{"order": 1, "groupingId": f"Grp_{use.number}", "resultsByGroup": True}],
        "results": [
            {
                "operationId": _operation(row.display, row.statistic),
                "resultGroups": [{"groupingId": f"Grp_{use.number}", "groupId": f"Grp_{use.number}_{row.row}"}],
                **_values(row, printed[row.cell]),
            }
            for row in rows
        ],
    }


def _values(row: ResultRow, printed: str) -> dict[str, Json]:
    """What was worked out and what is printed; the standard has no empty raw value, so without one it is left out."""
    told: dict[str, Json] = {} if row.value is None else {"rawValue": _raw(row.value)}
    return {**told, "formattedValue": printed}


def _raw(value: Fraction | float | int | str) -> str:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) else str(Fraction(value))


def _output(use: DisplayUse) -> dict[str, Json]:
    title: list[Json] = [{"order": 1, "subSection": {"id": f"Title_{use.number}", "text": use.title.en}}]
    return {
        "id": f"Out_{use.number}",
        "name": f"{use.number} {use.title.en}",
        "version": 1,
        "displays": [
            {
                "order": 1,
                "display": {
                    "id": f"Disp_{use.number}",
                    "name": use.display,
                    "displayTitle": use.title.en,
                    "displaySections": [{"sectionType": "Title", "orderedSubSections": title}],
                },
            }
        ],
        "fileSpecifications": [{"name": "report.pdf", "fileType": {"controlledTerm": "pdf"}, "location": "report.pdf"}],
    }


def _written(source: Source) -> Iterator[File]:
    yield from as_files(write(source.study, source.snapshot, source.rows))


FORMAT = Format(
    name="ars",
    title=Text("Analysis results (CDISC ARS)", "分析结果（CDISC ARS）"),
    says=Text(
        "Every result of the report as data, with its analysis, set and method: for other reporting tools.",
        "报告中的每个结果及其分析、分析集和方法，供其他报告工具使用。",
    ),
    write=_written,
)
