"""The classic page as it is pasted: every cell it kept is read, every cell it lost is named."""

import json

import msgspec
import pytest

from trialwright.model.record import RegistryRecord
from trialwright.register import check_record, plain_protocol, read_record
from trialwright.register.reading import classic_cells

from .records import DATA, ON, PAGE, RECONSTRUCTION, record_of

CLASSIC = DATA / "NCT04946669.classic.txt"


def _plain(path):
    return json.loads(msgspec.json.encode(plain_protocol(record_of(path.read_bytes()))))


def test_the_classic_page_is_recognised_and_the_tabular_one_is_still_itself():
    assert record_of(CLASSIC.read_bytes()).source_format == "classic-text"
    assert record_of(PAGE.read_bytes()).source_format == "tabular-text"


def test_what_the_page_shows_equals_the_reconstruction():
    page, full = (_plain(path) for path in (CLASSIC, RECONSTRUCTION))

    for module in ("outcomesModule", "armsInterventionsModule", "descriptionModule", "designModule"):
        assert page[module] == full[module]
    for key in ("eligibilityCriteria", "healthyVolunteers", "sex", "minimumAge", "stdAges"):
        assert page["eligibilityModule"][key] == full["eligibilityModule"][key]
    for key in ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct", "statusVerifiedDate"):
        assert page["statusModule"][key] == full["statusModule"][key]
    for key in ("briefTitle", "officialTitle", "nctId", "orgStudyIdInfo"):
        assert page["identificationModule"][key] == full["identificationModule"][key]


def test_conditions_on_one_line_are_cut_at_an_intervention_and_it_is_said():
    record = record_of(CLASSIC.read_bytes())

    assert plain_protocol(record).conditions_module.conditions == ("Dermatomyositis", "Abatacept")
    assert "cut where the name of the intervention Abatacept stands" in record.inferred[0]


def test_conditions_that_cannot_be_told_apart_are_read_as_one_and_it_is_said():
    assert classic_cells.conditions("Heart Failure Diabetes\tDrug: X\tPhase 2") == (
        ["Heart Failure Diabetes"],
        (
            "conditionsModule.conditions: the page writes several conditions on one line with nothing between them; "
            "read as one",
        ),
    )
    assert classic_cells.conditions("Heart Failure\nDiabetes\n\tDrug: X\n\tPhase 2")[0] == ["Heart Failure", "Diabetes"]


def test_sites_contacts_and_answers_are_read():
    protocol = plain_protocol(record_of(CLASSIC.read_bytes()))
    site = protocol.contacts_locations_module.locations[0]

    assert (site.facility, site.city, site.state, site.zip, site.country) == (
        "The First Affiliated Hospital with Nanjing Medical University",
        "Nanjing",
        "Jiangsu",
        "210029",
        "China",
    )
    assert protocol.contacts_locations_module.central_contacts[0].email == "contact@example.org"
    assert protocol.oversight_module.is_fda_regulated_drug is False
    assert protocol.sponsor_collaborators_module.collaborators[0].name == "National Natural Science Foundation of China"


def test_what_the_copy_lost_and_what_the_page_never_shows_are_named():
    lost = {cell.where.removeprefix("protocolSection.") for cell in record_of(CLASSIC.read_bytes()).lost}

    assert {
        "ipdSharingStatementModule.ipdSharing",
        "statusModule.studyFirstSubmitDate",
        "oversightModule.oversightHasDmc",
    } <= lost
    assert not lost & {
        "eligibilityModule.eligibilityCriteria",
        "designModule.enrollmentInfo",
        "conditionsModule.keywords",
    }


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("Criteria\n", "eligibilityModule.eligibilityCriteria"),
        ("Sexes Eligible for Study:  \tAll\n", "eligibilityModule.sex"),
        ("Last Verified: \tJune 2021\n", "statusModule.statusVerifiedDate"),
    ],
)
def test_a_label_missing_from_the_copy_is_lost(line, path):
    text = CLASSIC.read_text(encoding="utf-8").replace(line, "")

    assert f"protocolSection.{path}" in {cell.where for cell in record_of(text.encode()).lost}


def test_two_arms_with_a_shared_intervention():
    arms, given = classic_cells.arms(
        "Experimental: High dose\n10 mg\n\tDrug: Alpha\nby mouth\nOther Name: A1\n\tOther: Diet\n"
        "Placebo Comparator: Placebo\n\tDrug: Placebo\n\tOther: Diet\nadvice"
    )

    assert [(arm["label"], arm.get("description")) for arm in arms] == [("High dose", "10 mg"), ("Placebo", None)]
    assert [(one["name"], one["armGroupLabels"]) for one in given] == [
        ("Alpha", ["High dose"]),
        ("Diet", ["High dose", "Placebo"]),
        ("Placebo", ["Placebo"]),
    ]
    assert given[0]["otherNames"] == ["A1"]
    assert given[0]["description"] == "by mouth"


@pytest.mark.parametrize(
    ("cell", "phases"),
    [("Phase 1 Phase 2", ["PHASE1", "PHASE2"]), ("Phase 2/Phase 3", ["PHASE2", "PHASE3"]), ("Not Applicable", ["NA"])],
)
def test_two_phases_in_one_cell_are_two(cell, phases):
    assert classic_cells.phases(f"Gout\tDrug: X\t{cell}") == phases


def test_a_page_with_any_line_missing_is_answered():
    lines = CLASSIC.read_text(encoding="utf-8").split("\n")
    for at in range(len(lines)):
        answer = read_record("\n".join(lines[:at] + lines[at + 1 :]).encode(), "page")

        assert isinstance(answer, RegistryRecord), at
    assert check_record(record_of(CLASSIC.read_bytes()), ON).findings
