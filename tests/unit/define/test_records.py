"""How soon data are entered and how long they are kept: two numbers of the definition, each with its origin."""

from pathlib import Path

import pytest
from tests.unit.define.conftest import Edit

from trialwright.catalog import Catalog
from trialwright.define import read_study
from trialwright.define.compare import compare_studies

AT = "roles:\n"


def test_both_numbers_are_read_with_their_origin(edit: Edit, catalog: Catalog) -> None:
    block = "records:\n  entered_within_days: 5\n  kept_years: 25\n  assumed: the record does not say\n"
    study, problems = read_study(edit("study.yaml", AT, block + AT), catalog)

    assert study is not None, problems
    assert study.records is not None
    assert (study.records.entered_within_days, study.records.kept_years) == (5, 25)
    assert study.records.origin.kind == "assumed"
    assert "the record does not say" in [each.reason for each in study.assumptions]


def test_without_an_origin_it_is_refused(edit: Edit, catalog: Catalog) -> None:
    study, problems = read_study(edit("study.yaml", AT, "records:\n  kept_years: 25\n" + AT), catalog)

    assert study is None
    assert [problem.code for problem in problems] == ["TW-DEF-011"]


@pytest.mark.parametrize("line", ["kept_years: 0", "kept_years: -5", "kept_years: 3000", "entered_within_days: -1"])
def test_a_number_that_no_calendar_adds_is_refused(edit: Edit, catalog: Catalog, line: str) -> None:
    study, problems = read_study(edit("study.yaml", AT, f"records:\n  {line}\n  origin: protocol\n{AT}"), catalog)

    assert study is None
    assert "A whole number from" in problems[0].expected


def test_an_amendment_that_changes_a_number_says_so(edit: Edit, catalog: Catalog) -> None:
    first = edit("study.yaml", AT, "records:\n  kept_years: 15\n  origin: protocol\n" + AT)
    before, _ = read_study(first, catalog)
    after, _ = read_study(edit("study.yaml", "kept_years: 15", "kept_years: 25"), catalog)

    assert before is not None and after is not None
    assert compare_studies(before, after) == ['Records, kept years changes from "15" to "25".']


def test_an_amendment_that_adds_them_says_so(edit: Edit, folder: Path, catalog: Catalog) -> None:
    before, _ = read_study(folder, catalog)
    after, _ = read_study(edit("study.yaml", AT, "records:\n  kept_years: 15\n  origin: protocol\n" + AT), catalog)

    assert before is not None and after is not None
    (told,) = compare_studies(before, after)
    assert told.startswith("Records changes from nothing to") and "kept_years" in told
