"""
The page of a form from a kept frame: when it is, when it is not, and what stays in memory of it.

That it says what the template says is held by every test of this folder that opens a form (conftest.py).
"""

import re

import pytest

from trialwright.capture.locks import Scope
from trialwright.capture.values import Place, fields_of
from trialwright.pipeline import conduct
from trialwright.web import directory
from trialwright.web.pages.form import kept
from web.small_study import PASSWORD
from web.stage import INVESTIGATOR, enrolled, save

FORM = "/participants/P001/visits/W0/forms/physician/"
DATE = "/participants/P001/visits/W0/forms/visit_date/"


@pytest.fixture
def nurse(here, as_):
    enrolled(here)
    kept._frames.clear()
    return as_("study_nurse")


def text(browser, path: str) -> str:
    return browser.get(path).content.decode()


def test_one_frame_serves_every_participant_and_every_person_of_a_role(here, nurse, as_):
    conduct.add_participant(here.ledger, here.study, INVESTIGATOR, "P002")
    conduct.give_consent(here.ledger, here.study, INVESTIGATOR, "P002", version="1.0", date="2021-02-01")
    other = FORM.replace("P001", "P002").replace("/W0/", "/SCR/").replace("physician", "visit_date")

    first, second = text(nurse, other.replace("P002", "P001")), text(nurse, other)

    assert "P001" in first and "P002" in second
    assert "P001" not in second and "P002" not in first


def test_every_role_has_a_frame_of_its_own(here, nurse, as_):
    directory.add_user(here, "two_1", PASSWORD, roles=("study_nurse", "administrator"), by="test")

    first, second = text(nurse, FORM), text(as_("two"), FORM)

    assert "Administrator" in second and "Administrator" not in first
    assert len(kept._frames) == 2


def test_an_empty_and_a_filled_form_each_come_from_a_frame_of_their_own(here, nurse):
    empty, filled = text(nurse, FORM), text(nurse, DATE)
    save(here, "W0", "visit_date", {"visit_record.date": "2021-02-09"}, reason="misread")
    again = text(nurse, DATE)

    assert 'value="2021-02-08"' in filled and 'value="2021-02-09"' in again
    assert "last saved" in again and "last saved" not in empty
    assert len(kept._frames) == 2


def test_a_score_fills_a_gap_of_the_frame(here, nurse):
    asked = fields_of(here.study.form("physician"))
    save(here, "W0", "physician", {field.name: "7" for field in asked if field.item.kind in ("number", "integer")})

    told = text(nurse, FORM)

    assert "<dd>105</dd>" in told
    assert any("Computed from what is saved" in str(frame.open_text) for frame in kept._frames.values())
    assert not any("<dd>105" in str(frame.open_text) for frame in kept._frames.values())


@pytest.mark.parametrize("what", ["notice", "query", "freeze", "refused", "lost right"])
def test_what_is_out_of_the_ordinary_is_drawn_anew(here, nurse, as_, what):
    ledger, study = here.ledger, here.study
    manager = conduct.Actor("data_manager_1")
    kept._frames.clear()
    if what == "notice":
        told = text(nurse, FORM + "?saved=1")
        assert 'role="status"' in told
    elif what == "query":
        assert isinstance(conduct.open_query(ledger, study, manager, Place("P001", "W0", "physician"),
                                             message="Which day?"), conduct.Saved)  # fmt: skip
        assert "Which day?" in text(nurse, FORM)
    elif what == "freeze":
        scope = Scope(participant_id="P001", visit="W0", form="physician")
        assert isinstance(conduct.hold(ledger, study, manager, "frozen", scope, reason="audit"), conduct.Saved)
        assert 'name="physician_global.vas"' not in text(nurse, FORM)
    elif what == "refused":
        page = nurse.post(FORM, {"physician_global.vas": "four", "do": "save", "build": "1", "version": "0"})
        assert "is not a number" in page.content.decode()
    else:
        assert 'name="physician_global.vas"' not in text(as_("statistician"), FORM)

    assert not kept._frames


def test_no_value_no_participant_and_no_person_stays_in_a_frame(here, nurse):
    save(here, "W0", "visit_date", {"visit_record.date": "2021-02-09"}, reason="another day")

    told = text(nurse, DATE)

    assert "2021-02-09" in told and "P001" in told and "study_nurse_1" in told
    assert kept._frames
    for frame in kept._frames.values():
        assert not any(word in frame.open_text for word in ("2021-02-09", "P001", "study_nurse_1", "investigator_1"))


def test_every_act_on_a_page_has_a_token_of_its_own(nurse):
    tokens = [re.findall(r'name="token" value="([^"]*)"', text(nurse, FORM)) for _ in range(2)]

    every = [token for page in tokens for token in page]
    assert len(every) >= 4
    assert len(set(every)) == len(every)


def test_a_frame_that_another_thread_let_go_is_no_trouble(nurse, monkeypatch):
    text(nurse, FORM)
    drawn = kept._drawn

    def slow(*given):
        made = drawn(*given)
        kept._frames.clear()
        return made

    monkeypatch.setattr(kept, "_drawn", slow)
    monkeypatch.setattr(kept, "MOST", 0)

    assert "P001" in text(nurse, DATE)


def test_frames_are_kept_only_so_many(nurse, monkeypatch):
    monkeypatch.setattr(kept, "MOST", 1)

    text(nurse, FORM)
    text(nurse, DATE)
    text(nurse, FORM)

    assert len(kept._frames) == 1
