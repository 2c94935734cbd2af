"""Entering data: nothing lost, nothing overwritten, everything told beside the field."""

import re

import pytest
from django.test import Client

from web.small_study import PASSWORD
from web.stage import enrolled, save

FORM = "/participants/P001/visits/W0/forms/physician/"
VAS = "physician_global.vas"
LOG = "/participants/P001/visits/LOG/forms/adverse_events/"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form as a browser would send them back."""
    found = dict(re.findall(r'<input type="hidden" name="(build|version|token|row)" value="([^"]*)"', page))
    return found | {"do": "save"}


def sent_back(page: str) -> dict[str, str]:
    """Every hidden field of the page of a stale form, and its button."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)) | {"do": "save"}


@pytest.fixture
def nurse(here, as_):
    enrolled(here)
    return as_("study_nurse")


def fill(browser: Client, path: str = FORM, **more: str):
    page = browser.get(path).content.decode()
    return browser.post(path, hidden(page) | {name.replace("__dot__", "."): text for name, text in more.items()})


def values(here, item=VAS):
    return [d.raw for d in here.ledger.datapoints("P001", "W0", "physician") if d.slot.item == item]


def test_a_form_is_saved_and_shown_again(here, nurse):
    answer = fill(nurse, physician_global__dot__vas="4.5")

    assert (answer.status_code, values(here)) == (302, ["4.5"])
    assert 'value="4.5"' in nurse.get(FORM).content.decode()


def test_a_refused_save_shows_everything_typed_and_the_message_beside_its_field(here, nurse):
    page = fill(nurse, physician_global__dot__vas="four", mmt8__dot__neck_flexors="7")

    text = page.content.decode()
    assert (page.status_code, values(here)) == (422, [])
    assert 'value="four"' in text and 'name="mmt8.neck_flexors" value="7"' in text
    assert 'href="#q-physician_global-vas"' in text
    assert text.index('id="q-physician_global-vas-notes"') < text.index("is not a number", text.index("<h2 id="))


def test_a_changed_value_needs_a_reason_and_keeps_it(here, nurse):
    fill(nurse, physician_global__dot__vas="4.5")
    without = fill(nurse, physician_global__dot__vas="5.4")
    fill(nurse, physician_global__dot__vas="5.4", reason="misread")
    history = nurse.get(FORM + "history/" + VAS + "/").content.decode()

    assert (without.status_code, values(here)) == (422, ["5.4"])
    assert "misread" in history and "4.5" in history and "study_nurse_1" in history


def test_a_double_click_saves_once(here, nurse):
    sent = hidden(nurse.get(FORM).content.decode()) | {VAS: "4.5"}
    first, second = nurse.post(FORM, sent), nurse.post(FORM, sent)

    assert (first.status_code, second.status_code) == (302, 302)
    assert len(here.ledger.snapshot().versions.filter(item=VAS)) == 1


def test_a_stale_form_is_answered_with_mine_theirs_and_base(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    stale = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")
    answer = nurse.post(FORM, stale | {VAS: "3.3", "mmt8.neck_flexors": "8", "reason": "mine"})
    text = answer.content.decode()

    assert (answer.status_code, values(here)) == (409, ["6.1"])
    assert all(value in text for value in ("4.5 cm", "6.1 cm", "3.3 cm", "investigator_1", 'value="8"'))


def test_the_choice_on_the_page_of_a_stale_form_is_saved(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    stale = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")
    merge = nurse.post(FORM, stale | {VAS: "3.3", "mmt8.neck_flexors": "8"}).content.decode()
    again = hidden(merge) | {VAS: "3.3", "mmt8.neck_flexors": "8", f"keep:{VAS}": "theirs", "reason": "added strength"}
    answer = nurse.post(FORM, again)

    assert (answer.status_code, values(here), values(here, "mmt8.neck_flexors")) == (302, ["6.1"], ["8"])


def test_nothing_is_preselected_on_the_page_of_a_stale_form_and_a_choice_is_asked_for(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    stale = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")
    merge = nurse.post(FORM, stale | {VAS: "3.3", "mmt8.neck_flexors": "8", "reason": "mine"}).content.decode()
    radios = re.findall(rf'<input type="radio" name="keep:{VAS}"[^>]*>', merge)
    silent = nurse.post(FORM, sent_back(merge) | {"reason": "mine"})
    chosen = nurse.post(FORM, sent_back(silent.content.decode()) | {f"keep:{VAS}": "mine", "reason": "mine"})

    assert len(radios) == 2 and all(" required" in each and "checked" not in each for each in radios)
    assert (silent.status_code, chosen.status_code) == (409, 302)
    assert "Choose for each question" in silent.content.decode() and "3.3 cm" in silent.content.decode()
    assert (values(here), values(here, "mmt8.neck_flexors")) == (["3.3"], ["8"])


def test_a_choice_that_was_made_stays_where_another_is_missing(here, nurse, as_):
    other = "mmt8.neck_flexors"
    fill(nurse, physician_global__dot__vas="4.5", mmt8__dot__neck_flexors="5")
    stale = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", mmt8__dot__neck_flexors="6", reason="measured again")
    merge = nurse.post(FORM, stale | {VAS: "3.3", other: "8", "reason": "mine"}).content.decode()
    half = nurse.post(FORM, sent_back(merge) | {f"keep:{VAS}": "theirs"}).content.decode()
    radios = re.findall(r'<input type="radio" name="keep:([^"]+)" value="([^"]+)" required( checked)?', half)

    assert [(name, side) for name, side, on in radios if on] == [(VAS, "theirs")]
    assert {name for name, _, _ in radios} == {VAS, other}
    assert "3.3 cm" in half, "what was typed is there for another choice"


def test_a_form_saved_in_ones_own_other_window_speaks_of_no_other_person(here, nurse):
    fill(nurse, physician_global__dot__vas="4.5")
    stale = hidden(nurse.get(FORM).content.decode())
    fill(nurse, physician_global__dot__vas="6.1", reason="measured again")
    text = nurse.post(FORM, stale | {VAS: "3.3", "reason": "mine"}).content.decode()

    assert "in another window" in text and "Saved in the other window" in text
    assert "Somebody" not in text and "Saved by" not in text


def test_failure_1_a_refused_page_keeps_the_version_it_was_typed_upon(here, nurse, as_):
    """Else a second try would pass for one that saw what a colleague saved in between, and overwrite it unseen."""
    fill(nurse, physician_global__dot__vas="4.5")
    old = hidden(nurse.get(FORM).content.decode())
    refused = nurse.post(FORM, old | {VAS: "four"})
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")
    again = nurse.post(FORM, hidden(refused.content.decode()) | {VAS: "3.3", "reason": "mine"})

    assert (refused.status_code, again.status_code, values(here)) == (422, 409, ["6.1"])


def test_failure_1_updating_the_questions_keeps_the_version_too(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    old = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")
    updated = nurse.post(FORM, old | {VAS: "3.3", "do": "refresh"}).content.decode()
    again = nurse.post(FORM, hidden(updated) | {VAS: "3.3", "reason": "mine"})

    assert (again.status_code, values(here)) == (409, ["6.1"])


def test_an_old_page_that_cannot_be_saved_is_merged_before_its_problems_are_told(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    old = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")

    assert nurse.post(FORM, old | {VAS: "four"}).status_code == 409


def test_failure_10_a_value_hidden_by_skip_logic_is_shown_as_kept(here, nurse):
    row = LOG + "?row=1"
    sent = {"adverse_event.term": "rash", "adverse_event.serious": "Y", "adverse_event.serious_death": "N"}
    nurse.post(row, hidden(nurse.get(row).content.decode()) | {"do": "refresh"} | sent | {"do": "save"})
    more = {"adverse_event.serious": "N", "reason": "not serious after all"}
    nurse.post(row, hidden(nurse.get(row).content.decode()) | more)
    page = nurse.get(row).content.decode()

    assert "Kept, but not asked any more" in page
    assert "holds a value although the question is not asked any more" in page


def test_a_limit_is_shown_as_it_was_typed(here, nurse):
    path = "/participants/P001/visits/W0/forms/laboratory/"
    fill(nurse, path, muscle_enzymes__dot__aldolase="<1,5")
    page = nurse.get(path).content.decode()

    assert 'value="&lt;1,5"' in page and "A limit counts as unknown" in page


def test_edc_r07_a_printed_form_shows_who_saved_it_and_is_told_in_the_ledger(here, nurse):
    fill(nurse, physician_global__dot__vas="4.5")
    by_a_link = nurse.get(FORM + "print/").status_code  # a link is followed by programs too: they print nothing
    page = nurse.post(FORM + "print/", {"token": "a"}).content.decode()
    (printed,) = here.ledger.events(kinds=("printed",))

    assert by_a_link == 405
    assert "4.5 cm" in page and "study_nurse_1" in page and here.ledger.head().hash in page
    assert (printed.user, printed.participant_id, printed.form) == ("study_nurse_1", "P001", "physician")


def test_a_blank_form_has_room_for_every_answer_and_no_value(here, nurse):
    fill(nurse, physician_global__dot__vas="4.5")
    page = nurse.get("/forms/print/?form=physician").content.decode()

    assert page.count("＿＿＿＿＿＿ ") >= 15 and "4.5 cm" not in page and 'class="vas"' in page
    assert here.ledger.events(kinds=("printed",)) == ()


def test_drafts_have_a_key_for_each_person_and_a_place_for_each_form(here, nurse, as_):
    def found(browser, path):
        return re.search(r'data-draft="([^"]+)" data-key="([^"]+)"', browser.get(path).content.decode()).groups()

    mine, same, other = found(nurse, FORM), found(nurse, FORM), found(as_("investigator"), FORM)
    elsewhere = found(nurse, "/participants/P001/visits/W0/forms/laboratory/")

    assert mine == same
    assert mine[1] != other[1] and mine[0] not in (other[0], elsewhere[0])


def test_what_only_the_other_changed_is_no_choice_and_stays_theirs(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    stale = hidden(nurse.get(FORM).content.decode())
    fill(as_("investigator"), physician_global__dot__vas="6.1", reason="measured again")
    merge = nurse.post(FORM, stale | {VAS: "4.5", "mmt8.neck_flexors": "8", "reason": ""}).content.decode()
    answer = nurse.post(FORM, sent_back(merge))

    assert "not changed by you" in merge and f"keep:{VAS}" not in merge
    assert (answer.status_code, values(here), values(here, "mmt8.neck_flexors")) == (302, ["6.1"], ["8"])


def test_a_page_without_its_version_overwrites_nothing(here, nurse):
    fill(nurse, physician_global__dot__vas="4.5")
    answer = nurse.post(FORM, {"do": "save", "build": "1", VAS: "9", "reason": "x"})

    assert (answer.status_code, values(here)) == (409, ["4.5"])


def test_an_unlikely_value_is_saved_with_a_warning(here, nurse):
    fill(nurse, physician_global__dot__vas="9.5")

    assert values(here) == ["9.5"]
    assert "An unusually high global" in nurse.get(FORM).content.decode()


def test_a_reason_for_absence_is_an_answer(here, nurse):
    fill(nurse, physician_global__dot__vas="", physician_global__dot__vas__missing="not done")

    assert '<option value="not done" selected>' in nurse.get(FORM).content.decode()


def test_questions_that_depend_on_others_appear_on_update_without_saving(here, nurse):
    row = LOG + "?row=1"
    before = nurse.get(row).content.decode()
    sent = hidden(before) | {"do": "refresh", "adverse_event.term": "rash", "adverse_event.serious": "Y"}
    after = nurse.post(row, sent).content.decode()

    assert "adverse_event.serious_death" not in before and 'name="adverse_event.serious_death"' in after
    assert 'value="rash"' in after
    assert here.ledger.datapoints("P001", "LOG", "adverse_events") == ()


def test_a_log_lists_its_rows_and_a_new_row_gets_the_next_number(here, nurse):
    for term in ("rash", "cough"):
        page = nurse.get(LOG).content.decode()
        following = re.search(r'href="([^"]*\?row=\d+)">Add a row', page)
        fill(nurse, following[1], adverse_event__dot__term=term)
    text = nurse.get(LOG).content.decode()

    assert "rash" in text and "cough" in text and "Row 2" in text


def test_a_complete_visit_is_read_only_until_reopened_with_a_reason(here, nurse):
    fill(nurse, physician_global__dot__vas="4.5")
    nurse.post("/participants/P001/visits/W0/complete/", {"reason": "the rest was not done"})
    closed = nurse.get(FORM).content.decode()
    nurse.post("/participants/P001/visits/W0/reopen/", {"reason": "typing error"})

    assert "<textarea" not in closed and f'name="{VAS}"' not in closed
    assert f'name="{VAS}"' in nurse.get(FORM).content.decode()


def test_who_may_not_enter_sees_values_but_no_fields(here, nurse, as_):
    fill(nurse, physician_global__dot__vas="4.5")
    text = as_("monitor").get(FORM).content.decode()

    assert "4.5 cm" in text and f'name="{VAS}"' not in text


PAYLOADS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "javascript:alert(1)", "' onx='")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_typed_text_is_never_markup(here, nurse, as_, payload):
    fill(nurse, LOG + "?row=1", adverse_event__dot__term=payload)
    fill(nurse, LOG + "?row=1", adverse_event__dot__term=payload + " more", reason=payload)
    browser = as_("investigator")
    pages = (LOG, LOG + "?row=1", LOG + "history/adverse_event.term/?row=1", "/audit/?user=" + payload, "/audit/")
    for path in pages:
        text = browser.get(path).content.decode()

        assert "<script>alert" not in text and "<img src=x" not in text and " onx='" not in text
        assert "49 more" not in text


def test_a_post_without_the_pages_own_token_is_refused_in_words(here):
    enrolled(here)
    browser = Client(enforce_csrf_checks=True)
    browser.post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD})
    answer = browser.post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD})

    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


def test_every_answer_forbids_scripts_and_styles_in_the_page_and_other_hosts(here, nurse):
    policy = nurse.get(FORM).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert " style=" not in nurse.get(FORM).content.decode()


def test_after_the_time_out_typed_text_is_given_back_to_the_same_person_only(here, nurse, as_):
    page = hidden(nurse.get(FORM).content.decode())
    session = nurse.session
    session["seen"] = 0
    session.save()
    answer = nurse.post(FORM, page | {VAS: "4.5"})
    held = re.search(r'name="held" value="([^"]+)"', answer.content.decode())[1]
    other = Client().post("/sign-in/", {"username": "monitor_1", "password": PASSWORD, "held": held})
    same = Client().post("/sign-in/", {"username": "study_nurse_1", "password": PASSWORD, "held": held})

    assert (answer.status_code, other.status_code, same.status_code) == (401, 302, 200)
    assert f'name="{VAS}" value="4.5"' in same.content.decode()
    save(here, "W0", "physician", {VAS: "4.5"})


def test_a_ledger_that_cannot_be_written_is_told_in_words(here, nurse, monkeypatch):
    from trialwright.pipeline import conduct
    from trialwright.store import problems

    def full(*_: object) -> None:
        raise problems.disk_full("ledger.sqlite")

    page = hidden(nurse.get(FORM).content.decode())
    monkeypatch.setattr(conduct, "save_form", full)
    answer = nurse.post(FORM, page | {VAS: "4.5"})

    assert answer.status_code == 503
    assert "The disk is full" in answer.content.decode() and "Traceback" not in answer.content.decode()


def test_a_printed_grid_has_one_line_for_each_muscle_with_both_sides(demo, as_):
    text = as_("investigator").get("/forms/print/?form=core_set").content.decode()
    rows = [row for row in text.split("<tr>") if "Biceps brachii" in row]

    assert len(rows) == 1
    assert rows[0].count('class="one"') == 2 and ">right<" in rows[0] and ">left<" in rows[0]
    assert text.count('class="many two"') == 12, "seven muscles with two sides, five enzymes with their limits"
