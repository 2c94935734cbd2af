"""The overview: counts that can be counted by hand, charts with words, and nothing of how well the treatment works."""

import datetime as dt
import re

import pytest

from trialwright.capture.overview import Lags, enrolment, lags
from trialwright.model.ledger import LedgerEvent
from trialwright.pipeline import conduct
from trialwright.web import charts
from web.small_study import small_study
from web.stage import INVESTIGATOR, enrolled, save

DAY = dt.date(2021, 3, 12)


def plain(browser, path="/overview/"):
    """The page as words, one blank between them."""
    return " ".join(re.sub(r"<[^>]+>", " ", browser.get(path).content.decode()).split())


@pytest.fixture
def treated(here, monkeypatch):
    """P001 dosed on 8 February, with a baseline date entered today; the window of week 4 ended on 11 March."""
    enrolled(here)
    save(here, "LOG", "dosing", {"dosing_log.date": "2021-02-08", "dosing_log.dose": "500"}, row=1)
    monkeypatch.setattr(type(here), "today", lambda self: DAY)
    return here


def test_what_stands_there_can_be_counted_by_hand(treated, as_):
    conduct.add_participant(treated.ledger, treated.study, INVESTIGATOR, "P002")
    conduct.screen_fail(treated.ledger, treated.study, INVESTIGATOR, "P002", reason="no", date="2021-02-03")
    text = plain(as_("monitor"))

    assert "1 of 20 enrolled" in text
    assert "2 considered, 1 did not enter, 0 completed, 0 left early." in text
    assert "Of 1 enrolled who have not left early. Visits past their window: 1" in text
    assert "Screening 0 1 0 0 0" in text and "Week 4 0 0 0 1 0" in text and "Week 12 0 0 0 0 1" in text


def test_queries_are_counted_by_age_and_by_whom_they_wait_for(treated, as_):
    save(treated, "W0", "physician", {"physician_global.vas": "9.5"})
    text = plain(as_("data_manager"))

    assert "1 open" in text and "0 to 7 days 1 0" in text and "31 days and more 0 0" in text


def test_two_visits_are_too_few_for_a_median(treated, as_):
    assert "2 visits. Too few for a median." in plain(as_("monitor"))


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([], Lags(counts=(0, 0, 0, 0, 0, 0), visits=0, median=None, longest=0)),
        ([0, 0, 1, 3], Lags(counts=(2, 1, 1, 0, 0, 0), visits=4, median=None, longest=3)),
        ([0, 0, 1, 7, 15], Lags(counts=(2, 1, 0, 1, 0, 1), visits=5, median=1, longest=15)),
        ([-2, 8], Lags(counts=(0, 0, 0, 0, 1, 0), visits=1, median=None, longest=8)),  # entered before it took place
    ],
)
def test_days_to_entry_are_counted_in_their_classes(days, found):
    """Visits on 1 March; the classes are same day, next day, 2-3, 4-7, 8-14, 15 and more."""
    visited = {("P001", f"V{n}"): dt.date(2021, 3, 1) for n, _ in enumerate(days)}
    first = {("P001", f"V{n}"): dt.date(2021, 3, 1) + dt.timedelta(days=each) for n, each in enumerate(days)}

    assert lags(visited, first) == found


def act(kind, day):
    return LedgerEvent(
        seq=1, group=1, kind=kind, participant_id="P001", visit="", form="", row=0, details={"date": day}, user="u",
        at_utc=f"{day}T00:00:00.000Z", reason="", build=1, origin="typed",
    )  # fmt: skip


def test_the_plan_is_an_even_pace_that_lets_the_last_one_finish():
    """Start 1 January, completion 26 April, week 12 is day 85: enrolment ends on 31 January; half way, half of 20."""
    import msgspec

    from trialwright.model.quantity import PartialDate

    registered = msgspec.structs.replace(
        small_study().registration, start_date=PartialDate("2021-01-01"), primary_completion=PartialDate("2021-04-26")
    )
    study = msgspec.structs.replace(small_study(), registration=registered)
    acts = [act("enrolled", "2021-01-05"), act("enrolled", "2021-01-05"), act("enrolled", "2021-01-10")]
    found = enrolment(study, acts, dt.date(2021, 1, 16))

    assert (found.end, found.expected, found.enrolled) == (dt.date(2021, 1, 31), 10, 3)
    assert found.reached == ((dt.date(2021, 1, 5), 2), (dt.date(2021, 1, 10), 3))


def test_a_bar_is_as_long_as_its_count_and_nought_is_not_drawn():
    chart = charts.bars([("a", [("complete", 4), ("started", 0)]), ("b", [("complete", 1), ("missed", 1)])])
    first, second = chart.bars

    assert [part.count for part in first.segments] == [4]
    assert first.segments[0].width == pytest.approx(4 * second.segments[0].width, rel=0.01)
    assert second.segments[1].x == pytest.approx(second.segments[0].x + second.segments[0].width, abs=0.2)


def test_every_chart_has_its_words_and_its_table(treated, as_):
    save(treated, "W0", "physician", {"physician_global.vas": "9.5"})
    page = as_("monitor").get("/overview/").content.decode()
    charts_drawn = re.findall(r'<svg class="chart"[^>]*role="img" aria-label="([^"]+)"', page)

    assert len(charts_drawn) == 4 and all(charts_drawn)
    assert page.count("As a table") == 4


def test_nothing_of_efficacy_stands_on_the_overview(demo, as_):
    for role in ("investigator", "assessor", "monitor", "data_manager"):
        text = plain(as_(role)).casefold()
        assert not [word for word in ("responder", "improve", "mmt", "haq", "p-value") if word in text], role
