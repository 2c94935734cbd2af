"""The published schema: current, and fitting the files it describes."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from tests.unit.define.conftest import PACKAGED

from trialwright.define import json_schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "study.schema.json"
FILES = sorted(path.relative_to(PACKAGED).as_posix() for path in [*PACKAGED.glob("*.yaml"), *PACKAGED.glob("forms/*")])


def test_the_published_schema_is_the_one_the_program_reads_by() -> None:
    current = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"

    assert current == PUBLISHED.read_text(encoding="utf-8"), "write json_schema() to docs/reference/study.schema.json"


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("cohort.yaml", "scenario.yaml")])
def test_every_file_of_the_packaged_study_fits_the_schema(name: str) -> None:
    """Editors read YAML with its types, so a study day arrives as a number and a date as a text."""
    with (PACKAGED / name).open(encoding="utf-8") as file:
        content: Any = YAML(typ="safe", pure=True).load(file)
    content = json.loads(json.dumps(content, default=str).replace(": true", ': "yes"').replace(": false", ': "no"'))

    assert [error.message[:200] for error in Draft202012Validator(json_schema()).iter_errors(content)] == []


def test_an_unknown_key_does_not_fit() -> None:
    validator = Draft202012Validator(json_schema())

    assert not validator.is_valid({"visits": [], "visit": []})
    assert validator.is_valid({"visits": []})
