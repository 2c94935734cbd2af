"""Late entry: which forms were first entered long after their visit, with both dates; as a page and as a table."""

import csv
import datetime as dt
import io

import msgspec
import pytest

from trialwright.capture.late import entries
from trialwright.model.declared import RecordsPlan
from trialwright.pipeline import conduct
from web.small_study import HERE, small_study
from web.stage import enrolled, save
from web.test_sites import FOREIGN, at_one, two  # noqa: F401 - fixtures

DAY = dt.date(2021, 3, 1)


@pytest.fixture
def limited(here):
    """P001, seen on 1 and 8 February 2021 and entered now: years later. The definition allows five days."""
    enrolled(here)
    here.study = msgspec.structs.replace(here.study, records=RecordsPlan(entered_within_days=5, origin=HERE))
    return here


def told(browser, path="/overview/late/"):
    return browser.get(path).content.decode()


def test_edc_r13_a_form_entered_later_than_the_definition_allows_is_reported_with_both_dates(limited, as_):
    text = told(as_("monitor"))
    today = conduct.today_at_site(limited.study, limited.ledger.now()).isoformat()

    assert "limit 5 days" in text and "2 of 2 forms" in text
    assert "2021-02-08" in text and today in text
    assert f">{(dt.date.fromisoformat(today) - dt.date(2021, 2, 8)).days}</td>" in text
    assert "2 took longer than the 5 days of the definition" in told(as_("monitor"), "/overview/")


def test_edc_r13_what_is_entered_in_time_is_not_reported(limited, as_):
    today = conduct.today_at_site(limited.study, limited.ledger.now()).isoformat()
    save(limited, "W4", "visit_date", {"visit_record.date": today})
    text = told(as_("monitor"))

    assert "2 of 3 forms" in text
    assert "Week 4" not in text.partition("<main")[2]


def test_a_correction_does_not_make_an_entry_younger_or_older(limited, as_):
    before = told(as_("monitor")).count("<tr>")
    save(limited, "W0", "visit_date", {"visit_record.date": "2021-02-09"}, reason="wrong day")
    text = told(as_("monitor"))

    assert text.count("<tr>") == before and "2021-02-09" in text and "2021-02-08" not in text


def test_edc_r13_the_table_holds_them_all_and_its_taking_stands_in_the_ledger(limited, as_):
    answer = as_("data_manager").post("/overview/late/copy/", {"days": "5"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    event = limited.ledger.events(("exported",))[-1]

    assert [(row["participant"], row["visit"], row["form"], row["visited"]) for row in rows] == [
        ("P001", "SCR", "visit_date", "2021-02-01"), ("P001", "W0", "visit_date", "2021-02-08"),
    ]  # fmt: skip
    assert all(row["entered_utc"].endswith("Z") and row["limit_days"] == "5" for row in rows)
    assert (event.details["what"], event.details["entries"], event.user) == ("late", "2", "data_manager_1")


def test_without_a_limit_the_page_says_so_and_asks_for_one(here, as_):
    enrolled(here)
    text = told(as_("monitor", "zh"), "/overview/late/?days=30")

    assert "研究定义未规定录入时限" in text and "2 份表单中的 2 份" in text


@pytest.mark.parametrize("asked", ["x", "-1", "4", "None", "9" * 400])
def test_a_number_that_is_none_asks_for_the_usual_days(limited, as_, asked):
    assert "2 of 2 forms" in told(as_("monitor"), f"/overview/late/?days={asked}")


def test_without_a_limit_a_number_that_is_none_asks_for_the_usual_days(here, as_):
    enrolled(here)

    assert "2 of 2 forms" in told(as_("monitor"), "/overview/late/?days=None")


def test_another_site_does_not_stand_in_it(two, at_one):  # noqa: F811 - the fixtures of another file
    page = told(at_one("monitor"), "/overview/late/?days=0")
    table = at_one("monitor").post("/overview/late/copy/", {"days": "0"}).content.decode()

    assert "P001" in page and "P001" in table
    assert FOREIGN not in page and FOREIGN not in table


def test_the_first_save_of_a_form_counts_and_what_has_no_day_is_counted_apart(here):
    """W0 on 1 March: one form the same day, the other ten days later; W4 has no date; W12 lies after its entry."""
    study = small_study()
    saved = [(1, "W0", "a", "2021-03-01"), (2, "W0", "b", "2021-03-11"), (3, "W0", "a", "2021-03-20"),
             (4, "W4", "a", "2021-03-20"), (5, "W12", "a", "2021-03-20"),
             (6, "LOG", "dosing", "2021-05-20")]  # fmt: skip
    empty = here.ledger.snapshot().versions
    made = {name: [None] * len(saved) for name in empty.columns} | {
        "seq": [n for n, *_ in saved], "participant_id": ["P001"] * len(saved), "visit": [v for _, v, _, _ in saved],
        "form": [f for *_, f, _ in saved], "at_utc": [f"{day}T02:00:00.000Z" for *_, day in saved],
        "user": ["nurse"] * len(saved),
    }  # fmt: skip
    versions = type(empty)(made, schema=empty.schema)
    days = {("P001", "W0"): DAY, ("P001", "W12"): dt.date(2021, 4, 1)}
    found = entries(study, versions, days, lambda at: dt.date.fromisoformat(at[:10]))

    assert [(each.visit, each.form, each.days) for each in found.told] == [("W0", "b", 10), ("W0", "a", 0)]
    assert found.unknown == 2
    assert [each.form for each in found.later_than(9)] == ["b"] and found.later_than(10) == ()
