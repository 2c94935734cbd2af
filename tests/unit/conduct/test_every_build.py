"""Values of one build met by the rules of another; days that are days; tables that never delete with another."""

import datetime as dt
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.capture.checks import check_form
from trialwright.capture.forms import read_form
from trialwright.capture.values import Place, fields_of
from trialwright.catalog import load
from trialwright.define import read_builds
from trialwright.model.study import Form, Study
from trialwright.pipeline.study import load_study, packaged_study
from trialwright.store.sqlite import statements
from unit.conduct.small_study import enrolled, save, saved

FOLDER = packaged_study("aba_dm")
BUILDS = [build.build for build in read_builds(FOLDER)[0]]
TODAY = dt.date(2021, 6, 30)


@pytest.fixture(scope="module")
def studies() -> list[Study]:
    found = [load_study(FOLDER, load(), build)[0] for build in BUILDS]
    assert all(found)
    return [study for study in found if study is not None]


def filled(form: Form) -> dict[str, str]:
    """An answer to every item that its kind allows, out of its limits where it has some."""
    answers = {}
    for field in fields_of(form):
        item = field.item
        first = item.choices[0].code if item.choices else "Y"
        number = str(int(float(item.high)) + 1) if item.high else "1"
        by_kind = {"number": number, "integer": number, "date": "2021-06-01", "partial_date": "2021-06"}
        answers[field.name] = by_kind.get(item.kind, first if item.kind in ("choice", "yes_no") else "words")
    return answers


def test_failure_11_every_rule_of_every_build_runs_on_values_of_every_other(studies):
    """Skip logic, limits and edit checks of one build on what another build's form holds: an answer, never a fault."""
    ran = 0
    for old in studies:
        for new in studies:
            known = {form.name: form for form in new.forms}
            for form in old.forms:
                if form.name not in known:
                    continue
                typed = read_form(form, filled(form), today=TODAY)
                held = {name: each.value for name, each in typed.values.items()}
                read = read_form(known[form.name], {}, held, today=TODAY)
                check_form(known[form.name], Place("P001", "W0", form.name), held, read=read)
                ran += 1

    assert ran >= len(studies) ** 2


@pytest.fixture
def zone():
    before = os.environ.get("TZ")

    def set_to(name: str) -> None:
        os.environ["TZ"] = name
        time.tzset()

    yield set_to
    os.environ.pop("TZ", None)
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change the zone of a process")
@pytest.mark.parametrize(
    "name", ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
)
def test_failure_13_a_typed_day_is_the_same_day_whatever_the_zone_of_the_server(zone, name, tmp_path):
    zone(name)
    with enrolled(tmp_path) as ledger:
        saved(save(ledger, "W0", "visit", {"visit_record.date": "2021-06-02"}))
        found = {d.slot.item: d.value.text for d in ledger.datapoints("P001", "W0", "visit")}
        (line,) = ledger.snapshot().current.filter(item="visit_record.date")["text"].to_list()

    assert (found["visit_record.date"], line) == ("2021-06-02", "2021-06-02")


@given(st.dates(dt.date(1900, 1, 1), dt.date(2021, 6, 29)))
def test_any_day_comes_back_as_it_was_typed(day):
    study_form = next(form for form in load_study(FOLDER, load(), BUILDS[0])[0].forms if form.name == "visit")
    typed = read_form(study_form, {"visit_record.date": day.isoformat()}, today=TODAY)

    assert typed.values["visit_record.date"].value.text == day.isoformat()


def test_failure_15_no_table_of_the_ledger_deletes_with_another():
    for statement in statements():
        assert "CASCADE" not in statement.upper()
