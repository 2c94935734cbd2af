"""A report as text, JSON and SARIF."""

import json

import jsonschema
import pytest

from trialwright.register import render_json, render_sarif, render_text

from .records import DATA, PAGE, RECONSTRUCTION, checked


def test_the_json_has_the_shape_every_command_prints():
    report = json.loads(render_json(checked(PAGE)))

    assert list(report) == ["checked_on", "input", "findings", "lost", "counts"]
    assert report["checked_on"] == "2026-11-23"
    assert {"code", "severity", "where", "found", "expected", "cure", "source"} == set(report["findings"][0])
    assert {"where", "reason"} == set(report["lost"][0])
    assert {"error", "warning", "note"} == set(report["counts"])


def test_the_text_begins_with_the_day_and_the_counts():
    first = render_text(checked(DATA / "exemplary.json")).splitlines()[0]

    assert first == "exemplary.json, checked on 2026-11-23: 0 errors, 0 warnings, 0 notes"


def test_the_text_names_every_finding_and_every_lost_cell():
    report = checked(PAGE)
    text = render_text(report)

    assert [one.code for one in report.findings if one.code not in text] == []
    assert [cell.where for cell in report.lost if cell.where.removeprefix("protocolSection.") not in text] == []


def test_the_text_fits_a_terminal():
    assert [line for line in render_text(checked(RECONSTRUCTION)).splitlines() if len(line) > 160] == []


@pytest.mark.parametrize("path", [PAGE, RECONSTRUCTION, DATA / "exemplary.json"], ids=["page", "v2", "exemplary"])
def test_the_sarif_has_a_rule_for_every_result(path):
    report = checked(path)
    log = json.loads(render_sarif(report))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert log["version"] == "2.1.0"
    assert [one.code for one in report.findings] == [result["ruleId"] for result in run["results"]]
    assert [rules.index(result["ruleId"]) for result in run["results"]] == [r["ruleIndex"] for r in run["results"]]
    assert {result["level"] for result in run["results"]} <= {"error", "warning", "note"}
    assert len(set(rules)) == len(rules)


def test_a_sarif_result_says_where_in_the_file_and_in_the_record():
    result = json.loads(render_sarif(checked(PAGE)))["runs"][0]["results"][0]
    (place,) = result["locations"]

    assert place["physicalLocation"]["artifactLocation"]["uri"] == "NCT04946669.tabular.txt"
    assert place["logicalLocations"][0]["fullyQualifiedName"].startswith("protocolSection.")
    assert result["message"]["text"]


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "help"],
    "properties": {
        "id": {"type": "string", "pattern": "^TW-"},
        "name": {"type": "string", "pattern": "^[A-Z0-9][A-Za-z0-9]*$"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": LEVEL}},
        "properties": {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True}}},
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["physicalLocation", "logicalLocations"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation"],
                        "properties": {
                            "artifactLocation": {"type": "object", "properties": {"uri": {"type": "string"}}}
                        },
                    },
                    "logicalLocations": {"type": "array", "items": {"required": ["fullyQualifiedName"]}},
                },
            },
        },
        "suppressions": {
            "type": "array",
            "items": {"required": ["kind"], "properties": {"kind": {"enum": ["inSource", "external"]}}},
        },
    },
    "additionalProperties": False,
}
# The parts of the OASIS schema of SARIF 2.1.0 that this writer uses (sections 3.13, 3.14, 3.19, 3.27, 3.49).
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {"rules": {"type": "array", "items": RULE, "uniqueItems": True}},
                            }
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                    "properties": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize("path", [PAGE, RECONSTRUCTION], ids=["page", "v2"])
def test_the_sarif_keeps_the_shape_of_its_standard(path):
    jsonschema.validate(json.loads(render_sarif(checked(path))), SARIF)


def test_a_sarif_rule_says_why_it_matters_what_to_do_and_where_it_comes_from():
    (run,) = json.loads(render_sarif(checked(RECONSTRUCTION)))["runs"]
    helps = {rule["id"]: rule["help"]["text"] for rule in run["tool"]["driver"]["rules"]}

    assert [code for code, text in helps.items() if "Why it matters:" not in text or "Source:" not in text] == []


def test_the_text_says_why_a_rule_matters_once_and_what_could_be_written():
    text = render_text(checked(RECONSTRUCTION))
    line = " ".join(text.split())

    assert line.count("Readers and trackers take a passed estimate") == 1  # TW-REG-105 is found twice
    assert 'Change from baseline in iMACS score"' in line or 'Change from baseline in IMACS score"' in line
    assert '"Abatacept, [dose and unit], [route], [how often], for [how long]"' in line
