"""The worked cases of a study, and the packaged study as `trialwright check` sees it."""

import datetime as dt
import json
from pathlib import Path

import pytest
from tests.unit.define.conftest import PACKAGED, Edit

from trialwright.pipeline import study as route

DAY = dt.date(2026, 11, 23)
SHARED = Path(__file__).parents[3] / ".." / "shared" / "registry" / "seed"


def findings(folder: Path) -> list[str]:
    return [finding.sentence() for finding in route.check_study(folder, DAY).findings]


def test_the_packaged_study_passes_its_own_cases() -> None:
    assert findings(PACKAGED) == []


def test_a_case_whose_answer_is_not_derived_is_told(edit: Edit) -> None:
    answers = "      imacs_week_12: nonresponder\n      rider_week_12: responder"
    folder = edit("cases.yaml", answers, answers.replace("nonresponder", "responder"))
    told = findings(folder)

    assert len(told) == 1
    assert 'case "Exactly 20 per cent, three times": imacs_week_12 comes out as nonresponder' in told[0]
    assert "[TW-DEF-050]" in told[0]


def test_a_changed_threshold_changes_the_verdicts_of_the_cases(edit: Edit) -> None:
    measures = "parameters: {measures: [phga, ptga, mmt, haq, enz, exm]"
    folder = edit("analysis.yaml", measures, f"{measures}, improved_strict: false")

    assert any(
        '"Exactly 20 per cent, three times": imacs_week_12 comes out as responder' in told for told in findings(folder)
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("      physician_global.vas: 5.0\n", "      physician_globa.vas: 5.0\n", "no field of visit W0"),
        ("visits_missed: [W12]", "visits_missed: [W13]", "Did you mean W12?"),
        ("      rider_week_12: nonresponder", "      rider_week: nonresponder", "Did you mean rider_week_12?"),
        ("    in_sets: {full_analysis: yes, safety", "    in_sets: {full_analysis: yes, safty", "Did you mean safety?"),
        ("    logs: {dosing: []}", "    logs: {dosings: []}", "Did you mean dosing?"),
        ("first_dose: 2021-03-01", "first_dose: 2021-03", "A whole date"),
        ("patient_global.vas: 5.0\n", "patient_global.vas: five\n", "A number such as 5.0"),
        ("mmt8.*: 8\n", "mmt8.*: 88\n", "A number from 0 to 10"),
        ("protocol_deviation.date: day 20", "protocol_deviation.date: later", "A date such as"),
        ("on: day 50", "on: later", "A date, or day and a number"),
        ("concomitant_medication.rescue: Y", "concomitant_medication.rescue: perhaps", "One of Y, N"),
        ("dosing_log.dose: 750", "dosing_log.doze: 750", "no field of form dosing is called dosing_log.doze"),
    ],
)
def test_a_case_that_cannot_be_read_is_told(edit: Edit, old: str, new: str, says: str) -> None:
    assert any(says in told for told in findings(edit("cases.yaml", old, new)))


def test_there_is_a_case_for_every_rule_that_can_turn_a_verdict() -> None:
    text = (PACKAGED / "cases.yaml").read_text(encoding="utf-8")
    rules = [
        "Exactly 20 per cent",
        "three worsen",
        "missing measure decides",
        "does not decide",
        "from zero",
        "Rescue",
        "Never dosed",
        "Glucocorticoid above",
    ]

    assert [rule for rule in rules if rule not in text] == []


def test_the_registered_page_is_the_public_one_byte_for_byte() -> None:
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: the public page cannot be compared")
    name = "NCT04946669.tabular.txt"

    assert (SHARED / name).read_bytes() == (PACKAGED / "registered" / name).read_bytes()


def test_the_reconstruction_keeps_its_labels_and_holds_no_contact() -> None:
    record = json.loads((PACKAGED / "registered" / "NCT04946669.reconstructed.v2.json").read_text(encoding="utf-8"))

    assert {"_sources", "_inferred", "_notRecovered"} <= record.keys()
    assert "centralContacts" not in record["protocolSection"]["contactsLocationsModule"]


def test_a_packaged_study_is_found_by_name_and_an_unknown_one_is_answered_with_those_there_are() -> None:
    assert PACKAGED.resolve() == route.packaged_study("aba_dm").resolve()
    with pytest.raises(FileNotFoundError, match="aba_dm"):
        route.packaged_study("nothing")
