"""The Design page: numbers moved by hand, exact and simulated, with nothing of a participant read."""

import re

import pytest


def page(browser, query=""):
    answer = browser.get(f"/design/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def told(html):
    """The answers by their question, tags taken away."""
    found = re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", html, re.DOTALL)
    return [(question, " ".join(answer.split())) for question, answer in found]


def test_the_planned_design_is_answered_exactly(demo, as_):
    # 31 of 73 against 20 participants at one-sided 5 %: R, qbinom(0.95, 20, 31/73) + 1 = 13, size 0.036, power 0.416
    answers = dict(told(page(as_("statistician"))))

    assert answers["Responders needed"] == "13 / 20"
    assert answers["Reached by chance alone (attained size)"] == "3.6 %"
    assert answers["Power at a true rate of 60 %"] == "41.6 %"
    assert answers["Every number reaches 80 % power from"] == "55"


def test_another_benchmark_and_number_change_the_answer(demo, as_):
    answers = dict(told(page(as_("statistician"), "?participants=40&benchmark=1/9")))

    # R: the smallest count with a tail of at most 5 %, from qbinom at 0.95 of 40 and 1/9, plus one, is 9 (tail 0.029)
    assert answers["Responders needed"] == "9 / 40"


def test_more_noise_makes_more_responders_where_the_treatment_does_nothing(demo, as_):
    def without_effect(query):
        return float(dict(told(page(as_("statistician"), query)))[
            "Responders if the treatment did nothing (simulated)"].split()[0])  # fmt: skip

    assert without_effect("?noise=0") < without_effect("?noise=1") < without_effect("?noise=2")


def test_what_cannot_be_is_replaced_by_what_is_planned(demo, as_):
    odd = page(as_("statistician"), "?participants=-5&benchmark=nothing&noise=<script>&missing=9")

    assert 'value="20"' in odd
    assert "<script>" not in odd.partition("<main")[2].partition("</main")[0]
    assert 'value="200"' in page(as_("statistician"), "?participants=9999")


@pytest.mark.parametrize("role", ["study_nurse", "assessor", "monitor", "registry_officer"])
def test_who_must_not_see_results_may_look_for_nothing_is_read(demo, as_, role):
    answers = told(page(as_(role)))

    assert answers == told(page(as_("statistician")))


def test_both_figures_say_in_words_what_they_draw(demo, as_):
    html = page(as_("statistician"))

    assert html.count('<svg class="chart"') == 2
    assert "20 participants against 42.5 %: 13 responders needed" in html


def test_it_stands_in_chinese(demo, as_):
    html = as_("statistician", "zh").get("/design/").content.decode()

    assert "需应答例数" in html
    assert "13 / 20" in html


def test_a_study_without_a_benchmark_says_so(here, as_):
    assert "No primary endpoint of this study" in page(as_("statistician"))


def test_the_page_is_the_same_whatever_the_ledger_holds(demo, as_, monkeypatch):
    def unreadable(*_args, **_words):
        raise AssertionError("the page reads data")

    first = told(page(as_("statistician"), "?participants=33"))
    browser = as_("statistician")
    monkeypatch.setattr(type(demo), "snapshot", unreadable)
    monkeypatch.setattr(type(demo), "case", unreadable)

    assert told(page(browser, "?participants=33")) == first
