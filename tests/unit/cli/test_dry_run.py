"""`dry-run`: a trial whose truth is known goes through the whole route, and every difference has its cause."""

import json
from pathlib import Path

import msgspec
import pytest

from support.cohorts import aba_dm, catalog
from trialwright.design.dry_run import compare_values
from trialwright.design.dry_run.differences import Kept
from trialwright.design.dry_run.meant import Meant
from trialwright.design.dry_run.steps import Steps
from trialwright.pipeline import conduct
from trialwright.pipeline import dry_run as route
from trialwright.pipeline.study import packaged_study


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    out = tmp_path_factory.mktemp("dry")
    run = route.dry_run(packaged_study("aba_dm"), aba_dm(), catalog(), out)
    return run, json.loads(route.truth_file(run)), out


def test_every_value_cell_and_verdict_is_as_meant_or_explained(told):
    run, truth, out = told

    assert truth["unexplained"] == []
    assert run.values > 500
    assert len(run.cells) > 70
    assert len(run.steps) == 20
    assert all(s.expected == s.reported for s in run.steps)
    assert (out / "ledger.sqlite").is_file()
    assert (out / "report" / "index.html").is_file()


def test_the_page_on_the_design_tells_this_run(told):
    run, _, _ = told
    true, said = (sum(getattr(step, name) == "Y" for step in run.steps) for name in ("true", "reported"))
    page = " ".join((Path(__file__).parents[3] / "docs" / "explanation" / "design.md").read_text("utf-8").split())

    assert f"the report says {said} of {len(run.steps)} and {true} had truly improved" in page


def test_a_verdict_that_the_truth_does_not_give_is_a_defect():
    line = Steps(label="1", participant_id="P001", true="Y", recorded="Y", read="N", measured="N", expected="N",
                 reported="Y")  # fmt: skip

    assert line.causes == ("noise", "unexplained")


def kept(raw, reason=""):
    return [Kept("P001", "W0", "core_set", 0, "physician_global.vas", raw, reason)]


@pytest.mark.parametrize(
    ("found", "reasons"), [(kept("5.1"), []), (kept("1.5"), [""]), ([], [""]), (kept("1.5", "misread"), ["misread"])]
)
def test_a_value_that_is_not_as_typed_differs_and_only_a_reason_explains_it(found, reasons):
    one = Meant(label="1", forms={("W0", "core_set"): {"physician_global.vas": "5.1"}})
    _, odd = compare_values(aba_dm(), [one], {"1": "P001"}, found)

    assert [d.reason for d in odd] == reasons


def test_a_folder_with_something_in_it_is_refused(trialwright, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    said = trialwright("dry-run", packaged_study("aba_dm"), "-o", tmp_path)

    assert said.code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_writes_truth_report_and_both_pages(trialwright, tmp_path):
    said = trialwright("dry-run", packaged_study("aba_dm"), "--participants", 2, "--seed", 5, "-o", tmp_path / "out")

    assert said.code == 0, said.err
    assert {"index.html", "index.zh.html", "truth.json", "ledger.sqlite", "report"} <= {
        p.name for p in (tmp_path / "out").iterdir()
    }
    assert "truly improved" in said.out


def test_what_nothing_explains_is_named_and_ends_the_command_with_1(trialwright, tmp_path, monkeypatch):
    """A program that stores another physician's value than was typed: the values, and what rests on them, say so."""
    save = conduct.save_form

    def wrong(ledger, study, request):
        posted = request.posted
        if request.visit == "W0" and posted.get("physician_global.vas"):
            request = msgspec.structs.replace(request, posted={**posted, "physician_global.vas": "9.9"})
        return save(ledger, study, request)

    monkeypatch.setattr(conduct, "save_form", wrong)
    said = trialwright("dry-run", packaged_study("aba_dm"), "--participants", 2, "--seed", 5, "-o", tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text("utf-8")

    assert said.code == 1
    assert "NOT EXPLAINED value P001 W0 core_set physician_global.vas" in said.out
    assert "are NOT explained: do not rely on this build" in page


def test_a_model_that_is_not_there_is_named(trialwright, tmp_path):
    said = trialwright("dry-run", packaged_study("aba_dm"), "--scenario", tmp_path / "no.yaml", "-o", tmp_path / "out")

    assert said.code == 1
    assert "[TW-DES-001]" in said.err
