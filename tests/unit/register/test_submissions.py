"""Submitted versions: their bytes are kept with the day, stand in the history, and show how the public copy drifts."""

import gzip
import json
import shutil

import pytest

from trialwright.catalog import load
from trialwright.cli import main
from trialwright.define import read_study
from trialwright.pipeline.conduct import Actor, Refused, Saved, grant_role
from trialwright.pipeline.conduct_record import submit_record, submitted_bytes
from trialwright.pipeline.place import open_place
from trialwright.pipeline.record_history import study_drift, study_history
from trialwright.register.history import render_history
from trialwright.register.writing import write_prs_xml

from .records import RECONSTRUCTION, ROOT, record_of

OFFICER = Actor("officer_1")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A copy of the packaged study with a ledger of its own, in which a registry officer stands."""
    monkeypatch.delenv("TRIALWRIGHT_DB", raising=False)  # tests of the web name theirs there
    folder = tmp_path / "study"
    shutil.copytree(ROOT / "studies" / "aba_dm", folder)
    study, problems = read_study(folder, load())
    assert study is not None, problems
    with open_place(folder, create=True) as ledger:
        grant_role(ledger, study, Actor("chief"), user="chief", role="data_manager")
        grant_role(ledger, study, Actor("chief"), user="officer_1", role="registry_officer")
        grant_role(ledger, study, Actor("chief"), user="nurse_1", role="study_nurse")
        yield folder, study, ledger


def _public() -> dict:
    return json.loads(RECONSTRUCTION.read_bytes())


def _ours(**enrolment) -> bytes:
    document = _public()
    document["protocolSection"]["designModule"]["enrollmentInfo"] |= enrolment
    document["protocolSection"]["designModule"]["phases"] = ["PHASE2"]
    return json.dumps(document, indent=3).encode()


def _submit(place, content, date="2026-10-01", actor=OFFICER):
    _, study, ledger = place
    return submit_record(ledger, study, actor, content=content, name="upload", date=date, reason="Phase corrected.")


@pytest.mark.parametrize(
    "content",
    [
        _ours(count=24),
        write_prs_xml(record_of(RECONSTRUCTION.read_bytes())).content,
        gzip.compress(_ours(count=24), mtime=0),
        _ours().decode().encode("utf-16"),
        b"\xef\xbb\xbf" + _ours(),
    ],
    ids=["json", "upload XML", "packed", "utf-16", "with a mark"],
)
def test_the_bytes_are_kept_as_they_were_given(place, content):
    assert isinstance(_submit(place, content), Saved)
    events = place[2].events(kinds=("record_submitted",))

    assert [submitted_bytes(event) for event in events] == [content]
    assert events[0].details["date"] == "2026-10-01"


def test_the_same_version_of_the_same_day_is_kept_once(place):
    first, second = _submit(place, _ours()), _submit(place, _ours())

    assert not first.receipt.repeated
    assert second.receipt.repeated
    assert len(place[2].events(kinds=("record_submitted",))) == 1


@pytest.mark.parametrize(
    ("content", "actor", "date", "code"),
    [
        (b"a letter", OFFICER, "2026-10-01", "TW-REG-005"),
        (_ours().replace(b"NCT04946669", b"NCT00000001"), OFFICER, "2026-10-01", "TW-REG-968"),
        (_ours(), Actor("nurse_1"), "2026-10-01", "TW-CAP-036"),
        (_ours(), Actor("nobody"), "2026-10-01", "TW-CAP-036"),
        (_ours(), OFFICER, "2026-10", "TW-CAP-012"),
    ],
)
def test_what_is_no_submission_of_this_study_is_refused(place, content, actor, date, code):
    answer = _submit(place, content, date, actor)

    assert isinstance(answer, Refused)
    assert [problem.code for problem in answer.problems] == [code]
    assert place[2].events(kinds=("record_submitted",)) == ()


def test_a_submitted_version_stands_in_the_history_between_registration_and_builds(place):
    folder, study, ledger = place
    _submit(place, _ours(count=24), "2021-08-01")
    history = study_history(folder, study, ledger.snapshot().events)

    assert [(note.date, note.source) for note in history.versions][:3] == [
        ("2021-06-29", "registered record"),
        ("2021-08-01", "submitted version"),
        ("2026-11-23", "build 1 of the definition (registered)"),
    ]
    assert history.versions[1].reason == "Phase corrected."
    assert {change.path for change in history.steps[0].fields} >= {"protocolSection.designModule.enrollmentInfo.count"}


def test_the_drift_of_the_public_copy_is_told_field_by_field(place):
    folder, study, ledger = place
    _submit(place, _ours(count=24))
    history = study_history(folder, study, ledger.snapshot().events)
    told = {
        (change.path.removeprefix("protocolSection."), change.before, change.after) for change in history.drift.fields
    }

    assert ("designModule.enrollmentInfo.count", "24", "20") in told
    assert len(told) == 2
    assert "Drift: our last version against the public copy" in render_history(history)


def test_an_equal_public_copy_does_not_drift_though_the_upload_carries_less(place):
    folder, study, ledger = place
    _submit(place, write_prs_xml(record_of(RECONSTRUCTION.read_bytes())).content)
    drift = study_history(folder, study, ledger.snapshot().events).drift

    # the upload says recruiting; UNKNOWN is what the registry made of it, and a reader must see that
    assert [change.path for change in drift.fields] == ["protocolSection.statusModule.overallStatus"]


def test_what_the_registry_writes_itself_is_no_drift(place):
    folder, study, ledger = place
    document = _public()
    document["protocolSection"]["statusModule"] |= {
        "lastUpdatePostDateStruct": {"date": "2026-10-05", "type": "ACTUAL"},
        "statusVerifiedDate": "2026-10",
    }
    document["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["class"] = "UNKNOWN"
    _submit(place, json.dumps(document).encode())

    assert study_history(folder, study, ledger.snapshot().events).drift.same


def test_without_a_submission_the_draft_is_held_against_the_public_copy(place):
    drift = study_drift(place[0])

    assert drift.before == "draft of the definition"
    assert drift.outcomes


def test_the_commands_keep_a_version_and_tell_the_drift(place, tmp_path, capsys, monkeypatch):
    folder = place[0]
    (tmp_path / "upload.json").write_bytes(_ours(count=24))

    def run(*words):
        monkeypatch.setattr("sys.argv", ["trialwright", "record", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, capsys.readouterr()

    command = ("submit", str(folder), str(tmp_path / "upload.json"), "--date", "2026-10-01", "--by", "officer_1")
    code, told = run(*command)
    assert code == 0
    assert "Kept: upload.json of 2026-10-01" in told.out
    assert "It had been kept before." in run(*command)[1].out
    code, told = run("diff", str(folder))
    assert code == 1
    assert "24 -> 20" in told.out
    assert run("submit", str(folder), "nothing.xml", "--date", "2026-10-01", "--by", "officer_1")[0] == 2
    assert run("diff", str(tmp_path / "upload.json"))[0] == 2
