"""A report as text, JSON and SARIF."""

import json

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
