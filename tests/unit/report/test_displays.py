"""What every display owes its reader: denominators, assumptions told once, a way back, a drawing everybody can see."""

import re
from fractions import Fraction

import pytest

from support.results import packaged_study, people, read_small
from trialwright import catalog
from trialwright.catalog.displays.drawing import STROKE, finished, new_canvas
from trialwright.catalog.displays.layout import footnotes_of
from trialwright.model.analysis import AnalysisRecord, DisplayContext, Figure, ResultRow
from trialwright.report import build_report, lay_out
from trialwright.report.wording import element_of

CORRECTED = """
P001 W12 physician_global.vas 1.5
"""


def row(name, *, denominator=None, assumed=()):
    return ResultRow(
        cell=f"T:{name}:rate", display="T", row=name, statistic="rate", label=name, value=Fraction(1, 2),
        denominator=denominator, analysis_set="full", assumed=assumed,
    )  # fmt: skip


def shown():
    small = read_small(people(7), simulated=True)
    return lay_out(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load())


def test_lines_of_one_size_name_their_denominator():
    notes = footnotes_of([row("a", denominator=20), row("b", denominator=20)], DisplayContext(number="T", title=""))

    assert notes == ("Percentages are of 20 participants (full).",)


def test_lines_of_different_size_say_that_each_names_its_own_whole():
    notes = footnotes_of([row("a", denominator=20), row("b", denominator=4)], DisplayContext(number="T", title=""))

    assert notes == ("Percentages are of the participants that each line names as N (full).",)


def test_a_column_of_plain_numbers_stands_right_and_one_of_words_left():
    records = tuple(
        AnalysisRecord(
            id=f"P{number}:1", participant_id=f"P{number}", visit="LOG", parameter="dose:1", kind="event",
            value="given", study_day=number, details={"mg": dose, "grade": "2", "lot": lot},
        )
        for number, (dose, lot) in enumerate([("500", "A1"), ("17.5", "17"), ("[unknown]", "B")], 1)
    )  # fmt: skip
    context = DisplayContext(number="1", title="", records=records, labels={"grade=2": "2 moderate"})
    table = catalog.load().cells("event_listing", (), context)

    assert [cell.align for cell in table.rows[1]] == ["left", "left", "right", "right", "left", "left"]


def test_what_is_assumed_is_named_by_its_title():
    study = packaged_study()

    assert element_of(study, "visit W4").en == "visit: Week 4"
    assert element_of(study, "subgroup by_sex").zh == "亚组：性别"
    assert element_of(study, "core_set: mmt8").en == "core_set: mmt8"


def test_an_assumption_is_told_once_and_named_afterwards():
    rows = [row("a", assumed=("no window is registered", "no level is registered"))]
    told = {"no window is registered": "Table 14.1.1"}

    notes = footnotes_of(rows, DisplayContext(number="T", title="", told=told))

    assert "Assumed, because nothing registered says it: no level is registered." in notes
    assert "What is assumed is told under Table 14.1.1." in notes


def test_every_assumption_is_told_in_full_somewhere():
    notes = " ".join(note for each in shown() for note in each.display.footnotes)
    small = read_small(people(7), simulated=True)
    owed = {text.removesuffix(".") for each in small.rows for text in each.assumed}

    assert [text for text in owed if text not in notes] == []


def test_the_catalogue_of_this_design_is_shown_whole():
    numbers = [use.number for use in packaged_study().displays]
    shapes = [catalog.load().display(use.display).shape for use in packaged_study().displays]

    assert len(numbers) >= 60
    assert len(set(numbers)) == len(numbers)
    assert {name: shapes.count(name) > 10 for name in ("table", "listing", "figure")} == {
        "table": True, "listing": True, "figure": True,
    }  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 7])
def test_every_figure_says_in_words_what_it_draws(count):
    small = read_small(people(count))
    figures = [
        each.display
        for each in lay_out(small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load())
        if isinstance(each.display, Figure)
    ]

    assert [figure.number for figure in figures if len(figure.alt) < len("No event yet")] == []
    assert [figure.number for figure in figures if "nan" in figure.alt.lower().split()] == []


@pytest.mark.parametrize("verdict", list(STROKE))
def test_no_line_is_drawn_with_an_empty_pattern_of_dashes(verdict):
    canvas = new_canvas(3, 2)
    canvas.add_subplot().plot([0, 1], [0, 1], linestyle=STROKE[verdict])

    drawn = finished(canvas, DisplayContext(number="F1", title=""), (), "a line").svg

    assert re.search(r'stroke-dasharray="\s*"', drawn) is None


def test_a_drawing_holds_no_style_and_no_letter_that_needs_a_font():
    drawings = {each.display.number: each.display.svg for each in shown() if isinstance(each.display, Figure)}

    assert [number for number, svg in drawings.items() if "style=" in svg or "<style" in svg or "<text" in svg] == []


def test_every_printed_number_leads_to_a_panel_of_the_page():
    small = read_small(people(7), simulated=True)
    page = build_report(
        small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load()
    ).files["index.html"].decode()  # fmt: skip
    panels = set(re.findall(r'<section class="trace" id="([lsr]\d+)"', page))
    links = set(re.findall(r'href="#([lsr]\d+)"', page))

    assert links - panels == set()
    assert len(links) > 500


def test_the_way_back_shows_every_version_of_a_corrected_value():
    small = read_small(people(1) + CORRECTED)
    page = build_report(
        small.study, small.snapshot, small.analysis, small.rows, catalog=catalog.load()
    ).files["index.html"].decode()  # fmt: skip
    panels = re.findall(r'<section class="trace" id="r\d+".*?</section>', page, re.DOTALL)
    mine = [panel for panel in panels if "<code>1.5</code>" in panel]

    assert mine != []
    assert [panel for panel in mine if "<code>1.0</code>" in panel] != []
