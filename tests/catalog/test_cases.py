"""Every worked example of every catalog entry is right, and every entry has enough of them."""

import datetime as dt
from fractions import Fraction
from typing import get_args

import pytest

from catalog.case_files import (
    KINDS,
    all_cases,
    answers,
    cases_of,
    day,
    method_argument,
    near,
    scored,
    table_columns,
    title,
)
from support.display_context import context_of
from trialwright import catalog
from trialwright.capture.parse import parse_value
from trialwright.catalog.exact_text import exact_text
from trialwright.catalog.lines import Wrong, line_scorer
from trialwright.catalog.parameters import exact
from trialwright.catalog.scoring import Scorer
from trialwright.model.analysis import Figure, ResultRow
from trialwright.model.entry import MethodResult, Seen
from trialwright.model.problem import Problem
from trialwright.model.quantity import Code, Missing, PartialDate, Quantity, Words
from trialwright.model.study import Field
from trialwright.pipeline.score_lines import answer_cells

KNOWN = catalog.load()
ENTRIES = [(kind, name) for kind in KINDS for name in KNOWN.names(kind)]


def test_every_entry_of_the_package_can_be_read():
    assert [problem.sentence() for problem in KNOWN.problems] == []


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_an_entry_has_an_ordinary_an_edge_and_a_missing_case(kind, name):
    cases = cases_of(kind, name)

    assert {"ordinary", "edge", "missing"} <= {str(case["kind"]) for case in cases}
    assert [c["title"] for c in cases if not c["source"]["text"] or c["source"]["seen"] not in get_args(Seen)] == []


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_an_entry_has_a_page(kind, name):
    assert KNOWN.text_file(name, kind, "page.md").strip() != ""


@pytest.mark.parametrize(("kind", "name", "case"), all_cases(), ids=[title(case) for case in all_cases()])
def test_the_worked_example_is_right(kind, name, case):
    if "line" in case:
        _line(name, case)
        return
    match kind:
        case "criterion":
            _criterion(name, case)
        case "method":
            _method(name, case)
        case "display":
            _display(name, case)
        case _:
            _instrument(name, case)


def _line(name, case):
    settings = _texts(case.get("options", case.get("parameters", {})))
    got = line_scorer(KNOWN, name, str(case.get("reading", "")), settings).score(str(case["line"]))
    if "refused" in case:
        assert isinstance(got, Wrong), got
        assert str(case["refused"]) in got.found
        return
    assert not isinstance(got, Wrong), got.found
    cells = answer_cells(got[1])

    assert {str(k): _told(v) for k, v in case["told"].items()} == {str(k): cells[k] for k in case["told"]}


def _told(written):
    """`yes`, `no` and `null` as JSON has them, anything else as the text it is."""
    return {"yes": True, "no": False, "null": None}.get(str(written), str(written))


def _criterion(name, case):
    parameters, problems = KNOWN.settings(name, str(case.get("reading", "")), _texts(case.get("parameters", {})))
    assert problems == []

    got, wrong = Scorer(KNOWN, name, parameters).score(table_columns(case["values"]))
    assert wrong == []

    expected = _texts(case["expect"])
    assert expected == {column: _shown(got[column][0]) for column in expected}


def _shown(cell):
    return exact_text(cell) if isinstance(cell, Fraction) else "" if cell is None else str(cell)


def _method(name, case):
    arguments = {str(key): method_argument(value) for key, value in case["arguments"].items()}
    got = KNOWN.estimate(name, arguments)
    if "problem" in case:
        assert [str(case["problem"])] == [problem.code for problem in got]
        return
    assert isinstance(got, MethodResult), got
    tolerance = exact(str(case["tolerance"])) if "tolerance" in case else Fraction(0)
    for key, value in case.get("values", {}).items():
        assert near(value, got.values[key], tolerance), f"{key}: {got.values[key]}"
    for key, value in case.get("shapes", {}).items():
        assert near(value, got.shapes[key], tolerance), f"{key}: {got.shapes[key]}"
    assert set(_texts_list(case.get("absent", []))).isdisjoint(got.values)


def _instrument(name, case):
    entry = KNOWN.instrument(name)
    options = _texts(case.get("options", {}))
    if "typed" in case:
        _typed(entry, case)
    if "scores" in case:
        got = KNOWN.score(name, answers(entry, case["answers"]), options)

        assert {str(k): scored(v) for k, v in case["scores"].items()} == {str(k): got[k] for k in case["scores"]}
    if "pair" in case:
        pair = KNOWN.pair(
            name, str(case.get("measure", "")), answers(entry, case["baseline"]), answers(entry, case["now"]), options
        )
        expected = case["pair"]

        assert (scored(expected["baseline"]), scored(expected["now"])) == (pair.baseline, pair.now)
        if "chosen" in expected:
            assert str(expected["chosen"]) == pair.chosen
        if "range" in expected:
            assert scored(expected["range"]) == pair.range
    if "log" in case:
        rows = [answers(entry, row) for row in case["rows"]]
        got = {k: KNOWN.log_value(name, str(k), rows, day(str(case["on"])), options) for k in case["log"]}

        assert {k: scored(v) for k, v in case["log"].items()} == got
    assert {"typed", "scores", "pair", "log"} & set(case), "the case says what comes out"


def _typed(entry, case):
    typed = case["typed"]
    item = next(item for item in entry.items if item.name == typed["item"])
    field = Field(name=f"{entry.name}.{item.name}", instrument=entry.name, item=item)
    got = parse_value(field, str(typed.get("text", "")), str(typed.get("unit", "")), str(typed.get("missing", "")))
    if "problem" in case:
        assert isinstance(got, Problem), got
        assert str(case["problem"]) == got.code
    elif "missing" in case["stored"] if not isinstance(case["stored"], str) else False:
        assert Missing(str(case["stored"]["missing"])) == got
    else:
        assert str(case["stored"]) == _stored_text(got)


def _stored_text(stored):
    match stored:
        case Quantity(text, unit):
            return f"{text} {unit}".strip()
        case Code(code):
            return code
        case PartialDate(text) | Words(text):
            return text
    return "blank" if type(stored).__name__ == "Blank" else repr(stored)


def _display(name, case):
    rows = tuple(_result_row(row) for row in case.get("rows", []))
    context = context_of(case.get("context", {}))
    got = KNOWN.cells(name, rows, context)
    if isinstance(got, Figure):
        assert str(case["alt"]) in got.alt
        return
    assert [[str(cell) for cell in row] for row in case["cells"]] == [[cell.text for cell in row] for row in got.rows]
    if "columns" in case:
        assert _texts_list(case["columns"]) == list(got.columns)


def _result_row(written):
    display, row, statistic = str(written["cell"]).split(":")
    fields = {str(k): v for k, v in written.items() if k not in ("value", "denominator", "decimals")}
    for key in ("warnings", "assumed", "records", "participants"):
        if key in fields:
            fields[key] = tuple(_texts_list(fields[key]))
    for key in ("denominator", "decimals"):
        if key in written:
            fields[key] = int(written[key])
    fields = {k: str(v) if isinstance(v, str) else v for k, v in fields.items()}
    value = _value(written.get("value"))
    return ResultRow(**{"display": display, "row": row, "statistic": statistic, "label": "", **fields, "value": value})


def _value(written):
    if written is None:
        return None
    try:
        number = exact(str(written))
    except ValueError:
        return str(written)
    return int(number) if number.denominator == 1 else number


def _texts(written):
    return {str(key): str(value) for key, value in written.items()}


def _texts_list(written):
    return [str(part) for part in written]


def test_the_cases_know_no_day_later_than_today():
    # A case on a day to come would be right today by accident only.
    days = [day(str(case["on"])) for _, _, case in all_cases() if "on" in case]

    assert all(d <= dt.date.today() for d in days)  # noqa: DTZ011 - a test may look at the clock
