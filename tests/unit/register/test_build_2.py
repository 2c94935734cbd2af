"""
The proposed build 2 of ABA-DM as a record: its findings are those that no edit of a definition cures.

The frozen build says nothing on summary, keywords and official title: tests/data/registry/build_2 proposes them.
"""

import csv
import shutil

import msgspec
import pytest

from trialwright.catalog import load
from trialwright.pipeline.registration import registration_draft
from trialwright.pipeline.study import load_study
from trialwright.register import check_record

from .records import DATA, ON, RECONSTRUCTION, ROOT, checked, record_of

BUILD = ROOT / "studies" / "aba_dm" / "versions" / "2"
KINDS = {"history", "owed by the sponsor"}


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("build") / "study"
    shutil.copytree(BUILD, folder)
    shutil.copytree(BUILD.parents[1] / "registered", folder / "registered")
    shutil.copy(DATA / "build_2" / "registration.yaml", folder)
    study, _ = load_study(folder, load())
    return check_record(record_of(msgspec.json.encode(registration_draft(folder, study)), "build 2"), ON).findings


def _reviewed() -> list[dict[str, str]]:
    text = (ROOT / "docs" / "reference" / "build-2-findings.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_finding_on_build_2_is_history_or_owed_by_the_sponsor_and_nothing_listed_is_gone(findings):
    found = {(one.code, one.where.removeprefix("protocolSection.")) for one in findings}

    assert {(row["rule"], row["where"]) for row in _reviewed()} == found


def test_each_says_which_of_the_two_it_is_and_why():
    assert {row["kind"] for row in _reviewed()} == KINDS
    assert [row["rule"] for row in _reviewed() if not row["why no edit of the definition cures it"]] == []


def test_build_2_has_less_than_half_of_the_findings_of_the_registered_record(findings):
    assert 2 * len(findings) < len(checked(RECONSTRUCTION).findings)


def test_no_error_is_left_that_a_definition_could_cure(findings):
    errors = {one.code for one in findings if one.severity == "error"}

    # late registration is history; status and verification are acts of the sponsor
    assert {"TW-REG-101", "TW-REG-904", "TW-REG-905"} == errors
