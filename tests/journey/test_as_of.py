"""`--as-of`: an earlier readout comes out again to the byte, whatever was typed or amended since."""

import datetime as dt
import shutil
import subprocess
import sys

import pytest

from trialwright import catalog
from trialwright.pipeline import conduct
from trialwright.pipeline.conduct import Actor, FormSave, Saved
from trialwright.pipeline.place import open_place
from trialwright.pipeline.readout import analysis_files, make_report, read_out
from trialwright.pipeline.study import freeze, load_study

MOMENT = "2021-06-30T12:00:00Z"
KNOWN = catalog.load()


def trialwright(*words):
    run = subprocess.run([sys.executable, "-m", "trialwright", *map(str, words)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return run


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A demo with seven participants, run to its end."""
    out = tmp_path_factory.mktemp("as_of") / "out"
    trialwright("demo", "--no-serve", "--participants", 7, "--out", out)
    return out


def report(out, folder):
    trialwright("report", out / "study", "--db", out / "ledger.sqlite", "--as-of", MOMENT, "-o", folder)
    return files_of(folder)


def correct_a_value(out):
    """What a person does afterwards: unlock, reopen, correct, complete, lock again."""
    study, _ = load_study(out / "study", KNOWN)
    investigator, manager = Actor("investigator"), Actor("data_manager")
    with open_place(out / "study", str(out / "ledger.sqlite")) as ledger:
        everybody = read_out(study, KNOWN, ledger).analysis.participants
        pid = next(each.participant_id for each in everybody if "safety" in each.sets)
        steps = [
            conduct.unlock_data(ledger, study, manager, reason="A source document was found"),
            conduct.reopen_visit(ledger, study, investigator, pid, "W0", reason="correction"),
        ]
        fields = {f.name for s in study.form("core_set").sections for f in s.fields}
        held = {d.slot.item: d for d in ledger.datapoints(pid, "W0", "core_set")}
        posted = {name: held[name].raw for name in fields if name in held and held[name].raw}
        posted["physician_global.vas"] = "9.9"
        steps.append(
            conduct.save_form(
                ledger, study,
                FormSave(actor=investigator, participant_id=pid, visit="W0", form="core_set", posted=posted,
                         reason="Read from the wrong sheet"),
            )
        )  # fmt: skip
        assert [type(step) for step in steps] == [Saved] * 3, steps


def amend(out):
    """An amendment: another threshold in the working files, frozen as the next build."""
    path = out / "study" / "analysis.yaml"
    text = path.read_text("utf-8")
    changed = text.replace("alpha: 0.05", "alpha: 0.10", 1)
    assert changed != text
    path.write_text(changed, "utf-8")
    made, problems = freeze(out / "study", "Another level", dt.date(2100, 1, 1))
    assert made is not None, [problem.sentence() for problem in problems]


def test_an_earlier_report_comes_out_to_the_byte_after_corrections_and_an_amendment(finished, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    before = report(out, tmp_path / "before")
    correct_a_value(out)
    amend(out)

    after = report(out, tmp_path / "after")

    assert sorted(before) == sorted(after)
    assert [name for name in before if before[name] != after[name]] == []


def test_todays_readout_does_see_what_came_later(finished, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    study, _ = load_study(out / "study", KNOWN)
    with open_place(out / "study", str(out / "ledger.sqlite")) as ledger:
        then = read_out(study, KNOWN, ledger, dt.datetime.fromisoformat(MOMENT))
        now = read_out(study, KNOWN, ledger)

    assert then.snapshot.hash != now.snapshot.hash
    assert analysis_files(then, KNOWN)["results.json"] != analysis_files(now, KNOWN)["results.json"]
    assert (
        make_report(out / "study", then, KNOWN, formats=()).files["index.html"]
        != (make_report(out / "study", now, KNOWN, formats=()).files["index.html"])
    )


def test_a_definition_of_that_day_that_is_not_kept_is_said(finished, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    amend(out)
    shutil.rmtree(out / "study" / "versions" / "3")

    run = trialwright("report", out / "study", "--db", out / "ledger.sqlite", "--as-of", MOMENT, "-o", tmp_path / "r")

    assert "TW-RDO-002" in run.stdout + run.stderr
