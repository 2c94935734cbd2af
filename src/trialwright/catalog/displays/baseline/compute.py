"""Who the participants were before treatment: numbers as mean and quartiles, choices as counts."""

from collections.abc import Sequence

from trialwright.catalog.displays.layout import (
    Line,
    footnotes_of,
    heading_of,
    interval_cell,
    joined,
    label_of,
    lines_of,
    number_cell,
    other_statistics,
    quartile_cell,
    range_cell,
    spread_cell,
    table,
)
from trialwright.catalog.displays.printing import NARROW, NO_VALUE
from trialwright.model.analysis import Cell, DisplayContext, ResultRow, Table

_KNOWN = ("n", "missing", "rate", "mean", "sd", "median", "q1", "q3", "min", "max", "lower", "upper")
_Row = tuple[Cell, ...]


def cells(rows: Sequence[ResultRow], context: DisplayContext) -> Table:
    """
    Two columns, as a journal's first table: the characteristic, then its statistics.

    Shape:    a number has a heading line and one line a statistic; a choice `item=code` stands under its item.
    Units:    in the heading, from the row.
    Missing:  counted on a line of its own where anybody is missing; the heading names how many values there are.
    """
    body: list[_Row] = []
    heading = ""
    for name, line in lines_of(rows).items():
        item, _, code = name.partition("=")
        if not code:
            heading = item
            body.extend(_number_lines(line, label_of(line, name, context), context))
            continue
        if item != heading:
            heading = item
            body.append((Cell(context.labels.get(item, item), strong=True), Cell("", align="right")))
        body.append((Cell(label_of(line, name, context), indent=1), _count(line)))
    columns = ("Characteristic", context.population or _whole(rows))
    return table(context, columns, tuple(body), footnotes_of(rows, context))


def _whole(rows: Sequence[ResultRow]) -> str:
    """Whom the column describes: the rows have no analysis set of their own, so it is everybody enrolled."""
    wholes = {row.denominator for row in rows if row.denominator is not None}
    return f"Enrolled (N = {wholes.pop()})" if len(wholes) == 1 else "Participants"


def _count(line: Line) -> Cell:
    n, rate = line.get("n"), line.get("rate")
    if n is None or rate is None:
        return number_cell(n or rate, line)
    return joined(number_cell(n, line), f"{NARROW}(", number_cell(rate, line), f"{NARROW}%)")


def _number_lines(line: Line, label: str, context: DisplayContext) -> list[_Row]:
    unit = next((row.unit for row in line.values() if row.unit and row.statistic != "n"), "")
    # "Age in years" needs no unit behind it.
    said = context.labels.get(f"unit={unit}", unit).lower() in label.lower()
    heading = f"{label}, {unit}" if unit and not said else label
    if not {"mean", "median", "min"} & line.keys():
        return [(Cell(heading, strong=True), _count(line)), *_rest(line, context, ("n", "rate"))]
    printed: list[_Row] = [(Cell(heading, strong=True), Cell("", align="right"))]
    if "n" in line:
        printed.append((Cell("n", indent=1), number_cell(line["n"], line)))
    missing = line.get("missing")
    if missing is not None and missing.value != 0:
        printed.append((Cell("Missing", indent=1), number_cell(missing, line)))
    for words, cell in (
        ("Mean (SD)", spread_cell(line)),
        ("Median [quartiles]", quartile_cell(line)),
        ("Smallest, largest", range_cell(line)),
        ("95 % interval", interval_cell(line)),
    ):
        if cell.text not in ("", NO_VALUE):
            printed.append((Cell(words, indent=1), cell))
    return [*printed, *_rest(line, context, _KNOWN)]


def _rest(line: Line, context: DisplayContext, known: Sequence[str]) -> list[_Row]:
    return [
        (Cell(heading_of(name, context), indent=1), number_cell(line[name], line))
        for name in other_statistics([line], known)
    ]
