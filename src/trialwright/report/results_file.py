"""results.json: every result row with its exact value, the cells of every display, and what they stand on."""

import json
from collections.abc import Sequence
from fractions import Fraction

from trialwright.catalog.displays.layout import formatted_rows
from trialwright.model.analysis import Analysis, Figure, ResultRow, Table
from trialwright.model.ledger import Snapshot
from trialwright.model.study import Study

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def write_results(
    study: Study,
    snapshot: Snapshot,
    analysis: Analysis,
    rows: Sequence[ResultRow],
    displays: Sequence[Table | Figure],
) -> bytes:
    """
    UTF-8 JSON, the same bytes for the same results.

    Shape:  `study` (name, build, hash), `snapshot` (hash, moment, ledger head), `mark`, `displays`, `results`.
    Units:  an exact `value` is a text in lowest terms ("5/8", "3") with `value_decimal` beside it for reading;
            `value_kind` tells exact, float, text and none apart; `formatted` is what a table prints.
    """
    printed = formatted_rows(rows)
    document: dict[str, Json] = {
        "study": {
            "name": study.name,
            "title": study.title.en,
            "registry_id": study.registration.registry_id,
            "build": study.build,
            "hash": study.hash,
        },
        "snapshot": {
            "hash": snapshot.hash,
            "as_of_utc": snapshot.as_of_utc,
            "ledger_head": {"seq": snapshot.head.seq, "hash": snapshot.head.hash},
        },
        "mark": next((display.mark for display in displays if display.mark), ""),
        "participants": len(analysis.participants),
        "displays": [_display(display, rows) for display in displays],
        "results": [_result(study, row, printed[row.cell]) for row in rows],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def exact_text(value: Fraction | int) -> str:
    """An exact number in lowest terms: "5/8", "3"."""
    return str(Fraction(value))


def _display(display: Table | Figure, rows: Sequence[ResultRow]) -> dict[str, Json]:
    kind = "figure" if isinstance(display, Figure) else ("listing" if display.listing else "table")
    return {
        "number": display.number,
        "kind": kind,
        "title": display.title,
        "population": display.population,
        "cells": [row.cell for row in rows if row.display == display.number],
    }


def group_of(study: Study) -> str:
    """Whom a row is about: the arm of a single-arm study, else everybody together."""
    return study.arms[0].name if len(study.arms) == 1 else "all arms"


def variable_of(study: Study, row: ResultRow) -> str:
    """What a row measures: its estimand's variable, else the line of the table, which names the item itself."""
    if not row.estimand:
        return row.row
    variable = study.estimand(row.estimand).variable
    return f"{variable.entry}@{variable.visit}" if variable.visit else variable.entry


def analysis_of(study: Study, row: ResultRow) -> str:
    """The display that asks for the row, by the name of its catalog entry."""
    return next((use.display for use in study.displays if use.number == row.display), "")


def _result(study: Study, row: ResultRow, formatted: str) -> dict[str, Json]:
    kind, value, decimal = value_of(row.value)
    return {
        "cell": row.cell,
        "display": row.display,
        "estimand": row.estimand,
        "analysis": analysis_of(study, row),
        "group": group_of(study),
        "variable": variable_of(study, row),
        "row": row.row,
        "statistic": row.statistic,
        "label": row.label,
        "value_kind": kind,
        "value": value,
        "value_decimal": decimal,
        "formatted": formatted,
        "unit": row.unit,
        "analysis_set": row.analysis_set,
        "denominator": row.denominator,
        "method": row.method,
        "warnings": list(row.warnings),
        "assumed": list(row.assumed),
        "participants": list(row.participants),
        "records": list(row.records),
    }


def value_of(value: Fraction | float | int | str | None) -> tuple[str, str | None, float | int | None]:
    """Kind of value, the value as text without loss, and a number for reading."""
    match value:
        case None:
            return "none", None, None
        case str():
            return "text", value, None
        case float():
            return "float", repr(value), value
        case exact:
            number = Fraction(exact)
            return "exact", exact_text(number), number.numerator if number.denominator == 1 else float(number)
