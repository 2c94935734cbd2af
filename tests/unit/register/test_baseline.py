"""A baseline file accepts known findings with a reason, and says which of its entries are stale."""

import json

import pytest

from trialwright.model.problem import Problem
from trialwright.register import Baseline, accept, read_baseline, render_json, render_sarif, render_text

from .records import RECONSTRUCTION, checked, codes

LATE = """
# reviewed at the meeting of 2026-11-20
- rule: TW-REG-101
  where: statusModule.studyFirstSubmitDate
  reason: Registration was late; every report says so.
"""


def _baseline(text: str) -> Baseline:
    answer = read_baseline(text, "accepted.yaml")
    assert isinstance(answer, Baseline), answer
    return answer


def _refused(text: str) -> list[Problem]:
    answer = read_baseline(text, "accepted.yaml")
    assert isinstance(answer, list)
    return answer


def test_an_accepted_finding_stands_apart_with_its_reason_and_is_not_counted():
    before = checked(RECONSTRUCTION)
    after = accept(before, _baseline(LATE))

    assert codes(before) - {"TW-REG-101"} == codes(after)
    assert [(one.code, one.fields["reason"]) for one in after.accepted] == [
        ("TW-REG-101", "Registration was late; every report says so.")
    ]
    assert after.counts["error"] == before.counts["error"] - 1


def test_an_entry_accepts_only_its_own_place():
    text = LATE.replace("TW-REG-101", "TW-REG-105").replace("studyFirstSubmitDate", "completionDateStruct")
    after = accept(checked(RECONSTRUCTION), _baseline(text))

    assert [one.where for one in after.accepted] == ["protocolSection.statusModule.completionDateStruct.date"]
    assert "TW-REG-105" in codes(after)


def test_an_entry_may_name_the_words_of_the_finding():
    text = LATE + "  found: 105 days late\n"

    assert [one.code for one in accept(checked(RECONSTRUCTION), _baseline(text)).accepted] == ["TW-REG-101"]
    assert accept(checked(RECONSTRUCTION), _baseline(LATE + "  found: 999 days late\n")).accepted == ()


def test_a_stale_entry_is_told_with_its_line():
    after = accept(checked(RECONSTRUCTION), _baseline(LATE.replace("TW-REG-101", "TW-REG-110")))
    (stale,) = [one for one in after.findings if one.code == "TW-REG-022"]

    assert stale.where == "accepted.yaml:3"
    assert stale.severity == "note"


@pytest.mark.parametrize(
    "text",
    [
        "- rule: TW-REG-101\n  where: statusModule\n",
        "- rule: TW-REG-101\n  reason: known\n",
        "- TW-REG-101\n",
        "rule: TW-REG-101\n",
        "- rule: TW-REG-101\n  where: statusModule\n  reason: known\n  until: 2027\n",
        "",
    ],
    ids=["no reason", "no place", "only a code", "no list", "an unknown key", "empty"],
)
def test_nothing_is_accepted_without_rule_place_and_reason(text):
    assert {one.code for one in _refused(text)} <= {"TW-REG-021", "TW-CAT-001"}
    assert _refused(text)


def test_every_output_shows_what_was_accepted_and_why():
    after = accept(checked(RECONSTRUCTION), _baseline(LATE))
    (result,) = [one for one in json.loads(render_sarif(after))["runs"][0]["results"] if one["ruleId"] == "TW-REG-101"]

    assert "Registration was late" in render_text(after)
    assert json.loads(render_json(after))["accepted"][0]["reason"].startswith("Registration was late")
    assert result["suppressions"] == [
        {"kind": "external", "justification": "Registration was late; every report says so."}
    ]


def test_an_entry_for_one_record_is_used_in_that_record_alone():
    baseline = _baseline(LATE + "  record: NCT04946669\n")
    here = accept(checked(RECONSTRUCTION), baseline, {"NCT04946669"})
    elsewhere = accept(checked(RECONSTRUCTION), baseline, {"NCT00000001"})

    assert [one.code for one in here.accepted] == ["TW-REG-101"]
    assert elsewhere.accepted == ()
    assert "TW-REG-022" in codes(elsewhere)
