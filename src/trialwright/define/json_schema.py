"""The JSON Schema of the definition's files, for editors that check while one types."""

from typing import Any

import msgspec
from pydantic import BaseModel

from trialwright.define.cases import CasesFile
from trialwright.define.schema import AnalysisFile, FormFile, ScheduleFile, StudyFile
from trialwright.model.v2.protocol import ProtocolSection

_FILES: dict[str, type[BaseModel]] = {
    "study.yaml": StudyFile,
    "schedule.yaml": ScheduleFile,
    "analysis.yaml": AnalysisFile,
    "forms": FormFile,
    "cases.yaml": CasesFile,
}


_REGISTRY = "ProtocolSection"


def json_schema() -> dict[str, Any]:
    """
    One schema for every file of a study folder: a file fits exactly one of study, schedule, analysis, form, cases,
    registration.

    Shape:  JSON Schema draft 2020-12; `$defs` holds the six files and their blocks.
    """
    shared: dict[str, Any] = {}
    for model in _FILES.values():
        own = model.model_json_schema(ref_template="#/$defs/{model}")
        shared |= own.pop("$defs", {})
        shared[model.__name__] = own
    shared |= _registration()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a Trialwright study definition",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in (*(each.__name__ for each in _FILES.values()), _REGISTRY)],
        "$defs": dict(sorted(shared.items())),
    }


def _registration() -> dict[str, Any]:
    """registration.yaml by the registry's own names; that study.yaml says an element already is told on reading."""
    _, parts = msgspec.json.schema_components([ProtocolSection], ref_template="#/$defs/{name}")
    blocks: dict[str, Any] = {name: _block(part) for name, part in parts.items()}
    blocks[_REGISTRY]["minProperties"] = 1
    return blocks


def _block(part: dict[str, Any]) -> dict[str, Any]:
    fields = {name: _field(field) for name, field in part["properties"].items()}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _field(field: dict[str, Any]) -> dict[str, Any]:
    kinds = {kind.get("type") for kind in (field, *field.get("anyOf", ()))}
    if "boolean" in kinds:
        return {"enum": ["yes", "no"]}
    if "enum" in field:
        return {"enum": [word for word in field["enum"] if word]}
    if "$ref" in field or "items" in field or "integer" in kinds or "number" in kinds:
        return {key: value for key, value in field.items() if key not in ("default", "allOf")}
    return {"type": ["string", "number"]}
