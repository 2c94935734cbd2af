"""Frozen builds: numbered, with a reason, never edited; and what changes between two of them, in words."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from tests.unit.define.conftest import PACKAGED, Edit

from trialwright.catalog import Catalog
from trialwright.define import check_build, compare_studies, freeze_study, read_builds, read_study
from trialwright.model.study import Study

DAY = dt.date(2026, 11, 23)


def frozen(folder: Path, catalog: Catalog, reason: str = "First build") -> Study:
    study, problems = freeze_study(folder, catalog, reason, DAY)
    assert study is not None, [problem.sentence() for problem in problems]
    return study


def codes(result: tuple[Study | None, list]) -> list[str]:  # type: ignore[type-arg]
    study, problems = result
    assert study is None
    return [problem.code for problem in problems]


def test_builds_are_numbered_and_say_why_and_when(edit: Edit, folder: Path, catalog: Catalog) -> None:
    first = frozen(folder, catalog)
    edit("study.yaml", "enrolment_planned: 20", "enrolment_planned: 24")
    second = frozen(folder, catalog, "Four more participants.\n  Withdrawals were underestimated.")
    builds, problems = read_builds(folder)

    assert not problems
    assert [(build.build, build.reason) for build in builds] == [
        (1, "First build"),
        (2, "Four more participants. Withdrawals were underestimated."),
    ]
    assert [first.hash, second.hash] == [build.hash for build in builds]
    assert {"2026-11-23"} == {build.frozen_on for build in builds}


def test_working_files_equal_to_a_build_carry_its_number_and_others_are_a_draft(
    edit: Edit, folder: Path, catalog: Catalog
) -> None:
    frozen(folder, catalog)
    like, _ = read_study(folder, catalog)
    changed, _ = read_study(edit("study.yaml", "enrolment_planned: 20", "enrolment_planned: 24"), catalog)
    first, _ = read_study(folder, catalog, build=1)

    assert like is not None and changed is not None and first is not None
    assert (like.build, like.status) == (1, "proposal")
    assert (changed.build, changed.status) == (0, "draft")
    assert (first.build, first.enrolment_planned) == (1, 20)


def test_a_build_needs_a_reason_a_change_and_time_that_goes_forward(edit: Edit, folder: Path, catalog: Catalog) -> None:
    assert codes(freeze_study(folder, catalog, "  ", DAY)) == ["TW-DEF-042"]
    frozen(folder, catalog)
    assert codes(freeze_study(folder, catalog, "Again", DAY)) == ["TW-DEF-042"]
    edit("study.yaml", "enrolment_planned: 20", "enrolment_planned: 24")
    assert codes(freeze_study(folder, catalog, "Earlier", DAY - dt.timedelta(days=1))) == ["TW-DEF-042"]
    assert not (folder / "versions" / "2").exists()


def test_a_definition_with_errors_is_not_frozen(edit: Edit, catalog: Catalog) -> None:
    folder = edit("analysis.yaml", "    alpha: 0.05\n", "")

    assert codes(freeze_study(folder, catalog, "Vague", DAY)) == ["TW-DEF-030"]
    assert not (folder / "versions").exists()


def test_an_edited_build_is_found_out_and_blocks_the_next(edit: Edit, folder: Path, catalog: Catalog) -> None:
    frozen(folder, catalog)
    path = folder / "versions" / "1" / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("enrolment_planned: 20", "enrolment_planned: 30"))
    builds, _ = read_builds(folder)

    assert [problem.code for problem in check_build(folder, builds[0])] == ["TW-DEF-040"]
    assert codes(read_study(folder, catalog, build=1)) == ["TW-DEF-040"]
    edit("study.yaml", "enrolment_planned: 20", "enrolment_planned: 24")
    assert codes(freeze_study(folder, catalog, "Next", DAY)) == ["TW-DEF-040"]


def test_a_build_that_is_not_there_is_named_with_those_that_are(folder: Path, catalog: Catalog) -> None:
    frozen(folder, catalog)
    study, problems = read_study(folder, catalog, build=7)

    assert study is None
    assert [problem.found for problem in problems] == ["build 7 is not there"]


CHANGES = [
    ("study.yaml", "enrolment_planned: 20", "enrolment_planned: 24", ['Enrolment planned changes from "20" to "24".']),
    (
        "study.yaml",
        "phases: [EARLY_PHASE1]",
        "phases: [PHASE2]",
        ["Registration, phases: EARLY_PHASE1 removed.", "Registration, phases: PHASE2 added."],
    ),
    (
        "schedule.yaml",
        "    study_day: 85\n    early: 7\n    late: 7",
        "    study_day: 85\n    early: 7\n    late: 14",
        ['Visit W12, late changes from "7" to "14".'],
    ),
    (
        "analysis.yaml",
        "      reading: registered\n",
        "      reading: rider_2004\n",
        ['Estimand imacs_week_12, variable, reading changes from "registered" to "rider_2004".'],
    ),
    (
        "analysis.yaml",
        "    includes: enrolled\n",
        "    includes: enrolled and dosed\n",
        ['Analysis set full_analysis, includes changes from "enrolled" to "enrolled and dosed".'],
    ),
    (
        "forms/core_set.yaml",
        "ck <= 20000",
        "ck <= 9",
        [
            "Form core_set, edit check enzyme_units, holds changes from "
            '"muscle_enzymes.ck <= 20000" to "muscle_enzymes.ck <= 9".'
        ],
    ),
    ("forms/screening.yaml", "  - instrument: weight\n", "", ["Form screening, section weight is removed."]),
]


@pytest.mark.parametrize(("file", "old", "new", "sentences"), CHANGES)
def test_a_change_is_told_in_a_sentence(
    edit: Edit, folder: Path, catalog: Catalog, file: str, old: str, new: str, sentences: list[str]
) -> None:
    before, _ = read_study(folder, catalog)
    after, problems = read_study(edit(file, old, new), catalog)
    assert before is not None and after is not None, problems

    # estimands that vary the primary one inherit its change and say so too
    told = [s for s in compare_studies(before, after) if not s.startswith("Estimand") or "imacs_week" in s]
    assert sentences == told


def test_two_builds_that_say_the_same_differ_in_nothing(folder: Path, catalog: Catalog) -> None:
    study, _ = read_study(folder, catalog)
    assert study is not None

    assert compare_studies(study, msgspec.structs.replace(study, build=4, hash="x", status="proposal")) == []


def test_the_packaged_study_is_build_1_as_registered_and_what_follows_is_proposed(catalog: Catalog) -> None:
    builds, problems = read_builds(PACKAGED)
    working, _ = read_study(PACKAGED, catalog)
    assert working is not None

    assert problems == []
    assert [problem for build in builds for problem in check_build(PACKAGED, build)] == []
    assert [(build.build, build.status) for build in builds[:1]] == [(1, "registered")]
    assert {build.status for build in builds[1:]} == {"proposal"}
    assert (working.build, working.status) == (builds[-1].build, "proposal")


def test_both_packaged_builds_can_be_read(catalog: Catalog) -> None:
    for number in (1, 2):
        study, problems = read_study(PACKAGED, catalog, number)

        assert study is not None
        assert [problem.sentence() for problem in problems] == []
        assert number == study.build
