"""The record a definition would register, and the registered record held against the definition."""

import datetime as dt
import json
import shutil

import msgspec
import pytest

from trialwright.catalog import load
from trialwright.define import read_study
from trialwright.pipeline.registration import FORMATS, check_path, check_registered, registration_draft
from trialwright.register import check_against_definition, check_record, draft_record

from .records import DATA, ON, PAGE, RECONSTRUCTION, SEED, codes, record_of

FOLDER = SEED.parent


@pytest.fixture(scope="module")
def study():
    found, problems = read_study(FOLDER, load())
    assert found is not None, [problem.sentence() for problem in problems]
    return found


@pytest.fixture(scope="module")
def registered():
    return record_of(RECONSTRUCTION.read_bytes(), "registered")


def _with_parameters(study, **parameters):
    first = study.estimands[0]
    variable = msgspec.structs.replace(first.variable, parameters={**first.variable.parameters, **parameters})
    changed = msgspec.structs.replace(first, variable=variable)
    return msgspec.structs.replace(study, estimands=(changed, *study.estimands[1:]))


def _primary(draft):
    return draft["protocolSection"]["outcomesModule"]["primaryOutcomes"][0]


def test_the_draft_states_the_thresholds_as_they_are_read(study, registered):
    words = _primary(draft_record(study, registered))["description"]

    assert "improved: by more than 20 percent" in words
    assert "worse: by more than 25 percent" in words


def test_changing_a_threshold_in_the_definition_changes_the_drafted_outcome(study, registered):
    words = _primary(draft_record(_with_parameters(study, improved_by_pct="30", improved_strict="false"), registered))

    assert "improved: by at least 30 percent" in words["description"]


def test_the_draft_reads_back_as_a_record_and_has_fewer_findings(study, registered):
    draft = record_of(json.dumps(draft_record(study, registered)).encode(), "draft")
    cured = {"TW-REG-403", "TW-REG-501", "TW-REG-502", "TW-REG-511", "TW-REG-514", "TW-REG-521"}

    assert set() == cured & codes(check_record(draft, ON))


def test_the_draft_says_phase_conditions_and_design_as_the_definition_does(study, registered):
    registration = msgspec.structs.replace(study.registration, phases=("PHASE2",), conditions=("Dermatomyositis",))
    section = draft_record(msgspec.structs.replace(study, registration=registration), registered)["protocolSection"]

    assert section["designModule"]["phases"] == ["PHASE2"]
    assert section["conditionsModule"]["conditions"] == ["Dermatomyositis"]


def test_every_outcome_of_the_draft_keeps_the_registry_limits(study, registered):
    module = draft_record(study, registered)["protocolSection"]["outcomesModule"]
    outcomes = [outcome for level in module.values() for outcome in level]

    assert [one for one in outcomes if len(one["description"]) > 999 or len(one["measure"]) > 254] == []
    assert [one for one in outcomes if len(one["timeFrame"]) > 254] == []


def test_the_draft_carries_every_dose_tier(study, registered):
    (drug,) = draft_record(study, registered)["protocolSection"]["armsInterventionsModule"]["interventions"]
    doses = [f"{tier.dose} {tier.unit}" for tier in study.interventions[0].tiers]

    assert doses == [dose for dose in doses if dose in drug["description"]]


def test_what_nobody_has_given_is_owed(study, registered):
    owed = {one["where"] for one in draft_record(study, registered)["_owed"]}
    expected = {
        "gates.ethics_approval",
        "gates.site_opened",
        "protocolSection.ipdSharingStatementModule.ipdSharing",
        "protocolSection.contactsLocationsModule.overallOfficials",
    }

    assert expected == expected & owed


def test_what_is_assumed_is_named_in_the_draft(study, registered):
    assumed = draft_record(study, registered)["_assumed"]

    assert len(study.assumptions) == len(assumed)
    assert [one for one in assumed if not one["reason"]] == []


def test_a_draft_without_a_registered_record_owes_what_only_the_sponsor_knows(study):
    owed = {one["where"] for one in draft_record(study, None)["_owed"]}

    assert "protocolSection.sponsorCollaboratorsModule.responsibleParty" in owed
    assert "protocolSection.descriptionModule.briefSummary" in owed


def test_the_draft_is_the_same_twice(study, registered):
    assert draft_record(study, registered) == draft_record(study, registered)


def test_the_definition_agrees_with_its_record_but_for_what_is_assumed(study, registered):
    found = {one.code for one in check_against_definition(study, registered)}

    # the dose is assumed (the record gives none), and the assumptions are named
    assert {"TW-REG-966", "TW-REG-971"} == found


@pytest.mark.parametrize(
    ("parameters", "code"),
    [({"improved_by_pct": "30"}, "TW-REG-964"), ({"improved_strict": "false"}, "TW-REG-965")],
)
def test_a_threshold_that_differs_from_the_record_is_an_error(study, registered, parameters, code):
    found = {
        one.code: one.severity for one in check_against_definition(_with_parameters(study, **parameters), registered)
    }

    assert found.get(code) == "error"


def _changed(registered, **changes):
    document = json.loads(bytes(registered.document))
    section = document["protocolSection"]
    for path, value in changes.items():
        module, key = path.split("__")
        section[module][key] = value
    return record_of(json.dumps(document).encode(), "changed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outcomesModule__primaryOutcomes": [{"measure": "Skin score", "timeFrame": "12 weeks"}]}, "TW-REG-961"),
        ({"outcomesModule__secondaryOutcomes": []}, "TW-REG-962"),
        (
            {
                "outcomesModule__otherOutcomes": [
                    {"measure": "Occurrence of adverse events", "description": "Other words"}
                ]
            },
            "TW-REG-963",
        ),
        ({"statusModule__studyFirstSubmitDate": "2021-05-18"}, "TW-REG-967"),
        ({"identificationModule__nctId": "NCT00000000"}, "TW-REG-968"),
        ({"designModule__enrollmentInfo": {"count": 21, "type": "ESTIMATED"}}, "TW-REG-969"),
        ({"designModule__phases": ["PHASE2"]}, "TW-REG-972"),
        ({"armsInterventionsModule__armGroups": [{"label": "A"}, {"label": "B"}]}, "TW-REG-970"),
    ],
)
def test_what_differs_between_record_and_definition_is_found(study, registered, changes, code):
    found = {one.code for one in check_against_definition(study, _changed(registered, **changes))}

    assert {code} == {code} & found


def test_an_actual_enrolment_is_not_called_a_plan(study, registered):
    withdrawn = {
        "statusModule__overallStatus": "WITHDRAWN",
        "designModule__enrollmentInfo": {"count": 0, "type": "ACTUAL"},
    }
    found = [
        one for one in check_against_definition(study, _changed(registered, **withdrawn)) if one.code == "TW-REG-969"
    ]

    assert [one.found for one in found] == [
        "The record counts 0 participants really enrolled, the definition plans 20."
    ]


def test_a_study_folder_is_told_from_a_record_by_its_content():
    folder, page = check_path(FOLDER, ON), check_path(PAGE, ON)

    assert "TW-REG-971" in codes(folder)
    assert "TW-REG-101" in codes(folder)
    assert "TW-REG-971" not in codes(page)


def test_every_format_prints_the_report_of_a_folder():
    report = check_path(FOLDER, ON)

    assert [name for name, render in FORMATS.items() if "TW-REG-101" not in render(report)] == []


def test_a_path_that_is_not_there_is_a_finding(tmp_path):
    assert [one.code for one in check_path(tmp_path / "nothing.json", ON).findings] == ["TW-REG-009"]


def test_a_folder_without_a_study_is_a_finding_that_names_what_a_folder_may_hold(tmp_path):
    found = check_path(tmp_path, ON).findings

    assert [one.code for one in found] == ["TW-REG-009"]
    assert "neither study.yaml nor a file of a record" in found[0].found
    assert "a folder of records" in found[0].expected


def test_the_registered_record_of_a_study_is_checked_on_the_day_asked(study):
    report = check_registered(FOLDER, study, dt.date(2021, 7, 2))

    assert report.checked_on == "2021-07-02"
    assert "TW-REG-109" not in codes(report)


def test_the_planned_completion_is_held_against_the_pace_that_the_scenario_assumes(study, tmp_path):
    """20 at 1.2 a month less one in ten need 18.5 months from 2021-02-01; the record leaves 15 to the last entry."""
    (found,) = [
        one for one in check_registered(FOLDER, study, dt.date(2021, 7, 2)).findings if one.code == "TW-REG-977"
    ]

    assert (
        "To meet 2022-07-31 the last participant must enter by 2022-05-08; at the assumed pace (1.2 a month"
        in found.found
    )
    folder = tmp_path / "study"
    shutil.copytree(FOLDER, folder)
    pace = (folder / "scenario.yaml").read_text("utf-8")
    (folder / "scenario.yaml").write_text(pace.replace("per_month: 1.2", "per_month: 3"), "utf-8")
    assert "TW-REG-977" not in codes(check_registered(folder, study, dt.date(2021, 7, 2)))
    (folder / "scenario.yaml").unlink()
    assert "TW-REG-977" not in codes(check_registered(folder, study, dt.date(2021, 7, 2)))


def test_registration_json_is_plain_json(study):
    draft = registration_draft(FOLDER, study)

    assert draft == json.loads(json.dumps(draft))


def test_a_record_of_another_study_is_no_registration_of_this_one(study):
    other = record_of((DATA / "exemplary.json").read_bytes(), "other")
    found = {one.code for one in check_against_definition(study, other)}

    assert {"TW-REG-961", "TW-REG-962", "TW-REG-968"} == {"TW-REG-961", "TW-REG-962", "TW-REG-968"} & found
