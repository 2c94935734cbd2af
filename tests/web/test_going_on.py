"""After a save, and on a visit that did not take place: the page says where it goes on."""

import re

from trialwright.pipeline import conduct
from web.stage import INVESTIGATOR, enrolled, save

FORM = "/participants/P001/visits/W4/forms/visit_date/"
LOG = "/participants/P001/visits/LOG/forms/adverse_events/"


def onward(page):
    (told,) = re.findall(r'<p class="note good" role="status">(.*?)</p>', page)
    return re.findall(r'href="([^"]+)">([^<]+)', told)


def saved(browser, path, **typed):
    page = browser.get(path).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(version|build|token|row)" value="([^"]*)"', page))
    answer = browser.post(path, hidden | {k.replace("__", "."): v for k, v in typed.items()} | {"do": "save"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return browser.get(answer.headers["Location"]).content.decode()


def test_a_saved_form_leads_to_the_next_unfinished_one_and_to_its_visit(here, as_):
    enrolled(here)
    save(here, "W4", "physician", {"physician_global.vas": "4.5"})
    english = saved(as_("study_nurse"), FORM, visit_record__date="2021-03-08")
    chinese = saved(as_("study_nurse", "zh"), FORM, visit_record__assessor="X")

    assert onward(english) == [
        ("/participants/P001/visits/W4/forms/physician/", "Next form: Physician&#39;s assessment"),
        ("/participants/P001/visits/W4/", "Back to Week 4"),
    ]
    assert [label for _, label in onward(chinese)] == ["下一张表单：医生评估", "返回 第4周"]
    assert onward(as_("study_nurse").get(FORM + "?saved=1").content.decode())
    assert "Next form" not in as_("study_nurse").get(FORM).content.decode()


def test_the_last_form_leads_to_the_visit_alone_and_a_row_to_its_log(here, as_):
    enrolled(here)
    last = saved(as_("study_nurse"), "/participants/P001/visits/W4/forms/laboratory/", muscle_enzymes__ck="200")
    row = saved(as_("study_nurse"), LOG + "?row=1", adverse_event__term="rash")

    assert [href for href, _ in onward(last)] == ["/participants/P001/visits/W4/"]
    assert onward(row) == [(LOG, "All rows")]


def test_a_visit_that_did_not_take_place_says_so_and_is_not_offered_to_be_completed(here, as_):
    enrolled(here)
    conduct.miss_visit(here.ledger, here.study, INVESTIGATOR, "P001", "W4", reason="on holiday")
    browser = as_("study_nurse")
    missed = browser.get("/participants/P001/visits/W4/").content.decode()
    saved(browser, FORM, visit_record__date="2021-03-08")
    begun = browser.get("/participants/P001/visits/W4/").content.decode()

    assert "on holiday" in missed and "investigator_1" in missed
    assert "/W4/complete/" not in missed
    assert "/W4/complete/" in begun
