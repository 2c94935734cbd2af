"""Edit checks of a form file that read another form of the same visit, or the visits before."""

import pytest
from tests.unit.define.conftest import Edit

from trialwright.catalog import Catalog
from trialwright.define import read_study

OLD = "holds: muscle_enzymes.ck <= 20000"


def test_a_check_reads_this_visit_and_the_ones_before(edit: Edit, catalog: Catalog) -> None:
    """`THIS/item` is any form of the same visit, `BEFORE/item` a visit before."""
    new = "holds: THIS/weight.weight > 30 and BEFORE/physician_global.vas > 0"
    study, problems = read_study(edit("forms/core_set.yaml", OLD, new), catalog)

    assert [p.sentence() for p in problems if p.severity == "error"] == []
    assert study is not None
    check = next(check for check in study.form("core_set").checks if check.name == "enzyme_units")
    assert set(check.items) == {"THIS/weight.weight", "BEFORE/physician_global.vas"}


@pytest.mark.parametrize("name", ["THIS/demographics.age", "BEFORE/adverse_event.grade", "BEFORE/disposition.status"])
def test_what_no_form_of_the_visit_and_no_visit_before_asks_is_unknown(edit: Edit, catalog: Catalog, name: str) -> None:
    _, problems = read_study(edit("forms/core_set.yaml", OLD, f"holds: answered({name})"), catalog)

    assert "TW-DEF-021" in [p.code for p in problems]


@pytest.mark.parametrize("name", ["THIS", "BEFORE"])
def test_no_visit_takes_a_name_that_means_this_or_the_last_one(edit: Edit, catalog: Catalog, name: str) -> None:
    edit("study.yaml", "dosing_visits: [W0, W2,", f"dosing_visits: [W0, {name},")
    _, problems = read_study(edit("schedule.yaml", "name: W2\n", f"name: {name}\n"), catalog)

    assert [p.found for p in problems if p.severity == "error"] == [f"a visit is called {name}"]


def test_a_form_says_that_it_is_verified_and_reviewed(edit: Edit, catalog: Catalog) -> None:
    study, _ = read_study(
        edit("forms/quality_of_life.yaml", "origin: registered", "origin: registered\nverify: yes\nreview: yes"),
        catalog,
    )

    assert study is not None
    assert (study.form("quality_of_life").verify, study.form("quality_of_life").review) == (True, True)
    assert (study.form("visit").verify, study.form("visit").review) == (False, False)
