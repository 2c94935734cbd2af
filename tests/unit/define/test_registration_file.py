"""registration.yaml and named gaps: what a registration says beyond the definition, and what is still to be decided."""

from pathlib import Path

import pytest
from tests.unit.define.conftest import Edit

from trialwright.catalog import Catalog
from trialwright.define import read_study
from trialwright.define.registry_elements import SAID_BY_STUDY, written_by_registry
from trialwright.model.study import Study

GIVEN = """descriptionModule:
  briefSummary: >-
    Whether it helps,
    in one sentence.
oversightModule:
  oversightHasDmc: no
designModule:
  enrollmentInfo: {type: ESTIMATED}
contactsLocationsModule:
  locations:
    - facility: Hospital
      contacts:
        - {name: A. Nurse, role: CONTACT}
"""


def _read(folder: Path, text: str, catalog: Catalog) -> tuple[Study | None, list[str]]:
    (folder / "registration.yaml").write_text(text, encoding="utf-8")
    study, problems = read_study(folder, catalog)
    return study, [problem.sentence() for problem in problems if problem.severity == "error"]


def test_what_the_file_says_stands_in_the_study(folder: Path, catalog: Catalog) -> None:
    study, wrong = _read(folder, GIVEN, catalog)

    assert wrong == []
    assert study is not None
    elements = study.registration.elements
    assert elements.description_module.brief_summary == "Whether it helps, in one sentence."
    assert elements.oversight_module.oversight_has_dmc is False
    assert elements.contacts_locations_module.locations[0].contacts[0].name == "A. Nurse"


def test_the_file_counts_as_content(folder: Path, catalog: Catalog) -> None:
    before, _ = read_study(folder, catalog)
    after, _ = _read(folder, GIVEN, catalog)

    assert before is not None
    assert after is not None
    assert before.hash != after.hash


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("descriptionModul: {}", "TW-DEF-005", "descriptionModule"),
        ("oversightModule: {oversightHasDmc: maybe}", "TW-DEF-009", "Yes or no"),
        ("designModule: {studyType: TRIAL}", "TW-DEF-008", "INTERVENTIONAL"),
        ("descriptionModule: a text", "TW-DEF-007", "block of keys"),
        ("conditionsModule: {keywords: one}", "TW-DEF-007", "list"),
        ("conditionsModule: {conditions: [Gout]}", "TW-DEF-037", "registration: conditions"),
        ("eligibilityModule: {stdAges: [ADULT]}", "TW-DEF-037", "derives the age groups"),
        ("designModule: {targetDuration: [1]}", "TW-DEF-007", "one piece of text"),
    ],
)
def test_what_does_not_belong_there_is_told_with_its_line(
    folder: Path, catalog: Catalog, text: str, code: str, words: str
) -> None:
    study, wrong = _read(folder, text, catalog)

    assert study is None
    assert len(wrong) == 1
    assert wrong[0].startswith("registration.yaml:1")
    assert code in wrong[0]
    assert words in wrong[0]


def test_an_element_is_said_in_one_place_only() -> None:
    assert set() == SAID_BY_STUDY.keys() & written_by_registry().keys()
    assert all(reason.strip() for reason in written_by_registry().values())


def test_a_gap_is_told_with_its_line_and_nothing_else_about_it(edit: Edit, catalog: Catalog) -> None:
    folder = edit("study.yaml", "time_zone: Asia/Shanghai", "time_zone: <decide the time zone of the site>")
    folder = edit("study.yaml", "enrolment_planned: 20", "enrolment_planned: <decide how many>")
    folder = edit("analysis.yaml", "population: full_analysis", "population: <decide one of full_analysis, safety>")
    study, problems = read_study(folder, catalog)

    assert study is None
    assert [(problem.code, problem.found) for problem in problems if problem.severity == "error"] == [
        ("TW-DEF-036", "left open: how many"),
        ("TW-DEF-036", "left open: the time zone of the site"),
        ("TW-DEF-036", "left open: one of full_analysis, safety"),
    ]
    assert all(":" in problem.where for problem in problems)
