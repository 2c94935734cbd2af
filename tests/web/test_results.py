"""Who sees results, and when: nobody sees a verdict forming, nobody sees efficacy before lock or a declared look."""

import re

import pytest

from trialwright.capture.status import data_locked
from trialwright.pipeline import conduct
from trialwright.web.pages.results.words import parameter_words

MANAGER, INVESTIGATOR = conduct.Actor("data_manager"), conduct.Actor("investigator")
VERDICT = re.compile(r"(Response at this visit)")


@pytest.fixture
def unlocked(demo):
    """The demo with its data unlocked; locked again afterwards."""
    conduct.unlock_data(demo.ledger, demo.study, MANAGER, reason="test")
    assert not data_locked(demo.ledger.events())
    yield demo
    conduct.lock_data(demo.ledger, demo.study, MANAGER, reason="test")
    assert data_locked(demo.ledger.events())


def finished(place) -> str:
    """A participant who has week 12 complete."""
    return next(
        e.participant_id
        for e in place.ledger.events(("visit_completed",))
        if (e.kind, e.visit) == ("visit_completed", "W12")
    )


def pages_of(browser, who: str) -> list[str]:
    """Every page that could tell the verdict of week 12."""
    visit = f"/participants/{who}/visits/W12/"
    paths = (visit, visit + "forms/core_set/", f"/participants/{who}/", "/participants/")
    return [browser.get(path).content.decode() for path in paths]


@pytest.mark.parametrize("role", ["investigator", "study_nurse", "assessor", "monitor", "data_manager", "statistician"])
def test_no_verdict_is_shown_to_anybody_until_the_visit_is_complete(unlocked, as_, role):
    who = finished(unlocked)
    ledger, study = unlocked.ledger, unlocked.study
    conduct.reopen_visit(ledger, study, INVESTIGATOR, who, "W12", reason="test")
    try:
        during = pages_of(as_(role), who)
    finally:
        conduct.complete_visit(ledger, study, INVESTIGATOR, who, "W12", reason="test")
    after = pages_of(as_(role), who)

    assert not any(VERDICT.search(page) for page in during)
    assert any(VERDICT.search(page) for page in after)


@pytest.mark.parametrize("role", ["investigator", "study_nurse", "data_manager", "monitor", "statistician"])
def test_results_are_hidden_while_data_are_open(unlocked, as_, role):
    browser = as_(role)
    text = browser.get("/results/").content.decode()

    assert "<table" not in text and "<figure" not in text
    for path in ("/results/trace/?cell=14.2.1.1:responders:n", "/results/figures/14.2.2.svg"):
        assert browser.get(path).status_code in (403, 404)


def test_results_are_shown_after_lock_to_who_may_see_them(demo, as_):
    statistician, nurse = as_("statistician").get("/results/"), as_("study_nurse").get("/results/")

    assert "14.2.1.1" in statistician.content.decode() and "data-cell" in statistician.content.decode()
    assert "data-cell" not in nurse.content.decode()


def test_every_link_of_the_results_leads_to_datapoints_or_acts(demo, as_):
    browser = as_("statistician")
    links = sorted(set(re.findall(r'href="(/results/trace/[^"]+)"', browser.get("/results/").content.decode())))
    some = links[:: max(1, len(links) // 12)]

    assert len(links) > 20
    for link in some:
        answer = browser.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200, link
        told = answer.content.decode()
        # That something did not happen, no deviation for one, rests on no entry; the page says so.
        absent = "fact." in link and "It rests on no entry" in told
        assert "/history/" in told or "Acts it rests on" in told or absent, link


def test_the_number_of_responders_leads_to_a_keystroke_and_its_history(demo, as_):
    browser = as_("statistician")
    text = browser.get("/results/trace/?cell=14.2.1.1:responders:n").content.decode()
    history = re.search(r'href="([^"]+/history/[^"]+)"', text)[1]

    assert "As typed" in browser.get(history).content.decode()


def test_figures_are_served_as_pictures_under_their_own_policy(demo, as_):
    browser = as_("statistician")
    number = re.search(r'<figure class="display drawing" id="d-([^"]+)"', browser.get("/results/").content.decode())[1]
    answer = browser.get(f"/results/figures/{number}.svg")

    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_cut_is_compared_while_data_are_open(unlocked, as_):
    answer = as_("statistician").get("/results/compare/?first=2021-06-01&last=2021-12-31")

    assert answer.status_code == 403
    assert "cells of the tables" not in answer.content.decode()


def test_a_declared_look_shows_results_and_is_listed(unlocked, as_):
    browser = as_("statistician")
    before = browser.get("/results/").content.decode()
    browser.post("/study/look/", {"reason": "safety board", "token": "a-look"})
    after = browser.get("/results/").content.decode()

    assert "data-cell" not in before
    assert "data-cell" in after and "safety board" in after


def test_the_banner_of_a_demo_stands_on_every_page(demo, as_):
    browser = as_("investigator")
    for path in ("/sign-in/", "/participants/", "/results/", "/registry/", "/audit/", "/study/", "/people/"):
        assert "Virtual participants: simulated data" in browser.get(path, follow=True).content.decode(), path


def test_two_data_cuts_are_compared_for_who_may_see_results_and_for_nobody_else(demo, as_):
    empty = as_("statistician").get("/results/compare/").content.decode()
    first, last = re.search(r'min="([\d-]+)" max="([\d-]+)"', empty).groups()
    statistician = as_("statistician").get(f"/results/compare/?first={first}&last={last}")
    nurse = as_("study_nurse").get("/results/compare/")
    text = statistician.content.decode()

    assert statistician.status_code == 200
    assert "cells of the tables are different" in text
    assert re.search(r'href="/results/trace/\?cell=14', text)
    assert re.search(r'href="/participants/P\d+/"', text)
    assert nurse.status_code == 403


def test_a_point_of_a_figure_leads_to_what_stands_behind_it(demo, as_):
    text = as_("statistician").get("/results/").content.decode()
    point = re.search(r'<a href="(/results/trace/\?record=P\d+[^"]*imacs_week_12)"', text)

    assert point is not None
    assert as_("statistician").get(point[1].replace("&amp;", "&")).status_code == 200
    assert re.search(r'<svg[^>]* style="|<style', text) is None


def test_every_value_behind_a_number_is_reached_page_by_page_and_participant_by_participant(demo, as_):
    browser = as_("statistician")
    path = "/results/trace/?cell=14.2.1.1:responders:n"
    first = browser.get(path).content.decode()
    total = int(re.search(r"Values typed \((\d+)\)", first)[1])
    seen, text, pages = _entries(first), first, 1
    while leaf := re.search(r'href="([^"]+datapoints=\d+#datapoints)">Next', text):
        text, pages = browser.get("/results/trace/" + leaf[1].replace("&amp;", "&")).content.decode(), pages + 1
        seen += _entries(text)
    people = re.findall(r"<option>(P\d+)", first)
    apart = [browser.get(f"{path}&participant={who}").content.decode() for who in people]

    assert total > 400 and pages == -(-total // 400)
    assert len(seen) == len(set(seen)) == total
    assert sum(int(re.search(r"Values typed \((\d+)\)", one)[1]) for one in apart) == total
    assert set(re.findall(r"/participants/(P\d+)/", apart[0])) == {people[0]}
    assert browser.get(path + "&datapoints=999999").status_code == 200, "the last page"


def _entries(text: str) -> list[str]:
    """The numbers of the entries in the table of values typed."""
    part = text[text.index('<h2 id="datapoints">') :].partition("</section>")[0]
    return re.findall(r"<td>(\d+)</td></tr>", part)


def test_a_derived_value_leads_to_its_own_trace_and_an_act_says_its_day_and_reason(demo, as_):
    browser = as_("statistician")
    text = browser.get("/results/trace/?cell=14.2.1.1:responders:n").content.decode()
    record = re.search(r'href="(/results/trace/\?record=[^"]+)"', text)[1]
    own = browser.get(record)
    acts = text[text.index('<h2 id="events">') :]

    assert own.status_code == 200
    assert "/history/" in own.content.decode()
    assert re.search(r"date: \d{4}-\d\d-\d\d", acts)
    assert ">Reason</th>" in acts


@pytest.mark.parametrize(
    ("parameter", "en", "zh"),
    [
        ("physician_global.vas", "Overall disease activity, judged by the physician", "医生评定的总体疾病活动度"),
        ("fact.enrolled", "Enrolled", "入组"),
        ("fact.set.safety", "Analysis set: Safety set", "分析集：安全性分析集"),
        (
            "imacs_week_12:criterion",
            "IMACS improvement at week 12, as registered · the criterion alone",
            "第 12 周国际肌炎评估组织改善率（按登记方案） · 仅按判定标准",
        ),
        ("adverse_event:2", "Adverse events · row 2", "不良事件 · 第 2 行"),
        ("visit", "Visit", "访视"),
        ("nobody.knows", "", ""),
        ("fact.set.nobody_knows", "", ""),
    ],
)
def test_what_was_derived_is_told_in_the_words_of_the_study(demo, parameter, en, zh):
    assert parameter_words(demo.study, "en")(parameter) == en
    assert parameter_words(demo.study, "zh")(parameter) == zh


def test_the_trace_says_what_each_value_is_and_its_name_beside_it(demo, as_):
    text = as_("statistician").get("/results/trace/?cell=14.2.1.1:responders:n").content.decode()

    told = "IMACS improvement at week 12, as registered</a> "
    assert told + '<code class="why" translate="no">imacs_week_12</code>' in text
