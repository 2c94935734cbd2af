"""The page of amendments: what changed, what it means for entered data, and moving forms one by one."""

import re

import msgspec

from web import stage
from web.small_study import small_study

FORM = "/participants/P001/visits/W0/forms/laboratory/"


def amended(build=2):
    """The small study whose laboratory form asks for one enzyme less."""
    study = small_study()
    forms = []
    for form in study.forms:
        if form.name == "laboratory":
            (section,) = form.sections
            fewer = tuple(field for field in section.fields if field.name != "muscle_enzymes.ck")
            form = msgspec.structs.replace(form, sections=(msgspec.structs.replace(section, fields=fewer),))
        forms.append(form)
    return msgspec.structs.replace(study, build=build, hash="1" * 64, forms=tuple(forms))


def begun(here):
    stage.enrolled(here)
    stage.save(here, "W0", "laboratory", {"muscle_enzymes.ck": "1250", "muscle_enzymes.ck__unit": "U/L"})
    here.study = amended()


def test_the_page_names_each_form_and_the_item_that_keeps_its_value(here, as_):
    begun(here)

    page = as_("data_manager").get("/amendments/").content.decode()

    assert "Laboratory" in page
    assert re.search(r"3 would move to build 2; 0 stay", page)
    assert "Creatine kinase" in page or "muscle_enzymes.ck" in page


def test_moving_needs_a_reason_and_leaves_a_row_for_each_form(here, as_):
    begun(here)
    browser = as_("data_manager")

    unsaid = browser.post("/amendments/move/", {"reason": "", "token": "a"})
    done = browser.post("/amendments/move/", {"reason": "Amendment 1", "token": "b"})

    assert (unsaid.status_code, done.status_code) == (422, 302)
    assert [e.reason for e in here.ledger.events(kinds=["migrated"])] == ["Amendment 1"] * 3
    assert "Amendment 1" in browser.get("/audit/?kind=migrated").content.decode()


def test_an_item_that_is_asked_no_more_stays_on_its_form(here, as_):
    begun(here)
    as_("data_manager").post("/amendments/move/", {"reason": "Amendment 1", "token": "b"})

    page = as_("study_nurse").get(FORM).content.decode()

    assert "Kept, but not asked any more" in page
    assert "1250" in page


def test_a_nurse_may_look_and_not_move(here, as_):
    begun(here)
    browser = as_("study_nurse")

    assert browser.get("/amendments/").status_code == 200
    assert browser.post("/amendments/move/", {"reason": "no", "token": "c"}).status_code == 403
    assert not here.ledger.events(kinds=["migrated"])
