"""The report: one page that stands alone, the same bytes for the same data, nothing left off and nothing overstated."""

import json
import re
from fractions import Fraction
from functools import cache

import msgspec
import pytest

from support.results import packaged_study, people, read_small
from trialwright import catalog
from trialwright.model.analysis import Figure, ResultRow
from trialwright.model.problem import Lost, Problem
from trialwright.model.record import CheckReport
from trialwright.report import build_report, cell_names, check_rows, lay_out, shells
from trialwright.report.shells import write_shells

SIZES = (0, 1, 7)


def report_of(small, **more):
    return build_report(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load(), **more)


@cache
def report_for(count):
    """The report of `count` participants; made once, for drawing takes its time."""
    return report_of(read_small(people(count)))


def page_for(count):
    return report_for(count).files["index.html"].decode()


def page_of(small, **more):
    return report_of(small, **more).files["index.html"].decode()


@pytest.mark.parametrize("count", SIZES)
def test_the_same_data_give_the_same_bytes(count):
    assert report_for(count).files == report_of(read_small(people(count))).files


@pytest.mark.parametrize("count", SIZES)
def test_every_display_of_the_definition_is_shown(count):
    page = page_for(count)

    assert [use.number for use in packaged_study().displays if f'id="d-{use.number}"' not in page] == []


def test_the_page_stands_alone():
    page = page_for(1)

    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page) == []
    assert re.findall(r"<script|@import|url\((?!data:|#)", page) == []


def test_an_id_is_given_once_so_that_every_link_of_the_contents_leads_somewhere():
    page = page_for(1)
    ids = re.findall(r'\bid="([^"]+)"', page)
    targets = re.findall(r'href="#([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)


def test_the_page_names_definition_snapshot_and_ledger_head():
    small = read_small(people(1))
    page = page_for(1)

    assert small.study.hash in page
    assert small.snapshot.hash in page
    assert small.snapshot.head.hash in page


def test_a_result_without_a_control_is_never_shown_without_what_cannot_be_concluded():
    page = page_for(7)

    assert "What cannot be concluded" in page
    for words in ("Regression to the mean", "Natural course", "Other treatment", "Expectation"):
        assert words in page


def test_benchmarks_are_shown_as_a_range_with_their_counts():
    page = page_for(7).replace("\u00a0", " ")

    # 1 of 9 is 11.1 %, 31 of 73 is 42.5 %
    assert "from 1 of 9 (11.1 %; " in page
    assert "to 31 of 73 (42.5 %; " in page


def test_virtual_participants_are_marked_on_every_display():
    small = read_small(people(2), simulated=True)
    shown = lay_out(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load())

    assert {"virtual participants"} == {each.display.mark for each in shown}
    assert "Nobody was treated." in page_of(small)


def test_real_participants_are_not_marked():
    assert "virtual participants" not in page_for(1)


def test_every_assumption_of_the_definition_is_printed():
    page = page_for(1)
    study = packaged_study()

    assert [each.what for each in study.assumptions if escaped(each.reason) not in page] == []


def test_findings_of_the_registration_stand_with_their_cure_and_what_was_lost():
    finding = Problem(code="TW-REG-101", where="a.b", found="Started <late>", expected="Earlier", cure="Say so.")
    report = CheckReport(checked_on="2021-12-01", input="page", findings=(finding,), lost=(Lost("x", "cut off"),))
    page = page_of(read_small(people(1)), registration=report)

    assert "Started &lt;late&gt;" in page
    assert "Say so." in page
    assert "cut off" in page


def test_what_was_typed_into_a_form_cannot_run():
    page = page_of(read_small(people(1, term="<script>alert(1)</script>")))

    assert "<script" not in page


def test_results_are_exact_with_a_decimal_beside_them():
    small = read_small(people(7))
    document = json.loads(report_for(7).files["results.json"])
    rates = [row for row in document["results"] if row["statistic"] == "rate" and row["value_kind"] == "exact"]

    assert rates != []
    assert [row for row in rates if float(Fraction(row["value"])) != row["value_decimal"]] == []
    assert cell_names(small.rows) == [row["cell"] for row in document["results"]]


def test_every_printed_number_of_a_table_leads_back_to_a_row():
    small = read_small(people(7))
    shown = lay_out(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load())
    cells = {row.cell for row in small.rows}
    tables = [each.display for each in shown if not isinstance(each.display, Figure) and not each.display.listing]
    printed = [cell for table in tables for row in table.rows for cell in row[1:] if re.search(r"\d", cell.text)]

    assert [cell.text for cell in printed if not ({cell.ref} | {part.ref for part in cell.parts}) & cells] == []


def test_every_result_row_is_shown_somewhere():
    small = read_small(people(7))
    shown = lay_out(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load())
    tables = [each.display for each in shown if not isinstance(each.display, Figure)]
    cells = [cell for table in tables for row in table.rows for cell in row]
    refs = {ref for cell in cells for ref in (cell.ref, *(part.ref for part in cell.parts)) if ref}
    notes = {note for table in tables for note in table.footnotes}
    refs |= {ref for each in shown if isinstance(each.display, Figure) for ref in each.display.refs}
    # Words stand under their table; a number that nobody has is told by the line that counts the missing.
    left = [row for row in small.rows if row.cell not in refs and row.value is not None and str(row.value) not in notes]
    counted = {"missing"}

    assert [row.cell for row in left if not (row.statistic in counted and row.value == 0)] == []


def test_two_rows_of_one_name_are_a_problem_and_the_report_is_made_all_the_same():
    small = read_small(people(1))
    twice = (*small.rows, small.rows[0])
    report = build_report(small.study, small.snapshot, small.analysis, twice, catalog=catalog.load())

    assert [problem.code for problem in report.problems] == ["TW-REP-001"]


def test_a_row_that_no_display_shows_is_a_problem():
    small = read_small(people(1))
    stranger = ResultRow(cell="99.9:a:n", display="99.9", row="a", statistic="n", label="A", value=1)

    assert [problem.code for problem in check_rows(small.study, (*small.rows, stranger))] == ["TW-REP-002"]


def test_a_study_with_a_control_has_no_box_about_its_absence():
    small = read_small(people(1))
    arms = (*small.study.arms, msgspec.structs.replace(small.study.arms[0], name="control"))
    two = msgspec.structs.replace(small, study=msgspec.structs.replace(small.study, arms=arms))

    assert 'id="caveat"' not in page_of(two)


def test_in_chinese_the_headings_are_chinese_and_figures_stay_readable():
    # A glyph missing from the font of the figures would be a warning, and warnings fail.
    page = page_of(read_small(people(1), simulated=True), language="zh-hans")

    assert "主要结果" in page
    assert "虚拟参与者" in page


def test_shells_show_every_display_before_there_is_any_data():
    made = shells(packaged_study(), catalog.load())

    assert [use.number for use in packaged_study().displays] == [display.number for display in made]
    assert b"Table 14.2.1.1" in write_shells(made)


def escaped(text):
    return (
        text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")
    )
