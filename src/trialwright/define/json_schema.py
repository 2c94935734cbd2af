"""The JSON Schema of the definition's files, for editors that check while one types."""

from typing import Any

from pydantic import BaseModel

from trialwright.define.cases import CasesFile
from trialwright.define.schema import AnalysisFile, FormFile, ScheduleFile, StudyFile

_FILES: dict[str, type[BaseModel]] = {
    "study.yaml": StudyFile,
    "schedule.yaml": ScheduleFile,
    "analysis.yaml": AnalysisFile,
    "forms": FormFile,
    "cases.yaml": CasesFile,
}


def json_schema() -> dict[str, Any]:
    """
    One schema for every file of a study folder: a file fits exactly one of study, schedule, analysis, form, cases.

    Shape:  JSON Schema draft 2020-12; `$defs` holds the five files and their blocks.
    """
    shared: dict[str, Any] = {}
    for model in _FILES.values():
        own = model.model_json_schema(ref_template="#/$defs/{model}")
        shared |= own.pop("$defs", {})
        shared[model.__name__] = own
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a Trialwright study definition",
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in _FILES.values()],
        "$defs": dict(sorted(shared.items())),
    }
