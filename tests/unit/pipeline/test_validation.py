"""Qualification by one command: what passes, what fails, and a report that belongs to one build."""

import shutil
from pathlib import Path

import pytest

from support.ledger import typed, vas
from trialwright.catalog import load
from trialwright.pipeline import validation
from trialwright.pipeline.place import open_place
from trialwright.pipeline.requirements import EVERY, read_requirements
from trialwright.pipeline.study import load_study, packaged_study
from trialwright.report.html_file import write_html


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("validated") / "study"
    shutil.copytree(packaged_study("aba_dm"), folder)
    with open_place(folder, str(folder / "ledger.sqlite"), create=True) as ledger:
        ledger.write(typed(), [vas("5.0")])
    return folder


def run(place: Path) -> validation.Validation:
    study, _ = load_study(place, load())
    return validation.validate(study, place, str(place / "ledger.sqlite"), load())


def test_edc_r82_a_fresh_installation_passes_and_its_report_is_tied_to_the_build(place):
    before = (place / "ledger.sqlite").read_bytes()
    found = run(place)
    page = write_html(validation.validation_report(found)).decode()

    assert [c.what for c in (*found.installation, *found.operation) if c.ok is False] == []
    assert found.study.hash in page
    assert "Every check came out as expected." in page
    assert "Approved for use by" in page
    assert len(found.operation) == 9
    assert (place / "ledger.sqlite").read_bytes() == before


def test_a_check_that_fails_is_told_in_the_report_and_by_the_exit_code(place, monkeypatch, tmp_path):
    from typer.testing import CliRunner

    from trialwright.cli.main import app

    broken = (("a backup restores", "the same head", lambda *_: "another head"),)
    monkeypatch.setattr(validation, "_ACTS", broken)
    page = write_html(validation.validation_report(run(place))).decode()
    command = ["validate", str(place), "--db", str(place / "ledger.sqlite"), "-o", str(tmp_path)]
    told = CliRunner().invoke(app, command)

    assert "NOT AS EXPECTED" in page
    assert "do not use this installation" in page
    assert told.exit_code == 1
    assert "BAD a backup restores" in told.output
    assert (tmp_path / "validation.pdf").read_bytes().startswith(b"%PDF")


def test_every_act_of_the_operation_really_runs_and_can_fail(tmp_path):
    """Each check on a ledger that was closed gives something else than what is expected."""
    outcomes = {}
    for what, expected, act in validation._ACTS:

        class Broken:
            def __getattr__(self, name):
                raise ValueError(name)

        try:
            outcomes[what] = act(Broken(), tmp_path / "none.sqlite") == expected
        except Exception:  # noqa: BLE001 - whatever it raises, it did not pass
            outcomes[what] = False

    assert not any(outcomes.values()), outcomes


def test_every_requirement_stands_once_with_tests_or_with_a_reason():
    found = read_requirements()

    assert [each.number for each in found] == sorted(EVERY)
    assert all(each.tests or len(each.says) > 30 for each in found)
    assert {each.state for each in found} == {"met", "in part", "postponed"}


def test_a_list_with_a_hole_is_refused():
    page = "| R01 | met | `a::test_b` |\n"

    with pytest.raises(ValueError, match="R02"):
        read_requirements(page)


def test_every_check_of_the_chinese_report_is_told_in_chinese(place):
    """Names, numbers and versions stay; a sentence or a word of ours does not."""
    found = run(place)
    told = [c.what for c in (*found.installation, *found.operation)]
    told += [text for c in found.operation for text in (c.found, c.expected)]
    names = ("Python", "Trialwright", "SQLite", "build ", "rights of ledger", "database: ")
    english = [text for text in told if text not in validation._CHINESE and not text.startswith(names)]
    package = [text for text in english if not text.islower() or " " in text]

    assert package == []
    page = write_html(validation.validation_report(found, "zh")).decode()
    assert "全部检查结果均符合预期" in page and "两人共同删除一项数值" in page and "部分满足" in page
