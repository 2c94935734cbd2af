"""A value at each visit and its change from baseline, side by side: one line a visit."""

from collections.abc import Mapping, Sequence

from trialwright.catalog.displays.layout import (
    Line,
    footnotes_of,
    heading_of,
    interval_cell,
    interval_heading,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    quartile_cell,
    range_cell,
    spread_cell,
    table,
    under_names,
)
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_SPREAD = ("mean", "sd", "median", "q1", "q3", "min", "max")
_KNOWN = ("n", "missing", "lower", "upper", *_SPREAD, "change_n", *(f"change_{name}" for name in _SPREAD))
_VALUE = ("n", "Missing", "Mean (SD)", "Median [quartiles]", "Smallest, largest")
_CHANGE = ("Change: n", "Change: mean (SD)", "Change: median [quartiles]", "Change: smallest, largest")
_ESTIMATE = "hl"
"""The estimate of the change stands before its interval."""


def course_table(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Value and change side by side; change is value minus baseline, so that less reads as a minus.

    Shape:    one line a visit: n, missing, mean (SD), median [quartiles], range, then the same of the change (unless
              parameter `change` is "no"); then any other statistic under its own heading.
    Units:    in the heading of the first column, from the rows.
    """
    lines = lines_of(rows)
    extra = other_statistics(lines.values(), (*_KNOWN, _ESTIMATE))
    unit = next((row.unit for row in rows if row.unit), "")
    with_interval = any({"lower", "upper"} <= line.keys() for line in lines.values())
    with_change = context.parameters.get("change", "yes") == "yes"
    shown = (with_change, with_interval)
    printed = {name: _line(line, extra, shown) for name, line in lines.items()}
    units = {row.unit for row in rows if row.unit}
    columns = (
        f"Visit ({unit})" if len(units) == 1 else "Visit",
        *_VALUE,
        *(_CHANGE if with_change else ()),
        *((heading_of(_ESTIMATE, context), interval_heading("", lines.values())) if with_interval else ()),
        *(heading_of(name, context) for name in extra),
    )
    return table(context, columns, under_names(lines, printed, context), footnotes_of(rows, context))


def _line(line: Line, extra: Sequence[str], shown: tuple[bool, bool]) -> tuple[Cell, ...]:
    with_change, with_interval = shown
    return (
        number_cell(line.get("n"), line),
        number_cell(line.get("missing"), line),
        spread_cell(line),
        quartile_cell(line),
        range_cell(line),
        *(_changes(line) if with_change else ()),
        *(
            (number_cell(line.get(_ESTIMATE), line, signed=True), interval_cell(line, signed=True))
            if with_interval
            else ()
        ),
        *(number_cell(line.get(name), line, signed=name.startswith("change_")) for name in extra),
    )


def _described_columns(first: str, lines: Mapping[str, Line], limits: bool, before: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that some line fills; "%" also in a shell, before there is any line."""
    missing = ("Missing",) if any("missing" in line for line in lines.values()) else ()
    rate = ("%",) if not lines or any("rate" in line for line in lines.values()) else ()
    level = (interval_heading("", lines.values()),) if limits else ()
    return (first, "n", *missing, *rate, "Mean (SD)", "Median [quartiles]", "Smallest, largest", *before, *level)


def estimate_table(
    rows: Sequence[ResultRow], context: DisplayContext, first: str, statistics: Sequence[str], *, limits: str = ""
) -> Table:
    """
    Estimates with their interval: `statistics`, the interval whose limits are called `<limits>_lower`, any other.

    Shape:    lines "Name: what" stand under their name; the interval stands where `statistics` ends.
    Missing:  an estimate that could not be made leaves its cells empty and says why below.
    """
    lines = lines_of(rows)
    ends = tuple(f"{limits}_{end}".lstrip("_") for end in ("lower", "upper"))
    extra = other_statistics(lines.values(), (*statistics, *ends))
    # The heading names the level; which kind of interval it is, the method says below.
    level = interval_heading(limits, lines.values()).partition(",")[0]
    printed = {
        name: (
            *(number_cell(line.get(each), line, signed=each == "estimate") for each in statistics),
            interval_cell(line, limits, signed="estimate" in line),
            *(number_cell(line.get(each), line) for each in extra),
        )
        for name, line in lines.items()
    }
    shown = (*(heading_of(each, context) for each in statistics), level, *(heading_of(e, context) for e in extra))
    return table(context, (first, *shown), under_names(lines, printed, context), footnotes_of(rows, context))


def _changes(line: Line) -> tuple[Cell, ...]:
    return (
        number_cell(line.get("change_n"), line),
        spread_cell(line, "change_"),
        quartile_cell(line, "change_"),
        range_cell(line, "change_"),
    )


def described_table(rows: Sequence[ResultRow], context: DisplayContext, first: str) -> Table:
    """
    Numbers described and participants counted, in one table: a line has the columns it needs and leaves the others.

    Units:    behind the words of the line.
    """
    lines = lines_of(rows)
    limits = any({"lower", "upper"} <= line.keys() for line in lines.values())
    known = ("n", "missing", "rate", _ESTIMATE, *(("lower", "upper") if limits else ()), *_SPREAD)
    estimated = any(_ESTIMATE in line for line in lines.values())
    extra = other_statistics(lines.values(), known)
    before = (heading_of(_ESTIMATE, context),) if estimated else ()
    columns = _described_columns(first, lines, limits, before)
    body = []
    for name, line in lines.items():
        unit = next((row.unit for row in line.values() if row.unit), "")
        label = label_of(line, name, context)
        spoken = unit and unit.lower() not in label.lower()
        body.append(
            (
                Cell(f"{label}, {unit}" if spoken else label),
                number_cell(line.get("n"), line),
                *((number_cell(line.get("missing"), line),) if "Missing" in columns else ()),
                *((number_cell(line.get("rate"), line),) if "%" in columns else ()),
                spread_cell(line),
                quartile_cell(line),
                range_cell(line),
                *((number_cell(line.get(_ESTIMATE), line),) if estimated else ()),
                *((interval_cell(line),) if limits else ()),
                *(number_cell(line.get(statistic), line) for statistic in extra),
            )
        )
    return table(
        context, (*columns, *(heading_of(each, context) for each in extra)), tuple(body), footnotes_of(rows, context)
    )
